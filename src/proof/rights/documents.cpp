#include "rights/documents.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "estate/document.hpp"

namespace redoubt::rights {
namespace {

using estate::Kind;
using estate::Member;
using estate::Value;

// One for a list, one for anything else.
std::vector<Value> items_of(const Value& value) {
  if (value.is(Kind::list)) return value.items;
  return {value};
}

bool is_scalar(const Value& value) {
  return !value.is(Kind::object) && !value.is(Kind::list) && !value.is(Kind::absent);
}

// One statement being read: wider than it may be, or narrower.
class StatementReader {
 public:
  StatementReader(Documents& documents, bool widen) : documents_(documents), widen_(widen) {}

  // None where the statement, read narrowly, may say nothing.
  std::optional<Value> read(const Value& statement) {
    Value out = estate::object({});
    for (const Member& member : statement.members) {
      const std::string& name = member.name;
      if (name == "Sid") {
        if (const Text sid = documents_.texts().of(member.value); sid.is_certain()) out.set(name, text_of(sid.text));
      } else if (name == "Action" || name == "Resource") {
        add_list(out, name, member.value);
      } else if (name == "NotAction" || name == "NotResource") {
        add_complement(out, name, member.value);
      } else if (name == "Principal" || name == "NotPrincipal") {
        add_principal(out, name, member.value);
      } else if (name == "Condition") {
        add_conditions(out, member.value);
      } else if (name == "Effect") {
        out.set(name, text_of(documents_.texts().of(member.value).text));
      } else {
        out.set(name, member.value);  // the policy's reader says what is wrong with it
      }
      if (says_nothing_) return std::nullopt;
    }
    return out;
  }

 private:
  static constexpr std::string_view nothing = "<unknown>:<unknown>";  // matches no action and no resource

  static Value text_of(std::string_view text) { return estate::text(text); }

  // The texts of a list: open ones as wide as they may be, or as the names that they surely are.
  Value texts(const std::string& name, const Value& value, bool widen) {
    const Hints& hints = documents_.texts().hints();
    const Hints::Names& wanted = name.ends_with("Action") ? hints.actions : hints.resources;
    Value out = estate::list({});
    for (const Value& item : items_of(value)) {
      const Text text = documents_.texts().of(item, wanted);
      if (!text.is_certain()) documents_.note(text.open);
      if (text.is_certain() || widen) {
        out.items.push_back(text_of(text.is_certain() ? text.text : text.widest));
        continue;
      }
      // An action without its service would be refused: it is none that anybody asks for.
      const bool is_readable = !name.ends_with("Action") || text.text.find(':') != std::string::npos;
      if (documents_.keeps_open_names() && is_readable) out.items.push_back(text_of(text.text));
    }
    return out;
  }

  void add_list(Value& out, const std::string& name, const Value& value) {
    Value list = widen_ && !is_readable(value) ? text_of("*") : texts(name, value, widen_);
    if (list.is(Kind::list) && list.items.empty()) says_nothing_ = true;
    out.set(name, std::move(list));
  }

  // A complement is wide where what it leaves out is narrow.
  void add_complement(Value& out, const std::string& name, const Value& value) {
    Value list = is_readable(value) ? texts(name, value, !widen_) : text_of(widen_ ? nothing : "*");
    if (list.is(Kind::list) && list.items.empty()) list = text_of(nothing);
    out.set(name, std::move(list));
  }

  // An unknown list is more than one unknown text.
  [[nodiscard]] static bool is_readable(const Value& value) { return value.is(Kind::list) || is_scalar(value); }

  void add_principal(Value& out, const std::string& name, const Value& value) {
    const bool is_complement = name == "NotPrincipal";
    std::string open;
    Value known = estate::object({});
    if (value.is(Kind::object)) {
      for (const Member& kind : value.members) {
        Value names = estate::list({});
        for (const Value& item : items_of(kind.value)) {
          const Text text = documents_.texts().of(item, documents_.texts().hints().principals);
          // A role that AWS makes is that role, whatever its name.
          if (text.is_certain() || text.text.starts_with("arn:")) names.items.push_back(text_of(text.text));
          if (!text.is_certain() && open.empty()) open = text.open;
        }
        if (!names.items.empty()) known.set(kind.name, std::move(names));
      }
    } else {
      const Text text = documents_.texts().of(value);
      if (text.is_certain()) {
        out.set(name, text_of(text.text));
        return;
      }
      open = text.open;
    }
    if (!open.empty()) documents_.note(open);
    if (open.empty() || (widen_ == is_complement && !known.members.empty())) {
      out.set(name, std::move(known));
    } else if (widen_) {
      out.set("Principal", text_of("*"));
    } else {
      says_nothing_ = true;
    }
  }

  void add_conditions(Value& out, const Value& value) {
    Value conditions = estate::object({});
    const auto leave_out = [&](const std::string& why) {
      documents_.note(why);
      if (!widen_) says_nothing_ = true;
    };
    if (!value.is(Kind::object)) return leave_out(value.is(Kind::unknown) ? value.text : "a Condition is not known");
    for (const Member& kind : value.members) {
      if (!kind.value.is(Kind::object)) {
        leave_out("a part of a Condition is not known");
        continue;
      }
      Value keys = estate::object({});
      for (const Member& key : kind.value.members) {
        Value values = estate::list({});
        std::string open;
        for (const Value& item : items_of(key.value)) {
          const Text text = documents_.texts().of(item);
          if (!text.is_certain() && open.empty()) open = text.open;
          values.items.push_back(text_of(text.text));
        }
        if (!open.empty())
          leave_out(open);
        else
          keys.set(key.name, std::move(values));
      }
      if (!keys.members.empty()) conditions.set(kind.name, std::move(keys));
    }
    out.set("Condition", std::move(conditions));
  }

  Documents& documents_;
  bool widen_;
  bool says_nothing_ = false;
};

iam::Statement anything(Lean lean, bool of_resource, std::string origin) {
  iam::Statement out;
  out.effect = lean == Lean::generous ? iam::Effect::allow : iam::Effect::deny;
  if (of_resource)
    out.principals = iam::Principals{.everyone = true, .aws = {}, .service = {}, .federated = {}, .canonical = {}};
  out.actions = {"*"};
  out.resources = {"*"};
  out.origin = std::move(origin);
  return out;
}

}  // namespace

Value as_document(Value value) {
  if (!value.is(Kind::text)) return value;
  auto read = estate::read_document(value.text, value.at.file, "policy");
  if (!read) return estate::unknown(fmt::format("the policy cannot be read: {}", read.error().reason), value.at);
  return *std::move(read);
}

iam::Policy Documents::unknown(const std::string& name, std::string why, bool of_resource) {
  iam::Policy out{name, {}};
  out.statements.push_back(anything(lean_, of_resource, fmt::format("{}, which may say anything ({})", name, why)));
  note(fmt::format("{}: {}", name, why));
  return out;
}

iam::Policy Documents::read(const Value& value, const std::string& name, bool of_resource) {
  const Value document = as_document(value);
  if (!document.is(Kind::object))
    return unknown(name, document.is(Kind::unknown) ? document.text : "the document is not known", of_resource);
  iam::Policy out{name, {}};
  Value rest = estate::object({});
  for (const Member& member : document.members) {
    if (member.name == "Statement") continue;
    const Text text = texts_.of(member.value);
    if (!text.is_certain()) return unknown(name, text.open, of_resource);
    rest.set(member.name, estate::text(text.text));
  }
  if (!document["Statement"]) return unknown(name, "it has no Statement", of_resource);
  std::size_t number = 0;
  for (const Value& statement : items_of(document["Statement"])) {
    ++number;
    const std::string place = texts_.in().estate().place(statement.at);
    const auto add_unknown = [&](const std::string& why) {
      note(fmt::format("{}, statement {} ({}): {}", name, number, place, why));
      out.statements.push_back(anything(lean_, of_resource, fmt::format("{}, statement {} ({})", name, number, place)));
    };
    if (!statement.is(Kind::object)) {
      add_unknown(statement.is(Kind::unknown) ? statement.text : "the statement is not known");
      continue;
    }
    if (of_resource && !statement["Principal"] && !statement["NotPrincipal"]) {
      add_unknown("it names no Principal, without which AWS refuses the policy of a resource");
      continue;
    }
    const Text effect = texts_.of(statement["Effect"]);
    if (!effect.is_certain()) {
      add_unknown(effect.open);
      continue;
    }
    const auto read = StatementReader(*this, (effect.text == "Allow") == (lean_ == Lean::generous)).read(statement);
    if (!read) continue;
    Value alone = rest;
    alone.set("Statement", *read);
    auto policy = iam::parse_policy(estate::write_json(alone), name);
    if (!policy) {
      add_unknown(policy.error().reason);
      continue;
    }
    iam::Statement& parsed = policy->statements.front();
    parsed.origin = parsed.sid.empty() ? fmt::format("{}, statement {} ({})", name, number, place)
                                       : fmt::format("{}, statement {} ({})", name, parsed.sid, place);
    out.statements.push_back(std::move(parsed));
  }
  return out;
}

}  // namespace redoubt::rights
