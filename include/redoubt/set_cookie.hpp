// A cookie for the client to keep (RFC 6265bis), with the safe choice as the default of every attribute. Handlers add
// it to their answer by AnswerFields; it never reads cookies, which the argument Cookie<"name", T> does.
//
//   [](AnswerFields answer) { answer.add(SetCookie{.name = "__Host-session", .value = token}); }
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace redoubt {

enum class SameSite : std::uint8_t {
  strict,  // never sent with a request from another site
  lax,     // sent when a link is followed, never with a POST from another site
  none,    // always sent: only with Secure
};

struct SetCookie {
  std::string name;   // a token (RFC 9110 section 5.6.2)
  std::string value;  // cookie-octets: visible ASCII but " , ; \ (RFC 6265 section 4.1.1); encode anything else
  std::optional<std::chrono::seconds> max_age{};  // none: until the browser ends; zero or less: forgotten at once
  std::string path = "/";
  std::string domain{};  // empty: this host alone, no subdomain
  SameSite same_site = SameSite::lax;
  bool secure = true;     // over HTTPS only (browsers take http://localhost for it)
  bool http_only = true;  // out of reach of scripts

  // The value of the Set-Cookie field. Throws std::invalid_argument when a part holds what it must not, when the name's
  // prefix promises what the attributes do not keep (__Host-: Secure, Path=/, no Domain; __Secure-: Secure), or for
  // SameSite=None without Secure: browsers would drop the cookie without a word.
  [[nodiscard]] std::string to_string() const;

  // Makes the client forget the cookie that was set with this name and the default attributes.
  [[nodiscard]] static SetCookie forget(std::string name) {
    return {.name = std::move(name), .value = {}, .max_age = std::chrono::seconds(0)};
  }
};

}  // namespace redoubt
