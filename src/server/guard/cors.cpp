#include "redoubt/cors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "guard/authority.hpp"
#include "guard/list.hpp"

namespace redoubt {
namespace {

// Scheme and host in lower case without a default port: how browsers serialise an origin (RFC 6454 section 6.2).
std::string parse_origin(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    throw std::invalid_argument(fmt::format(
        "The CORS origin \"{}\" cannot be used: {}. Write it as scheme://host or scheme://host:port.", text, why));
  };
  if (text == "null") refuse("\"null\" is the origin of any sandboxed page, anybody's");
  const std::size_t colon = text.find("://");
  const std::string scheme = guard::to_lower(text.substr(0, colon));
  const bool scheme_ok =
      !scheme.empty() && scheme.front() >= 'a' && scheme.front() <= 'z' && std::ranges::all_of(scheme, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
      });
  if (colon == std::string_view::npos || !scheme_ok) refuse("it has no scheme");
  const std::string_view rest = text.substr(colon + 3);
  if (rest.find_first_of("/?#@") != std::string_view::npos) refuse("an origin has no path, query or user");
  if (rest.find('*') != std::string_view::npos) refuse("only exact origins are compared");
  const auto authority = guard::parse_authority(rest);
  const bool mapped = authority && authority->address && authority->address->is_v4() && rest.starts_with('[');
  if (!authority || mapped || rest.ends_with(':')) refuse("what follows the scheme is not a host");

  const bool default_port =
      (scheme == "https" && authority->port == 443) || (scheme == "http" && authority->port == 80);
  std::string origin = scheme + "://";
  if (!authority->address) {
    origin += guard::to_lower(authority->host);
  } else if (authority->host.find(':') == std::string_view::npos) {
    origin += authority->host;
  } else {
    origin += "[" + authority->address->to_string() + "]";
  }
  if (authority->port && !default_port) origin += fmt::format(":{}", *authority->port);
  return origin;
}

void check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (guard::is_token(name) && name != "*") continue;
    throw std::invalid_argument(
        fmt::format("The CORS header \"{}\" cannot be used: it must be the name of one field, \"*\" is not.", name));
  }
}

// Once each, whatever the response varies by already.
void add_vary(Response& response, std::initializer_list<std::string_view> names) {
  std::string vary(response.find("Vary").value_or(""));
  for (const std::string_view name : names) {
    const bool missing = guard::for_each_element(
        vary, [&](std::string_view present) { return present != "*" && !iequals(present, name); });
    if (!missing) continue;
    vary += vary.empty() ? "" : ", ";
    vary += name;
  }
  response.set("Vary", std::move(vary));
}

Response refusal(std::string_view why) {
  Response response;
  response.status = 403;
  response.content_type = "application/json";
  response.body = fmt::format(R"({{"detail":"CORS preflight refused: {}."}})", why);
  return response;
}

}  // namespace

Cors::Cors(const CorsOptions& options)
    : methods_(options.methods),
      headers_(options.headers),
      credentials_(options.credentials),
      allow_headers_(fmt::format("{}", fmt::join(options.headers, ", "))),
      expose_headers_(fmt::format("{}", fmt::join(options.exposed_headers, ", "))),
      max_age_(fmt::format("{}", options.max_age.count())) {
  check_names(options.headers);
  check_names(options.exposed_headers);
  any_origin_ = std::ranges::find(options.origins, "*") != options.origins.end();
  if (any_origin_ && options.origins.size() > 1) {
    throw std::invalid_argument("The CORS origins name \"*\" beside others: \"*\" stands alone or not at all.");
  }
  if (any_origin_ && credentials_) {
    throw std::invalid_argument(
        "The CORS origin \"*\" cannot go with credentials: any site could then act as the signed-in user. Name the "
        "origins.");
  }
  if (any_origin_) return;
  for (const std::string& origin : options.origins) origins_.push_back(parse_origin(origin));
}

std::string_view Cors::granted_origin(const Fields& fields) const noexcept {
  const auto origin = fields.find("Origin");
  if (!origin || fields.count("Origin") != 1) return {};
  if (any_origin_) return "*";
  const auto match = std::ranges::find(origins_, *origin);
  return match == origins_.end() ? std::string_view() : std::string_view(*match);
}

std::optional<Response> Cors::preflight(const Request& request, std::span<const Method> route_methods) const {
  const auto wanted = request.header("Access-Control-Request-Method");
  if (!is_on() || request.method != Method::options || !request.header("Origin") || !wanted) return std::nullopt;

  const auto answer = [&] {
    const std::string_view origin = granted_origin(request.fields);
    if (origin.empty()) return refusal("the origin is not one of those configured");

    std::string allowed;
    bool method_granted = false;
    for (const Method method : route_methods) {
      if (std::ranges::find(methods_, method) == methods_.end()) continue;
      method_granted |= to_string(method) == *wanted;
      allowed += allowed.empty() ? "" : ", ";
      allowed += to_string(method);
    }
    if (!method_granted) return refusal("the method is not allowed here");

    const bool headers_granted =
        guard::for_each_element(request.fields, "Access-Control-Request-Headers", [&](std::string_view name) {
          return std::ranges::any_of(headers_, [&](const std::string& known) { return iequals(known, name); });
        });
    if (!headers_granted) return refusal("a header field is not allowed");

    Response granted;
    granted.status = 204;
    granted.set("Access-Control-Allow-Origin", std::string(origin));
    granted.set("Access-Control-Allow-Methods", std::move(allowed));
    if (!allow_headers_.empty()) granted.set("Access-Control-Allow-Headers", allow_headers_);
    if (credentials_) granted.set("Access-Control-Allow-Credentials", "true");
    granted.set("Access-Control-Max-Age", max_age_);
    return granted;
  };
  Response response = answer();
  add_vary(response, {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"});
  return response;
}

void Cors::apply(const Request& request, Response& response) const {
  if (!is_on()) return;
  add_vary(response, {"Origin"});
  const std::string_view origin = granted_origin(request.fields);
  if (origin.empty()) return;
  response.set("Access-Control-Allow-Origin", std::string(origin));
  if (credentials_) response.set("Access-Control-Allow-Credentials", "true");
  if (!expose_headers_.empty()) response.set("Access-Control-Expose-Headers", expose_headers_);
}

}  // namespace redoubt
