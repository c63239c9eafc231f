// CloudWatch's filter patterns for JSON events ("Filter pattern syntax for metric filters", "Using filter patterns to
// match terms in JSON log events"), as far as comparisons go: enough to say of an event whether a metric filter on a
// trail counts it. What is not understood is unknown, never a match.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "truth.hpp"

namespace redoubt::controls {

// An event by the paths of its members: {"userIdentity.type": "Root"}. Members that are not in it are not in the event.
using LogEvent = std::map<std::string, std::string, std::less<>>;

class FilterPattern {
 public:
  // None where it is no pattern for JSON events, or has a part that is not understood.
  [[nodiscard]] static std::optional<FilterPattern> read(std::string_view text);

  // Unknown where a comparison with a member that the event lacks decides (`!=`).
  [[nodiscard]] Truth matches(const LogEvent& event) const;

 private:
  struct Node;
  friend class FilterPatternReader;
  std::shared_ptr<const Node> root_;
};

}  // namespace redoubt::controls
