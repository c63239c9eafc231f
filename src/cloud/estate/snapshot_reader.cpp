#include "snapshot_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <system_error>

#include "snapshot_table.hpp"

namespace redoubt::estate {
namespace {

using snapshot::Made;
using snapshot::Reading;
using snapshot::Table;

// One answer: an object with a member that Redoubt knows, in a file or within another answer.
struct Answer {
  const Value* content = nullptr;
  std::filesystem::path path;  // relative to the snapshot's folder
  std::string account, region;
};

// Some scripts keep answers about several things in one list, each with the parameter it was asked with.
constexpr std::pair<std::string_view, std::string_view> lists_of_answers[] = {
    {"Reservations", "Instances"},
    {"TransitGatewayStaticRoutes", "Routes"},
    {"TransitGatewayPropagations", "TransitGatewayRouteTablePropagations"},
    {"LoadBalancerListeners", "Listeners"},
    {"LoadBalancerTargetHealth", "TargetHealthDescriptions"},
    {"LoadBalancerAttributes", "Attributes"},
};

// What stands beside the content and is none.
constexpr std::array beside_content{"ResponseMetadata", "NextToken", "nextToken",  "NextMarker", "Marker",
                                    "IsTruncated",      "Truncated", "MaxResults", "MaxItems",   "RequestId"};

bool same_name(std::string_view left, std::string_view right) {
  if (left.size() != right.size() || left.empty()) return false;
  return (left[0] | 0x20) == (right[0] | 0x20) && left.substr(1) == right.substr(1);
}

bool is_account(std::string_view name) {
  return name.size() == 12 && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

// us-east-1, us-gov-west-1, ap-southeast-2
bool is_region(std::string_view name) {
  const std::size_t first = name.find('-');
  const std::size_t last = name.rfind('-');
  if (first == std::string_view::npos || first == last || first < 2 || last + 2 != name.size()) return false;
  if (name.back() < '0' || name.back() > '9') return false;
  return std::ranges::all_of(name.substr(0, last), [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

// arn:PARTITION:SERVICE:REGION:ACCOUNT:REST
std::string_view arn_part(std::string_view arn, int index) {
  if (!arn.starts_with("arn:")) return {};
  for (int i = 0; i < index; ++i) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return {};
    arn.remove_prefix(colon + 1);
  }
  return arn.substr(0, arn.find(':'));
}

// Why an answer is only a part of what was asked for; empty where it is all.
std::string_view cut_off(const Value& answer) {
  for (const std::string_view name : {"NextToken", "nextToken", "NextMarker", "nextMarker", "PaginationToken"})
    if (const Value& token = answer[name]; token.is(Kind::text) && !token.text.empty()) return name;
  bool ended = false;
  for (const std::string_view name : {"IsTruncated", "Truncated", "AdditionalRoutesAvailable"})
    if (const Value& more = answer[name]; more.is(Kind::boolean)) {
      if (more.boolean) return name;
      ended = true;
    }
  if (const Value& marker = answer["Marker"]; !ended && marker.is(Kind::text) && !marker.text.empty()) return "Marker";
  return {};
}

class SnapshotReader {
  // By type and id: where they stand.
  using Names = std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>;

 public:
  SnapshotReader(Estate& estate, std::filesystem::path folder, std::vector<std::string>& left_out)
      : estate_(estate), folder_(std::move(folder)), left_out_(left_out), files_before_(estate.files.size()) {
    for (const auto tables : {snapshot::vpc_tables(), snapshot::gateway_tables(), snapshot::instance_tables()})
      for (const Table& table : tables) tables_.push_back(&table);
  }

  std::expected<void, ReadError> read() {
    if (!find_answers() || !make_resources()) {
      estate_.files.resize(files_before_);
      return std::unexpected(*std::move(error_));
    }
    commit();
    return {};
  }

 private:
  bool fail(std::string file, std::uint32_t line, std::string reason) {
    error_ = ReadError{.file = std::move(file), .line = line, .reason = std::move(reason)};
    return false;
  }

  void gap(std::string why, Location at) { gaps_.push_back(unknown(std::move(why), at)); }

  void list_kind(std::string_view key) {
    if (std::ranges::find(listed_, key) == listed_.end()) listed_.emplace_back(key);
  }

  bool find_answers() {
    std::error_code failure;
    std::vector<std::filesystem::path> paths;
    for (std::filesystem::recursive_directory_iterator it(folder_, failure), end; !failure && it != end;
         it.increment(failure)) {
      const bool hidden = it->path().filename().native().starts_with('.');
      if (hidden && it->is_directory(failure)) it.disable_recursion_pending();
      if (!hidden && it->is_regular_file(failure)) paths.push_back(it->path());
    }
    if (failure) return fail(folder_.string(), 0, fmt::format("the folder cannot be read: {}", failure.message()));
    std::ranges::sort(paths);
    return std::ranges::all_of(paths, [&](const auto& path) { return read_file(path); });
  }

  bool read_file(const std::filesystem::path& path) {
    const std::filesystem::path relative = path.lexically_relative(folder_);
    std::ifstream in(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(in), {}};
    if (!in) return fail(path.string(), 0, "the file cannot be read");
    const bool is_json = path.extension() == ".json";
    const std::size_t start = content.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    const Location whole{static_cast<std::uint32_t>(estate_.files.size()), 0};
    if (start == std::string::npos) {
      if (!is_json) return true;
      estate_.files.push_back(path.string());
      gap("the answer is empty", whole);
      return true;
    }
    if (content.compare(start, 18, "An error occurred ") == 0) {
      estate_.files.push_back(path.string());
      gap(content.substr(start, content.find('\n', start) - start), whole);
      return true;
    }
    if (!is_json && content[start] != '{') {
      left_out_.push_back(fmt::format("{}: no JSON", relative.string()));
      return true;
    }
    auto document = read_document(content, whole.file, path.string());
    if (!document) {
      if (is_json) {
        error_ = document.error();
        return false;
      }
      left_out_.push_back(fmt::format("{}: no JSON", relative.string()));
      return true;
    }
    estate_.files.push_back(path.string());
    Answer answer{
        .content = &documents_.emplace_back(*std::move(document)), .path = relative, .account = {}, .region = {}};
    for (const auto& part : relative.parent_path()) {
      if (is_account(part.native())) answer.account = part.native();
      if (is_region(part.native())) answer.region = part.native();
    }
    if (!answer.content->is(Kind::object))
      left_out_.push_back(fmt::format("{}: its top level is no object", relative.string()));
    else if (const Value& refused = (*answer.content)["Error"]; refused.is(Kind::object))
      gap(fmt::format("the answer is an error: {}", snapshot::text_of(refused, "Code")), refused.at);
    else
      return add_answer(std::move(answer));
    return true;
  }

  [[nodiscard]] bool is_known(std::string_view key) const {
    return std::ranges::any_of(tables_, [&](const Table* table) { return same_name(table->key, key); });
  }

  bool add_answer(Answer answer) {
    const Value& content = *answer.content;
    bool has_content = false;
    for (const Member& each : content.members) {
      const auto inner = std::ranges::find(lists_of_answers, each.name, [](const auto& pair) { return pair.first; });
      if (inner != std::end(lists_of_answers)) {
        if (!each.value.is(Kind::list)) return malformed(each, "a list was expected");
        list_kind(each.name);
        list_kind(inner->second);
        note_if_cut_off(content, each);
        for (const Value& item : each.value.items) {
          if (!item.is(Kind::object)) return malformed({each.name, item, item.at}, "a list of objects was expected");
          note_if_cut_off(item, {std::string(inner->second), {}, item.at});
          answers_.push_back({&item, answer.path, answer.account, answer.region});
        }
      } else if (is_known(each.name)) {
        if (each.value.is(Kind::null)) {
          gap(fmt::format("{}: the answer is null", each.name), each.at);
          continue;
        }
        if (!each.value.is(Kind::list)) return malformed(each, "a list was expected");
        list_kind(each.name);
        note_if_cut_off(content, each);
        has_content = true;
      } else if (std::ranges::find(beside_content, each.name) == beside_content.end() &&
                 (each.value.is(Kind::list) || each.value.is(Kind::object))) {
        left_out_.push_back(fmt::format("{}: {}", answer.path.string(), each.name));
      }
    }
    if (has_content) answers_.push_back(std::move(answer));
    return true;
  }

  void note_if_cut_off(const Value& content, const Member& each) {
    if (const std::string_view sign = cut_off(content); !sign.empty())
      gap(fmt::format("{}: the answer goes on ({}), and the rest is not here", each.name, sign), each.at);
  }

  bool malformed(const Member& each, std::string_view why) {
    return fail(estate_.place({each.value.at.file, 0}), each.value.at.line, fmt::format("{}: {}", each.name, why));
  }

  bool make_resources() {
    // What lists things comes first: answers about one thing may name it by their file's name only.
    for (const bool with_subject : {false, true})
      for (const Table* table : tables_)
        if (table->subject.empty() != with_subject)
          for (const Answer& answer : answers_)
            if (!make_resources(*table, answer)) return false;
    return true;
  }

  bool make_resources(const Table& table, const Answer& answer) {
    for (const Member& each : answer.content->members) {
      if (!same_name(each.name, table.key) || !each.value.is(Kind::list)) continue;
      Reading reading{
          .estate = estate_, .account = answer.account, .region = answer.region, .subject = {}, .error = {}};
      if (!table.subject.empty() && !each.value.items.empty()) {
        reading.subject = subject_of(table, answer);
        if (reading.subject.empty()) {
          gap(fmt::format("{}: the answer does not say whose it is (add a member {} beside it)", each.name,
                          table.subject),
              each.at);
          continue;
        }
      }
      for (const Value& item : each.value.items)
        if (!make_resource(table, item, answer, reading)) return false;
    }
    return true;
  }

  bool make_resource(const Table& table, const Value& item, const Answer& answer, Reading& reading) {
    if (!item.is(Kind::object)) return malformed({std::string(table.key), item, {}}, "a list of objects was expected");
    const std::string_view mark = table.mark.empty() ? table.id : table.mark;
    if (!snapshot::member(item, mark)) {
      if (!table.mark.empty()) return true;  // of another kind
      return malformed({std::string(table.key), item, {}}, fmt::format("an item has no {}", mark));
    }
    Made made;
    Resource& resource = made.resource;
    resource.type = table.type;
    resource.at = item.at;
    if (!table.id.empty()) resource.id = snapshot::text_of(item, table.id);
    if (!table.arn.empty()) resource.arn = snapshot::text_of(item, table.arn);
    resource.account = answer.account;
    resource.region = answer.region;
    for (const Value* of : std::array{answer.content, &item})  // the owner's, whoever else may see it
      if (std::string owner = snapshot::text_of(*of, "OwnerId"); is_account(owner)) resource.account = std::move(owner);
    if (resource.account.empty() && is_account(arn_part(resource.arn, 4))) resource.account = arn_part(resource.arn, 4);
    if (resource.region.empty()) resource.region = arn_part(resource.arn, 3);
    if (resource.region.empty())
      if (std::string zone = snapshot::text_of(item, "AvailabilityZone"); !zone.empty()) {
        zone.pop_back();
        if (is_region(zone)) resource.region = std::move(zone);
      }
    resource.properties = object({});
    resource.properties.at = item.at;
    snapshot::apply(table.fields, item, resource.properties, reading);
    if (table.more) table.more(item, made, reading);
    if (reading.error) {
      error_ = std::move(reading.error);
      return false;
    }
    if (made.left_out) return true;
    if (resource.id.empty())
      return malformed({std::string(table.key), item, {}}, fmt::format("an item has no {}", mark));
    add(std::move(resource));
    for (Resource& other : made.others) add(std::move(other));
    return true;
  }

  // The request's parameter: beside the answer, or in the name of its file or folder.
  std::string subject_of(const Table& table, const Answer& answer) {
    if (std::string stated = snapshot::text_of(*answer.content, table.subject); !stated.empty()) return stated;
    return {};
  }

  // Several answers may speak of one resource: what the first says stands, others add to it. An answer that does not
  // say its account or region may speak of any.
  static Resource* same(std::vector<Resource>& among, const std::vector<std::size_t>& candidates, const Resource& as) {
    const auto fits = [](const std::string& left, const std::string& right) {
      return left == right || left.empty() || right.empty();
    };
    for (const std::size_t each : candidates)
      if (fits(among[each].account, as.account) && fits(among[each].region, as.region)) return &among[each];
    return nullptr;
  }

  void add(Resource resource) {
    std::vector<std::size_t>& candidates = by_name_[{resource.type, resource.id}];
    if (Resource* known = same(resources_, candidates, resource)) {
      complete(*known, std::move(resource));
    } else {
      candidates.push_back(resources_.size());
      resources_.push_back(std::move(resource));
    }
  }

  static void complete(Resource& known, Resource&& more) {
    if (known.arn.empty()) known.arn = std::move(more.arn);
    if (known.account.empty()) known.account = std::move(more.account);
    if (known.region.empty()) known.region = std::move(more.region);
    for (Member& each : more.properties.members)
      if (!known.properties[each.name]) known.properties.members.push_back(std::move(each));
  }

  void commit() {
    Names earlier;
    for (std::size_t i = 0; i < estate_.resources.size(); ++i)
      if (const Resource& each = estate_.resources[i]; each.stack == no_index)
        earlier[{each.type, each.id}].push_back(i);
    for (Resource& each : resources_) {
      const auto found = earlier.find({each.type, each.id});
      Resource* known = found == earlier.end() ? nullptr : same(estate_.resources, found->second, each);
      if (known)
        complete(*known, std::move(each));
      else
        estate_.resources.push_back(std::move(each));
    }
    std::ranges::move(gaps_, std::back_inserter(estate_.gaps));
    for (std::string& key : listed_)
      if (std::ranges::find(estate_.listed, key) == estate_.listed.end()) estate_.listed.push_back(std::move(key));
  }

  Estate& estate_;
  std::filesystem::path folder_;
  std::vector<std::string>& left_out_;
  std::size_t files_before_;
  std::vector<const Table*> tables_;
  std::deque<Value> documents_;
  std::vector<Answer> answers_;
  std::vector<Resource> resources_;
  Names by_name_;
  std::vector<Value> gaps_;
  std::vector<std::string> listed_;
  std::optional<ReadError> error_;
};

}  // namespace

std::expected<void, ReadError> add_snapshot(Estate& estate, const std::filesystem::path& folder,
                                            std::vector<std::string>& left_out) {
  return SnapshotReader(estate, folder, left_out).read();
}

}  // namespace redoubt::estate
