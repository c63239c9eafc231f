// What a check found out about one resource. Checks give verdicts, waivers change them, reports show them. A verdict
// that is not "proved" always says what a person needs to see for themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace redoubt::controls {

enum class Outcome : std::uint8_t { proved, refuted, unknown, waived, not_applicable };
enum class Method : std::uint8_t { reachability, policy, property, probe, inspection };
enum class Severity : std::uint8_t { critical, high, medium, low };

// As CONTRACTS spell them: "not-applicable", "reachability", "critical".
[[nodiscard]] std::string_view name_of(Outcome outcome);
[[nodiscard]] std::string_view name_of(Method method);
[[nodiscard]] std::string_view name_of(Severity severity);

struct Verdict {
  std::string check;    // "ENC-1.encrypted"
  std::string control;  // "ENC-1"
  Severity severity = Severity::medium;
  std::string resource;         // logical or physical id; for what should exist and does not: the stack or the account
  std::string resource_type;    // AWS::RDS::DBInstance; empty for the stack or account as a whole
  std::string account, region;  // where the source says it, else empty
  std::string file;
  std::uint32_t line = 0;  // 0: the file as a whole
  Outcome outcome = Outcome::unknown;
  Method method = Method::property;
  std::string evidence;        // why it is proved, or why it is unknown
  std::string counterexample;  // refuted: the packet, the request, the property, and for which parameter values
  std::string remedy;

  bool operator==(const Verdict&) const = default;
};

struct Summary {
  std::size_t proved = 0, refuted = 0, unknown = 0, waived = 0, not_applicable = 0;
  std::size_t not_asked = 0;  // checks of the catalogue whose kind of source was not given
};

struct Findings {
  std::vector<std::string> sources;
  std::vector<Verdict> verdicts;  // by control, check, file, line
  Summary summary;
};

}  // namespace redoubt::controls
