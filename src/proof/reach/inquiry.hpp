// A question about an estate, asked in every case in which the estate can turn out, and answered for all of them at
// once. The command line asks here; checks, which have a case of their own, ask Reach.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <vector>

#include "estate/estate.hpp"
#include "reach/reach.hpp"
#include "reach/routers.hpp"

namespace redoubt::reach {

struct Inquiry {
  std::string from, to;  // as find_endpoint takes them
  std::optional<std::uint8_t> protocol;
  std::optional<std::uint16_t> port;
  std::optional<Address> source;
  std::size_t budget = 256;  // cases, before the answer is unknown
};

// An answer with its names written out: it outlives the network.
struct Finding {
  Verdict verdict = Verdict::unknown;
  std::vector<std::string> path;  // ids
  std::optional<Packet> packet;
  std::optional<StoppedBy> stopped_by;
  std::string unknown;                   // why
  std::string choices;                   // the parameters' values with which it was found; empty: whatever they are
  std::vector<std::string> assumptions;  // defaults of AWS that were taken
  bool budget_spent = false;             // not every case was seen
};

// The error: an end that is nowhere in the sources. Where the answers of the cases differ, it is unknown, and says with
// which values it is what.
[[nodiscard]] std::expected<Finding, std::string> inquire(const estate::Estate& estate,
                                                          const std::vector<Router>& routers, const Inquiry& inquiry);

}  // namespace redoubt::reach
