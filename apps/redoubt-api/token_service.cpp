#include "token_service.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "redoubt/base64url.hpp"

namespace redoubt::api {

namespace {

// Secrets on lines of their own, without the present one: a rotation begins by writing that among the previous ones.
std::vector<std::string> previous_secrets(const std::string& text, const std::string& present) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (!line.empty() && line != present && std::ranges::find(lines, line) == lines.end())
      lines.push_back(std::move(line));
    at = end + 1;
  }
  return lines;
}

TokenKeys make_keys(const std::string& pem, std::string secret, const std::string& previous) {
  auto earlier = previous_secrets(previous, secret);
  if (pem.empty()) return TokenKeys::from_secrets(std::move(secret), std::move(earlier));
  auto key = Jwk::from_pem(pem);
  if (!key) throw SettingsError("JWT_SIGNING_KEY: " + key.error());
  std::vector<Jwk> others;
  // Tokens from before the change to a signing key stay valid until they expire.
  if (!secret.empty()) others.push_back(Jwk::from_secret(std::move(secret)));
  for (std::string& line : earlier) others.push_back(Jwk::from_secret(std::move(line)));
  return TokenKeys(std::move(*key), std::move(others));
}

std::string random_secret() {
  std::array<unsigned char, 48> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system's random generator failed");
  return base64url_encode({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

TokenService::TokenService(const Settings& settings, Logger& log) : settings_(settings), log_(log) {
  load();
}

void TokenService::reload() {
  try {
    if (load()) log_.info("took up changed token keys");
    last_problem_.clear();
  } catch (const SettingsError& error) {
    if (last_problem_ == error.what()) return;
    last_problem_ = error.what();
    log_.error("the token keys cannot be read; the ones in use stay", {{"error", std::string_view(last_problem_)}});
  }
}

bool TokenService::load() {
  const std::string pem = settings_.secret("JWT_SIGNING_KEY");
  std::string secret = settings_.secret("JWT_SECRET");
  const std::string previous = settings_.secret("JWT_SECRET_PREVIOUS");
  std::string read = pem + '\0' + secret + '\0' + previous;
  if (current() != nullptr && read == loaded_from_) return false;
  if (pem.empty() && secret.empty()) {
    // A file that is being written is empty for a moment; that is no reason to forget the key.
    if (current() != nullptr) throw SettingsError("JWT_SECRET is empty now");
    secret = random_secret();
  }
  check_token_secret("JWT_SECRET", secret, settings_.production);
  for (const std::string& line : previous_secrets(previous, secret))
    check_token_secret("JWT_SECRET_PREVIOUS", line, settings_.production);
  try {
    tokens_.store(
        std::make_shared<const AccessTokens>(make_keys(pem, std::move(secret), previous),
                                             AccessTokens::Options{.issuer = settings_.jwt_issuer,
                                                                   .audience = settings_.jwt_audience,
                                                                   .lifetime = settings_.access_token_lifetime}));
  } catch (const std::invalid_argument& error) {
    throw SettingsError(fmt::format("JWT_SECRET, JWT_SECRET_PREVIOUS, JWT_SIGNING_KEY: {}", error.what()));
  }
  loaded_from_ = std::move(read);
  return true;
}

std::string TokenService::issue(const TokenClaims& claims) const {
  return current()->issue(claims, std::chrono::system_clock::now());
}

std::expected<AccessToken, TokenRefusal> TokenService::verify(std::string_view token) const {
  return current()->verify(token, std::chrono::system_clock::now());
}

std::chrono::seconds TokenService::lifetime() const {
  return current()->lifetime();
}
std::string TokenService::jwks() const {
  return current()->keys().jwks();
}

}  // namespace redoubt::api
