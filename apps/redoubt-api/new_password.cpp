#include "new_password.hpp"

#include <fmt/format.h>

namespace redoubt::api {

Task<void> refuse_weak(const PasswordHasher& hasher, const Password& password, std::string_view member,
                       std::vector<std::string> about_user) {
  const auto problems = co_await hasher.problems(password.reveal().value, std::move(about_user));
  if (problems.empty()) co_return;
  throw ValidationFailed({"body", member}, fmt::format("{}", fmt::join(problems, " ")), "password_unsuitable");
}

}  // namespace redoubt::api
