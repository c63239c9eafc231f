// Field values that are lists (RFC 9110 section 5.6.1), and the tokens in them. Internal to the guards.
#pragma once

#include <algorithm>
#include <string_view>

#include "redoubt/http.hpp"

namespace redoubt::guard {

[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// RFC 9110 section 5.6.2.
[[nodiscard]] constexpr bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// Calls `visit` with each element of a list in order; empty elements are skipped. Stops with false as soon as `visit`
// gives false, else gives true.
template <class Visit>
bool for_each_element(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    if (!element.empty() && !visit(element)) return false;
    list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  }
  return true;
}

// All fields of that name are one list.
template <class Visit>
bool for_each_element(const Fields& fields, std::string_view name, Visit visit) {
  return std::all_of(fields.begin(), fields.end(), [&](const Field& field) {
    return !iequals(field.name, name) || for_each_element(field.value, visit);
  });
}

// The same from the last element to the first.
template <class Visit>
bool for_each_element_backwards(const Fields& fields, std::string_view name, Visit visit) {
  for (auto field = fields.end(); field != fields.begin();) {
    --field;
    if (!iequals(field->name, name)) continue;
    std::string_view rest = field->value;
    while (!rest.empty()) {
      const std::size_t comma = rest.rfind(',');
      const bool last = comma == std::string_view::npos;
      const std::string_view element = trim(last ? rest : rest.substr(comma + 1));
      if (!element.empty() && !visit(element)) return false;
      rest = last ? std::string_view() : rest.substr(0, comma);
    }
  }
  return true;
}

}  // namespace redoubt::guard
