#include "iam/aws_managed.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "iam/request.hpp"

namespace redoubt::iam {

std::optional<Policy> aws_managed(std::string_view name) {
  constexpr std::array full_access{std::pair{"policy/AdministratorAccess", Effect::allow},
                                   std::pair{"policy/AWSDenyAll", Effect::deny}};
  std::optional<Effect> effect;
  if (name.ends_with("p-FullAWSAccess") || name.ends_with("p-RCPFullAWSAccess")) effect = Effect::allow;
  if (arn_field(name, 2) == "iam" && arn_field(name, 4) == "aws")
    for (const auto& [known, its] : full_access)
      if (arn_field(name, 5) == known) effect = its;
  if (!effect) return std::nullopt;
  Policy out{std::string(name), {Statement{}}};
  Statement& all = out.statements.front();
  all.effect = *effect;
  all.actions = {"*"};
  all.resources = {"*"};
  all.origin = std::string(name);
  return out;
}

}  // namespace redoubt::iam
