// The source of the Lambda functions in the templates (functions/*.py), embedded when Redoubt is built.
#pragma once

#include <string_view>

namespace redoubt::stack::function {

extern const std::string_view account_settings;
extern const std::string_view close_default_group;
extern const std::string_view rotate_database_user;
extern const std::string_view rotate_token_secret;

}  // namespace redoubt::stack::function
