#include "redoubt/set_cookie.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "http/characters.hpp"
#include "redoubt/arguments.hpp"

namespace redoubt {

namespace {

bool is_cookie_octet(char c) {
  return c > ' ' && c < '\x7f' && std::string_view(R"(",;\)").find(c) == std::string_view::npos;
}

// RFC 6265 section 4.1.1: path-value and domain-value are any text without controls and ";".
bool is_attribute_octet(char c) {
  return c >= ' ' && c < '\x7f' && c != ';';
}

std::string_view word_of(SameSite same_site) {
  switch (same_site) {
    case SameSite::strict:
      return "Strict";
    case SameSite::lax:
      return "Lax";
    case SameSite::none:
      return "None";
  }
  return "Strict";
}

void require(bool holds, const std::string& name, std::string_view why) {
  if (!holds) throw std::invalid_argument(fmt::format("the cookie \"{}\" cannot be set: {}", name, why));
}

}  // namespace

std::string SetCookie::to_string() const {
  if (!http::is_token(name)) throw std::invalid_argument("a cookie cannot be set: its name is not a token");
  require(std::ranges::all_of(value, is_cookie_octet), name, "its value has characters that must be encoded");
  require(path.starts_with('/') && std::ranges::all_of(path, is_attribute_octet), name, "its path is malformed");
  require(std::ranges::all_of(domain, is_attribute_octet), name, "its domain is malformed");
  require(secure || same_site != SameSite::none, name, "SameSite=None needs Secure");
  // RFC 6265bis section 4.1.3; browsers compare these prefixes without regard to case.
  const auto has_prefix = [this](std::string_view prefix) {
    return name.size() >= prefix.size() && iequals(std::string_view(name).substr(0, prefix.size()), prefix);
  };
  if (has_prefix("__Host-"))
    require(secure && domain.empty() && path == "/", name, "the prefix __Host- asks for Secure, Path=/ and no Domain");
  if (has_prefix("__Secure-")) require(secure, name, "the prefix __Secure- asks for Secure");

  std::string text = fmt::format("{}={}; Path={}", name, value, path);
  if (!domain.empty()) text += "; Domain=" + domain;
  if (max_age) text += fmt::format("; Max-Age={}", std::max<std::int64_t>(max_age->count(), 0));
  text += fmt::format("; SameSite={}", word_of(same_site));
  if (secure) text += "; Secure";
  if (http_only) text += "; HttpOnly";
  return text;
}

void AnswerFields::add(const SetCookie& cookie) const {
  add("Set-Cookie", cookie.to_string());
}

}  // namespace redoubt
