#include "data/errors.hpp"

#include <fmt/format.h>

#include "redoubt/database.hpp"

namespace redoubt {

DatabaseError::DatabaseError(std::string sqlstate, const std::string& what)
    : std::runtime_error(what), sqlstate_(std::move(sqlstate)) {}

UniqueViolation::UniqueViolation(std::string constraint, const std::string& what)
    : DatabaseError("23505", what), constraint_(std::move(constraint)) {}

DatabaseUnavailable::DatabaseUnavailable(std::string reason)
    : Unavailable("The service is busy; try again shortly"), reason_(std::move(reason)) {}

namespace data {

namespace {

// PostgreSQL, appendix A: connection exceptions, insufficient resources, and what an operator or a time limit ended.
bool is_unavailable(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("53") || sqlstate.starts_with("57") ||
         sqlstate.starts_with("58") || sqlstate == "55P03" || sqlstate == "28P01" || sqlstate == "28000";
}

}  // namespace

void raise(const Refusal& refusal) {
  std::string what = fmt::format("SQLSTATE {}", refusal.sqlstate);
  if (!refusal.constraint.empty()) what += fmt::format(", constraint \"{}\"", refusal.constraint);
  if (!refusal.reason.empty()) what += fmt::format(": {}", refusal.reason);
  what += fmt::format("; statement: {}", refusal.sql);
  if (refusal.sqlstate == "23505") throw UniqueViolation(std::string(refusal.constraint), what);
  if (is_unavailable(refusal.sqlstate)) throw DatabaseUnavailable(what);
  throw DatabaseError(std::string(refusal.sqlstate), what);
}

}  // namespace data
}  // namespace redoubt
