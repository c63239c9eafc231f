// The rules for a password that somebody chooses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models.hpp"
#include "redoubt/password.hpp"

namespace redoubt::api {

// Throws ValidationFailed (422) at that member of the body, with a sentence for each rule that is broken. `about_user`:
// what somebody who knows the user would try first.
Task<void> refuse_weak(const PasswordHasher& hasher, const NewPassword& password, std::string_view member,
                       std::vector<std::string> about_user);

}  // namespace redoubt::api
