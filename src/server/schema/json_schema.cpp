// The JSON Schema (2020-12, as OpenAPI 3.1 uses it) of each kind of value.
#include <fmt/format.h>

#include <cmath>

#include "redoubt/model.hpp"

namespace redoubt::detail {

namespace {

// Integers as JSON Schema readers in JavaScript know them: a bound that is the type's own range says nothing.
constexpr std::int64_t no_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t no_max = std::numeric_limits<std::int64_t>::max();

}  // namespace

std::string text_schema(const TextRules& rules) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", "string");
  if (rules.min > 0) writer.member("minLength", std::uint64_t{rules.min});
  if (rules.max != std::numeric_limits<std::size_t>::max()) writer.member("maxLength", std::uint64_t{rules.max});
  if (!rules.pattern_text.empty()) writer.member("pattern", rules.pattern_text);
  writer.end_object();
  return out;
}

std::string integer_schema(const IntegerRules& rules) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", "integer");
  if (rules.min == no_min && rules.max == no_max) writer.member("format", "int64");
  writer.member("minimum", rules.min);
  writer.member("maximum", rules.max);
  if (rules.multiple_of != 1) writer.member("multipleOf", rules.multiple_of);
  writer.end_object();
  return out;
}

std::string real_schema(const Bounds& bounds) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", "number");
  if (std::isfinite(bounds.ge)) writer.member("minimum", bounds.ge);
  if (std::isfinite(bounds.gt)) writer.member("exclusiveMinimum", bounds.gt);
  if (std::isfinite(bounds.le)) writer.member("maximum", bounds.le);
  if (std::isfinite(bounds.lt)) writer.member("exclusiveMaximum", bounds.lt);
  if (bounds.multiple_of != 0) writer.member("multipleOf", bounds.multiple_of);
  writer.end_object();
  return out;
}

std::string array_schema(std::string_view element, std::size_t min, std::size_t max, bool unique) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", "array").name("items").raw(element);
  if (min > 0) writer.member("minItems", std::uint64_t{min});
  writer.member("maxItems", std::uint64_t{max});
  if (unique) writer.member("uniqueItems", true);
  writer.end_object();
  return out;
}

std::string nullable_schema(std::string_view schema) {
  return fmt::format(R"({{"anyOf":[{},{{"type":"null"}}]}})", schema);
}

std::string with_default(std::string_view schema, std::string_view default_json) {
  // Beside $ref other keywords are allowed since JSON Schema 2019-09.
  return fmt::format(R"({},"default":{}}})", schema.substr(0, schema.size() - 1), default_json);
}

std::string enum_schema(const MemberNames& names) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", "string").name("enum").begin_array();
  for (std::size_t i = 0; i < names.count; ++i) writer.value(names.names[i]);
  writer.end_array().end_object();
  return out;
}

std::string tag_schema(std::string_view tag_value) {
  std::string out;
  json::Writer(out).begin_object().member("type", "string").member("const", tag_value).end_object();
  return out;
}

std::string one_of_schema(std::string_view tag, const std::vector<std::pair<std::string, std::string>>& alternatives) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().name("oneOf").begin_array();
  for (const auto& [value, schema] : alternatives) writer.raw(schema);
  writer.end_array().name("discriminator").begin_object().member("propertyName", tag).name("mapping").begin_object();
  for (const auto& [value, schema] : alternatives) {
    // {"$ref":"#/…"} → #/…
    constexpr std::size_t prefix = std::string_view(R"({"$ref":")").size();
    writer.member(value, std::string_view(schema).substr(prefix, schema.size() - prefix - 2));
  }
  writer.end_object().end_object().end_object();
  return out;
}

std::string object_schema(std::string_view title, std::string_view description, std::string_view example,
                          const std::vector<MemberSchema>& members) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("type", "object").member("title", title);
  if (!description.empty()) writer.member("description", description);
  writer.name("properties").begin_object();
  for (const MemberSchema& member : members) {
    writer.name(member.name);
    if (member.text.empty()) {
      writer.raw(member.schema);
    } else {
      std::string text;
      json::append_string(text, member.text);
      writer.raw(fmt::format(R"({},"description":{}}})",
                             std::string_view(member.schema).substr(0, member.schema.size() - 1), text));
    }
  }
  writer.end_object();
  if (std::ranges::any_of(members, &MemberSchema::required)) {
    writer.name("required").begin_array();
    for (const MemberSchema& member : members) {
      if (member.required) writer.value(member.name);
    }
    writer.end_array();
  }
  writer.member("additionalProperties", false);
  if (!example.empty()) writer.name("examples").begin_array().raw(example).end_array();
  writer.end_object();
  return out;
}

std::string schema_name(std::string_view pretty_function) {
  // Clang: "std::string redoubt::detail::type_name() [T = shop::ItemIn]"; GCC: "… [with T = shop::ItemIn; …]".
  const std::size_t begin = pretty_function.find("T = ") + 4;
  const std::size_t end = pretty_function.find_first_of(";]", begin);
  std::string name(pretty_function.substr(begin, end - begin));
  constexpr std::string_view unnamed = "(anonymous namespace)";
  for (std::size_t at = name.find(unnamed); at != std::string::npos; at = name.find(unnamed))
    name.erase(at, unnamed.size());
  std::string out;
  std::string word;
  for (const char c : name) {
    if (c == ':') {
      word.clear();  // a namespace before it
    } else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_') {
      word += c;
    } else {
      if (!word.empty()) out += (out.empty() ? "" : "_") + word;
      word.clear();
    }
  }
  if (!word.empty()) out += (out.empty() ? "" : "_") + word;
  return out;
}

}  // namespace redoubt::detail
