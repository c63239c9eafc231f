#include "redoubt/password.hpp"

#include <crypt.h>
#include <openssl/crypto.h>

#include <array>
#include <charconv>
#include <memory>
#include <stdexcept>

#include "identity/bcrypt_work.hpp"

namespace redoubt {
namespace {

constexpr std::string_view prefix = "$2b$";
constexpr std::size_t hash_size = 60;  // "$2b$NN$", 22 characters of salt, 31 of digest
constexpr std::size_t setting_size = 29;
constexpr unsigned min_cost = 4;
constexpr unsigned max_cost = 31;

// The cost of a $2b$ hash, or of the setting that it begins with; none when it is neither.
std::optional<unsigned> cost_of(std::string_view hash) noexcept {
  if ((hash.size() != hash_size && hash.size() != setting_size) || !hash.starts_with(prefix)) return std::nullopt;
  unsigned cost = 0;
  const char* const digits = hash.data() + prefix.size();
  const auto read = std::from_chars(digits, digits + 2, cost);
  if (read.ec != std::errc() || read.ptr != digits + 2 || *read.ptr != '$') return std::nullopt;
  if (cost < min_cost || cost > max_cost) return std::nullopt;
  return cost;
}

bool is_whole_for_bcrypt(std::string_view password) noexcept {
  return password.size() <= max_password_size && password.find('\0') == std::string_view::npos;
}

void check_cost(unsigned cost) {
  if (cost < min_cost || cost > max_cost) throw std::invalid_argument("the bcrypt cost must be between 4 and 31");
}

std::string random_setting(unsigned cost) {
  check_cost(cost);
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

std::atomic<std::uint64_t> rounds_run = 0;

// Empty when libcrypt refuses the setting.
std::string run_bcrypt(std::string_view password, const std::string& setting) {
  const CryptScratch scratch;
  if (const auto cost = cost_of(setting)) rounds_run.fetch_add(std::uint64_t{1} << *cost, std::memory_order_relaxed);
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
  if (hash.size() != hash_size || !cost_of(hash) || !is_whole_for_bcrypt(password)) return false;
  const std::string computed = run_bcrypt(password, std::string(hash.substr(0, setting_size)));
  return computed.size() == hash.size() && CRYPTO_memcmp(computed.data(), hash.data(), hash.size()) == 0;
}

std::uint64_t bcrypt_rounds_run() noexcept {
  return rounds_run.load(std::memory_order_relaxed);
}

namespace {

// Whether it matches, by exactly 2^cost rounds unless the hash alone costs more.
bool matches_at_cost(std::string_view password, const std::optional<std::string>& hash, unsigned cost) {
  if (!is_whole_for_bcrypt(password)) return false;  // at once, for everybody
  const auto spent = hash ? cost_of(*hash) : std::nullopt;
  if (!spent) {
    (void)run_bcrypt(password, random_setting(cost));
    return false;
  }
  const bool right = bcrypt_matches(password, *hash);
  // 2^spent + 2^spent + 2^(spent+1) + … + 2^(cost-1) = 2^cost
  for (unsigned more = *spent; more < cost; ++more) (void)run_bcrypt(password, random_setting(more));
  return right;
}

}  // namespace

PasswordHasher::PasswordHasher(unsigned cost, Workers& workers) : cost_(cost), workers_(workers), highest_cost_(cost) {
  check_cost(cost);
}

void PasswordHasher::learn(std::string_view hash) const noexcept {
  const unsigned cost = cost_of(hash).value_or(0);
  unsigned highest = highest_cost_.load(std::memory_order_relaxed);
  while (cost > highest && !highest_cost_.compare_exchange_weak(highest, cost, std::memory_order_relaxed)) {
  }
}

Task<std::string> PasswordHasher::hash(std::string password) const {
  co_return co_await workers_.run(
      [cost = cost_, password = std::move(password)] { return bcrypt_hash(password, cost); });
}

Task<bool> PasswordHasher::verify(std::string password, std::optional<std::string> hash) const {
  if (hash) learn(*hash);
  co_return co_await workers_.run([cost = highest_cost_.load(std::memory_order_relaxed), password = std::move(password),
                                   hash = std::move(hash)] { return matches_at_cost(password, hash, cost); });
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
