// The catalogue as Markdown: docs/controls.md and docs/frameworks.md are these texts, and a test compares them.
// `redoubt controls --markdown` writes them.
#pragma once

#include <string>

namespace redoubt::controls {

// Every control with its texts, frameworks and checks.
[[nodiscard]] std::string controls_page();
// Every framework with its requirements and the controls that answer them.
[[nodiscard]] std::string frameworks_page();

}  // namespace redoubt::controls
