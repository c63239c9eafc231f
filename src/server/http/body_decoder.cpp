#include "http/body_decoder.hpp"

#include <algorithm>
#include <array>

#include "http/characters.hpp"

namespace redoubt::http {

namespace {

constexpr Refusal bad_chunk{400, "The chunked body is malformed (RFC 9112 section 7.1)."};
constexpr Refusal bad_trailer{400, "A trailer field is malformed or not allowed (RFC 9110 section 6.5.1)."};
constexpr Refusal too_much_dropped{400, "Chunk extensions and trailers are too large (RFC 9112 section 7.1.1)."};
constexpr std::size_t chunk_size_digits = 15;  // below 2^60; leading zeros count

// A trailer must not carry what frames, routes or authenticates (RFC 9110 section 6.5.1): somebody on the way may merge
// it into the head.
constexpr std::array<std::string_view, 7> forbidden_trailers{
    "Content-Length", "Transfer-Encoding", "Host", "Connection", "Trailer", "Authorization", "Cookie"};

std::string_view skip_whitespace(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  return text;
}

std::string_view skip_token(std::string_view text) noexcept {
  while (!text.empty() && is(token_character, text.front())) text.remove_prefix(1);
  return text;
}

// What follows a quoted-string (RFC 9110 section 5.6.4), nothing at all where it does not end.
bool skip_quoted_string(std::string_view& text) noexcept {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (!is(field_character, text[i])) return false;
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
    if (text[i] == '\\' && (++i == text.size() || !is(field_character, text[i]))) return false;
  }
  return false;
}

// *( BWS ";" BWS token [ BWS "=" BWS ( token / quoted-string ) ] )
bool are_chunk_extensions(std::string_view text) noexcept {
  while (!text.empty()) {
    text = skip_whitespace(text);
    if (!text.starts_with(';')) return false;
    text = skip_whitespace(text.substr(1));
    const auto after_name = skip_token(text);
    if (after_name.size() == text.size()) return false;
    text = after_name;
    const auto after_space = skip_whitespace(text);
    if (!after_space.starts_with('=')) continue;
    text = skip_whitespace(after_space.substr(1));
    if (text.starts_with('"')) {
      if (!skip_quoted_string(text)) return false;
    } else {
      const auto after_value = skip_token(text);
      if (after_value.size() == text.size()) return false;
      text = after_value;
    }
  }
  return true;
}

}  // namespace

BodyDecoder::BodyDecoder(Framing framing, std::uint64_t content_length) noexcept
    : state_(framing == Framing::length    ? State::data
             : framing == Framing::chunked ? State::chunk_line
                                           : State::done),
      chunked_(framing == Framing::chunked),
      remaining_(framing == Framing::length ? content_length : 0) {}

BodyDecoder::Step BodyDecoder::decode(std::string_view input) noexcept {
  Step step;
  while (state_ != State::done) {
    const auto rest = input.substr(step.consumed);
    if (state_ == State::data) {
      step.data = rest.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, rest.size())));
      step.consumed += step.data.size();
      remaining_ -= step.data.size();
      if (remaining_ == 0) state_ = chunked_ ? State::chunk_end : State::done;
      return step;
    }

    // A line: every byte but the CRLF at its end is a field character, so a bare CR or LF cannot hide in one.
    const std::size_t limit = std::min(rest.size(), line_bytes + 1);
    std::size_t length = 0;
    while (length < limit && is(field_character, rest[length])) ++length;
    if (length > line_bytes) {
      step.refusal = too_much_dropped;
      return step;
    }
    if (length < rest.size() && rest[length] != '\r') {
      step.refusal = state_ == State::trailer ? bad_trailer : bad_chunk;
      return step;
    }
    if (rest.size() - length < 2) {
      // A first byte that cannot begin the line is known at once.
      if (length > 0 && (state_ == State::chunk_end || (state_ == State::chunk_line && !is(hex_character, rest[0]))))
        step.refusal = bad_chunk;
      return step;
    }
    if (rest[length + 1] != '\n') {
      step.refusal = state_ == State::trailer ? bad_trailer : bad_chunk;
      return step;
    }
    const auto line = rest.substr(0, length);
    step.consumed += length + 2;
    if (state_ == State::chunk_end) {
      if (!line.empty()) step.refusal = bad_chunk;
      state_ = State::chunk_line;
    } else {
      step.refusal = state_ == State::trailer ? take_trailer(line) : take_chunk_line(line);
    }
    if (step.refusal) return step;
  }
  return step;
}

Refusal BodyDecoder::take_chunk_line(std::string_view line) noexcept {
  std::size_t digits = 0;
  std::uint64_t size = 0;
  while (digits < line.size() && is(hex_character, line[digits])) {
    if (digits == chunk_size_digits) return bad_chunk;
    size = size * 16 + hex_value(line[digits++]);
  }
  if (digits == 0) return bad_chunk;
  const auto extensions = line.substr(digits);
  if (!are_chunk_extensions(extensions)) return bad_chunk;
  dropped_ += extensions.size();
  if (dropped_ > dropped_bytes) return too_much_dropped;
  remaining_ = size;
  state_ = size == 0 ? State::trailer : State::data;
  return {};
}

Refusal BodyDecoder::take_trailer(std::string_view line) noexcept {
  if (line.empty()) {
    state_ = State::done;
    return {};
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return bad_trailer;
  const auto name = line.substr(0, colon);
  if (std::ranges::any_of(forbidden_trailers, [name](auto forbidden) { return iequals(name, forbidden); }))
    return bad_trailer;
  dropped_ += line.size();
  return dropped_ > dropped_bytes ? too_much_dropped : Refusal{};
}

}  // namespace redoubt::http
