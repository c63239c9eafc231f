// All requests, divided so finely that no statement tells two requests of one point apart: a point is a cell of
// actions, a cell of resources, a principal, and for each condition key absent or some values. What may be pinned down
// is: then the dimension has one coordinate. A statement is a Box here, and a box gives back a request.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "iam/budget.hpp"
#include "iam/glob.hpp"
#include "iam/policy.hpp"
#include "iam/region.hpp"
#include "iam/request.hpp"

namespace redoubt::iam {

// With markers, a statement's box holds a request with markers if the statement applies whatever their values are, or
// only if it may; `exact` leaves complements as they are (compare.cpp says when that is right).
enum class Rounding : std::uint8_t { exact, down, up };

// What of a request is given.
struct Pins {
  std::optional<std::string> action;
  std::optional<std::string> resource;
  std::vector<Principal> principals;           // one of these; empty: nobody in particular
  Context context;                             // keys that have these values
  std::set<std::string, std::less<>> absent;   // keys that are absent
  std::set<std::string, std::less<>> present;  // keys that have a value, whichever
  bool others_absent = false;                  // every key not in `context` is absent
  Context markers;  // keys that have one value, left open, and what stands for it in patterns
  std::map<const Statement*, Rounding> rounding;  // with markers; `exact` where a statement is not listed

  [[nodiscard]] bool is_pinned(std::string_view key) const {
    return others_absent || context.contains(key) || absent.contains(key);
  }
  // The values that policy variables take.
  [[nodiscard]] Context variables() const {
    Context values = context;
    values.insert(markers.begin(), markers.end());
    return values;
  }
};

class Space {
 public:
  // The space in which each of the statements is a box. Variables must be pinned: see open_variables. With `asked`,
  // some of the statements, it need only tell requests apart to which one of those applies. None when the budget is
  // spent.
  [[nodiscard]] static std::optional<Space> make(const std::vector<const Statement*>& statements,
                                                 const std::vector<const Statement*>& asked, const Pins& pins,
                                                 Budget& budget);

  [[nodiscard]] const Shape& shape() const { return shape_; }

  // The requests to which the statement applies. It is one of those that the space was made for.
  [[nodiscard]] Box box(const Statement& statement) const;

  // A box for each principal of the pins, with the keys that follow from who it is. Without any, one for each value of
  // aws:PrincipalType where a condition asks for that, with the keys that who is of the type may send; else one box of
  // everything. Together they hold every request that can be.
  [[nodiscard]] const std::vector<Box>& worlds() const { return worlds_; }

  // A request in the box, which is not empty and lies within one world.
  [[nodiscard]] Request request(const Box& box) const;

  // False where a key is compared as text and as a number at once: then what is found is true, but what is not found
  // may still exist.
  [[nodiscard]] bool is_complete() const { return complete_; }

 private:
  struct Text {
    std::string_view text;   // the statement's
    bool variables = false;  // ${…} is a variable in it
    bool loose = false;      // Glob::loosen
    auto operator<=>(const Text&) const = default;
  };
  // The patterns of one dimension, each with the cells that it matches.
  struct Patterns {
    std::vector<Text> texts;  // sorted, each once
    std::vector<std::vector<std::uint32_t>> cells;
    std::vector<std::string> witnesses;
  };
  struct KeyCell {
    std::vector<std::string> values;  // empty: absent
    std::vector<char> truth;          // of each condition
  };
  struct Key {
    std::string_view name;
    std::vector<const Condition*> conditions;
    std::vector<char> variables;  // whether ${…} is a variable in each condition's statement
    std::vector<KeyCell> cells;
    std::size_t dimension = 0;
  };

  Space() = default;
  // With `asked`, only the strings that one of those matches count.
  [[nodiscard]] static std::optional<Patterns> divide(std::vector<Text> texts, const std::vector<Text>* asked,
                                                      Glob::Dialect dialect, const std::optional<std::string>& pinned,
                                                      const Context& variables, Budget& budget);
  [[nodiscard]] Text resource_text(const Statement& statement, std::string_view resource) const;
  void mark(Box& box, std::size_t dimension, const Patterns& patterns, const Text& text) const;
  // Both false when the budget is spent.
  [[nodiscard]] bool add_keys(const std::vector<const Statement*>& statements, const Pins& pins, Budget& budget);
  [[nodiscard]] bool add_cells(Key& key, const Pins& pins, Budget& budget);
  void add_worlds(const Pins& pins);
  void add_worlds_by_type(const Key& type, const Pins& pins);
  // Whether the value of a key follows from who of the principals asks.
  [[nodiscard]] bool follows(std::string_view key) const;

  Shape shape_;
  std::size_t action_ = 0, resource_ = 0, principal_ = 0;
  Patterns actions_, resources_;
  std::vector<Principal> principals_;
  std::vector<Key> keys_;  // sorted by name
  Context pinned_;
  Context variables_;
  std::map<const Statement*, Rounding> rounding_;
  std::vector<Box> worlds_;
  bool complete_ = true;
};

// The keys of variables in the statements that are not pinned, each once.
[[nodiscard]] std::vector<std::string> open_variables(const std::vector<const Statement*>& statements,
                                                      const Pins& pins);

// Principals of which each kind that the statements tell apart has one: those that they name, their neighbours in the
// same accounts, and strangers.
[[nodiscard]] std::vector<Principal> representative_principals(const std::vector<const Statement*>& statements,
                                                               Budget& budget);

}  // namespace redoubt::iam
