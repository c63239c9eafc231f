// Passwords: bcrypt ($2b$, by libxcrypt) and the rules for new ones. Called at registration, sign-in and password
// change. Hashing takes a good fraction of a second, so it runs on a bounded pool of threads, never on an event loop;
// nothing here keeps, logs or returns a password.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/runtime.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

// bcrypt reads no more than 72 bytes, and ends at a NUL.
inline constexpr std::size_t max_password_size = 72;
inline constexpr std::size_t min_password_size = 12;

// The sentences to show whoever chooses this password; empty when it may be used: 12 to 72 bytes of UTF-8, no NUL, and
// a zxcvbn score of 3 (10^8 guesses) when `about_user` (e-mail address, name) is known to the guesser.
// Takes up to several milliseconds: call it through Workers, as PasswordHasher::problems does.
[[nodiscard]] std::vector<std::string> password_problems(std::string_view password,
                                                         std::span<const std::string> about_user);

// Blocking, for tools and tests. `cost`: 2^cost rounds, 4 to 31. Throws std::invalid_argument for a password that
// bcrypt would cut short (over 72 bytes, or with a NUL).
[[nodiscard]] std::string bcrypt_hash(std::string_view password, unsigned cost);
// Blocking; compares in constant time. False for a password that bcrypt would cut short, and for a hash that is not
// $2b$.
[[nodiscard]] bool bcrypt_matches(std::string_view password, std::string_view hash);

class PasswordHasher {
 public:
  // `workers` must outlive every task made here. Throws std::invalid_argument for a cost outside 4 to 31.
  PasswordHasher(unsigned cost, Workers& workers);

  // Each of these throws WorkersBusy when the pool is full.
  Task<std::string> hash(std::string password) const;
  // Without a hash (an unknown user) it is false, and takes the same time: every call runs exactly 2^cost rounds,
  // whatever the hash itself costs. `cost` is that of new hashes, or that of the costliest hash met so far.
  Task<bool> verify(std::string password, std::optional<std::string> hash) const;
  Task<std::vector<std::string>> problems(std::string password, std::vector<std::string> about_user) const;

  // Tells of a stored hash that may cost more than new ones do (BCRYPT_COST was lowered): from now on verify() takes as
  // long for everybody. It learns by itself from each hash it is given; this is for the costliest of all, at the start.
  void learn(std::string_view hash) const noexcept;

  // Whether a stored hash is of another kind or of a lower cost: hash again once the password is known to be right.
  [[nodiscard]] bool needs_rehash(std::string_view hash) const noexcept;

 private:
  unsigned cost_;
  Workers& workers_;
  mutable std::atomic<unsigned> highest_cost_;  // of any hash: what verify() spends
};

}  // namespace redoubt
