// The response fields that tell a browser to be careful. The options are rendered once, when the application starts,
// into complete header lines that are copied behind every response; a response that already has a field of one of these
// names keeps its own. Nothing here looks at the request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "redoubt/http.hpp"

namespace redoubt {

// Each option is the value of the field it is named after; an empty one is not sent. Defaults follow the OWASP Secure
// Headers Project for an API that also serves its own documentation page.
struct SecurityHeadersOptions {
  std::string content_type_options = "nosniff";
  std::string frame_options = "DENY";
  // RFC 6797 section 7.2 keeps this off plain HTTP, where browsers ignore it (section 8.1). The service cannot see that
  // itself: behind a load balancer that ends TLS every connection is plain. So it is always sent.
  std::string strict_transport_security = "max-age=31536000; includeSubDomains";
  std::string content_security_policy =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";
  std::string referrer_policy = "no-referrer";
  std::string permissions_policy =
      "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
      "payment=(), usb=()";
  std::string cross_origin_opener_policy = "same-origin";
  std::string cross_origin_resource_policy = "same-origin";
  // The filter that this field once steered could itself be abused: "0" turns it off where it still exists.
  std::string xss_protection = "0";
  // Answers of an API belong to whoever asked (RFC 9111 section 5.2.2.5).
  std::string cache_control = "no-store";
};

class SecurityHeaders {
 public:
  // Throws std::invalid_argument when a value holds CR, LF or another control character.
  explicit SecurityHeaders(const SecurityHeadersOptions& options = {});

  // Gives the response every field of these that it does not have itself: normally the block that was prepared once,
  // by reference (Response::prepared_fields), so this object must outlive the response.
  void apply(Response& response) const;

  // The whole block: complete lines, each ended by CR LF.
  [[nodiscard]] std::string_view prepared() const noexcept { return prepared_; }

 private:
  struct Line {
    std::string_view name;  // static
    std::string value;
  };

  std::string prepared_;
  std::vector<Line> lines_;
};

}  // namespace redoubt
