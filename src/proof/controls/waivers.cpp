#include "waivers.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "catalogue.hpp"
#include "prove.hpp"

namespace redoubt::controls {
namespace {

std::string problem(std::string_view name, const toml::source_region& at, std::string_view what) {
  return fmt::format("{}:{}: {}", name, at.begin.line, what);
}

constexpr std::string_view form =
    "(a waiver has check, resource, reason, owner as texts and until as a date: until = 2026-12-31)";

std::expected<Waiver, std::string> read_waiver(const toml::table& table, std::string_view name) {
  Waiver out;
  out.line = table.source().begin.line;
  using Text = std::pair<std::string_view, std::string*>;
  const std::array texts{Text{"check", &out.check}, Text{"resource", &out.resource}, Text{"reason", &out.reason},
                         Text{"owner", &out.owner}};
  for (const auto& [key, node] : table) {
    const std::string_view member = key.str();
    bool known = false;
    for (const auto& [text_name, text] : texts)
      if (member == text_name) {
        known = true;
        if (const auto value = node.value_exact<std::string>()) *text = *value;
      }
    if (member == "until") {
      known = true;
      if (const auto date = node.value_exact<toml::date>())
        out.until = fmt::format("{:04}-{:02}-{:02}", date->year, date->month, date->day);
    }
    if (!known)
      return std::unexpected(
          problem(name, node.source(), fmt::format("a waiver has no member \"{}\" {}", member, form)));
  }
  for (const auto& [text_name, text] : texts)
    if (text->empty())
      return std::unexpected(
          problem(name, table.source(), fmt::format("{} is missing or no text {}", text_name, form)));
  if (out.until.empty())
    return std::unexpected(problem(name, table.source(), fmt::format("until is missing or no date {}", form)));
  return out;
}

}  // namespace

std::expected<std::vector<Waiver>, std::string> read_waivers(std::string_view text, std::string_view name) {
  const toml::parse_result parsed = toml::parse(text, name);
  if (!parsed) return std::unexpected(problem(name, parsed.error().source(), parsed.error().description()));
  std::vector<Waiver> out;
  for (const auto& [key, node] : parsed.table()) {
    const toml::array* const list = node.as_array();
    if (key.str() != "waiver" || list == nullptr)
      return std::unexpected(problem(name, node.source(), "only [[waiver]] tables can stand here"));
    for (const toml::node& each : *list) {
      if (!each.is_table()) return std::unexpected(problem(name, each.source(), "a waiver is a table: [[waiver]]"));
      auto waiver = read_waiver(*each.as_table(), name);
      if (!waiver) return std::unexpected(std::move(waiver.error()));
      if (find_check(waiver->check) == nullptr)
        return std::unexpected(
            problem(name, each.source(),
                    fmt::format("{} is no check of the catalogue (redoubt controls lists them)", waiver->check)));
      out.push_back(std::move(*waiver));
    }
  }
  return out;
}

std::vector<std::string> apply(Findings& findings, const std::vector<Waiver>& waivers, std::string_view today) {
  std::vector<std::string> notes;
  for (const Waiver& waiver : waivers) {
    bool met = false;
    for (Verdict& verdict : findings.verdicts) {
      if (verdict.check != waiver.check || verdict.resource != waiver.resource) continue;
      if (verdict.outcome != Outcome::refuted && verdict.outcome != Outcome::unknown) continue;
      met = true;
      if (waiver.until < today) {
        std::string& text = verdict.outcome == Outcome::refuted ? verdict.counterexample : verdict.evidence;
        text += fmt::format(" (the waiver of {} ended on {}: {})", waiver.owner, waiver.until, waiver.reason);
        continue;
      }
      verdict.evidence = fmt::format("{} answers for it until {}: {}{}{}", waiver.owner, waiver.until, waiver.reason,
                                     verdict.evidence.empty() ? "" : "; unknown: ", verdict.evidence);
      verdict.outcome = Outcome::waived;
    }
    if (!met)
      notes.push_back(fmt::format("the waiver in line {} ({}, {}) meets nothing that is refuted or unknown (remove it)",
                                  waiver.line, waiver.check, waiver.resource));
  }
  count(findings);
  return notes;
}

}  // namespace redoubt::controls
