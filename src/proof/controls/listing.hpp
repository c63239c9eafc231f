// Which answers of AWS's API list which kind of resource. A snapshot holds the answers that somebody asked for: a kind
// that no answer of it lists was not looked at, and nothing can be said of what there is none of. Inquiry and prove
// turn a "there is none" into "unknown" by it; a template needs none of this, it is all there is.
#pragma once

#include <string>
#include <string_view>

#include "estate/estate.hpp"

namespace redoubt::controls {

[[nodiscard]] bool has_snapshot(const estate::Estate& estate);

// Why the snapshot does not tell whether there is (another) one of that type: it lacks the answers that list it, named
// as the AWS CLI's commands, or Redoubt reads none. Empty where it was listed, or where the estate has no snapshot.
[[nodiscard]] std::string not_listed(const estate::Estate& estate, std::string_view type);

// Does some answer that Redoubt reads list this type? Not those that only templates have.
[[nodiscard]] bool can_be_listed(std::string_view type);

// Is the type in the table at all? For the test that it is whole.
[[nodiscard]] bool is_in_table(std::string_view type);

}  // namespace redoubt::controls
