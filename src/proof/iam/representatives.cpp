#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "iam/cells.hpp"
#include "iam/conditions.hpp"
#include "iam/contains.hpp"
#include "iam/space.hpp"

namespace redoubt::iam {

std::vector<Principal> representative_principals(const std::vector<const Statement*>& statements, Budget& budget) {
  std::set<std::string> accounts, names{"anonymous", "service.amazonaws.com"};
  std::vector<Glob> arns;
  for (const Statement* statement : statements) {
    if (statement->principals) {
      for (const std::string& name : statement->principals->aws) {
        const auto principal = Principal::parse(name);
        if (!principal) continue;
        accounts.insert(principal->account);
        names.insert(name);
        if (principal->kind == Principal::Kind::session) names.insert(principal->role);
        if (const std::string& role = principal->kind == Principal::Kind::role ? name : principal->role; !role.empty())
          names.insert("arn:aws:sts::" + principal->account + ":assumed-role/" + role.substr(role.rfind('/') + 1) +
                       "/session");
        if (const auto arn = Glob::read(Glob::Dialect::exact, principal->name, nullptr); !contains(arns, *arn))
          arns.push_back(*arn);
      }
      names.insert(statement->principals->service.begin(), statement->principals->service.end());
      names.insert(statement->principals->federated.begin(), statement->principals->federated.end());
    }
    for (const Condition& condition : statement->conditions) {
      if (condition.key == "aws:principalaccount")
        for (const std::string& value : condition.values)
          if (const auto principal = Principal::parse(value); principal && !principal->account.empty())
            accounts.insert(principal->account);
      if (condition.key != "aws:principalarn") continue;
      for (const std::string& value : condition.values) {
        const auto dialect = dialect_of(condition.comparison);
        if (!dialect) continue;
        if (const auto account = arn_field(value, 4); account.size() == 12) accounts.insert(std::string(account));
        if (auto arn = Glob::read(*dialect, value, nullptr); arn && !contains(arns, *arn))
          arns.push_back(std::move(*arn));
      }
    }
  }
  std::string stranger = "999999999999";
  while (accounts.contains(stranger)) stranger = std::to_string(std::stoll(stranger) - 1);
  accounts.insert(stranger);
  // One user and one role for each combination of the ARN patterns, in each account.
  std::vector<Glob> universe;
  for (const std::string& account : accounts) {
    names.insert(account);
    for (const std::string_view kind : {"user", "role"}) {
      universe = {
          *Glob::read(Glob::Dialect::arn, "arn:aws:iam::" + account + ":" + std::string(kind) + "/?*", nullptr)};
      const auto divided = cells(arns, universe, budget);
      if (!divided) return {};
      for (const Cell& cell : *divided) names.insert(cell.witness);
    }
  }
  std::vector<Principal> out;
  for (const std::string& name : names)
    if (auto principal = Principal::parse(name)) out.push_back(std::move(*principal));
  for (const Statement* statement : statements)
    if (statement->principals)
      for (const std::string& name : statement->principals->canonical)
        if (!contains(out, name, &Principal::name))
          out.push_back(
              {.kind = Principal::Kind::canonical, .name = name, .account = {}, .role = {}, .bounded = false});
  return out;
}

}  // namespace redoubt::iam
