// The controls as data: what is demanded, why, how it is realised, what proves it, and which requirements of which
// frameworks it answers. Read from catalogue/*.toml, which the build embeds. Checks are bound to it by their ids; a
// check without an entry, or an entry whose kind of source the prover can read without a check, fails a test.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "verdict.hpp"

namespace redoubt::controls {

// What a check looks at. `estate` is a template or a snapshot of an account alike; `account` only the account's own
// answers can show (a confirmed subscriber, a trail that delivers).
enum class Source : std::uint8_t { estate, account, service, image, document };

// Whether something is as it should be where it is (`property`: asked of every source), or whether it is there at all
// (`existence`: asked in the scopes stack and account, or account only, named by `least_scope`).
enum class Scope : std::uint8_t { fragment, stack, account };

// As the catalogue and its JSON spell them: "estate", "fragment".
[[nodiscard]] std::string_view name_of(Source source);
[[nodiscard]] std::string_view name_of(Scope scope);

struct CheckEntry {
  std::string id;     // "ENC-1.encrypted"
  std::string title;  // a sentence that is true when it is proved
  Source source = Source::estate;
  Scope least_scope = Scope::fragment;
  Severity severity = Severity::medium;
  std::string remedy;  // what to write or do
};

// "cis-5.0" → {"2.2.1"}
struct FrameworkReference {
  std::string framework;
  std::vector<std::string> requirements;
};

struct Control {
  std::string id;           // "ENC-1"
  std::string section;      // "Encryption"
  std::string title;        // one line
  std::string requirement;  // what is demanded, exactly
  std::string level;        // implemented, recommended, checklist, added: as the requirements' document has it
  std::string why;          // what goes wrong without
  std::string realised;     // how Redoubt's stack or service does it
  std::vector<FrameworkReference> frameworks;
  std::vector<CheckEntry> checks;
};

struct Framework {
  std::string_view name;     // "cis-5.0"
  std::string_view title;    // "CIS AWS Foundations Benchmark v5.0.0"
  std::string_view pattern;  // what its requirements' numbers look like: a regular expression
};

[[nodiscard]] const std::vector<Framework>& frameworks();
[[nodiscard]] const std::vector<Control>& catalogue();
[[nodiscard]] const Control* find_control(std::string_view id);
// nullptr if there is none
[[nodiscard]] const CheckEntry* find_check(std::string_view id);

}  // namespace redoubt::controls
