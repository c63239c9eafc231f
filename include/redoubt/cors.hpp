// Cross-origin resource sharing as the WHATWG Fetch standard defines it: which web origins may read this service's
// answers. The application asks for a preflight's answer before routing to a handler, and applies the rules to every
// other response. An origin is only ever answered from the configured list, never reflected.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/http.hpp"
#include "redoubt/request.hpp"

namespace redoubt {

struct CorsOptions {
  // Exact origins, scheme://host[:port]; or "*" alone, which cannot go with credentials. None: CORS is off.
  std::vector<std::string> origins;
  std::vector<Method> methods = {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del};
  // Request fields that scripts may set, beyond the safelisted ones.
  std::vector<std::string> headers = {"Authorization", "Content-Type", "X-Request-ID"};
  // Response fields that scripts may read, beyond the safelisted ones.
  std::vector<std::string> exposed_headers = {"Location",        "RateLimit-Limit", "RateLimit-Remaining",
                                              "RateLimit-Reset", "Retry-After",     "WWW-Authenticate",
                                              "X-Request-ID"};
  // Cookies and TLS client certificates. Bearer tokens set by scripts do not need it.
  bool credentials = false;
  // How long a browser may remember a preflight's answer.
  std::chrono::seconds max_age = std::chrono::minutes(10);
};

class Cors {
 public:
  // Off.
  Cors() = default;
  // Throws std::invalid_argument with a sentence: an origin that is "null", has a path or cannot be parsed; "*" beside
  // other origins or with credentials; a header name that is no token (RFC 9110 section 5.6.2) or "*".
  explicit Cors(const CorsOptions& options);

  [[nodiscard]] bool is_on() const noexcept { return any_origin_ || !origins_.empty(); }

  // The answer to a CORS-preflight request, given the methods that the requested path has; none when the request is not
  // one (no OPTIONS, or no Origin or Access-Control-Request-Method) or CORS is off. 204 when it is granted, else 403
  // without any Access-Control field.
  [[nodiscard]] std::optional<Response> preflight(const Request& request, std::span<const Method> route_methods) const;

  // Adds the fields of an actual request's answer, errors included. Where CORS is on, `Vary: Origin` always, since a
  // cache must not give one origin's answer to another.
  void apply(const Request& request, Response& response) const;

 private:
  // The value for Access-Control-Allow-Origin, from the configuration; empty when the request's origin has no access.
  [[nodiscard]] std::string_view granted_origin(const Fields& fields) const noexcept;

  std::vector<std::string> origins_;
  bool any_origin_ = false;
  std::vector<Method> methods_;
  std::vector<std::string> headers_;
  bool credentials_ = false;
  std::string allow_headers_;
  std::string expose_headers_;
  std::string max_age_;
};

}  // namespace redoubt
