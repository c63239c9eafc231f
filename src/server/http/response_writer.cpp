#include "http/response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "http/characters.hpp"

namespace redoubt::http {

namespace {

bool is_value(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return is(field_character, c); });
}

// The connection's own: an application that sets one of these would break the framing.
bool is_framing_field(std::string_view name) noexcept {
  switch (name.size()) {
    case 4:
      return iequals(name, "Date");
    case 10:
      return iequals(name, "Connection");
    case 14:
      return iequals(name, "Content-Length");
    case 17:
      return iequals(name, "Transfer-Encoding");
    default:
      return false;
  }
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

}  // namespace

bool append_head(std::string& out, const Response& response, const AnswerFacts& facts) {
  if (response.status < 200 || response.status > 599 || !is_value(response.content_type)) return false;
  for (const auto& [name, value] : response.fields)
    if (!is_token(name) || !is_value(value)) return false;

  if (response.status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
  } else {
    out += "HTTP/1.1 ";
    append_number(out, static_cast<std::size_t>(response.status));
    out += ' ';
    out += reason_phrase(response.status);
    out += "\r\n";
  }
  out += facts.date_line;
  if (!response.content_type.empty()) {
    out += "Content-Type: ";
    out += response.content_type;
    out += "\r\n";
  }
  if (facts.chunked) {
    out += "Transfer-Encoding: chunked\r\n";
  } else if (!response.stream && may_have_body(response.status)) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  for (const auto& [name, value] : response.fields) {
    if (is_framing_field(name)) continue;
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
  }
  out += response.prepared_fields;
  if (!facts.keep_alive) {
    out += "Connection: close\r\n";
  } else if (facts.minor_version == 0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  return true;
}

}  // namespace redoubt::http
