// A string that can be a template argument: names of parameters, patterns, defaults. Everything that the library reads
// from a type is read at compile time through it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace redoubt {

template <std::size_t N>
struct FixedString {
  char bytes[N]{};

  // Not explicit: a literal is meant to convert.
  consteval FixedString(const char (&literal)[N]) { std::copy_n(literal, N, bytes); }

  [[nodiscard]] constexpr std::string_view view() const { return {bytes, N - 1}; }
  [[nodiscard]] constexpr bool empty() const { return N == 1; }
};

}  // namespace redoubt
