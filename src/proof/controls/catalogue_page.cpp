#include "catalogue_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "catalogue.hpp"
#include "coverage.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view controls_head = R"(# The controls

<!-- Written by `redoubt controls --markdown` from catalogue/*.toml: change the catalogue, then write this page anew. -->

Every control that Redoubt realises and proves: what is demanded, why, how it comes about, and the checks that prove it.
A check is one fact. It looks at one kind of source:

| source | what is looked at |
|---|---|
| estate | a template, or a snapshot of an account, alike |
| account | what only an account's own answers show |
| service | a running service, by asking it |
| image | a container image |
| document | a dated document of the repository or its environment |

and is asked from some scope on: `fragment` means wherever the resource occurs; `stack` and `account` mean that something
has to exist, which only a whole stack or account can be asked for. Checks that go beyond what the control demands are
separate and of low severity. [Frameworks](frameworks.md) lists the requirements that the controls answer.
)";

constexpr std::string_view frameworks_head = R"(# Frameworks

<!-- Written by `redoubt controls --markdown frameworks` from catalogue/*.toml: change the catalogue, then write this page
anew. -->

Which [controls](controls.md) answer which requirement. Requirements are named by their numbers only; their texts are the
publishers'. A control answers a requirement as far as it goes: what a requirement asks of people, contracts and
buildings no program can prove. `redoubt prove SOURCE… --framework NAME` gives the verdicts.
)";

// What Markdown or HTML would take for its own: a `*` in a text is an asterisk, a `|` stays in its cell. A code span
// does not need it.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\*_`[]<>|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// What a heading is linked by: GitHub's way of making an anchor.
std::string anchor(std::string_view id) {
  std::string out(id);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return out;
}

void write_control(std::string& out, const Control& control) {
  out += fmt::format("\n### {}\n\n**{}** ({})\n\n", control.id, escaped(control.title), control.level);
  out += fmt::format("- Demanded: {}\n- Why: {}\n- Realised: {}\n", escaped(control.requirement), escaped(control.why),
                     escaped(control.realised));
  out += "- Frameworks: ";
  std::string_view separator;
  for (const FrameworkReference& reference : control.frameworks) {
    out += fmt::format("{}{}", separator, reference.framework);
    for (const std::string& requirement : reference.requirements) out += " " + requirement;
    separator = " · ";
  }
  out += "\n\n| check | true when proved | source | scope | severity | remedy |\n|---|---|---|---|---|---|\n";
  for (const CheckEntry& check : control.checks)
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", check.id, escaped(check.title), name_of(check.source),
                       name_of(check.least_scope), name_of(check.severity), escaped(check.remedy));
}

}  // namespace

std::string controls_page() {
  std::string out(controls_head);
  std::string_view section;
  for (const Control& control : catalogue()) {
    if (control.section != section) out += fmt::format("\n## {}\n", section = control.section);
    write_control(out, control);
  }
  return out;
}

std::string frameworks_page() {
  std::string out(frameworks_head);
  for (const Framework& framework : frameworks()) {
    out +=
        fmt::format("\n## {}\n\n`{}`\n\n| requirement | answered by |\n|---|---|\n", framework.title, framework.name);
    for (const Requirement& requirement : requirements_of(framework)) {
      out += fmt::format("| {} | ", requirement.number);
      std::string_view separator;
      for (const Control* control : requirement.controls) {
        out += fmt::format("{}[{}](controls.md#{})", separator, control->id, anchor(control->id));
        separator = ", ";
      }
      out += " |\n";
    }
  }
  return out;
}

}  // namespace redoubt::controls
