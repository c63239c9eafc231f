#include "iam/escalation_paths.hpp"

#include <iterator>
#include <vector>

namespace redoubt::iam {

std::span<const EscalationPath> escalation_paths() {
  static const std::vector<EscalationPath> all = [] {
    std::vector<EscalationPath> out;
    for (const auto part : {paths_of_iam(), paths_of_passed_roles(), paths_of_held_roles()})
      out.insert(out.end(), part.begin(), part.end());
    return out;
  }();
  return all;
}

}  // namespace redoubt::iam
