#include "redoubt/http.hpp"

#include <algorithm>

#include "http/characters.hpp"
#include "redoubt/json.hpp"

namespace redoubt {

std::string_view to_string(Method method) noexcept {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::trace:
      return "TRACE";
    case Method::connect:
      return "CONNECT";
    case Method::other:
      break;
  }
  return "OTHER";
}

// RFC 9110 section 15; 428, 429, 431, 511: RFC 6585; 103: RFC 8297; 425: RFC 8470; 451: RFC 7725.
std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 100:
      return "Continue";
    case 101:
      return "Switching Protocols";
    case 103:
      return "Early Hints";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 203:
      return "Non-Authoritative Information";
    case 204:
      return "No Content";
    case 205:
      return "Reset Content";
    case 206:
      return "Partial Content";
    case 300:
      return "Multiple Choices";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 425:
      return "Too Early";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 451:
      return "Unavailable For Legal Reasons";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    case 511:
      return "Network Authentication Required";
    default:
      return "Unknown";
  }
}

bool iequals(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [lower](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string_view> Fields::find(std::string_view name) const noexcept {
  for (const Field& field : fields_)
    if (iequals(field.name, name)) return field.value;
  return {};
}

std::size_t Fields::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(fields_, [name](const Field& field) { return iequals(field.name, name); }));
}

HttpError::HttpError(int status, std::string detail) : std::runtime_error(detail), status_(status) {
  json::append_string(detail_json_, detail);
}

HttpError::HttpError(int status, const char* what, Json detail)
    : std::runtime_error(what), status_(status), detail_json_(std::move(detail.text)) {}

HttpError HttpError::with(std::string name, std::string value) && {
  fields_.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

namespace {

HttpError unavailable(std::string detail, std::chrono::seconds retry_after) {
  return HttpError(503, std::move(detail)).with("Retry-After", std::to_string(retry_after.count()));
}

void check_field(std::string_view name, std::string_view value) {
  if (!http::is_token(name))
    throw std::invalid_argument("Response: \"" + std::string(name) + "\" is no field name (RFC 9110 section 5.1)");
  if (!std::ranges::all_of(value, [](char c) { return http::is(http::field_character, c); }))
    throw std::invalid_argument("Response: the value of " + std::string(name) +
                                " has a control character (RFC 9110 section 5.5)");
}

}  // namespace

Unavailable::Unavailable(std::string detail, std::chrono::seconds retry_after)
    : HttpError(unavailable(std::move(detail), retry_after)) {}

void Response::set(std::string_view name, std::string value) {
  check_field(name, value);
  std::erase_if(fields, [name](const auto& field) { return iequals(field.first, name); });
  fields.emplace_back(name, std::move(value));
}

void Response::add(std::string_view name, std::string value) {
  check_field(name, value);
  fields.emplace_back(name, std::move(value));
}

std::optional<std::string_view> Response::find(std::string_view name) const noexcept {
  for (const auto& [field_name, value] : fields)
    if (iequals(field_name, name)) return value;
  return {};
}

}  // namespace redoubt
