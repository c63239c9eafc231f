#include "http/head_parser.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "http/characters.hpp"

namespace redoubt::http {

namespace {

constexpr std::size_t longest_method = 32;            // bytes; longer ones are nobody's
constexpr std::size_t version_line_bytes = 10;        // "HTTP/1.1\r\n"
constexpr std::size_t longest_leading_empty_run = 2;  // RFC 9112 section 2.2 asks for one at least
constexpr std::size_t length_digits = 19;             // 10^19 - 1 is above 2^63, and below 2^64

constexpr Refusal bad_line{400, "The request line is malformed (RFC 9112 section 3)."};
constexpr Refusal bad_target{400, "The request target is malformed (RFC 9112 section 3.2)."};
constexpr Refusal bad_field{400, "A header field is malformed (RFC 9112 section 5)."};
constexpr Refusal bad_host{400, "The request must carry exactly one valid Host (RFC 9112 section 3.2)."};
constexpr Refusal bad_length{400, "Content-Length must be one number, given once (RFC 9112 section 6.3)."};
constexpr Refusal bad_coding{400, "Transfer-Encoding must end in chunked, once (RFC 9112 section 6.1)."};
constexpr Refusal two_lengths{400, "Content-Length and Transfer-Encoding exclude each other (RFC 9112 section 6.1)."};
constexpr Refusal repeated_field{400, "A header field that stands once came twice (RFC 9110 section 5.3)."};
constexpr Refusal head_too_large{431, "The header fields are too large."};

Method method_of(std::string_view name) noexcept {
  switch (name.size()) {
    case 3:
      if (name == "GET") return Method::get;
      if (name == "PUT") return Method::put;
      break;
    case 4:
      if (name == "POST") return Method::post;
      if (name == "HEAD") return Method::head;
      break;
    case 5:
      if (name == "PATCH") return Method::patch;
      if (name == "TRACE") return Method::trace;
      break;
    case 6:
      if (name == "DELETE") return Method::del;
      break;
    case 7:
      if (name == "OPTIONS") return Method::options;
      if (name == "CONNECT") return Method::connect;
      break;
    default:
      break;
  }
  return Method::other;
}

// Every "%" begins an escape, and none of them hides a NUL.
bool has_sound_escapes(std::string_view text) noexcept {
  for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 3)) {
    if (text.size() - i < 3 || !is(hex_character, text[i + 1]) || !is(hex_character, text[i + 2])) return false;
    if (text[i + 1] == '0' && text[i + 2] == '0') return false;
  }
  return true;
}

bool all(CharacterClass wanted, std::string_view text) noexcept {
  return std::ranges::all_of(text, [wanted](char c) { return is(wanted, c); });
}

bool is_port(std::string_view text) noexcept {
  if (text.size() > 5 || !all(digit_character, text)) return false;
  unsigned port = 0;
  for (const char c : text) port = port * 10 + static_cast<unsigned>(c - '0');
  return port <= 65535;
}

bool is_ipv6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size()) return false;
  std::ranges::copy(text, terminated.begin());
  std::array<unsigned char, 16> address{};
  return inet_pton(AF_INET6, terminated.data(), address.data()) == 1;
}

}  // namespace

bool parse_content_length(std::string_view text, std::uint64_t& length) noexcept {
  if (text.empty() || text.size() > length_digits || !all(digit_character, text)) return false;
  length = 0;
  for (const char c : text) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  return length < (std::uint64_t{1} << 63);
}

bool is_host(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(text.substr(1, close - 1))) return false;
    const auto rest = text.substr(close + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  if (name.empty() || !all(host_character, name) || !has_sound_escapes(name)) return false;
  return colon == std::string_view::npos || is_port(text.substr(colon + 1));
}

void HeadParser::reset() noexcept {
  auto fields = std::move(head_.fields);
  fields.clear();
  const auto limits = limits_;
  *this = HeadParser(limits);
  head_.fields = std::move(fields);
}

HeadParser::Status HeadParser::refuse(Refusal refusal) noexcept {
  refusal_ = refusal;
  return Status::refused;
}

HeadParser::Status HeadParser::parse(std::string_view received) {
  if (refusal_) return Status::refused;
  while (true) {
    const std::size_t before = line_;
    const Status status = has_request_line_ ? parse_field(received) : parse_request_line(received);
    if (status != Status::incomplete || line_ == before) return status;
  }
}

// Leaves line_ where it is when the line is not whole yet. Looks at no byte beyond the line's limit, so that a limit is
// reported alike whether the bytes came at once or one by one.
HeadParser::Status HeadParser::parse_request_line(std::string_view received) {
  const char* const begin = received.data() + line_;
  const char* const end = received.data() + received.size();
  const char* at = begin;
  if (at == end) return Status::incomplete;

  if (*at == '\r') {
    if (leading_empty_lines_ == longest_leading_empty_run) return refuse(bad_line);
    if (at + 1 == end) return Status::incomplete;
    if (at[1] != '\n') return refuse(bad_line);
    ++leading_empty_lines_;
    line_ += 2;
    return Status::incomplete;
  }

  while (at != end && is(token_character, *at) && at - begin <= static_cast<std::ptrdiff_t>(longest_method)) ++at;
  if (at - begin > static_cast<std::ptrdiff_t>(longest_method))
    return refuse({501, "No such method (RFC 9110 section 9.1)."});
  if (at == end) return Status::incomplete;
  if (*at != ' ' || at == begin) return refuse(bad_line);
  const std::string_view method(begin, at);

  const char* const target_begin = ++at;
  const auto room = std::min<std::ptrdiff_t>(end - at, static_cast<std::ptrdiff_t>(limits_.target_bytes) + 1);
  const char* const target_limit = at + room;
  while (at != target_limit && is(query_character, *at)) ++at;
  const std::string_view target(target_begin, at);
  if (target.size() > limits_.target_bytes) return refuse({414, "The request target is too long."});
  if (at == end) return Status::incomplete;
  if (*at != ' ') return refuse(bad_target);

  const char* const version = ++at;
  constexpr std::string_view pattern = "HTTP/0.0\r\n";  // 0: any digit
  for (std::size_t i = 0; i < version_line_bytes; ++i, ++at) {
    if (at == end) return Status::incomplete;
    if (pattern[i] == '0' ? !is(digit_character, *at) : *at != pattern[i]) return refuse(bad_line);
    if (i == 7 && (version[5] != '1' || version[7] > '1'))
      return refuse({505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."});
  }

  head_.method_name = method;
  head_.method = method_of(method);
  head_.minor_version = version[7] - '0';
  if (const Refusal refusal = check_target(target)) return refuse(refusal);
  has_request_line_ = true;
  line_ = static_cast<std::size_t>(at - received.data());
  return Status::incomplete;
}

// RFC 9112 section 3.2: origin-form, absolute-form, asterisk-form for OPTIONS; authority-form is CONNECT's alone.
Refusal HeadParser::check_target(std::string_view target) {
  if (head_.method == Method::connect)
    return is_host(target) && target.find(':') != std::string_view::npos
               ? Refusal{501, "This is no proxy: CONNECT is not implemented (RFC 9110 section 9.3.6)."}
               : bad_target;
  if (target == "*") {
    if (head_.method != Method::options) return bad_target;
    head_.target = head_.path = target;
    return {};
  }
  if (!target.starts_with('/')) {
    const auto scheme_end = target.find("://");
    if (scheme_end == std::string_view::npos) return bad_target;
    const auto scheme = target.substr(0, scheme_end);
    if (!iequals(scheme, "http") && !iequals(scheme, "https")) return bad_target;
    target.remove_prefix(scheme_end + 3);
    // Userinfo is an error (RFC 9110 section 4.2.4): is_host() knows no "@".
    authority_ = target.substr(0, target.find_first_of("/?"));
    if (!is_host(authority_)) return bad_target;
    target.remove_prefix(authority_.size());
    absolute_ = true;
  }
  const auto question = target.find('?');
  head_.target = target.empty() ? std::string_view("/") : target;
  head_.path = target.substr(0, question);
  if (!all(path_character, head_.path) || !has_sound_escapes(target)) return bad_target;
  if (head_.path.empty()) head_.path = "/";  // only an absolute-form can omit it
  if (question != std::string_view::npos) head_.query = target.substr(question + 1);
  return {};
}

HeadParser::Status HeadParser::parse_field(std::string_view received) {
  const char* const begin = received.data() + line_;
  const std::size_t line_limit = line_ + limits_.field_bytes + 2;
  const std::size_t limit = std::min(line_limit, limits_.head_bytes);
  const bool cut = received.size() > limit;
  const char* const end = received.data() + (cut ? limit : received.size());
  const auto no_more = [&] { return cut ? refuse(head_too_large) : Status::incomplete; };
  if (begin >= end) return no_more();

  const char* at = begin;
  if (*at == '\r') {
    if (at + 1 == end) return no_more();
    if (at[1] != '\n') return refuse(bad_field);
    if (const Refusal refusal = finish()) return refuse(refusal);
    head_.size = line_ + 2;
    return Status::complete;
  }
  if (head_.fields.size() == limits_.fields) return refuse({431, "There are too many header fields."});

  while (at != end && is(token_character, *at)) ++at;
  if (at == end) return no_more();
  // Anything else here is a space before the colon, a folded line, or no field at all (RFC 9112 sections 5.1, 5.2).
  if (*at != ':' || at == begin) return refuse(bad_field);
  const std::string_view name(begin, at);

  const char* const value_begin = ++at;
  while (at != end && is(field_character, *at)) ++at;
  if (at == end) return no_more();
  if (*at != '\r') return refuse(bad_field);
  if (at + 1 == end) return no_more();
  if (at[1] != '\n') return refuse(bad_field);
  const std::string_view value = trim({value_begin, at});

  if (const Refusal refusal = take_field(name, value)) return refuse(refusal);
  head_.fields.push_back({name, value});
  line_ = static_cast<std::size_t>(at + 2 - received.data());
  return Status::incomplete;
}

// The fields that decide framing, routing and identity. Lengths first: most fields are none of these.
Refusal HeadParser::take_field(std::string_view name, std::string_view value) {
  const auto once = [](bool& seen) { return std::exchange(seen, true) ? repeated_field : Refusal{}; };
  switch (name.size()) {
    case 4:
      if (!iequals(name, "Host")) break;
      if (std::exchange(has_host_, true) || !is_host(value)) return bad_host;
      head_.host = value;
      break;
    case 6:
      if (!iequals(name, "Expect")) break;
      if (!iequals(value, "100-continue")) return {417, "Only 100-continue can be expected (RFC 9110 section 10.1.1)."};
      head_.expects_continue = head_.minor_version == 1;
      break;
    case 10:
      if (!iequals(name, "Connection")) break;
      while (!value.empty()) {
        const auto comma = value.find(',');
        const auto option = trim(value.substr(0, comma));
        if (!option.empty() && !is_token(option)) return bad_field;
        says_close_ |= iequals(option, "close");
        says_keep_alive_ |= iequals(option, "keep-alive");
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
      }
      break;
    case 12:
      if (iequals(name, "Content-Type")) return once(has_content_type_);
      break;
    case 13:
      if (iequals(name, "Authorization")) return once(has_authorization_);
      break;
    case 14:
      if (!iequals(name, "Content-Length")) break;
      if (std::exchange(has_length_, true) || !parse_content_length(value, head_.content_length)) return bad_length;
      if (chunked_ || other_coding_) return two_lengths;
      break;
    case 17:
      if (iequals(name, "Transfer-Encoding")) return take_transfer_encoding(value);
      break;
    default:
      break;
  }
  return {};
}

Refusal HeadParser::take_transfer_encoding(std::string_view value) {
  if (head_.minor_version == 0) return {400, "HTTP/1.0 has no Transfer-Encoding (RFC 9112 section 6.1)."};
  if (has_length_) return two_lengths;
  while (true) {
    const auto comma = value.find(',');
    const auto coding = trim(value.substr(0, comma));
    const auto name = trim(coding.substr(0, coding.find(';')));
    if (!is_token(name) || chunked_) return bad_coding;  // nothing may follow chunked
    if (iequals(name, "chunked")) {
      if (name.size() != coding.size()) return bad_coding;  // it has no parameters (RFC 9112 section 7.1)
      chunked_ = true;
    } else {
      other_coding_ = true;
    }
    if (comma == std::string_view::npos) return {};
    value.remove_prefix(comma + 1);
  }
}

Refusal HeadParser::finish() {
  if (head_.minor_version == 1 && !has_host_) return bad_host;
  // RFC 9112 section 3.2.2: whatever Host was received, the authority of an absolute-form stands in its place. It does
  // so for everyone behind the parser, so that no two of them see different hosts.
  if (absolute_) {
    head_.host = authority_;
    for (Field& field : head_.fields)
      if (iequals(field.name, "Host")) field.value = authority_;
  }
  if (other_coding_) {
    if (!chunked_) return bad_coding;
    return {501, "No transfer coding but chunked is understood (RFC 9112 section 6.1)."};
  }
  if (chunked_) {
    head_.framing = Framing::chunked;
  } else if (has_length_ && head_.content_length > 0) {
    head_.framing = Framing::length;
  }
  head_.keep_alive = !says_close_ && (head_.minor_version == 1 || says_keep_alive_);
  return {};
}

}  // namespace redoubt::http
