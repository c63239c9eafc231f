#include "property_checks.hpp"

#include <algorithm>

#include "reading.hpp"

namespace redoubt::controls {
namespace {

template <class Row, class AskRow>
Check over_rows(std::string_view id, std::vector<Row> rows, Method method, AskRow ask_row) {
  Check out{id, method, {}, {}, {}};
  for (const Row& row : rows)
    if (std::ranges::find(out.types, row.type) == out.types.end()) out.types.push_back(row.type);
  out.each = [rows = std::move(rows), ask_row](Inquiry& ask, const Resource& resource) {
    for (const Row& row : rows)
      if (row.type == resource.type) ask_row(ask, resource, row);
  };
  return out;
}

}  // namespace

Check must_be_true(std::string_view id, std::vector<PropertyRow> rows) {
  return over_rows(id, std::move(rows), Method::property,
                   [](Inquiry& ask, const Resource& resource, const PropertyRow& row) {
                     ask.expect_true(resource, row.path, row.by_default);
                   });
}

Check must_be_given(std::string_view id, std::vector<PropertyRow> rows) {
  return over_rows(
      id, std::move(rows), Method::property,
      [](Inquiry& ask, const Resource& resource, const PropertyRow& row) { ask.expect_given(resource, row.path); });
}

Check must_be_customer_key(std::string_view id, std::vector<PropertyRow> rows) {
  return over_rows(id, std::move(rows), Method::property,
                   [](Inquiry& ask, const Resource& resource, const PropertyRow& row) {
                     expect_customer_key(ask, resource, row.path);
                   });
}

Check by_type(std::string_view id, std::vector<TypeRow> rows, Method method) {
  return over_rows(id, std::move(rows), method,
                   [](Inquiry& ask, const Resource& resource, const TypeRow& row) { row.ask(ask, resource); });
}

}  // namespace redoubt::controls
