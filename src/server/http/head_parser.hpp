// The strict gate: reads the head of one HTTP/1.x request (RFC 9112) and refuses whatever two readers could understand
// differently. Called by the connection with the bytes received so far; the result depends on the bytes alone, never on
// how they were split. It never reads a socket and does not allocate once its field vector has grown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "redoubt/http.hpp"
#include "redoubt/limits.hpp"

namespace redoubt::http {

// Why a request was turned away: what the client is told. `detail` is static text, safe inside a JSON string.
struct Refusal {
  int status = 0;  // 0: not refused
  std::string_view detail;
  [[nodiscard]] explicit operator bool() const noexcept { return status != 0; }
};

enum class Framing : std::uint8_t { none, length, chunked };

// Views into the bytes that were parsed.
struct RequestHead {
  Method method = Method::other;
  std::string_view method_name;
  std::string_view target;  // of an absolute-form, what follows the authority
  std::string_view path;
  std::string_view query;
  std::string_view host;
  int minor_version = 1;
  bool keep_alive = true;
  bool expects_continue = false;
  Framing framing = Framing::none;
  std::uint64_t content_length = 0;
  std::vector<Field> fields;
  std::size_t size = 0;  // bytes, the empty line included
};

class HeadParser {
 public:
  enum class Status : std::uint8_t { incomplete, complete, refused };

  explicit HeadParser(const HeadLimits& limits) : limits_(limits) {}

  // `received`: everything from the first byte of the request on. Call again with more after `incomplete`; where the
  // bytes have moved in memory, reset() first.
  Status parse(std::string_view received);
  void reset() noexcept;

  [[nodiscard]] const RequestHead& head() const noexcept { return head_; }
  [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

 private:
  Status parse_request_line(std::string_view received);
  Status parse_field(std::string_view received);
  Refusal check_target(std::string_view target);
  Refusal take_field(std::string_view name, std::string_view value);
  Refusal take_transfer_encoding(std::string_view value);
  Refusal finish();
  Status refuse(Refusal refusal) noexcept;

  HeadLimits limits_;
  RequestHead head_;
  Refusal refusal_;
  std::size_t line_ = 0;  // where the line to read next begins
  std::size_t leading_empty_lines_ = 0;
  std::string_view authority_;  // of an absolute-form
  bool has_request_line_ = false;
  bool absolute_ = false;
  bool has_host_ = false;
  bool has_length_ = false;
  bool has_content_type_ = false;
  bool has_authorization_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool chunked_ = false;       // the last transfer coding so far
  bool other_coding_ = false;  // any coding but chunked
};

// The number that a Content-Length may carry: digits only, below 2^63.
[[nodiscard]] bool parse_content_length(std::string_view text, std::uint64_t& length) noexcept;

// uri-host [ ":" port ], RFC 9110 section 7.2 and RFC 3986 section 3.2.2, not empty.
[[nodiscard]] bool is_host(std::string_view text) noexcept;

}  // namespace redoubt::http
