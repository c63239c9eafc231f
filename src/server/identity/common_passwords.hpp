// The long passwords that everyone tries first. Asked besides the estimate of zxcvbn, whose Debian package leaves out
// the larger list of passwords; shorter ones are refused for their length.
#pragma once

#include <string_view>

namespace redoubt {

[[nodiscard]] bool is_common_password(std::string_view lower_case_password) noexcept;

}  // namespace redoubt
