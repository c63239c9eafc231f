// Issues and verifies access tokens by the keys of the settings, and takes up changed key files while it runs: a
// rotated JWT_SECRET needs no restart.
#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "redoubt/jwt.hpp"
#include "redoubt/log.hpp"
#include "settings.hpp"

namespace redoubt::api {

class TokenService {
 public:
  // Throws SettingsError when there is no usable key.
  TokenService(const Settings& settings, Logger& log);

  [[nodiscard]] std::string issue(const TokenClaims& claims) const;
  [[nodiscard]] std::expected<AccessToken, TokenRefusal> verify(std::string_view token) const;
  [[nodiscard]] std::chrono::seconds lifetime() const;
  [[nodiscard]] std::string jwks() const;

  // Reads the key files again if they changed; a bad one is reported and the keys in use stay. Called once a second,
  // off the loops.
  void reload();

 private:
  [[nodiscard]] std::shared_ptr<const AccessTokens> current() const { return tokens_.load(); }

  // False when nothing changed. Throws SettingsError.
  bool load();

  const Settings& settings_;
  Logger& log_;
  std::string last_problem_;  // so that it is told once
  std::string loaded_from_;   // the texts that the keys were made of
  std::atomic<std::shared_ptr<const AccessTokens>> tokens_;
};

}  // namespace redoubt::api
