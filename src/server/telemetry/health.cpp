#include "redoubt/health.hpp"

namespace redoubt {

Task<std::vector<std::string>> Readiness::failing() const {
  std::vector<std::string> names;
  if (draining()) names.emplace_back("draining");
  for (const auto& [name, check] : checks_) {
    bool serves = false;
    try {
      serves = co_await check();
    } catch (...) {
      serves = false;
    }
    if (!serves) names.push_back(name);
  }
  co_return names;
}

}  // namespace redoubt
