// What a secret looks like: names of variables that hold one, and texts that have the form of one.
#pragma once

#include <string>
#include <string_view>

namespace redoubt::controls {

// DATABASE_PASSWORD, ApiToken, JWT_SECRET … but not SECRET_ARN, PASSWORD_FILE, TOKEN_URL, which tell where it is.
[[nodiscard]] bool is_secret_name(std::string_view name);

// "an AWS access key", "a private key", "a GitHub token" …; empty where the text has no such form.
[[nodiscard]] std::string_view secret_form(std::string_view text);

// What a shell script gives away: "DATABASE_PASSWORD", assigned in a line, or a form; empty if nothing.
[[nodiscard]] std::string secret_in_script(std::string_view script);

}  // namespace redoubt::controls
