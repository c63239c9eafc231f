#include "loops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "binder.hpp"

namespace redoubt::estate {
namespace {

constexpr std::string_view prefix = "Fn::ForEach::";
constexpr std::size_t most_values = 200'000;  // that unrolling may make; CloudFormation's templates end at 1 MB

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Variable {
  std::string name, value, alphanumeric;
};

class Unroller {
 public:
  Unroller(const Value& document, std::string_view name) : document_(document), name_(name) {}

  std::expected<Unrolled, ReadError> unroll() {
    Unrolled out;
    out.document = copy(document_);
    out.gaps = std::move(gaps_);
    if (error_) return std::unexpected(std::move(*error_));
    return out;
  }

 private:
  void fail(std::string reason, Location at) {
    if (!error_) error_ = ReadError{std::string(name_), at.line, std::move(reason)};
  }

  // Recursion is bounded by the document's depth: a loop's body lies deeper in it than the loop.
  Value copy(const Value& value) {
    if (error_) return {};
    if (++values_ > most_values) {
      fail(fmt::format("the loops make more than {} values", most_values), value.at);
      return {};
    }
    Value out;
    out.kind = value.kind;
    out.boolean = value.boolean;
    out.at = value.at;
    out.text = value.is(Kind::text) ? substitute(value.text) : value.text;
    if (const std::string* named = variable(value)) {
      Value content = text(*named);
      content.at = value.at;
      return content;
    }
    for (const Value& each : value.items) out.items.push_back(copy(each));
    for (const Member& each : value.members) {
      if (!each.name.starts_with(prefix)) {
        add(out, {substitute(each.name), copy(each.value), each.at});
      } else if (!unroll_into(out, each)) {
        return unknown("Fn::ForEach loops over what is not known before the stack is made", each.at);
      }
    }
    return out;
  }

  void add(Value& object, Member member) {
    if (!variables_.empty() && std::ranges::find(object.members, member.name, &Member::name) != object.members.end()) {
      fail(fmt::format("Fn::ForEach makes {} twice", member.name), member.at);
      return;
    }
    object.members.push_back(std::move(member));
  }

  // False where the loop cannot be unrolled and its place is not a section.
  bool unroll_into(Value& object, const Member& loop) {
    const auto& parts = loop.value.items;
    if (!loop.value.is(Kind::list) || parts.size() != 3 || !parts[0].is(Kind::text) || !parts[2].is(Kind::object)) {
      fail("Fn::ForEach takes an identifier, a collection and an object", loop.at);
      return true;
    }
    const auto elements = collection(parts[1]);
    if (!elements) {
      for (const std::string_view section : {"Resources", "Conditions", "Outputs"}) {
        const Value& whole = document_[section];
        if (!std::ranges::any_of(whole.members, [&](const Member& m) { return &m == &loop; })) continue;
        gaps_.push_back(unknown(fmt::format("{} over what is not known before the stack is made", loop.name), loop.at));
        return true;
      }
      return false;
    }
    for (const std::string& element : *elements) {
      Variable& variable = variables_.emplace_back(Variable{parts[0].text, element, {}});
      std::ranges::copy_if(element, std::back_inserter(variable.alphanumeric), is_alphanumeric);
      for (const Member& each : parts[2].members) {
        if (!each.name.starts_with(prefix)) {
          add(object, {substitute(each.name), copy(each.value), each.at});
        } else if (!unroll_into(object, each)) {
          gaps_.push_back(
              unknown(fmt::format("{} over what is not known before the stack is made", each.name), each.at));
        }
      }
      variables_.pop_back();
      if (error_) break;
    }
    return true;
  }

  // A list of texts, or a list that a mapping holds under texts.
  std::optional<std::vector<std::string>> collection(const Value& value) {
    const Value given = copy(value);
    const Value* list = &given;
    if (function_of(given) == "Fn::FindInMap") {
      const auto& path = given.members[0].value.items;
      if (path.size() < 3 ||
          !std::all_of(path.begin(), path.begin() + 3, [](const Value& v) { return scalar_text(v).has_value(); })) {
        return std::nullopt;
      }
      list = &document_["Mappings"][*scalar_text(path[0])][*scalar_text(path[1])][*scalar_text(path[2])];
    }
    if (!list->is(Kind::list)) return std::nullopt;
    std::vector<std::string> out;
    for (const Value& each : list->items) {
      const auto element = scalar_text(each);
      if (!element) return std::nullopt;
      out.push_back(*element);
    }
    return out;
  }

  // `{"Ref": "Identifier"}`
  [[nodiscard]] const std::string* variable(const Value& value) const {
    if (function_of(value) != "Ref" || !value.members[0].value.is(Kind::text)) return nullptr;
    const auto found = std::ranges::find(variables_, value.members[0].value.text, &Variable::name);
    return found == variables_.end() ? nullptr : &found->value;
  }

  // `${Identifier}` stands for the element, `&{Identifier}` for its letters and digits.
  [[nodiscard]] std::string substitute(std::string_view text) const {
    std::string out(text);
    for (const Variable& each : variables_) {
      replace(out, fmt::format("${{{}}}", each.name), each.value);
      replace(out, fmt::format("&{{{}}}", each.name), each.alphanumeric);
    }
    return out;
  }

  static void replace(std::string& text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
      text.replace(at, what.size(), with);
    }
  }

  const Value& document_;
  std::string_view name_;
  std::vector<Variable> variables_;
  std::vector<Value> gaps_;
  std::size_t values_ = 0;
  std::optional<ReadError> error_;
};

}  // namespace

std::expected<Unrolled, ReadError> unroll_loops(const Value& document, std::string_view name) {
  return Unroller(document, name).unroll();
}

}  // namespace redoubt::estate
