// Values for the parameters of an estate's templates, as somebody who deploys them would give them: `--parameter` of
// the command line. Whatever is asked afterwards is asked for these values alone.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "estate.hpp"

namespace redoubt::estate {

// Each "NAME=VALUE"; of several templates that have a parameter of that name, for all. A list's value has commas. The
// error, "PAIR: why (what to do)": no template has such a parameter, or CloudFormation would refuse the value (type,
// AllowedValues, AllowedPattern, bounds, lengths: "Parameters" in the CloudFormation template reference).
[[nodiscard]] std::expected<void, std::string> give(Estate& estate, const std::vector<std::string>& pairs);

}  // namespace redoubt::estate
