#include "rights/texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "estate/binder.hpp"
#include "estate/domain.hpp"
#include "iam/contains.hpp"
#include "iam/policy.hpp"
#include "iam/request.hpp"
#include "rights/arn_forms.hpp"

namespace redoubt::rights {
namespace {

using estate::Kind;
using estate::Resource;
using estate::Value;
using iam::contains;

template <class T>
void add_once(std::vector<T>& to, std::string_view one) {
  if (!one.empty() && one.find_first_of("*?") == std::string_view::npos && !contains(to, one)) to.emplace_back(one);
}

// A text with open places: literal characters, wildcards, symbols.
struct Part {
  std::string literal;
  std::uint32_t symbol = estate::no_index;
  bool any = false;      // a wildcard: any text
  bool any_one = false;  // one character
};

using Solution = std::map<std::uint32_t, std::string>;

// Values of the symbols with which the parts make up `text`; the shortest first, and no more than a few.
class Solver {
 public:
  explicit Solver(std::vector<Part> parts) : parts_(std::move(parts)) {}

  std::vector<Solution> solve(std::string_view text) {
    go(0, text);
    return std::move(found_);
  }

 private:
  static constexpr std::size_t most_solutions = 8;
  static constexpr std::size_t most_steps = 20000;

  void go(std::size_t at, std::string_view rest) {
    if (found_.size() == most_solutions || ++steps_ > most_steps) return;
    if (at == parts_.size()) {
      if (rest.empty() && !contains(found_, chosen_)) found_.push_back(chosen_);
      return;
    }
    const Part& part = parts_[at];
    if (part.any_one) {
      if (!rest.empty()) go(at + 1, rest.substr(1));
    } else if (part.any) {
      for (std::size_t length = 0; length <= rest.size(); ++length) go(at + 1, rest.substr(length));
    } else if (part.symbol == estate::no_index) {
      if (rest.starts_with(part.literal)) go(at + 1, rest.substr(part.literal.size()));
    } else if (const auto known = chosen_.find(part.symbol); known != chosen_.end()) {
      if (rest.starts_with(known->second)) go(at + 1, rest.substr(known->second.size()));
    } else {
      const std::size_t least = at + 1 == parts_.size() ? rest.size() : 0;
      for (std::size_t length = least; length <= rest.size(); ++length) {
        chosen_[part.symbol] = rest.substr(0, length);
        go(at + 1, rest.substr(length));
      }
      chosen_.erase(part.symbol);
    }
  }

  std::vector<Part> parts_;
  Solution chosen_;
  std::vector<Solution> found_;
  std::size_t steps_ = 0;
};

std::vector<Part> parts_of(std::string_view literal) {
  std::vector<Part> out;
  for (const char c : literal) {
    if (c == '*' || c == '?') {
      out.push_back({{}, estate::no_index, c == '*', c == '?'});
      continue;
    }
    if (out.empty() || out.back().any || out.back().any_one) out.emplace_back();
    out.back().literal += c;
  }
  return out;
}

std::vector<Value> pieces(Value value) {
  if (value.is(Kind::joined)) return std::move(value.items);
  return {std::move(value)};
}

}  // namespace

void Hints::add_names(std::string_view arn) {
  add_once(accounts, iam::arn_field(arn, 4));
  // What it lies in too: a bucket of an object, a function of a version.
  const std::string_view last = iam::arn_field(arn, 5);
  for (std::size_t end = 1; end <= last.size(); ++end) {
    if (end < last.size() && last[end] != '/' && last[end] != ':') continue;
    const std::string_view part = last.substr(0, end);
    add_once(names, part);
    add_once(names, part.substr(part.find_first_of("/:") + 1));
    add_once(names, part.substr(part.find_last_of("/:") + 1));
  }
}

void Hints::add_action(std::string_view action) {
  add_once(actions, action);
}

void Hints::add_resource(std::string_view arn) {
  add_once(resources, arn);
  if (!arn.starts_with("arn:")) return;
  add_once(regions, iam::arn_field(arn, 3));
  add_names(arn);
  const std::size_t begin = arn.size() - iam::arn_field(arn, 5).size();
  for (std::size_t at = begin; at < arn.size(); ++at)
    if (arn[at] == '/' || arn[at] == ':') add_once(resources, arn.substr(0, at));
}

void Hints::add_principal(std::string_view arn) {
  const auto principal = iam::Principal::parse(arn);
  if (!principal) return;
  add_once(principals, principal->name);
  add_once(principals, principal->account);
  if (!principal->account.empty()) add_names(principal->name);
  if (principal->role.empty()) return;
  add_once(principals, principal->role);
  add_names(principal->role);
}

std::string service_of(const Resource& resource) {
  if (const ArnForm* form = arn_form(resource.type)) return std::string(iam::arn_field(form->arn, 2));
  const std::string_view type = std::string_view(resource.type).substr(std::min<std::size_t>(5, resource.type.size()));
  return iam::lower(type.substr(0, type.find(':')));
}

// A pseudo parameter of a stack, in the case in which it is one of those that the question names, or in none of them.
std::string Texts::pseudo(std::uint32_t stack, std::string_view name) {
  const bool is_account = name == "AWS::AccountId";
  const auto& candidates = is_account ? hints_.accounts : hints_.regions;
  const auto& parameters = case_.estate().parameters;
  for (std::uint32_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].stack != stack || parameters[i].name != name) continue;
    // It may have been decided already, by a condition.
    Value symbol;
    symbol.kind = Kind::symbol;
    symbol.index = i;
    if (const auto decided = scalar_text(case_.resolve(symbol))) return *decided;
    for (const std::string& candidate : candidates)
      if (case_.equals(i, candidate)) return candidate;
  }
  return std::string(is_account ? some_account : some_region);
}

std::string Texts::account(const Resource& resource) {
  if (!resource.account.empty()) return resource.account;
  if (const auto of_arn = iam::arn_field(resource.arn, 4); !of_arn.empty()) return std::string(of_arn);
  if (resource.stack != estate::no_index) return pseudo(resource.stack, "AWS::AccountId");
  // An answer that does not say its account is of the one that all others are of.
  std::string only;
  for (const Resource& other : case_.estate().resources) {
    if (other.stack != estate::no_index) continue;
    const std::string_view of_other =
        other.account.empty() ? iam::arn_field(other.arn, 4) : std::string_view(other.account);
    if (of_other.size() != some_account.size() || of_other == only) continue;
    if (!only.empty()) return {};
    only = of_other;
  }
  return only;
}

std::string Texts::region(const Resource& resource) {
  if (!resource.region.empty()) return resource.region;
  if (resource.stack != estate::no_index) return pseudo(resource.stack, "AWS::Region");
  // The question presupposes that an answer which does not say its region is of the one that it asks about.
  return hints_.regions.size() == 1 ? hints_.regions.front() : std::string(some_region);
}

// Asks for values of the open parameters with which the value is `wanted`.
Texts::Solved Texts::solve(const Value& value, std::string_view wanted) {
  std::vector<Part> parts;
  bool has_symbol = false;
  for (const Value& piece : pieces(value)) {
    if (const auto text = estate::scalar_text(piece)) {
      for (Part& part : parts_of(*text)) parts.push_back(std::move(part));
    } else if (piece.is(Kind::symbol) && !estate::is_list(case_.estate().parameters[piece.index])) {
      parts.push_back({{}, piece.index, false, false});
      has_symbol = true;
    } else {
      return Solved::never;
    }
  }
  if (!has_symbol) return Solved::never;
  const std::vector<Solution> solutions = Solver(std::move(parts)).solve(wanted);
  if (solutions.empty()) return Solved::never;
  const bool is_here = std::ranges::any_of(solutions, [&](const Solution& solution) {
    return std::ranges::all_of(solution, [&](const auto& one) { return case_.equals(one.first, one.second); });
  });
  return is_here ? Solved::here : Solved::not_here;
}

// With all decided that the question may hang on.
Value Texts::decided(const Value& value, const Hints::Names& wanted) {
  (void)case_.rendered(value);  // chooses the parameters whose values are listed
  Value out = case_.resolve(value);
  for (const Value& piece : pieces(out)) {
    if (!piece.is(Kind::symbol)) continue;
    const estate::Parameter& parameter = case_.estate().parameters[piece.index];
    if (parameter.name == "AWS::AccountId" || parameter.name == "AWS::Region")
      (void)pseudo(parameter.stack, parameter.name);
  }
  out = case_.resolve(value);
  Solved solved = Solved::never;
  for (const std::string& name : wanted) {
    const Solved one = solve(out, name);
    if (one != Solved::never) solved = one;
    if (one == Solved::here) break;
  }
  if (solved == Solved::never) return out;
  out = case_.resolve(value);
  // And for one with which it is something else: a case that shows what then follows.
  for (const Value& piece : pieces(out))
    if (piece.is(Kind::symbol) && !estate::is_list(case_.estate().parameters[piece.index]))
      (void)case_.equals(piece.index, "another");
  return case_.resolve(value);
}

Text Texts::of(const Value& value, const Hints::Names& wanted) {
  return of(value, wanted, false);
}

Text Texts::of(const Value& value, const Hints::Names& wanted, bool is_name) {
  const Value whole = decided(value, wanted);
  Text out;
  // A wildcard in the place of what is open stays where it is in the last field of an ARN only: elsewhere a value may
  // hold the fields that follow. A name is no ARN.
  bool anything = false;
  const auto add_open = [&](const Text& part) {
    const bool within_last_field = out.widest.starts_with("arn:") && std::ranges::count(out.widest, ':') >= 5;
    anything = anything || !(within_last_field || (out.widest.empty() && part.widest.starts_with("arn:")));
    out.text += part.text;
    out.widest += part.widest;
    if (out.open.empty()) out.open = part.open;
  };
  for (const Value& piece : pieces(whole)) {
    std::optional<std::string> literal = estate::scalar_text(piece);
    if (!literal && piece.is(Kind::symbol) && !estate::is_list(case_.estate().parameters[piece.index])) {
      const estate::Parameter& parameter = case_.estate().parameters[piece.index];
      if (parameter.name == "AWS::AccountId" || parameter.name == "AWS::Region") {
        literal = pseudo(parameter.stack, parameter.name);
      } else {
        add_open({fmt::format("<{}>", parameter.name),
                  fmt::format("the parameter {} {}", parameter.name, describe(parameter)), "*"});
        continue;
      }
    }
    if (literal) {
      out.text += *literal;
      out.widest += *literal;
    } else if (piece.is(Kind::reference)) {
      const Text part = attribute(case_.estate().resources[piece.index], piece.text);
      if (part.is_certain()) {
        out.text += part.text;
        out.widest += part.text;
      } else {
        add_open(part);
      }
    } else {
      add_open({"<unknown>", piece.is(Kind::unknown) ? piece.text : "what should be a text is none", "*"});
    }
  }
  if (anything && !is_name) out.widest = "*";
  return out;
}

Text Texts::name(const Resource& resource) {
  const ArnForm* form = arn_form(resource.type);
  if (!form) return {resource.id, fmt::format("the name of {} is not known", resource.id), "*"};
  if (!form->name.empty())
    if (const Value given = case_.get(resource, form->name)) return of(given, hints_.names, true);
  Text out{resource.id, {}, {}};
  if (resource.stack == estate::no_index) return out;
  const std::string_view before = form->arn.substr(0, form->arn.find('{'));
  if (hints_.any_name) return {resource.id, fmt::format("AWS makes the name of {}", resource.id), "*"};
  const auto look = [&](const std::string& wanted) {
    if (!wanted.starts_with(before)) return;
    const std::string_view last = iam::arn_field(wanted, 5);
    const std::string_view given = last.substr(last.find_last_of("/:") + 1);
    if (given != resource.id && may_be_made(*form, resource.id, given))
      out = {resource.id, fmt::format("AWS makes the name of {}: it may be {}", resource.id, given), "*"};
  };
  std::ranges::for_each(hints_.resources, look);
  std::ranges::for_each(hints_.principals, look);
  return out;
}

Text Texts::arn(const Resource& resource) {
  if (!resource.arn.empty()) return {resource.arn, {}, {}};
  const ArnForm* form = arn_form(resource.type);
  if (!form) {
    const std::string before =
        fmt::format("arn:aws:{}:{}:{}:", service_of(resource), region(resource), account(resource));
    return {before + resource.id, fmt::format("the ARN of {} is known only when AWS made it", resource.id), "*"};
  }
  Text out = name(resource);
  Text path{"/", {}, "/"};
  if (form->arn.find("{path}") != std::string_view::npos)
    if (const Value given = case_.get(resource, "Path")) path = of(given);
  const auto filled = [&](const std::string& with_path, const std::string& with_name) {
    std::string text(form->arn);
    const auto fill = [&](std::string_view what, const std::string& with) {
      if (const std::size_t at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
    };
    if (text.find("{region}") != std::string::npos) fill("{region}", region(resource));
    if (text.find("{account}") != std::string::npos) fill("{account}", account(resource));
    fill("{path}", with_path);
    fill("{name}", with_name);
    return text;
  };
  const bool is_certain = out.is_certain() && path.is_certain();
  out.widest = is_certain
                   ? std::string()
                   : filled(path.is_certain() ? path.text : path.widest, out.is_certain() ? out.text : out.widest);
  out.text = filled(path.text, out.text);
  if (out.open.empty()) out.open = std::move(path.open);
  // "The six random characters at its end": those of the question, where it speaks of this secret.
  if (form->type == "AWS::SecretsManager::Secret") {
    const std::string base = out.text + "-";
    const auto meant = std::ranges::find_if(hints_.resources, [&](const std::string& wanted) {
      return (wanted.size() == base.size() + 6 && wanted.starts_with(base)) || wanted == out.text;
    });
    out.text = meant != hints_.resources.end() ? *meant : base + "xxxxxx";
    if (!is_certain) out.widest += "-??????";
  }
  return out;
}

// What Ref and GetAtt give.
Text Texts::attribute_of(const Resource& resource, std::string_view attribute) {
  const ArnForm* form = arn_form(resource.type);
  const std::string_view type = std::string_view(resource.type).substr(resource.type.rfind(':') + 1);
  const auto is = [&](std::string_view end) {
    return attribute == end ||
           (attribute.ends_with(end) && type.ends_with(attribute.substr(0, attribute.size() - end.size())));
  };
  if (is("Arn") || (attribute.empty() && form && form->ref == Ref::arn)) {
    Text out = arn(resource);
    if (!form) return out;
    out.text += form->suffix;
    if (!out.is_certain()) out.widest += form->suffix;
    return out;
  }
  if ((form && attribute.empty() && form->ref == Ref::name) || is("Name") || (form && attribute == "KeyId"))
    return name(resource);
  const std::string written = attribute.empty() ? resource.id : fmt::format("{}.{}", resource.id, attribute);
  return {fmt::format("<{}>", written), fmt::format("{} is known only when AWS made {}", written, resource.id), "*"};
}

// A name may be made of other names; CloudFormation refuses those that lead back to themselves.
Text Texts::attribute(const Resource& resource, std::string_view attribute) {
  if (depth_ == most_names) return {fmt::format("<{}>", resource.id), "names are made of one another", "*"};
  ++depth_;
  Text out = attribute_of(resource, attribute);
  --depth_;
  return out;
}

}  // namespace redoubt::rights
