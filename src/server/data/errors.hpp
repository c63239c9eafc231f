// From a driver's error code to the exception that applications catch. Used by both drivers.
#pragma once

#include <string>
#include <string_view>

namespace redoubt::data {

// What a database said about a statement that it refused.
struct Refusal {
  std::string_view sqlstate;
  std::string_view sql;         // the statement's text, placeholders and all
  std::string_view reason;      // the driver's words, only where they hold no values
  std::string_view constraint;  // of a violated constraint
};

// Throws UniqueViolation, DatabaseUnavailable or DatabaseError.
[[noreturn]] void raise(const Refusal& refusal);

}  // namespace redoubt::data
