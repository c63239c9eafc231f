// Takes a multipart/form-data body apart (RFC 7578, RFC 2046 section 5.1.1), strictly and as it comes in: the parts and
// their bytes are the same however the body was split. Called by Multipart. It holds what it was fed last and at most a
// delimiter or a part's header beyond that; it reads nothing itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/head_parser.hpp"
#include "redoubt/multipart.hpp"

namespace redoubt::http {

// The boundary parameter of a multipart Content-Type; none when it is missing, repeated, or no boundary (RFC 2046
// section 5.1.1: 1 to 70 characters of a small set).
std::optional<std::string> boundary_of(std::string_view content_type);

class MultipartParser {
 public:
  explicit MultipartParser(std::string_view boundary) : delimiter_("\r\n--" + std::string(boundary)) {}

  enum class Event : std::uint8_t {
    need_more,   // feed() more, or finish()
    part_begin,  // head() tells of it
    data,        // data() is a piece of the part, until the next call
    part_end,
    end,
    refused,  // refusal() tells why; so does every later call
  };

  void limit(const MultipartLimits& limits) { limits_ = limits; }
  void feed(std::string_view piece);
  Event next();
  // The body is at its end: `end` or `refused`, once next() gave need_more.
  Event finish();

  [[nodiscard]] const PartHead& head() const noexcept { return head_; }
  [[nodiscard]] std::string_view data() const noexcept { return data_; }
  [[nodiscard]] const Refusal& refusal() const noexcept { return refusal_; }

 private:
  enum class State : std::uint8_t { first_delimiter, after_delimiter, head, data, epilogue, refused };

  [[nodiscard]] std::string_view rest() const noexcept { return std::string_view(buffer_).substr(at_); }
  Event refuse(int status, std::string_view detail);
  Event take_head();
  Event take_data();
  Refusal read_head(std::string_view lines);
  Refusal read_disposition(std::string_view value);

  std::string delimiter_;
  MultipartLimits limits_;
  State state_ = State::first_delimiter;
  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t parts_ = 0;
  PartHead head_;
  std::string_view data_;
  Refusal refusal_;
};

}  // namespace redoubt::http
