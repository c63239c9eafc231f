#include "policies.hpp"

#include <fmt/format.h>

#include "reading.hpp"
#include "redoubt/json.hpp"

namespace redoubt::controls {
namespace {

using State = Known<Readable>::State;

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

// What a placeholder becomes: `${…}` would be a policy variable.
std::string stand_in(const estate::Rendered::Hole& hole) {
  if (hole.placeholder == "${AWS::AccountId}") return std::string(own_account);
  if (hole.placeholder == "${AWS::Partition}") return "aws";
  if (hole.placeholder == "${AWS::Region}") return "own-region-1";
  if (hole.placeholder == "${AWS::URLSuffix}") return "amazonaws.com";
  std::string name = hole.placeholder.substr(2, hole.placeholder.size() - 3);
  if (hole.resource == nullptr) return fmt::format("parameter.{}", name);
  if (!name.ends_with("Arn")) return name;
  const std::string& type = hole.resource->type;
  const std::string_view kind = type == "AWS::IAM::Role" ? "role" : type == "AWS::IAM::User" ? "user" : "";
  if (!kind.empty()) return fmt::format("arn:aws:iam::{}:{}/{}", own_account, kind, hole.resource->id);
  return fmt::format("arn:aws:own:own-region-1:{}:{}", own_account, name);
}

std::string write(Inquiry& ask, json::Writer& writer, const Value& value, bool& assumes) {
  switch (value.kind) {
    case Kind::object:
      writer.begin_object();
      for (const estate::Member& member : value.members) {
        writer.name(member.name);
        if (std::string why = write(ask, writer, member.value, assumes); !why.empty()) return why;
      }
      writer.end_object();
      return {};
    case Kind::list:
      writer.begin_array();
      for (const Value& item : value.items)
        if (std::string why = write(ask, writer, item, assumes); !why.empty()) return why;
      writer.end_array();
      return {};
    case Kind::null:
      writer.null();
      return {};
    case Kind::boolean:
      writer.value(value.boolean);
      return {};
    case Kind::number:
      writer.value(std::string_view(value.text));
      return {};
    case Kind::unknown:
      return value.text;
    default:
      break;
  }
  Known<estate::Rendered> text = ask.in().rendered(value);
  if (!text.known()) return text.absent() ? "a part of the policy is absent" : text.why;
  for (const estate::Rendered::Hole& hole : text.value.holes) {
    assumes = assumes || hole.parameter != estate::no_index;
    replace_all(text.value.text, hole.placeholder, stand_in(hole));
  }
  writer.value(std::string_view(text.value.text));
  return {};
}

}  // namespace

Known<Readable> policy_of(Inquiry& ask, const Document& document) {
  std::string text;
  json::Writer writer(text);
  bool assumes = false;
  if (std::string why = write(ask, writer, document.value, assumes); !why.empty())
    return {State::unknown, {}, std::move(why)};
  auto policy = iam::parse_policy(std::move(text), document.name);
  if (!policy) return {State::unknown, {}, fmt::format("the policy cannot be read: {}", policy.error().text())};
  // The text is one line that was made here: a statement is named by its line in the source.
  const std::vector<Value> written = items_of(document.value["Statement"]);
  for (std::size_t i = 0; i < policy->statements.size() && i < written.size(); ++i) {
    iam::Statement& statement = policy->statements[i];
    const std::string name = statement.sid.empty() ? fmt::format("{}", i + 1) : statement.sid;
    statement.origin = fmt::format("{}, statement {} (line {})", document.name, name, written[i].at.line);
  }
  return {State::known, {*std::move(policy), assumes}, {}};
}

}  // namespace redoubt::controls
