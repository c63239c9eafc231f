#include "baseline.hpp"

#include <fmt/format.h>

#include <map>
#include <tuple>

#include "prove.hpp"
#include "redoubt/json.hpp"

namespace redoubt::controls {

std::expected<std::size_t, std::string> keep_changes(Findings& findings, std::string json) {
  const auto document = json::parse(std::move(json));
  if (!document) return std::unexpected(fmt::format("line {}: {}", document.error().line, document.error().reason));
  const auto verdicts = document->root().find("verdicts");
  if (!verdicts || !verdicts->is_array())
    return std::unexpected("it has no \"verdicts\" (give a report that `redoubt prove --format json` wrote)");

  // Several resources of one name (in two stacks, say) count one by one.
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> before;
  for (const json::Value& verdict : verdicts->elements()) {
    const auto text = [&](std::string_view name) -> std::string {
      const auto member = verdict.find(name);
      return member && member->is_string() ? std::string(member->string()) : std::string();
    };
    if (text("check").empty() || text("verdict").empty())
      return std::unexpected("a verdict has no \"check\" or \"verdict\" (give a report of `redoubt prove`)");
    ++before[{text("check"), text("resource"), text("verdict")}];
  }
  const std::size_t removed = std::erase_if(findings.verdicts, [&](const Verdict& verdict) {
    const auto found = before.find({verdict.check, verdict.resource, std::string(name_of(verdict.outcome))});
    if (found == before.end() || found->second == 0) return false;
    --found->second;
    return true;
  });
  count(findings);
  return removed;
}

}  // namespace redoubt::controls
