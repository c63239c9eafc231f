// CloudFormation's functions over plain values: no references, no parameters. Called by a Case.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "value.hpp"

namespace redoubt::estate {

[[nodiscard]] std::string base64(std::string_view bytes);

// At every delimiter, which is not empty: "a,,b" has three parts.
[[nodiscard]] std::vector<std::string> split(std::string_view text, std::string_view delimiter);

// `count` blocks with `bits` bits for their hosts, one behind the other from the start of `block` ("Fn::Cidr"); none
// where the block is no CIDR or does not hold that many.
[[nodiscard]] std::optional<std::vector<std::string>> cidr(std::string_view block, std::uint32_t count,
                                                           std::uint32_t bits);

// A document on one line ("Fn::ToJsonString"); none where a part of it is not a document's.
[[nodiscard]] std::optional<std::string> json_string(const Value& value);

// The port at which a database of this engine takes connections where none is stated (CreateDBInstance and
// CreateDBCluster, Port, RDS API reference); nothing for engines that the page does not list.
[[nodiscard]] std::optional<std::int64_t> default_port(std::string_view engine);

}  // namespace redoubt::estate
