// How a question is put to one case of an estate: what stands open is read as generously and as strictly as it may be.
// The questions of this folder share it; nobody else does.
#pragma once

#include <cstddef>
#include <string>

#include "estate/case.hpp"
#include "rights/accounts.hpp"
#include "rights/questions.hpp"

namespace redoubt::rights {

inline constexpr std::size_t most_cases = 2048;

// Throws std::runtime_error where the text is no principal.
[[nodiscard]] iam::Principal parse_principal(const std::string& text);

// What is read before a parameter was chosen may read otherwise afterwards: asks again until nothing more is chosen.
template <class Ask>
auto settled(const estate::Case& in, Ask&& ask) {
  for (;;) {
    const std::string before = in.choices();
    auto out = ask();
    if (in.choices() == before) return out;
  }
}

// Runs `ask` with the account of each reading: both where they may differ.
template <class Ask>
auto in_both_readings(const Known& known, estate::Case& in, const Hints& hints, const Scope& scope, Ask&& ask) {
  struct Readings {
    decltype(ask(known.account())) generous, strict;
    std::string open;
  };
  const auto read = [&](Lean lean, std::string& open) {
    iam::Account account = known.account();
    Texts texts(in, hints);
    Documents documents(texts, lean);
    add_policies(account, documents, scope);
    open = documents.open();
    return ask(account);
  };
  Readings out{};
  out.strict = read(Lean::strict, out.open);
  std::string again;
  out.generous = out.open.empty() ? out.strict : read(Lean::generous, again);
  return out;
}

}  // namespace redoubt::rights
