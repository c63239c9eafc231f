// The name of one request, in logs, audit events and the answer. The application asks for it first of all, and sends it
// back in X-Request-ID. A name from outside is taken over only if it can do no harm where it is printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "redoubt/http.hpp"

namespace redoubt {

inline constexpr std::string_view request_id_field = "X-Request-ID";
inline constexpr std::size_t longest_request_id = 64;

// The request's own X-Request-ID if there is exactly one, of 1 to 64 letters, digits, "-", "_" and "."; else a new one
// of 128 random bits in 32 lower-case hex digits.
[[nodiscard]] std::string request_id(const Fields& fields);

}  // namespace redoubt
