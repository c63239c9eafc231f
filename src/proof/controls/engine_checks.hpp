// Checks that an engine answers: what packets can do in the network as a whole, and what policies allow over all
// requests. prove.cpp asks them beside the checks of check.hpp, those of the network in one pass over the cases with
// one network a case. They look at no property where an engine can say what it comes to.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "reach/reach.hpp"
#include "rights/questions.hpp"

namespace redoubt::controls {

// One of the two functions is set.
struct EngineCheck {
  std::string_view id;                  // of the catalogue
  std::vector<std::string_view> types;  // what it speaks of
  // Of one case, and of its network. It asks for resources through `in()`: that there is none of a type is no finding.
  std::function<void(Inquiry&, const reach::Reach&)> of_network = {};
  // Of all cases at once, as rights::questions.hpp combines them. The resources of the findings are of this estate.
  std::function<std::vector<Inquiry::Finding>(const rights::Known&)> of_rights = {};

  [[nodiscard]] Method method() const { return of_network ? Method::reachability : Method::policy; }
};

[[nodiscard]] const std::vector<EngineCheck>& engine_checks();

[[nodiscard]] std::vector<EngineCheck> reachability_checks();
[[nodiscard]] std::vector<EngineCheck> subnet_checks();
[[nodiscard]] std::vector<EngineCheck> group_admission_checks();
[[nodiscard]] std::vector<EngineCheck> migration_checks();
[[nodiscard]] std::vector<EngineCheck> rights_checks();
[[nodiscard]] std::vector<EngineCheck> role_envelope_checks();

}  // namespace redoubt::controls
