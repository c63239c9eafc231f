#include "token_service.hpp"

#include <openssl/rand.h>

#include <array>

#include "redoubt/base64url.hpp"

namespace redoubt::api {

namespace {

// Secrets on lines of their own.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TokenKeys make_keys(const std::string& pem, std::string secret, const std::string& previous) {
  if (pem.empty()) return TokenKeys::from_secrets(std::move(secret), lines_of(previous));
  auto key = Jwk::from_pem(pem);
  if (!key) throw SettingsError("JWT_SIGNING_KEY: " + key.error());
  std::vector<Jwk> others;
  // Tokens from before the change to a signing key stay valid until they expire.
  if (!secret.empty()) others.push_back(Jwk::from_secret(std::move(secret)));
  for (std::string& line : lines_of(previous)) others.push_back(Jwk::from_secret(std::move(line)));
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
  reload();
  if (current() == nullptr)
    throw SettingsError("JWT_SECRET or JWT_SIGNING_KEY cannot be used: see the log line before");
}

void TokenService::reload() {
  try {
    const std::string pem = settings_.secret("JWT_SIGNING_KEY");
    std::string secret = settings_.secret("JWT_SECRET");
    const std::string previous = settings_.secret("JWT_SECRET_PREVIOUS");
    std::string read = pem + '\0' + secret + '\0' + previous;
    if (current() != nullptr && read == loaded_from_) return;
    if (pem.empty() && secret.empty()) secret = random_secret();
    tokens_.store(
        std::make_shared<const AccessTokens>(make_keys(pem, std::move(secret), previous),
                                             AccessTokens::Options{.issuer = settings_.jwt_issuer,
                                                                   .audience = settings_.jwt_audience,
                                                                   .lifetime = settings_.access_token_lifetime}));
    if (!loaded_from_.empty()) log_.info("took up changed token keys");
    loaded_from_ = std::move(read);
  } catch (const std::exception& error) {
    log_.error("the token keys cannot be read; the ones in use stay", {{"error", std::string_view(error.what())}});
  }
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
