#include "iam/glob.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "iam/policy.hpp"

namespace redoubt::iam {
namespace {

constexpr int arn_fields = 6;

struct Variable {
  std::string key;
  std::optional<std::string> fallback;
  std::size_t end = 0;  // the first byte after it
};

// The variable that begins at text[begin], where "${" stands; none when it is not closed or has no name.
std::optional<Variable> variable_at(std::string_view text, std::size_t begin) {
  const std::size_t close = text.find('}', begin);
  if (close == std::string_view::npos) return std::nullopt;
  std::string_view inside = text.substr(begin + 2, close - begin - 2);
  Variable out{.key = {}, .fallback = std::nullopt, .end = close + 1};
  if (const std::size_t comma = inside.find(','); comma != std::string_view::npos) {
    std::string_view fallback = inside.substr(comma + 1);
    while (fallback.starts_with(' ')) fallback.remove_prefix(1);
    while (fallback.ends_with(' ')) fallback.remove_suffix(1);
    if (fallback.size() < 2 || fallback.front() != '\'' || fallback.back() != '\'') return std::nullopt;
    out.fallback = fallback.substr(1, fallback.size() - 2);
    inside = inside.substr(0, comma);
  }
  while (inside.ends_with(' ')) inside.remove_suffix(1);
  if (inside.empty()) return std::nullopt;
  out.key = lower(inside);
  return out;
}

bool is_escape(std::string_view key) {
  return key == "*" || key == "?" || key == "$";
}

}  // namespace

std::optional<std::string> Glob::variable_error(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos;) {
    const auto variable = variable_at(text, at);
    if (!variable) return fmt::format("\"{}\": a variable is ${{key}} or ${{key, 'default'}}", text.substr(at));
    at = text.find("${", variable->end);
  }
  return std::nullopt;
}

std::vector<std::string> Glob::variables(std::string_view text) {
  std::vector<std::string> keys;
  for (std::size_t at = text.find("${"); at != std::string_view::npos;) {
    const auto variable = variable_at(text, at);
    if (!variable) break;
    if (!is_escape(variable->key)) keys.push_back(variable->key);
    at = text.find("${", variable->end);
  }
  return keys;
}

std::optional<Glob> Glob::read(Dialect dialect, std::string_view text, const Context* variables) {
  using enum Symbol::Kind;
  Glob out;
  const bool any_case = dialect == Dialect::exact_any_case || dialect == Dialect::action;
  const bool wildcards = dialect != Dialect::exact && dialect != Dialect::exact_any_case;
  const bool fields = dialect == Dialect::resource || dialect == Dialect::arn;
  if (dialect == Dialect::arn && text != "*" && std::ranges::count(text, ':') < arn_fields - 1) return std::nullopt;

  out.symbols_.reserve(text.size());
  int field = 0;
  const auto literal = [&](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    out.symbols_.push_back(any_case && letter ? Symbol{byte_any_case, static_cast<char>(c | 0x20)} : Symbol{byte, c});
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (variables && c == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      const auto variable = variable_at(text, i);
      if (!variable) return std::nullopt;
      if (is_escape(variable->key)) {
        literal(variable->key[0]);
      } else if (const auto* values = values_of(*variables, variable->key); values && values->size() == 1) {
        for (const char value : values->front()) literal(value);  // a wildcard in a value is a character like any other
      } else if (!values && variable->fallback) {
        for (const char value : *variable->fallback) literal(value);
      } else {
        return std::nullopt;
      }
      i = variable->end - 1;
      continue;
    }
    const bool within_field = fields && field < arn_fields - 1;
    if (wildcards && c == '*') {
      const bool ends_field = i + 1 == text.size() || text[i + 1] == ':';
      const bool crosses = !within_field || (dialect == Dialect::resource && ends_field) || text == "*";
      const Symbol symbol{crosses ? run : run_in_field};
      if (out.symbols_.empty() || out.symbols_.back() != symbol) out.symbols_.push_back(symbol);
    } else if (wildcards && c == '?') {
      out.symbols_.push_back({within_field ? one_in_field : one});
    } else {
      field += c == ':';
      literal(c);
    }
  }
  return out;
}

void Glob::loosen() {
  loose_ = true;
  for (Symbol& symbol : symbols_)
    if (symbol.kind == Symbol::Kind::byte && Symbol::is_marker(symbol.byte)) symbol = {Symbol::Kind::run};
}

bool Glob::matches(std::string_view text) const {
  // What is written out at either end settles most.
  std::span<const Symbol> symbols = symbols_;
  while (!symbols.empty() && !symbols.front().repeats()) {
    if (text.empty() || !symbols.front().takes(text.front())) return false;
    symbols = symbols.subspan(1);
    text.remove_prefix(1);
  }
  if (symbols.empty()) return text.empty();
  while (!symbols.back().repeats()) {
    if (text.empty() || !symbols.back().takes(text.back())) return false;
    symbols = symbols.first(symbols.size() - 1);
    text.remove_suffix(1);
  }
  if (symbols.size() == 1) return std::ranges::all_of(text, [&](char c) { return symbols.front().takes(c); });
  // reached[i]: the first i symbols can match what was read so far.
  std::vector<char> reached(symbols.size() + 1, 0), next(symbols.size() + 1, 0);
  reached[0] = 1;
  const auto skip_runs = [&] {
    for (std::size_t i = 0; i < symbols.size(); ++i)
      if (reached[i] && symbols[i].repeats()) reached[i + 1] = 1;
  };
  skip_runs();
  for (const char c : text) {
    std::ranges::fill(next, 0);
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      if (!reached[i] || !symbols[i].takes(c)) continue;
      next[symbols[i].repeats() ? i : i + 1] = 1;
    }
    reached.swap(next);
    skip_runs();
  }
  return reached.back() != 0;
}

namespace {

// Whether whatever a symbol of the narrow pattern stands for, the wide one takes it whole (a run: as a part).
bool takes_symbol(const Symbol& wide, const Symbol& narrow) {
  using enum Symbol::Kind;
  const auto within_field = [](const Symbol& symbol) {
    return symbol.kind == one_in_field || symbol.kind == run_in_field ||
           ((symbol.kind == byte || symbol.kind == byte_any_case) && symbol.byte != ':');
  };
  switch (wide.kind) {
    case byte:
      return narrow == wide;
    case byte_any_case:
      return narrow == wide || (narrow.kind == byte && wide.takes(narrow.byte));
    case one:
      return !narrow.repeats();
    case one_in_field:
      return !narrow.repeats() && within_field(narrow);
    case run:
      return true;
    case run_in_field:
      return within_field(narrow);
  }
  return false;
}

}  // namespace

bool Glob::surely_covers(const Glob& narrow) const {
  // As a text is matched, the narrow pattern's symbols being the text: `at[i]` says whether the wide pattern's first i
  // symbols can have taken all of it so far.
  std::vector<char> at(symbols_.size() + 1), next(symbols_.size() + 1);
  const auto skip_runs = [&](std::vector<char>& places) {
    for (std::size_t i = 0; i < symbols_.size(); ++i)
      if (places[i] && symbols_[i].repeats()) places[i + 1] = 1;
  };
  at[0] = 1;
  skip_runs(at);
  for (const Symbol& symbol : narrow.symbols_) {
    std::ranges::fill(next, 0);
    for (std::size_t i = 0; i < symbols_.size(); ++i)
      if (at[i] && takes_symbol(symbols_[i], symbol)) next[symbols_[i].repeats() ? i : i + 1] = 1;
    skip_runs(next);
    at.swap(next);
  }
  return at.back() != 0;
}

}  // namespace redoubt::iam
