#include "rights/readings.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace redoubt::rights {

iam::Principal parse_principal(const std::string& text) {
  auto principal = iam::Principal::parse(text);
  if (!principal)
    throw std::runtime_error(
        fmt::format("{}: it is no principal (give an ARN, an account id, a service such as lambda.amazonaws.com, "
                    "anonymous, or the logical id of a role or user in the template)",
                    text));
  return *principal;
}

}  // namespace redoubt::rights
