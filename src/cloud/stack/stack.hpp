// A configuration into the templates of its deployment. The same configuration gives the same values, and write_json
// the same bytes; nothing is asked of AWS.
#pragma once

#include <string>
#include <vector>

#include "configuration.hpp"
#include "estate/value.hpp"

namespace redoubt::stack {

struct NamedTemplate {
  std::string file;  // "service.template.json"
  estate::Value document;
};

// The account's (deployed once in an account), the second region's where there is one (before the service's, which
// needs its key), and the service's.
[[nodiscard]] std::vector<NamedTemplate> synthesise(const Configuration& configuration);

}  // namespace redoubt::stack
