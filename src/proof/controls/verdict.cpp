#include "verdict.hpp"

#include <array>

namespace redoubt::controls {

std::string_view name_of(Outcome outcome) {
  static constexpr std::array<std::string_view, 5> names = {"proved", "refuted", "unknown", "waived", "not-applicable"};
  return names.at(static_cast<std::size_t>(outcome));
}

std::string_view name_of(Method method) {
  static constexpr std::array<std::string_view, 5> names = {"reachability", "policy", "property", "probe",
                                                            "inspection"};
  return names.at(static_cast<std::size_t>(method));
}

std::string_view name_of(Severity severity) {
  static constexpr std::array<std::string_view, 4> names = {"critical", "high", "medium", "low"};
  return names.at(static_cast<std::size_t>(severity));
}

}  // namespace redoubt::controls
