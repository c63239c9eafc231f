#include "reach/inquiry.hpp"

#include <fmt/format.h>

#include "reach/network_of.hpp"

namespace redoubt::reach {

namespace {

// One round: `port` is the one that cases decide parameters by, if they are to.
std::expected<Finding, std::string> ask_each_case(const estate::Estate& estate, const std::vector<Router>& routers,
                                                  const Inquiry& inquiry, std::optional<std::uint16_t> port) {
  std::optional<Finding> found, other;  // the first, and the first that differs
  std::string missing;
  const bool all = estate::for_each_case(estate, inquiry.budget, [&](estate::Case& in) {
    if (other) return;
    const Network network = network_of(in, routers, port);
    const auto from = find_endpoint(network, inquiry.from), to = find_endpoint(network, inquiry.to);
    if (!from || !to) {  // it does not exist in this case
      if (missing.empty()) missing = from ? to.error() : from.error();
      return;
    }
    Answer answer = Reach(network).ask(
        {*from, *to, inquiry.protocol, inquiry.port, inquiry.source, /*direct=*/false, /*within=*/{}});
    if (in.is_forbidden()) return;
    Finding finding{answer.verdict,
                    ids_of(network, answer.path),
                    answer.packet,
                    std::move(answer.stopped_by),
                    std::move(answer.unknown),
                    in.choices(),
                    network.assumptions};
    if (!found)
      found = std::move(finding);
    else if (found->verdict != finding.verdict)
      other = std::move(finding);
  });
  if (!found) return std::unexpected(missing.empty() ? "the budget of cases is spent" : missing);
  const auto with = [](const Finding& finding) {
    return finding.choices.empty() ? std::string("otherwise") : fmt::format("with {}", finding.choices);
  };
  if (other) {
    found->unknown = fmt::format("it depends: {} it is {}, {} it is {}", with(*found), name_of(found->verdict),
                                 with(*other), name_of(other->verdict));
    found->verdict = Verdict::unknown;
  } else if (!all) {
    found->unknown = fmt::format("more than {} combinations of parameters and conditions matter", inquiry.budget);
    found->budget_spent = true;
    found->verdict = Verdict::unknown;
  }
  return std::move(*found);
}

}  // namespace

std::expected<Finding, std::string> inquire(const estate::Estate& estate, const std::vector<Router>& routers,
                                            const Inquiry& inquiry) {
  auto found = ask_each_case(estate, routers, inquiry, {});
  if (!found || found->verdict != Verdict::unknown || !inquiry.port) return found;
  // Rules may leave their ports to parameters: each of those makes cases of its own, which only count where they help.
  auto decided = ask_each_case(estate, routers, inquiry, inquiry.port);
  return decided && !decided->budget_spent ? std::move(decided) : std::move(found);
}

}  // namespace redoubt::reach
