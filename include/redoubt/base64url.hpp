// base64url as JOSE uses it (RFC 7515 section 2): without padding. Called for tokens, keys and cursors. The decoder is
// strict, so that every byte string has exactly one spelling.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace redoubt {

[[nodiscard]] std::string base64url_encode(std::string_view bytes);

// None for any character outside the alphabet (padding, white space and line feeds too), for a length that no byte
// string has, and for bits set in the last character that no byte uses.
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace redoubt
