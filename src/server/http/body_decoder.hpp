// Takes the body of one request out of the bytes that follow its head: by length, or in chunks (RFC 9112 section 7.1).
// Called by the connection; chunk extensions and trailers are checked, bounded and dropped. Never buffers or allocates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/head_parser.hpp"

namespace redoubt::http {

class BodyDecoder {
 public:
  // One line of chunk framing (size and extensions), or one trailer field: beyond, 400.
  static constexpr std::size_t line_bytes = 1024;
  // All extensions and trailers of one body: beyond, 400. What is dropped must not be sent for ever (RFC 9112
  // section 7.1.1).
  static constexpr std::size_t dropped_bytes = 8 * 1024;

  BodyDecoder() = default;
  BodyDecoder(Framing framing, std::uint64_t content_length) noexcept;

  struct Step {
    std::size_t consumed = 0;  // bytes of the input that are done with, `data` included
    std::string_view data;     // a piece of the body, inside the input
    Refusal refusal;
  };
  // The next piece. Neither data nor a refusal, and not done(): the rest of the input is the beginning of a line, more
  // is needed (of less than line_bytes + 2).
  Step decode(std::string_view input) noexcept;

  [[nodiscard]] bool done() const noexcept { return state_ == State::done; }
  // Bytes that are declared and have not come; of a chunked body, of the present chunk.
  [[nodiscard]] std::uint64_t remaining() const noexcept { return remaining_; }
  [[nodiscard]] bool chunked() const noexcept { return chunked_; }

 private:
  enum class State : std::uint8_t { done, data, chunk_line, chunk_end, trailer };

  Refusal take_chunk_line(std::string_view line) noexcept;
  Refusal take_trailer(std::string_view line) noexcept;

  State state_ = State::done;
  bool chunked_ = false;
  std::uint64_t remaining_ = 0;
  std::size_t dropped_ = 0;
};

}  // namespace redoubt::http
