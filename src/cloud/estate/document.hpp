// Text into values and back: JSON (strict, RFC 8259) and YAML 1.1 as CloudFormation reads it (no duplicate keys, its
// short tags written out: `!GetAtt a.B` is `{"Fn::GetAtt": ["a", "B"]}`). Every value knows its line. It says nothing
// of what a document means.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "value.hpp"

namespace redoubt::estate {

struct ReadError {
  std::string file;
  std::uint32_t line = 0;  // 0: the file as a whole
  std::string reason;      // what, why, what to do

  [[nodiscard]] std::string text() const;  // "FILE:LINE: REASON"
};

enum class Format : std::uint8_t { json, yaml };

// JSON where the first character that is no white space is `{` or `[`, else YAML.
[[nodiscard]] Format format_of(std::string_view text);

// `file` is the index that the values' locations get, `name` what errors call it. Nesting is bounded (200 levels), as
// are aliases (YAML's "billion laughs").
[[nodiscard]] std::expected<Value, ReadError> read_document(std::string_view text, std::uint32_t file,
                                                            std::string_view name);

// Two spaces of indentation, members in their order, a final newline: the same value gives the same bytes.
[[nodiscard]] std::string write_json(const Value& value);

}  // namespace redoubt::estate
