#include "secret_forms.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace redoubt::controls {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// camelCase and kebab-case to UPPER_SNAKE, so that one list of words does.
std::string upper_snake(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(name[i - 1])) != 0;
    if (upper && after_lower) out += '_';
    out += c == '-' || c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return out;
}

// A run of at least `least` characters of one kind after a prefix, with nothing of a word before it.
bool has_token(std::string_view text, std::string_view prefix, std::size_t least, bool (*takes)(char)) {
  for (std::size_t at = text.find(prefix); at != std::string_view::npos; at = text.find(prefix, at + 1)) {
    if (at > 0 && is_word(text[at - 1])) continue;
    std::size_t end = at + prefix.size();
    while (end < text.size() && takes(text[end])) ++end;
    if (end - at - prefix.size() >= least) return true;
  }
  return false;
}

bool is_upper_or_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_url_safe(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// A URL that carries a password before its host ("userinfo" in RFC 3986, 3.2.1): postgres://user:password@host/. What
// is put in when a script runs, and what stands for a password in an explanation, is none.
bool has_password_in_url(std::string_view text) {
  static constexpr std::string_view host_begins = "://";
  for (std::size_t at = text.find(host_begins); at != std::string_view::npos; at = text.find(host_begins, at + 1)) {
    if (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0) continue;
    const std::string_view rest = text.substr(at + host_begins.size());
    const std::string_view authority = rest.substr(0, rest.find_first_of("/?#\"' \t\r\n"));
    const std::size_t host = authority.rfind('@');
    const std::size_t colon = authority.find(':');
    if (host == std::string_view::npos || colon == std::string_view::npos || colon + 1 >= host) continue;
    const std::string_view password = authority.substr(colon + 1, host - colon - 1);
    if (std::string_view("${<*%[`(").find(password.front()) == std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  static constexpr std::array words{"PASSWORD",   "PASSWD",      "PASSPHRASE", "SECRET",
                                    "TOKEN",      "API_KEY",     "APIKEY",     "PRIVATE_KEY",
                                    "ACCESS_KEY", "SIGNING_KEY", "CREDENTIAL", "ENCRYPTION_KEY"};
  static constexpr std::array places{"_ARN",   "_FILE",    "_PATH",    "_NAME",   "_URL",       "_URI",    "_TTL",
                                     "_DAYS",  "_MINUTES", "_SECONDS", "_LENGTH", "_EXPIRY",    "_ISSUER", "_ENDPOINT",
                                     "_LIMIT", "_HEADER",  "_ENABLED", "_REGION", "_ALGORITHM", "_TYPE",   "_PREFIX"};
  const std::string upper = upper_snake(name);
  if (std::ranges::any_of(places, [&](std::string_view end) { return upper.ends_with(end); })) return false;
  if (upper.ends_with("_ID") && upper.find("ACCESS_KEY") == std::string::npos) return false;
  return std::ranges::any_of(words, [&](std::string_view word) { return upper.find(word) != std::string::npos; });
}

std::string_view secret_form(std::string_view text) {
  constexpr std::size_t key_length = 16;  // after the four letters ("IAM identifiers", unique ids)
  if (has_token(text, "AKIA", key_length, is_upper_or_digit) || has_token(text, "ASIA", key_length, is_upper_or_digit))
    return "an AWS access key";
  if (text.find("-----BEGIN ") != std::string_view::npos && text.find("PRIVATE KEY-----") != std::string_view::npos)
    return "a private key";
  if (has_token(text, "ghp_", 36, is_url_safe) || has_token(text, "github_pat_", 36, is_url_safe))
    return "a GitHub token";
  if (has_token(text, "xoxb-", 20, is_url_safe) || has_token(text, "xoxp-", 20, is_url_safe)) return "a Slack token";
  if (has_token(text, "sk_live_", 20, is_url_safe)) return "a Stripe key";
  if (has_token(text, "glpat-", 20, is_url_safe)) return "a GitLab token";
  if (has_token(text, "eyJ", 20, is_url_safe) && text.find(".eyJ") != std::string_view::npos) return "a signed token";
  if (has_password_in_url(text)) return "a password in a URL";
  return {};
}

std::string secret_in_script(std::string_view script) {
  if (const std::string_view form = secret_form(script); !form.empty()) return std::string(form);
  for (std::size_t equals = script.find('='); equals != std::string_view::npos; equals = script.find('=', equals + 1)) {
    std::size_t begin = equals;
    while (begin > 0 && is_word(script[begin - 1])) --begin;
    const std::string_view name = script.substr(begin, equals - begin);
    if (name.empty() || !is_secret_name(name)) continue;
    std::string_view value = script.substr(equals + 1);
    if (!value.empty() && (value.front() == '"' || value.front() == '\'')) value.remove_prefix(1);
    // What is computed when the script runs, or passed on, is no secret in the text.
    if (value.empty() || value.front() == '$' || value.front() == '`' || value.front() == '=' || value.front() == '<' ||
        std::isspace(static_cast<unsigned char>(value.front())) != 0)
      continue;
    return std::string(name);
  }
  return {};
}

}  // namespace redoubt::controls
