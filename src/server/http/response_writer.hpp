// Writes the head of an answer (RFC 9112 section 4) as bytes. Called by the connection, which alone decides about
// framing; never touches the body.
#pragma once

#include <string>
#include <string_view>

#include "redoubt/http.hpp"

namespace redoubt::http {

struct AnswerFacts {
  int minor_version = 1;
  bool keep_alive = true;
  bool chunked = false;        // Transfer-Encoding instead of Content-Length
  std::string_view date_line;  // "Date: …\r\n"
};

// Whether a status can have a body at all (RFC 9110 section 6.4.1; 1xx are not answers).
[[nodiscard]] constexpr bool may_have_body(int status) noexcept {
  return status != 204 && status != 304;
}

// Appends status line, fields and the empty line. False, and nothing is appended, when the response cannot be sent: its
// status is no final one, or a field would break out of its line.
[[nodiscard]] bool append_head(std::string& out, const Response& response, const AnswerFacts& facts);

}  // namespace redoubt::http
