#include "secret_values.hpp"

namespace redoubt::controls {

bool starts_with(const Value& value, std::string_view text) {
  if (value.is(Kind::text)) return value.text.starts_with(text);
  return value.is(Kind::joined) && !value.items.empty() && value.items.front().is(Kind::text) &&
         value.items.front().text.starts_with(text);
}

bool is_dynamic_secret(const Value& value) {
  return starts_with(value, "{{resolve:secretsmanager:") || starts_with(value, "{{resolve:ssm-secure:");
}

void symbols_of(const Value& value, std::vector<std::uint32_t>& out) {
  if (value.is(Kind::symbol)) out.push_back(value.index);
  for (const Value& item : value.items) symbols_of(item, out);
  for (const estate::Member& member : value.members) symbols_of(member.value, out);
}

}  // namespace redoubt::controls
