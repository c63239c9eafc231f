#pragma once

#include <expected>
#include <optional>
#include <utility>

namespace redoubt::testing {

// A std::expected whose error() may be asked for even when there is none: a test then fails instead of ending them all.
template <class T, class E>
struct Outcome {
  Outcome(std::expected<T, E> given) : result(std::move(given)) {}  // NOLINT: stands in for what it wraps
  explicit operator bool() const { return result.has_value(); }
  const T* operator->() const { return &result.value(); }
  [[nodiscard]] std::optional<E> error() const { return result ? std::nullopt : std::optional<E>(result.error()); }

  std::expected<T, E> result;
};

}  // namespace redoubt::testing
