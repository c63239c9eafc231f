#include "shared_providers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace redoubt::controls {
namespace {

struct Provider {
  std::string_view url;    // without https://, or the name that IAM has for it
  std::string_view claim;  // tells one customer from the rest
};

constexpr std::array providers{
    Provider{"token.actions.githubusercontent.com", "sub"},
    Provider{"vstoken.actions.githubusercontent.com", "sub"},
    Provider{"oidc-configuration.audit-log.githubusercontent.com", "sub"},
    Provider{"gitlab.com", "sub"},
    Provider{"app.terraform.io", "sub"},
    Provider{"agent.buildkite.com", "sub"},
    Provider{"oidc.codefresh.io", "sub"},
    Provider{"studio.datachain.ai/api", "sub"},
    Provider{"scalr.io", "sub"},
    Provider{"tokens.cloud.shisho.dev", "sub"},
    Provider{"proidc.upbound.io", "sub"},
    Provider{"api.pulumi.com/oidc", "aud"},
    Provider{"sandboxes.cloud", "aud"},
    Provider{"oidc.vercel.com", "aud"},
    Provider{"cognito-identity.amazonaws.com", "aud"},
    Provider{"accounts.google.com", "aud"},
    Provider{"www.amazon.com", "app_id"},
    Provider{"graph.facebook.com", "app_id"},
};

const Provider* provider_of(std::string_view principal) {
  static constexpr std::string_view kind = ":oidc-provider/";
  if (const std::size_t at = principal.find(kind); at != std::string_view::npos)
    principal.remove_prefix(at + kind.size());
  const auto found = std::ranges::find(providers, principal, &Provider::url);
  return found == providers.end() ? nullptr : &*found;
}

bool is_pattern(iam::Comparison comparison) {
  return comparison == iam::Comparison::string_like || comparison == iam::Comparison::arn_like;
}

// "repo:org/*", "organization:org:project:*", "project_path:group/*": a name of the customer's stands, whole, before
// the first wildcard.
bool names_customer(std::string_view pattern) {
  const std::string_view fixed = pattern.substr(0, pattern.find_first_of("*?"));
  if (fixed.size() == pattern.size()) return !pattern.empty();
  const std::size_t colon = fixed.find(':');
  return colon != std::string_view::npos && fixed.find_first_of(":/", colon + 2) != std::string_view::npos;
}

// Does the condition say which customer of the provider it takes tokens of? Any claim but the audience does that, which
// anybody may ask a token for, unless it is the one that the provider is told apart by.
bool confines(const iam::Condition& condition, const Provider& provider) {
  if (condition.negated || condition.if_exists || condition.set == iam::SetOperator::for_all_values ||
      condition.comparison == iam::Comparison::null || condition.values.empty())
    return false;
  std::string_view claim = condition.key;
  if (!claim.starts_with(provider.url)) return false;
  claim.remove_prefix(provider.url.size());
  if (!claim.starts_with(':')) return false;
  claim.remove_prefix(1);
  if (claim != provider.claim && (claim == "aud" || claim == "amr" || claim == "iss")) return false;
  return !is_pattern(condition.comparison) || std::ranges::all_of(condition.values, names_customer);
}

}  // namespace

std::string open_claim(const iam::Statement& statement) {
  if (statement.effect != iam::Effect::allow || !statement.principals || statement.not_principal) return {};
  for (const std::string& principal : statement.principals->federated) {
    const Provider* const provider = provider_of(principal);
    if (provider != nullptr && std::ranges::none_of(statement.conditions, [&](const iam::Condition& condition) {
          return confines(condition, *provider);
        }))
      return fmt::format("{}:{}", provider->url, provider->claim);
  }
  return {};
}

bool claim_rests_on_parameter(const iam::Statement& statement) {
  iam::Statement bare = statement;
  bare.conditions.clear();
  return !open_claim(bare).empty() && std::ranges::any_of(statement.conditions, [](const iam::Condition& condition) {
    return std::ranges::any_of(condition.values,
                               [](const std::string& value) { return value.find("parameter.") != std::string::npos; });
  });
}

}  // namespace redoubt::controls
