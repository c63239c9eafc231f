#include "redoubt/security_headers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace redoubt {
namespace {

// RFC 9110 section 5.5, without the obsolete bytes beyond ASCII.
bool is_field_value(std::string_view value) noexcept {
  return std::ranges::all_of(value, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); });
}

}  // namespace

SecurityHeaders::SecurityHeaders(const SecurityHeadersOptions& options) {
  const std::pair<std::string_view, const std::string&> fields[] = {
      {"X-Content-Type-Options", options.content_type_options},
      {"X-Frame-Options", options.frame_options},
      {"Strict-Transport-Security", options.strict_transport_security},
      {"Content-Security-Policy", options.content_security_policy},
      {"Referrer-Policy", options.referrer_policy},
      {"Permissions-Policy", options.permissions_policy},
      {"Cross-Origin-Opener-Policy", options.cross_origin_opener_policy},
      {"Cross-Origin-Resource-Policy", options.cross_origin_resource_policy},
      {"X-XSS-Protection", options.xss_protection},
      {"Cache-Control", options.cache_control},
  };
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    if (!is_field_value(value)) {
      throw std::invalid_argument(
          fmt::format("The value for {} cannot be sent: it holds a control character or a byte beyond ASCII.", name));
    }
    fmt::format_to(std::back_inserter(prepared_), "{}: {}\r\n", name, value);
    lines_.push_back({name, value});
  }
}

void SecurityHeaders::apply(Response& response) const {
  const auto own = [&](const Line& line) { return response.find(line.name).has_value(); };
  if (std::ranges::none_of(lines_, own)) {
    response.prepared_fields = prepared_;
    return;
  }
  for (const Line& line : lines_) {
    if (!own(line)) response.add(line.name, line.value);
  }
}

}  // namespace redoubt
