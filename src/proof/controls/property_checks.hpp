// Checks that ask one property of each of many types: a row says where it stands in each.
#pragma once

#include <string_view>
#include <vector>

#include "check.hpp"

namespace redoubt::controls {

struct PropertyRow {
  std::string_view type;
  std::string_view path;
  bool by_default = false;  // what AWS takes where it is absent
};

// The property is true.
[[nodiscard]] Check must_be_true(std::string_view id, std::vector<PropertyRow> rows);
// The property is given and not empty.
[[nodiscard]] Check must_be_given(std::string_view id, std::vector<PropertyRow> rows);
// The property names a key of the customer's own.
[[nodiscard]] Check must_be_customer_key(std::string_view id, std::vector<PropertyRow> rows);

// A check that asks each type in a way of its own.
using Ask = void (*)(Inquiry&, const Resource&);
struct TypeRow {
  std::string_view type;
  Ask ask;
};
[[nodiscard]] Check by_type(std::string_view id, std::vector<TypeRow> rows, Method method = Method::property);

}  // namespace redoubt::controls
