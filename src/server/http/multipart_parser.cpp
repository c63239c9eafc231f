#include "http/multipart_parser.hpp"

#include <algorithm>
#include <functional>

#include "http/characters.hpp"
#include "schema/unicode.hpp"

namespace redoubt::http {

namespace {

constexpr std::size_t max_boundary_bytes = 70;    // RFC 2046 section 5.1.1
constexpr std::size_t max_file_name_bytes = 255;  // NAME_MAX of the usual file systems

bool is_boundary_character(char c) {
  return is(digit_character, c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

// Takes ";name=value" after ";name=value" from the text, each value a token or a quoted string. In those only \" and \\
// are escapes: clients that send Windows paths leave their backslashes as they are. False when malformed.
bool for_each_parameter(std::string_view text, const std::function<bool(std::string_view, std::string)>& take) {
  while (!(text = trim(text)).empty()) {
    if (text.front() != ';') return false;
    text = trim(text.substr(1));
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string_view name = text.substr(0, equals);
    if (!is_token(name) || equals == text.size()) return false;
    text.remove_prefix(equals + 1);
    std::string value;
    if (text.starts_with('"')) {
      std::size_t i = 1;
      for (; i < text.size() && text[i] != '"'; ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) ++i;
        value += text[i];
      }
      if (i >= text.size()) return false;
      text.remove_prefix(i + 1);
    } else {
      const auto end = std::ranges::find_if_not(text, [](char c) { return is(token_character, c); });
      value.assign(text.begin(), end);
      if (value.empty()) return false;
      text.remove_prefix(value.size());
    }
    if (!take(name, std::move(value))) return false;
  }
  return true;
}

bool has_controls(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
}

// What people may be shown as the file's name.
std::string safe_file_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string safe;
  for (const char c : name)
    if (!has_controls({&c, 1})) safe += c;
  if (safe.size() > max_file_name_bytes) {
    std::size_t end = max_file_name_bytes;
    while ((static_cast<unsigned char>(safe[end]) & 0xC0U) == 0x80U) --end;  // not inside of a character
    safe.resize(end);
  }
  if (safe == "." || safe == "..") safe.clear();
  return safe;
}

}  // namespace

std::optional<std::string> boundary_of(std::string_view content_type) {
  std::optional<std::string> boundary;
  const std::size_t begin = std::min(content_type.find(';'), content_type.size());
  const bool well_formed =
      for_each_parameter(content_type.substr(begin), [&](std::string_view name, std::string value) {
        if (!iequals(name, "boundary")) return true;
        if (boundary) return false;
        boundary = std::move(value);
        return true;
      });
  if (!well_formed || !boundary || boundary->empty() || boundary->size() > max_boundary_bytes ||
      boundary->ends_with(' ') || !std::ranges::all_of(*boundary, is_boundary_character))
    return std::nullopt;
  return boundary;
}

void MultipartParser::feed(std::string_view piece) {
  buffer_.erase(0, at_);
  at_ = 0;
  buffer_ += piece;
}

MultipartParser::Event MultipartParser::refuse(int status, std::string_view detail) {
  refusal_ = {status, detail};
  state_ = State::refused;
  return Event::refused;
}

MultipartParser::Event MultipartParser::next() {
  while (true) {
    switch (state_) {
      case State::first_delimiter: {
        // Nothing may stand before it: RFC 2046 allows a preamble, but no form has one.
        const std::string_view delimiter = std::string_view(delimiter_).substr(2);
        const std::string_view given = rest().substr(0, delimiter.size());
        if (!delimiter.starts_with(given)) return refuse(400, "The form does not begin with its boundary.");
        if (given.size() < delimiter.size()) return Event::need_more;
        at_ += delimiter.size();
        state_ = State::after_delimiter;
        break;
      }
      case State::after_delimiter: {
        if (rest().size() < 2) return Event::need_more;
        const std::string_view next_two = rest().substr(0, 2);
        at_ += 2;
        if (next_two == "--") {
          state_ = State::epilogue;
        } else if (next_two == "\r\n") {
          state_ = State::head;
        } else {
          return refuse(400, "A boundary of the form is followed by something else than a line end.");
        }
        break;
      }
      case State::head:
        return take_head();
      case State::data:
        return take_data();
      case State::epilogue:
        if (!std::string_view("\r\n").starts_with(rest())) return refuse(400, "Something follows the form's end.");
        return Event::need_more;
      case State::refused:
        return Event::refused;
    }
  }
}

MultipartParser::Event MultipartParser::finish() {
  if (state_ == State::refused) return Event::refused;
  if (state_ == State::epilogue && rest() != "\r") return Event::end;
  return refuse(400, "The form ended early.");
}

MultipartParser::Event MultipartParser::take_head() {
  if (rest().starts_with("\r\n")) return refuse(400, "A part of the form has no Content-Disposition.");
  const std::size_t end = rest().find("\r\n\r\n");
  if (end > limits_.part_header_bytes) {
    if (end != std::string_view::npos || rest().size() >= limits_.part_header_bytes + 4)
      return refuse(413, "The header fields of a part of the form are too large.");
    return Event::need_more;
  }
  if (++parts_ > limits_.parts) return refuse(413, "The form has too many parts.");
  if (const Refusal refusal = read_head(rest().substr(0, end))) return refuse(refusal.status, refusal.detail);
  at_ += end + 4;
  state_ = State::data;
  return Event::part_begin;
}

MultipartParser::Event MultipartParser::take_data() {
  const std::size_t delimiter = rest().find(delimiter_);
  if (delimiter == 0) {
    at_ += delimiter_.size();
    state_ = State::after_delimiter;
    return Event::part_end;
  }
  std::size_t size = std::min(delimiter, rest().size());
  if (delimiter == std::string_view::npos) {
    // A delimiter has one CR, its first byte: what may become one begins at the last CR.
    const std::size_t last = rest().rfind('\r');
    if (last != std::string_view::npos && delimiter_.starts_with(rest().substr(last))) size = last;
    if (size == 0) return Event::need_more;
  }
  data_ = rest().substr(0, size);
  at_ += size;
  return Event::data;
}

Refusal MultipartParser::read_head(std::string_view lines) {
  head_ = {};
  bool has_disposition = false;
  bool has_type = false;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    const std::size_t colon = std::min(line.find(':'), line.size());
    const std::string_view name = line.substr(0, colon);
    if (colon == line.size() || !is_token(name) ||
        !std::ranges::all_of(line, [](char c) { return is(field_character, c); }))
      return {400, "A header field of a part of the form is malformed."};
    const std::string_view value = trim(line.substr(colon + 1));
    if (iequals(name, "Content-Disposition")) {
      if (std::exchange(has_disposition, true)) return {400, "A part of the form has two Content-Dispositions."};
      if (const Refusal refusal = read_disposition(value)) return refusal;
    } else if (iequals(name, "Content-Type")) {
      if (std::exchange(has_type, true)) return {400, "A part of the form has two Content-Types."};
      if (!is_valid_utf8(value)) return {400, "A part's Content-Type is not UTF-8."};
      head_.content_type = value;
    } else if (iequals(name, "Content-Transfer-Encoding")) {
      // Deprecated (RFC 7578 section 4.7): what would need decoding is not taken for what it is not.
      if (!iequals(value, "binary") && !iequals(value, "8bit") && !iequals(value, "7bit"))
        return {400, "A part of the form has a Content-Transfer-Encoding, which is not decoded here."};
    }  // Others are ignored (RFC 7578 section 4.8).
  }
  if (!has_disposition) return {400, "A part of the form has no Content-Disposition."};
  return {};
}

Refusal MultipartParser::read_disposition(std::string_view value) {
  constexpr Refusal malformed{400, "A part's Content-Disposition is malformed."};
  const std::size_t begin = std::min(value.find(';'), value.size());
  if (!iequals(trim(value.substr(0, begin)), "form-data") || !is_valid_utf8(value)) return malformed;
  bool has_name = false;
  bool has_extended = false;
  const bool well_formed = for_each_parameter(value.substr(begin), [&](std::string_view name, std::string text) {
    if (iequals(name, "name")) {
      if (std::exchange(has_name, true) || has_controls(text)) return false;
      head_.name = std::move(text);
    } else if (iequals(name, "filename")) {
      if (head_.file_name) return false;
      head_.file_name = safe_file_name(text);
    } else if (iequals(name, "filename*")) {
      has_extended = true;
    }
    return true;
  });
  if (!well_formed || !has_name) return malformed;
  // RFC 7578 section 4.2: it must not be used, and it could name another file than `filename` does.
  if (has_extended) return {400, "A part of the form is named by filename*, which forms must not use."};
  return {};
}

}  // namespace redoubt::http
