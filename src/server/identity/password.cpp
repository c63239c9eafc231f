#include "redoubt/password.hpp"

#include <crypt.h>
#include <openssl/crypto.h>

#include <charconv>

namespace redoubt {
namespace {

constexpr std::string_view prefix = "$2b$";
constexpr std::size_t hash_size = 60;  // "$2b$NN$", 22 characters of salt, 31 of digest
constexpr std::size_t setting_size = 29;
constexpr unsigned min_cost = 4;
constexpr unsigned max_cost = 31;

// The cost of a $2b$ hash; none when it is not one.
std::optional<unsigned> cost_of(std::string_view hash) noexcept {
  if (hash.size() != hash_size || !hash.starts_with(prefix)) return std::nullopt;
  unsigned cost = 0;
  const char* const digits = hash.data() + prefix.size();
  const auto read = std::from_chars(digits, digits + 2, cost);
  if (read.ec != std::errc() || read.ptr != digits + 2 || *read.ptr != '$') return std::nullopt;
  return cost;
}

bool is_whole_for_bcrypt(std::string_view password) noexcept {
  return password.size() <= max_password_size && password.find('\0') == std::string_view::npos;
}

std::string random_setting(unsigned cost) {
  if (cost < min_cost || cost > max_cost) throw std::invalid_argument("the bcrypt cost must be between 4 and 31");
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  // Without bytes given, libxcrypt takes the salt from the kernel.
  if (!crypt_gensalt_rn(prefix.data(), cost, nullptr, 0, setting.data(), setting.size())) {
    throw std::runtime_error("libcrypt could not make a salt");
  }
  return setting.data();
}

// The 32 KiB that libcrypt works in, which hold the password too: cleared afterwards.
struct CryptScratch {
  CryptScratch() : data(std::make_unique<crypt_data>()) {}
  CryptScratch(const CryptScratch&) = delete;
  CryptScratch& operator=(const CryptScratch&) = delete;
  ~CryptScratch() { OPENSSL_cleanse(data.get(), sizeof(crypt_data)); }
  std::unique_ptr<crypt_data> data;
};

// Empty when libcrypt refuses the setting.
std::string run_bcrypt(std::string_view password, const std::string& setting) {
  const CryptScratch scratch;
  std::string terminated(password);
  const char* const hash = crypt_rn(terminated.c_str(), setting.c_str(), scratch.data.get(), sizeof(crypt_data));
  OPENSSL_cleanse(terminated.data(), terminated.size());
  return hash ? hash : "";
}

}  // namespace

std::string bcrypt_hash(std::string_view password, unsigned cost) {
  if (!is_whole_for_bcrypt(password)) {
    throw std::invalid_argument(
        "a password must have at most 72 bytes, none of them NUL: bcrypt would ignore the rest");
  }
  std::string hash = run_bcrypt(password, random_setting(cost));
  if (hash.empty()) throw std::runtime_error("libcrypt could not hash");
  return hash;
}

bool bcrypt_matches(std::string_view password, std::string_view hash) {
  if (!cost_of(hash) || !is_whole_for_bcrypt(password)) return false;
  const std::string computed = run_bcrypt(password, std::string(hash.substr(0, setting_size)));
  return computed.size() == hash.size() && CRYPTO_memcmp(computed.data(), hash.data(), hash.size()) == 0;
}

PasswordHasher::PasswordHasher(unsigned cost, Workers& workers)
    // 31 dots are a digest that bcrypt yields once in 2^184: whoever met it would still be told false.
    : cost_(cost), workers_(workers), nobody_(random_setting(cost) + std::string(hash_size - setting_size, '.')) {}

Task<std::string> PasswordHasher::hash(std::string password) const {
  co_return co_await workers_.run(
      [cost = cost_, password = std::move(password)] { return bcrypt_hash(password, cost); });
}

Task<bool> PasswordHasher::verify(std::string password, std::optional<std::string> hash) const {
  const bool known = hash.has_value();
  co_return co_await workers_.run([known, password = std::move(password), stored = known ? *std::move(hash) : nobody_] {
    return bcrypt_matches(password, stored) && known;
  });
}

Task<std::vector<std::string>> PasswordHasher::problems(std::string password,
                                                        std::vector<std::string> about_user) const {
  co_return co_await workers_.run([password = std::move(password), about_user = std::move(about_user)] {
    return password_problems(password, about_user);
  });
}

bool PasswordHasher::needs_rehash(std::string_view hash) const noexcept {
  const auto cost = cost_of(hash);
  return !cost || *cost < cost_;
}

}  // namespace redoubt
