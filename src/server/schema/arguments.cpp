#include "redoubt/arguments.hpp"

#include "schema/blanks.hpp"

namespace redoubt {

namespace {

HttpError unauthorized(std::string detail, std::string challenge) {
  return HttpError(401, std::move(detail)).with("WWW-Authenticate", std::move(challenge));
}

}  // namespace

namespace detail {

std::string_view bearer_token(const Request& request) {
  const auto field = request.header("Authorization");
  if (!field) throw unauthorized("Not authenticated", "Bearer");
  if (request.fields.count("Authorization") > 1) throw unauthorized("Not authenticated", "Bearer");
  constexpr std::string_view scheme = "Bearer ";
  if (field->size() < scheme.size() || !iequals(field->substr(0, scheme.size()), scheme))
    throw unauthorized("Not authenticated", "Bearer");
  const std::string_view token = trim_blanks(field->substr(scheme.size()));
  // RFC 6750 section 2.1: b64token.
  const auto is_b64token = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
  };
  if (token.empty() || !std::ranges::all_of(token, is_b64token))
    throw unauthorized("The access token is malformed", R"(Bearer error="invalid_token")");
  return token;
}

void describe_parameter(Operation& operation, std::string_view in, std::string_view name, bool required,
                        std::string schema) {
  for (const auto& known : operation.parameters) {
    if (known.in == in && known.name == name) return;  // asked for by two arguments
  }
  operation.parameters.push_back({std::string(name), std::string(in), required, std::move(schema)});
  operation.errors.insert({400, 422});
}

std::vector<std::string_view> query_values(Exchange& exchange, std::string_view name) {
  return exchange.query_values(name);
}

std::vector<std::string_view> header_values(Exchange& exchange, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Field& field : exchange.request.fields) {
    if (iequals(field.name, name)) values.push_back(field.value);
  }
  return values;
}

std::vector<std::string_view> cookie_values(Exchange& exchange, std::string_view name) {
  const auto value = exchange.cookie(name);
  return value ? std::vector{*value} : std::vector<std::string_view>{};
}

}  // namespace detail
}  // namespace redoubt
