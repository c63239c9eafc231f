#include "rights/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "estate/case.hpp"
#include "iam/plain_request.hpp"
#include "rights/accounts.hpp"

namespace redoubt::rights {
namespace {

using estate::Case;
using estate::Resource;

constexpr std::size_t most_cases = 2048;

// Where a resource keeps a policy of its own.
constexpr std::array document_properties{"PolicyDocument", "KeyPolicy", "ResourcePolicy", "RepositoryPolicyText"};

void append(iam::Policy& to, const iam::Policy& from) {
  to.statements.insert(to.statements.end(), from.statements.begin(), from.statements.end());
}

// One reading of what `name` stands for; none where this case has no such thing.
struct Reading {
  const Known& known;
  const std::string& name;
  Case& in;

  bool is_there = false;
  std::string why_open, why_undecided;

  iam::Policy read(Lean lean, bool any_name) {
    Hints hints;
    hints.add_principal(name);
    hints.any_name = any_name;
    Texts texts(in, hints);
    Documents documents(texts, lean, !any_name);
    iam::Policy out{name, {}};
    if (const Declared who = find(texts, name, true); who.standing == Standing::declared) {
      is_there = true;
      iam::Account account = known.account();
      add_policies(account, documents, {.identities = {who.arn.text}, .resource = {}});
      const auto principal = iam::Principal::parse(who.arn.text);
      const iam::Identity* const identity = principal ? account.find(*principal) : nullptr;
      why_undecided = identity ? account.missing(*principal) : fmt::format("{} has no policies of its own", name);
      if (identity)
        for (const iam::Policy* policy : identity->policies.policies) append(out, *policy);
    } else {
      for (const Resource& resource : known.estate().resources) {
        if (resource.id != name || !in.exists(resource)) continue;
        for (const char* property : document_properties) {
          const estate::Value value = in.get(resource, property);
          if (!value) continue;
          is_there = true;
          append(out, documents.read(value, name, false));
        }
      }
    }
    if (why_open.empty()) why_open = documents.open();
    return out;
  }
};

}  // namespace

std::vector<PolicyInCase> policy_alone(iam::Policy policy) {
  return {{{}, true, policy, policy, policy, std::move(policy), {}, {}}};
}

std::vector<PolicyInCase> policy_of(const Known& known, const std::string& name) {
  std::vector<PolicyInCase> out;
  const bool is_complete = for_each_case(known.estate(), most_cases, [&](Case& in) {
    for (;;) {
      const std::string before = in.choices();
      PolicyInCase one;
      Reading reading{known, name, in, false, {}, {}};
      one.most = reading.read(Lean::generous, false);
      one.least = reading.read(Lean::strict, false);
      one.surely = reading.read(Lean::strict, true);
      one.perhaps = reading.read(Lean::generous, true);
      one.where = in.choices();
      if (one.where != before) continue;  // what was read before a parameter was chosen may read otherwise
      if (!reading.is_there || in.is_forbidden()) return;
      one.is_exact = in.inexact().empty();
      one.why_open = std::move(reading.why_open);
      one.why_undecided = std::move(reading.why_undecided);
      out.push_back(std::move(one));
      return;
    }
  });
  if (!is_complete && !out.empty())
    out.front().why_undecided = fmt::format("the templates have more than {} cases that matter", most_cases);
  return out;
}

Containment contained(const std::vector<PolicyInCase>& policy, const std::vector<PolicyInCase>& envelope,
                      std::chrono::milliseconds budget) {
  Containment out{{.holds = true, .counterexample = {}, .why_undecided = {}}, {}};
  const auto undecided = [&](std::string why, std::string where) {
    if (out.found.holds) out = {{{}, {}, std::move(why)}, std::move(where)};
  };
  for (const PolicyInCase& left : policy) {
    for (const PolicyInCase& right : envelope) {
      std::string where = left.where;
      if (!right.where.empty() && right.where != where) where += (where.empty() ? "" : ", ") + right.where;
      if (const std::string& why = left.why_undecided.empty() ? right.why_undecided : left.why_undecided;
          !why.empty()) {
        undecided(why, where);
        continue;
      }
      const iam::Containment holds = iam::contained(left.most, right.least, budget);
      if (holds.holds && *holds.holds) continue;
      iam::Containment fails = iam::contained(left.surely, right.perhaps, budget);
      if (fails.holds && !*fails.holds && left.is_exact && right.is_exact) {
        fails.counterexample = plainly(*std::move(fails.counterexample), left.surely, right.perhaps);
        return {std::move(fails), std::move(where)};
      }
      const std::string& open = left.why_open.empty() ? right.why_open : left.why_open;
      if (!holds.holds)
        undecided(holds.why_undecided, where);
      else
        undecided(!open.empty() ? open : "it hangs on names that AWS makes, or on a case that may not occur", where);
    }
  }
  if (policy.empty() || envelope.empty()) undecided("no source declares what is to be compared", {});
  return out;
}

}  // namespace redoubt::rights
