#include "snapshot_answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

// Some scripts keep answers about several things in one list, each with the parameter it was asked with.
constexpr std::pair<std::string_view, std::string_view> lists_of_answers[] = {
    {"Reservations", "Instances"},
    {"TransitGatewayStaticRoutes", "Routes"},
    {"TransitGatewayPropagations", "TransitGatewayRouteTablePropagations"},
    {"LoadBalancerListeners", "Listeners"},
    {"LoadBalancerTargetHealth", "TargetHealthDescriptions"},
    {"LoadBalancerAttributes", "Attributes"},
};

// Why an answer is only a part of what was asked for; empty where it is all.
std::string_view cut_off(const Value& answer) {
  for (const std::string_view name : {"NextToken", "nextToken", "NextMarker", "nextMarker", "PaginationToken"})
    if (const Value& token = answer[name]; token.is(Kind::text) && !token.text.empty()) return name;
  bool ended = false;
  for (const std::string_view name : {"IsTruncated", "Truncated", "AdditionalRoutesAvailable", "HasMoreStreams"})
    if (const Value& more = answer[name]; more.is(Kind::boolean)) {
      if (more.boolean) return name;
      ended = true;
    }
  if (const Value& marker = answer["Marker"]; !ended && marker.is(Kind::text) && !marker.text.empty()) return "Marker";
  return {};
}

// A list of things with ids or ARNs, without the member that says what they are.
bool is_cut_out(const Value& document) {
  return document.is(Kind::list) && std::ranges::any_of(document.items, [](const Value& item) {
           return std::ranges::any_of(item.members, [](const Member& each) {
             return each.name.ends_with("Id") || each.name.ends_with("Arn");
           });
         });
}

// A template has resources with types, no answer of the AWS CLI has. Source: AWS CloudFormation User Guide, "Template
// sections".
bool is_template(const Value& document) {
  return std::ranges::any_of(document["Resources"].members, [](const Member& each) {
    return text_of(each.value, "Type").find("::") != std::string_view::npos;
  });
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + before.size());
  const std::size_t end = text.find(after);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

class Finder {
 public:
  Finder(Estate& estate, const std::filesystem::path& folder, const std::function<bool(std::string_view)>& is_known)
      : estate_(estate), folder_(folder), is_known_(is_known) {}

  std::expected<Answers, ReadError> find() {
    std::error_code failure;
    std::vector<std::filesystem::path> paths;
    std::filesystem::recursive_directory_iterator it(folder_, failure);
    for (const std::filesystem::recursive_directory_iterator end; !failure && it != end; it.increment(failure)) {
      const bool hidden = it->path().filename().native().starts_with('.');
      std::error_code ignored;  // a link that leads nowhere is no file
      if (hidden && it->is_directory(ignored)) it.disable_recursion_pending();
      if (!hidden && it->is_regular_file(ignored)) paths.push_back(it->path());
    }
    if (failure)
      return std::unexpected(
          ReadError{folder_.string(), 0, fmt::format("the folder cannot be read: {}", failure.message())});
    std::ranges::sort(paths);
    for (const auto& path : paths)
      if (!read_file(path)) return std::unexpected(*std::move(error_));
    return std::move(out_);
  }

 private:
  bool fail(std::string file, std::uint32_t line, std::string reason) {
    error_ = ReadError{.file = std::move(file), .line = line, .reason = std::move(reason)};
    return false;
  }

  bool malformed(std::string_view name, const Value& value, std::string_view why) {
    return fail(estate_.place({value.at.file, 0}), value.at.line, fmt::format("{}: {}", name, why));
  }

  void gap(std::string why, Location at) { out_.gaps.push_back(unknown(std::move(why), at)); }

  bool read_file(const std::filesystem::path& path) {
    Answer answer{.content = nullptr, .path = path.lexically_relative(folder_), .account = {}, .region = {}};
    for (const auto& part : answer.path.parent_path()) {
      if (is_account(part.native())) answer.account = part.native();
      if (is_region(part.native())) answer.region = part.native();
    }
    std::ifstream in(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!in) return fail(path.string(), 0, "the file cannot be read (check its permissions)");
    if (content.starts_with("\xEF\xBB\xBF")) content.erase(0, 3);  // a byte order mark
    const bool is_json = path.extension() == ".json";
    const bool is_yaml = path.extension() == ".yaml" || path.extension() == ".yml" || path.extension() == ".template";
    const std::size_t start = content.find_first_not_of(" \t\r\n");
    const Location whole{static_cast<std::uint32_t>(estate_.files.size()), 0};
    const auto skip = [&](std::string_view why) {
      out_.left_out.push_back(fmt::format("{}: {}", answer.path.string(), why));
      return true;
    };

    if (start == std::string::npos) {
      if (!is_json) return true;
      estate_.files.push_back(path.string());
      gap("the answer is empty", whole);
      return true;
    }
    if (content.compare(start, 18, "An error occurred ") == 0) {
      estate_.files.push_back(path.string());
      std::string message = content.substr(start, content.find('\n', start) - start);
      out_.refusals.push_back({.code = std::string(between(message, "(", ")")),
                               .operation = std::string(between(message, "when calling the ", " operation")),
                               .text = message,
                               .answer = std::move(answer),
                               .at = whole});
      return true;
    }
    if (!is_json && !is_yaml && content[start] != '{') return skip("no JSON");
    auto document = read_document(content, whole.file, path.string());
    if (!document) {
      if (!is_json && !is_yaml) return skip("no JSON");
      error_ = std::move(document.error());
      return false;
    }
    if (is_template(*document)) {
      out_.templates.push_back(path.string());
      return true;
    }
    if (!is_json && content[start] != '{') return skip("no JSON");
    if (is_cut_out(*document)) {
      estate_.files.push_back(path.string());
      gap("the answer is a bare list, as --query leaves it: what it lists is not known (give the whole answer)", whole);
      return true;
    }
    if (!document->is(Kind::object)) return skip("its top level is no object");
    estate_.files.push_back(path.string());
    answer.content = &out_.documents.emplace_back(*std::move(document));
    if (const Value& error = (*answer.content)["Error"]; error.is(Kind::object)) {
      out_.refusals.push_back({.code = text_of(error, "Code"),
                               .operation = {},
                               .text = fmt::format("{}: {}", text_of(error, "Code"), text_of(error, "Message")),
                               .answer = std::move(answer),
                               .at = error.at});
      return true;
    }
    return add_answer(answer);
  }

  bool add_answer(const Answer& answer) {
    const Value& content = *answer.content;
    bool known = false;
    bool several = false;
    for (const Member& each : content.members) {
      const auto inner = std::ranges::find(lists_of_answers, each.name, [](const auto& pair) { return pair.first; });
      if (inner != std::end(lists_of_answers)) {
        several = true;
        if (!add_list(answer, each, inner->second)) return false;
      } else if (is_known_(each.name)) {
        if (each.value.is(Kind::null)) {
          gap(fmt::format("{}: the answer is null", each.name), each.at);
          continue;
        }
        out_.list(each.name, answer);
        note_if_cut_off(content, each.name, each.at);
        known = true;
      }
    }
    if (known) {
      out_.answers.push_back(answer);
    } else if (!several) {
      const std::string_view first = content.members.empty() ? "nothing" : std::string_view(content.members[0].name);
      out_.left_out.push_back(fmt::format("{}: {}", answer.path.string(), first));
    }
    return true;
  }

  bool add_list(const Answer& outer, const Member& each, std::string_view inner) {
    if (!each.value.is(Kind::list)) return malformed(each.name, each.value, "a list was expected");
    out_.list(each.name, outer);
    out_.list(inner, outer);
    note_if_cut_off(*outer.content, each.name, each.at);
    for (const Value& item : each.value.items) {
      if (!item.is(Kind::object)) return malformed(each.name, item, "a list of objects was expected");
      note_if_cut_off(item, inner, item.at);
      Answer answer = outer;
      answer.content = &item;
      out_.answers.push_back(std::move(answer));
    }
    return true;
  }

  void note_if_cut_off(const Value& content, std::string_view key, Location at) {
    if (const std::string_view sign = cut_off(content); !sign.empty())
      gap(fmt::format("{}: the answer goes on ({}), and the rest is not here", key, sign), at);
  }

  Estate& estate_;
  const std::filesystem::path& folder_;
  const std::function<bool(std::string_view)>& is_known_;
  Answers out_;
  std::optional<ReadError> error_;
};

}  // namespace

void Answers::list(std::string_view kind, const Answer& answer, std::string_view subject) {
  Listed each{std::string(kind), answer.account, answer.region, std::string(subject)};
  if (std::ranges::find(listed, each) == listed.end()) listed.push_back(std::move(each));
}

bool is_account(std::string_view name) {
  return name.size() == 12 && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_region(std::string_view name) {
  const std::size_t first = name.find('-');
  const std::size_t last = name.rfind('-');
  if (first == std::string_view::npos || first == last || first < 2 || last + 2 != name.size()) return false;
  if (name.back() < '0' || name.back() > '9') return false;
  return std::ranges::all_of(name.substr(0, last), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

std::expected<Answers, ReadError> find_answers(Estate& estate, const std::filesystem::path& folder,
                                               const std::function<bool(std::string_view)>& is_known) {
  return Finder(estate, folder, is_known).find();
}

}  // namespace redoubt::estate::snapshot
