// Templates in tests: short YAML in, an estate or what was wrong out.
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

#include "estate/case.hpp"
#include "estate/document.hpp"
#include "estate/estate.hpp"
#include "estate/template_reader.hpp"

namespace redoubt::estate::testing {

inline Estate estate_of(std::string_view text) {
  Estate out;
  const auto document = read_document(text, 0, "t.yaml");
  EXPECT_TRUE(document) << document.error().text();
  if (!document) return out;
  const auto added = add_template(out, *document, "t.yaml");
  EXPECT_TRUE(added) << added.error().text();
  return out;
}

// "t.yaml:3: …", or "" where the template is read.
inline std::string error_of(std::string_view text) {
  const auto document = read_document(text, 0, "t.yaml");
  if (!document) return document.error().text();
  Estate estate;
  const auto added = add_template(estate, *document, "t.yaml");
  return added ? std::string() : added.error().text();
}

// A value in a few characters, for expectations: unknown ones as `?`, references as `@Vpc.Attr`, symbols as `$Name`,
// joined ones as `a+@Vpc`.
inline std::string shown(const Estate& estate, const Value& value) {
  std::string out;
  switch (value.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    case Kind::number:
    case Kind::text:
      return value.text;
    case Kind::list:
      for (const Value& each : value.items) out += (out.empty() ? "" : ", ") + shown(estate, each);
      return "[" + out + "]";
    case Kind::object:
      for (const Member& each : value.members) {
        out += (out.empty() ? "" : ", ") + each.name + ": " + shown(estate, each.value);
      }
      return "{" + out + "}";
    case Kind::reference:
      return "@" + estate.resources[value.index].id + (value.text.empty() ? "" : ".") + value.text;
    case Kind::symbol:
      return "$" + estate.parameters[value.index].name;
    case Kind::joined:
      for (const Value& each : value.items) out += (out.empty() ? "" : "+") + shown(estate, each);
      return out;
    case Kind::call:
      return "call " + value.text;
    case Kind::absent:
      return "absent";
    case Kind::unknown:
      return "?";
  }
  return out;
}

}  // namespace redoubt::estate::testing
