#include "value.hpp"

#include <algorithm>

namespace redoubt::estate {

const Value& Value::operator[](std::string_view name) const {
  static const Value nothing;
  if (kind == Kind::unknown) return *this;
  const auto found = std::ranges::find(members, name, &Member::name);
  return found == members.end() ? nothing : found->value;
}

Value& Value::set(std::string_view name, Value value) {
  if (kind == Kind::absent) kind = Kind::object;
  const auto found = std::ranges::find(members, name, &Member::name);
  if (found != members.end()) return found->value = std::move(value);
  return members.emplace_back(Member{std::string(name), std::move(value), {}}).value;
}

bool Value::operator==(const Value& other) const {
  return kind == other.kind && boolean == other.boolean && index == other.index && text == other.text &&
         items == other.items && members == other.members;
}

namespace {

Value of(Kind kind, std::string_view content = {}) {
  Value out;
  out.kind = kind;
  out.text = content;
  return out;
}

}  // namespace

Value null() {
  return of(Kind::null);
}

Value boolean(bool value) {
  Value out = of(Kind::boolean);
  out.boolean = value;
  return out;
}

Value number(std::int64_t value) {
  return of(Kind::number, std::to_string(value));
}

Value text(std::string_view value) {
  return of(Kind::text, value);
}

Value list(std::vector<Value> items) {
  Value out = of(Kind::list);
  out.items = std::move(items);
  return out;
}

Value object(std::vector<std::pair<std::string, Value>> members) {
  Value out = of(Kind::object);
  out.members.reserve(members.size());
  for (auto& [name, value] : members) out.members.push_back({std::move(name), std::move(value), {}});
  return out;
}

Value unknown(std::string why, Location at) {
  Value out = of(Kind::unknown, why);
  out.at = at;
  return out;
}

}  // namespace redoubt::estate
