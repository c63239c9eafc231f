// The types that models and parameters are made of. Each carries its rule in its type, so that validation, the JSON
// Schema and the documentation say the same: Text<1, 255>, Integer<1, 100>, Email, Uuid, List<T, 0, 10>. They hold
// plain values; the rules are applied by the codecs (model.hpp) when something comes in.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "redoubt/fixed_string.hpp"

namespace redoubt {

// A value that is used as the plain type it wraps.
template <class T>
struct Wrapped {
  using wrapped_type = T;
  T value{};

  // Not explicit: that is its purpose.
  constexpr operator const T&() const noexcept { return value; }
  constexpr const T& operator*() const noexcept { return value; }
  constexpr const T* operator->() const noexcept { return &value; }
  bool operator==(const Wrapped&) const = default;
};

// Text of Min to Max code points that matches the RE2 pattern, if one is given (anywhere in the text, as in JSON
// Schema: anchor it with ^ and $).
template <std::size_t Min, std::size_t Max, FixedString Pattern = "">
struct Text : Wrapped<std::string> {
  static_assert(Min <= Max);
};

// A whole number from Min to Max, both included, that is a multiple of MultipleOf.
template <std::int64_t Min = std::numeric_limits<std::int64_t>::min(),
          std::int64_t Max = std::numeric_limits<std::int64_t>::max(), std::int64_t MultipleOf = 1>
struct Integer : Wrapped<std::int64_t> {
  static_assert(Min <= Max && MultipleOf > 0);
};

// The bounds of a Real. Infinite bounds are none; multiple_of 0 is none.
struct Bounds {
  double ge = -std::numeric_limits<double>::infinity();
  double gt = -std::numeric_limits<double>::infinity();
  double le = std::numeric_limits<double>::infinity();
  double lt = std::numeric_limits<double>::infinity();
  double multiple_of = 0;
};

// A number within bounds: Real<Bounds{.gt = 0, .le = 1}>.
template <Bounds B = Bounds{}>
struct Real : Wrapped<double> {};

// An e-mail address as HTML defines valid ones (a willful subset of RFC 5322), at most 254 bytes (RFC 5321), with a
// dot in its domain. The case of the domain is folded to lower; the local part is left as written.
struct Email : Wrapped<std::string> {};

// An absolute http or https URL (RFC 3986) without credentials, at most 2,083 bytes.
struct Url : Wrapped<std::string> {};

// RFC 9562. Written in lower case with hyphens; that is the only form read, in either case.
class Uuid {
 public:
  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}

  static std::optional<Uuid> parse(std::string_view text) noexcept;
  // Version 4: 122 bits from the system's generator.
  static Uuid random();
  // Version 7: the time since 1970 to a quarter of a microsecond (RFC 9562 section 6.2, method 3), then 62 random bits;
  // sorts by creation time, so indexes stay dense.
  static Uuid time_ordered();

  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

// A moment in UTC with microseconds, read and written as RFC 3339 ("2026-01-31T12:00:00.25Z"; offsets are read too).
class Timestamp {
 public:
  using Time = std::chrono::sys_time<std::chrono::microseconds>;
  constexpr Timestamp() = default;
  explicit constexpr Timestamp(Time time) : time_(time) {}

  static Timestamp now() noexcept;
  // From microseconds since 1970, as databases keep it.
  static constexpr Timestamp from_micros(std::int64_t micros) {
    return Timestamp(Time(std::chrono::microseconds(micros)));
  }
  static std::optional<Timestamp> parse(std::string_view rfc3339) noexcept;

  [[nodiscard]] constexpr Time time() const noexcept { return time_; }
  [[nodiscard]] constexpr std::int64_t micros() const noexcept { return time_.time_since_epoch().count(); }
  [[nodiscard]] std::string to_string() const;
  auto operator<=>(const Timestamp&) const = default;

 private:
  Time time_{};
};

// An array of Min to Max elements, without equal ones if Unique. A plain std::vector<T> holds at most 1,000.
template <class T, std::size_t Min, std::size_t Max, bool Unique = false>
struct List : Wrapped<std::vector<T>> {
  static_assert(Min <= Max);
};

inline constexpr std::size_t default_max_elements = 1'000;

// How a member may be left out:
//   T               must be there, and not null
//   std::optional   may be missing or null: both give nullopt
//   Nullable<T>     must be there, may be null
//   Patch<T>        may be missing, which is told from any value (Patch<Nullable<T>>: missing, null or a value)
//   Default<T, V>   may be missing, and is V then
template <class T>
struct Nullable : std::optional<T> {
  using std::optional<T>::optional;
};

template <class T>
struct Patch : std::optional<T> {
  using std::optional<T>::optional;
};

template <class T, auto Value>
struct Default : Wrapped<T> {};

// A described struct told from its alternatives by the member Tag, whose text is each alternative's own
// `static constexpr std::string_view tag`. JSON Schema: oneOf with a discriminator.
template <FixedString Tag, class... Alternatives>
struct OneOf : Wrapped<std::variant<Alternatives...>> {};

// A value that no log, answer or stream can print: there is no way to write it but reveal().
template <class T>
class Secret {
 public:
  Secret() = default;
  explicit Secret(T value) : value_(std::move(value)) {}
  [[nodiscard]] const T& reveal() const noexcept { return value_; }
  [[nodiscard]] T& reveal() noexcept { return value_; }

 private:
  T value_{};
};

}  // namespace redoubt
