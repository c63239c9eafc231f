// Patterns of policies: what "*" and "?" mean in an action, a resource, an ARN and a string, and what a policy variable
// becomes. A Glob is a pattern broken into symbols; `matches` is the obvious way to try one, the automata (cells.hpp)
// decide questions about all strings at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iam/request.hpp"

namespace redoubt::iam {

// Bytes below this one are in no request. They stand for the value of a variable that is left open (compare.cpp): a run
// may take one, whatever the value is; a wildcard for one character, or one that stays in a field, may not.
inline constexpr char first_text_byte = ' ';

struct Symbol {
  enum class Kind : std::uint8_t {
    byte,           // that byte
    byte_any_case,  // that letter, in either case (kept in lower case)
    one,            // any one byte
    one_in_field,   // any one byte but a colon
    run,            // any bytes, none included
    run_in_field,   // any bytes but colons, none included
  };
  Kind kind = Kind::byte;
  char byte = 0;

  // Whether it consumes that byte (a run may, and then stays).
  [[nodiscard]] constexpr bool takes(char c) const {
    switch (kind) {
      case Kind::byte:
        return c == byte;
      case Kind::byte_any_case:
        return c == byte || (c >= 'A' && c <= 'Z' && c + ('a' - 'A') == byte);
      case Kind::run:
        return true;
      case Kind::one:
        return !is_marker(c);
      case Kind::one_in_field:
      case Kind::run_in_field:
        return c != ':' && !is_marker(c);
    }
    return false;
  }
  [[nodiscard]] static constexpr bool is_marker(char c) { return c >= 0 && c < first_text_byte; }
  [[nodiscard]] constexpr bool repeats() const { return kind == Kind::run || kind == Kind::run_in_field; }

  bool operator==(const Symbol&) const = default;
};

class Glob {
 public:
  Glob() = default;
  explicit Glob(std::vector<Symbol> symbols) : symbols_(std::move(symbols)) {}

  // How the text of a pattern is read.
  enum class Dialect : std::uint8_t {
    exact,           // no wildcards: StringEquals
    exact_any_case,  // StringEqualsIgnoreCase
    like,            // StringLike: * and ?
    action,          // wildcards, in either case ("IAM JSON policy elements: Action")
    resource,  // within an ARN's first five fields a wildcard stays in its field, but for a * that ends it; in the
               // last field it takes anything ("IAM JSON policy elements: Resource")
    arn,       // each of the six fields by itself; ArnLike, ArnEquals
  };

  // Reads a pattern. With `variables`, ${key} becomes the key's value in that context, ${key, 'text'} the text when the
  // key is absent, ${*} ${?} ${$} the character itself ("IAM policy elements: Variables and tags"). None when nothing
  // can match: a variable without a value, an ARN without its six fields.
  [[nodiscard]] static std::optional<Glob> read(Dialect dialect, std::string_view text, const Context* variables);

  // Why the variables in a text cannot be read; none when they can.
  [[nodiscard]] static std::optional<std::string> variable_error(std::string_view text);

  // The keys of the variables in a text, in lower case, in order.
  [[nodiscard]] static std::vector<std::string> variables(std::string_view text);

  [[nodiscard]] bool matches(std::string_view text) const;

  // Whether this pattern surely matches everything that the other matches, found symbol by symbol: quick. No claim
  // where it says no.
  [[nodiscard]] bool surely_covers(const Glob& narrow) const;

  // Where markers stand for open variables, a pattern as read matches a text only if it does whatever their values are.
  // Loosened, it matches whenever it might for some values.
  void loosen();
  [[nodiscard]] Glob loosened() const {
    Glob out = *this;
    out.loosen();
    return out;
  }
  [[nodiscard]] bool is_loose() const { return loose_; }

  [[nodiscard]] const std::vector<Symbol>& symbols() const { return symbols_; }
  // It matches every string.
  [[nodiscard]] bool is_everything() const { return symbols_.size() == 1 && symbols_[0].kind == Symbol::Kind::run; }
  [[nodiscard]] bool operator==(const Glob&) const = default;

 private:
  std::vector<Symbol> symbols_;
  bool loose_ = false;
};

}  // namespace redoubt::iam
