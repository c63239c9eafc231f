#include "iam/space.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <ranges>
#include <string_view>
#include <utility>

#include "iam/cells.hpp"
#include "iam/conditions.hpp"
#include "iam/contains.hpp"
#include "iam/evaluate.hpp"
#include "iam/key_values.hpp"
#include "iam/presence.hpp"

namespace redoubt::iam {
namespace {

constexpr Symbol one_in_field{Symbol::Kind::one_in_field};
constexpr Symbol run_in_field{Symbol::Kind::run_in_field};

// The strings that an action or a resource can be, with markers anywhere (Glob::loosen). Where a policy names a
// resource that is no ARN, any text can.
const std::vector<Glob>& universe_of(Glob::Dialect dialect, bool arns_only) {
  static const std::vector<Glob> actions{
      Glob({one_in_field, run_in_field, {Symbol::Kind::byte, ':'}, one_in_field, run_in_field})};
  static const std::vector<Glob> resources{Glob::read(Glob::Dialect::arn, "arn:?*:?*:*:*:?*", nullptr)->loosened(),
                                           Glob::read(Glob::Dialect::exact, "*", nullptr)->loosened()};
  static const std::vector<Glob> texts{Glob::read(Glob::Dialect::like, "?*", nullptr)->loosened()};
  if (dialect == Glob::Dialect::action) return actions;
  return arns_only ? resources : texts;
}

bool has_variable(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

// The keys that follow from who asks: Principal::keys.
constexpr std::array<std::string_view, 6> principal_keys{"aws:principalaccount",      "aws:principalarn",
                                                         "aws:principalisawsservice", "aws:principalservicename",
                                                         "aws:principaltype",         "aws:username"};

constexpr std::string_view type_key = "aws:principaltype";

// The ARNs that the role of a session may have: its path is not part of the session's.
std::vector<Glob> roles_of(const Principal& session) {
  const std::string_view role = session.role;
  const std::size_t slash = role.rfind('/') + 1;
  std::vector<Glob> out;
  for (const std::string_view path : {"", "*/"})
    if (auto glob = Glob::read(Glob::Dialect::arn,
                               std::string(role.substr(0, slash)).append(path).append(role.substr(slash)), nullptr))
      out.push_back(*std::move(glob));
  return out;
}

}  // namespace

std::optional<Space::Patterns> Space::divide(std::vector<Text> texts, const std::vector<Text>* asked,
                                             Glob::Dialect dialect, const std::optional<std::string>& pinned,
                                             const Context& variables, Budget& budget) {
  std::ranges::sort(texts);
  const auto repeated = std::ranges::unique(texts);
  texts.erase(repeated.begin(), repeated.end());

  Patterns out{.texts = std::move(texts), .cells = {}, .witnesses = {}};
  out.cells.resize(out.texts.size());
  std::vector<Glob> globs;          // those asked for first
  std::vector<std::size_t> number;  // of the text of each glob
  std::vector<std::size_t> everything;
  std::optional<std::size_t> of_first;
  if (asked) of_first = 0;
  bool arns_only = true;
  for (const bool first : {true, false}) {
    for (std::size_t i = 0; i < out.texts.size(); ++i) {
      const auto& [text, is_variable, loose] = out.texts[i];
      if ((asked && contains(*asked, out.texts[i])) != first) continue;
      arns_only = arns_only && (text.starts_with("arn:") || text.starts_with('*'));
      auto glob = Glob::read(dialect, text, is_variable ? &variables : nullptr);
      if (!glob) continue;  // it matches nothing
      if (loose) glob->loosen();
      if (glob->is_everything()) {
        everything.push_back(i);
        if (first) of_first = std::nullopt;
      } else {
        globs.push_back(std::move(*glob));
        number.push_back(i);
        if (first && of_first) ++*of_first;
      }
    }
  }
  if (pinned) {
    out.witnesses = {*pinned};
    for (std::size_t i = 0; i < globs.size(); ++i)
      if (globs[i].matches(*pinned)) out.cells[number[i]].push_back(0);
  } else {
    auto found = iam::cells(globs, universe_of(dialect, arns_only), budget, of_first);
    if (!found) return std::nullopt;
    for (std::uint32_t cell = 0; cell < found->size(); ++cell) {
      for (const std::uint32_t glob : (*found)[cell].patterns) out.cells[number[glob]].push_back(cell);
      out.witnesses.push_back(std::move((*found)[cell].witness));
    }
  }
  // As the policies spell it, where they do: actions are matched in lower case.
  if (dialect == Glob::Dialect::action)
    for (std::string& witness : out.witnesses)
      for (const Text& one : out.texts)
        if (lower(one.text) == witness) witness = one.text;
  for (const std::size_t i : everything)
    for (std::uint32_t cell = 0; cell < out.witnesses.size(); ++cell) out.cells[i].push_back(cell);
  return out;
}

std::optional<Space> Space::make(const std::vector<const Statement*>& statements,
                                 const std::vector<const Statement*>& asked, const Pins& pins, Budget& budget) {
  Space space;
  space.rounding_ = pins.rounding;
  const auto add = [&](const std::vector<const Statement*>& from, std::vector<Text>& actions,
                       std::vector<Text>& resources) {
    for (const Statement* statement : from) {
      for (const std::string& action : statement->actions) actions.push_back({action, false, false});
      for (const std::string& resource : statement->resources)
        resources.push_back(space.resource_text(*statement, resource));
    }
  };
  std::vector<Text> actions, resources, asked_actions, asked_resources;
  add(statements, actions, resources);
  add(asked, asked_actions, asked_resources);
  // A complement, or no resource at all, asks for everything.
  const bool some_actions =
      !asked.empty() && std::ranges::none_of(asked, [](const Statement* one) { return one->not_action; });
  const bool some_resources = !asked.empty() && std::ranges::none_of(asked, [](const Statement* one) {
    return one->not_resource || one->resources.empty();
  });
  space.pinned_ = pins.context;
  space.variables_ = pins.variables();
  space.principals_ = pins.principals;
  auto divided = divide(std::move(actions), some_actions ? &asked_actions : nullptr, Glob::Dialect::action, pins.action,
                        space.variables_, budget);
  if (!divided) return std::nullopt;
  space.actions_ = std::move(*divided);
  divided = divide(std::move(resources), some_resources ? &asked_resources : nullptr, Glob::Dialect::resource,
                   pins.resource, space.variables_, budget);
  if (!divided) return std::nullopt;
  space.resources_ = std::move(*divided);
  space.action_ = space.shape_.add(space.actions_.witnesses.size());
  space.resource_ = space.shape_.add(space.resources_.witnesses.size());
  space.principal_ = space.shape_.add(std::max<std::size_t>(1, pins.principals.size()));
  if (!space.add_keys(statements, pins, budget)) return std::nullopt;
  space.add_worlds(pins);
  return space;
}

bool Space::add_keys(const std::vector<const Statement*>& statements, const Pins& pins, Budget& budget) {
  std::map<std::string_view, Key> keys;
  for (const Statement* statement : statements) {
    for (const Condition& condition : statement->conditions) {
      Key& key = keys[condition.key];
      const bool variables = statement->variables && std::ranges::any_of(condition.values, has_variable);
      bool known = false;
      for (std::size_t i = 0; i < key.conditions.size(); ++i)
        known = known || (*key.conditions[i] == condition && (key.variables[i] != 0) == variables);
      if (known) continue;
      key.conditions.push_back(&condition);
      key.variables.push_back(static_cast<char>(variables));
    }
  }
  for (auto& [name, key] : keys) {
    key.name = name;
    if (!add_cells(key, pins, budget)) return false;
    key.dimension = shape_.add(key.cells.size());
    keys_.push_back(std::move(key));
  }
  return true;
}

bool Space::add_cells(Key& key, const Pins& pins, Budget& budget) {
  const auto cell_of = [&](std::vector<std::string> values) {
    KeyCell cell{std::move(values), {}};
    for (std::size_t i = 0; i < key.conditions.size(); ++i)
      cell.truth.push_back(
          static_cast<char>(holds(*key.conditions[i], &cell.values, key.variables[i] != 0 ? &variables_ : nullptr)));
    return cell;
  };
  const auto add = [&](std::vector<std::string> values) {
    if (KeyCell cell = cell_of(std::move(values)); !contains(key.cells, cell.truth, &KeyCell::truth))
      key.cells.push_back(std::move(cell));
  };
  if (const auto* values = values_of(pins.context, key.name)) {
    add(*values);
    return true;
  }
  if (follows(key.name)) {
    for (const Principal& principal : pins.principals) {
      const Context follows = principal.keys();
      const auto* values = values_of(follows, key.name);
      add(values ? *values : std::vector<std::string>());
    }
    return true;
  }
  if (!pins.markers.contains(key.name) && !pins.present.contains(key.name)) add({});
  if (pins.is_pinned(key.name)) return true;

  std::vector<const Context*> contexts;
  for (const char variables : key.variables) contexts.push_back(variables ? &variables_ : nullptr);
  std::vector<const Condition*> conditions = key.conditions;
  // Who is of one type sends other keys than who is of the next, so that each has a cell of its own.
  Condition types;
  types.comparison = Comparison::string_equals;
  types.values.assign(principal_types.begin(), principal_types.end());
  const bool is_type = principals_.empty() && key.name == type_key;
  if (is_type) {
    conditions.push_back(&types);
    contexts.push_back(nullptr);
  }
  const bool is_role = !principals_.empty() && key.name == "aws:principalarn";
  const auto telling = telling_values(key.name, conditions, contexts, budget,
                                      is_role ? roles_of(principals_.front()) : std::vector<Glob>());
  if (!telling) return false;
  complete_ = complete_ && telling->complete;
  const std::size_t first = key.cells.size();
  for (const std::string& value : telling->values)
    if (!is_type || !contains(types.values, value)) add({value});
  if (is_type)
    for (const std::string& type : types.values) key.cells.push_back(cell_of({type}));
  if (is_type) std::ranges::rotate(key.cells, key.cells.end() - std::ssize(types.values));  // shown before others
  if (key.cells.empty()) add({"x"});  // it has a value, and no condition can tell which
  if (!may_be_multivalued(key.name, key.conditions)) return true;
  // Each condition asks for any or for all of the values, so what it says of two lists together follows from what it
  // says of each: lists that tell nothing new need not grow.
  const std::size_t singles = key.cells.size();
  for (std::size_t i = first; i < key.cells.size(); ++i) {
    for (std::size_t single = first; single < singles; ++single) {
      if (budget.spent()) return false;
      std::vector<std::string> values = key.cells[i].values;
      if (contains(values, key.cells[single].values.front())) continue;
      values.push_back(key.cells[single].values.front());
      add(std::move(values));
    }
  }
  return true;
}

bool Space::follows(std::string_view key) const {
  if (principals_.empty() || !contains(principal_keys, key)) return false;
  return key != "aws:principalarn" || !principals_.front().role_is_open;
}

void Space::add_worlds_by_type(const Key& type, const Pins& pins) {
  for (std::size_t of_type = 0; of_type < type.cells.size(); ++of_type) {
    const std::vector<std::string>& value = type.cells[of_type].values;
    const auto presence_of = [&](std::string_view key) {
      return value.size() == 1 ? presence_with_type(key, value.front()) : Presence::sometimes;
    };
    const auto contradicts = [&](const auto& keys, Presence presence) {
      return std::ranges::any_of(keys, [&](const std::string& key) { return presence_of(key) == presence; });
    };
    if (contradicts(std::views::keys(pins.context), Presence::never) ||
        contradicts(std::views::keys(pins.markers), Presence::never) || contradicts(pins.absent, Presence::always))
      continue;
    Box world = shape_.everything();
    shape_.clear(world, type.dimension);
    shape_.set(world, type.dimension, of_type);
    for (const Key& key : keys_) {
      const Presence presence = presence_of(key.name);
      if (&key == &type || presence == Presence::sometimes) continue;
      shape_.clear(world, key.dimension);
      for (std::size_t cell = 0; cell < key.cells.size(); ++cell)
        if (key.cells[cell].values.empty() == (presence == Presence::never)) shape_.set(world, key.dimension, cell);
    }
    if (!shape_.is_empty(world)) worlds_.push_back(std::move(world));
  }
}

void Space::add_worlds(const Pins& pins) {
  if (principals_.empty()) {
    const auto type = std::ranges::find(keys_, type_key, &Key::name);
    if (type != keys_.end())
      add_worlds_by_type(*type, pins);
    else
      worlds_ = {shape_.everything()};
    return;
  }
  for (std::size_t i = 0; i < principals_.size(); ++i) {
    Box world = shape_.everything();
    shape_.clear(world, principal_);
    shape_.set(world, principal_, i);
    const Context of_principal = principals_[i].keys();
    for (const Key& key : keys_) {
      if (pinned_.contains(key.name) || !follows(key.name)) continue;
      std::vector<char> truth;
      for (std::size_t c = 0; c < key.conditions.size(); ++c)
        truth.push_back(static_cast<char>(holds(*key.conditions[c], values_of(of_principal, key.name),
                                                key.variables[c] != 0 ? &variables_ : nullptr)));
      const auto cell = std::ranges::find(key.cells, truth, &KeyCell::truth);
      shape_.clear(world, key.dimension);
      shape_.set(world, key.dimension, static_cast<std::size_t>(cell - key.cells.begin()));
    }
    worlds_.push_back(std::move(world));
  }
}

Space::Text Space::resource_text(const Statement& statement, std::string_view resource) const {
  Text out{resource, statement.variables && has_variable(resource), false};
  const auto rounding = rounding_.find(&statement);
  if (rounding == rounding_.end() || rounding->second == Rounding::exact) return out;
  out.loose = (rounding->second == Rounding::up) != statement.not_resource;
  return out;
}

void Space::mark(Box& box, std::size_t dimension, const Patterns& patterns, const Text& text) const {
  const auto at = std::ranges::lower_bound(patterns.texts, text) - patterns.texts.begin();
  for (const std::uint32_t cell : patterns.cells[static_cast<std::size_t>(at)]) shape_.set(box, dimension, cell);
}

Box Space::box(const Statement& statement) const {
  Box box = shape_.everything();
  shape_.clear(box, action_);
  for (const std::string& action : statement.actions) mark(box, action_, actions_, {action, false, false});
  if (statement.not_action) shape_.complement(box, action_);
  if (!statement.resources.empty()) {
    shape_.clear(box, resource_);
    for (const std::string& resource : statement.resources)
      mark(box, resource_, resources_, resource_text(statement, resource));
    if (statement.not_resource) shape_.complement(box, resource_);
  }
  if (!principals_.empty() && statement.principals) {
    shape_.clear(box, principal_);
    for (std::size_t i = 0; i < principals_.size(); ++i)
      if (speaks_of(statement, principals_[i])) shape_.set(box, principal_, i);
  }
  for (const Condition& condition : statement.conditions) {
    const Key& key = *std::ranges::lower_bound(keys_, std::string_view(condition.key), {}, &Key::name);
    const bool variables = statement.variables && std::ranges::any_of(condition.values, has_variable);
    std::size_t which = 0;
    while (!(*key.conditions[which] == condition && (key.variables[which] != 0) == variables)) ++which;
    Box holding = shape_.nothing();
    for (std::size_t cell = 0; cell < key.cells.size(); ++cell)
      if (key.cells[cell].truth[which]) shape_.set(holding, key.dimension, cell);
    shape_.intersect(box, holding, key.dimension);
  }
  return box;
}

Request Space::request(const Box& box) const {
  const std::vector<std::size_t> point = shape_.point(box);
  Request request;
  request.action = actions_.witnesses[point[action_]];
  request.resource = resources_.witnesses[point[resource_]];
  for (const Key& key : keys_)
    if (const auto& values = key.cells[point[key.dimension]].values; !values.empty())
      request.context.insert_or_assign(std::string(key.name), values);
  for (const Key& key : keys_) {
    const std::string& written = key.conditions.front()->written;  // "StringEquals aws:SourceVpc"
    request.spelling.emplace(key.name, written.substr(written.find(' ') + 1));
  }
  if (!principals_.empty()) {
    request.principal = principals_[point[principal_]];
    const Context of_principal = request.principal->keys();
    for (const std::string_view key : principal_keys) {
      if (!follows(key)) continue;
      if (const auto found = request.context.find(key); found != request.context.end()) request.context.erase(found);
      if (const auto* values = values_of(of_principal, key)) request.context.emplace(key, *values);
    }
  }
  for (const auto& [key, values] : pinned_) request.context[key] = values;
  return request;
}

std::vector<std::string> open_variables(const std::vector<const Statement*>& statements, const Pins& pins) {
  std::set<std::string> keys;
  const auto look = [&](const std::vector<std::string>& texts) {
    for (const std::string& text : texts)
      for (std::string& key : Glob::variables(text))
        if (!pins.is_pinned(key) && !pins.markers.contains(key)) keys.insert(std::move(key));
  };
  for (const Statement* statement : statements) {
    if (!statement->variables) continue;
    look(statement->resources);
    for (const Condition& condition : statement->conditions) look(condition.values);
  }
  return {keys.begin(), keys.end()};
}

}  // namespace redoubt::iam
