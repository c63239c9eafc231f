#include <cmath>

#include "redoubt/json.hpp"

namespace redoubt::json {

double Value::number() const noexcept {
  switch (kind()) {
    case Kind::integer:
      return static_cast<double>(node().integer);
    case Kind::unsigned_integer:
      return static_cast<double>(node().unsigned_integer);
    default:
      return node().real;
  }
}

std::optional<std::int64_t> Value::integer() const noexcept {
  if (kind() == Kind::integer) return node().integer;
  if (kind() != Kind::real) return std::nullopt;
  constexpr double beyond = 0x1p63;  // the first double above the range; its negative is still in it
  const double real = node().real;
  if (!(real >= -beyond && real < beyond) || std::trunc(real) != real) return std::nullopt;
  return static_cast<std::int64_t>(real);
}

std::optional<Value> Value::find(std::string_view name) const noexcept {
  if (!is_object()) return std::nullopt;
  for (const Member member : members()) {
    if (member.name == name) return member.value;
  }
  return std::nullopt;
}

}  // namespace redoubt::json
