#include "iam/public_policy.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "iam/request.hpp"
#include "iam/values.hpp"

namespace redoubt::iam {
namespace {

// "fixed values … for one or more of the following". The first line is "an AWS principal, user, role, or service
// principal (e.g. aws:PrincipalOrgID)".
constexpr std::array<std::string_view, 15> limiting{"aws:principalorgid",
                                                    "aws:principalorgpaths",
                                                    "aws:principalaccount",
                                                    "aws:principalarn",
                                                    "aws:principalservicename",
                                                    "aws:principalservicenameslist",
                                                    "aws:sourcearn",
                                                    "aws:sourcevpc",
                                                    "aws:sourcevpce",
                                                    "aws:sourceowner",
                                                    "aws:sourceaccount",
                                                    "s3:x-amz-server-side-encryption-aws-kms-key-id",
                                                    "aws:userid",
                                                    "s3:dataaccesspointarn",
                                                    "s3:dataaccesspointaccount"};

// Younger than the list, or near it: the page does not say whether they limit.
bool may_limit(std::string_view key) {
  static constexpr std::array<std::string_view, 5> keys{"aws:sourceorgid", "aws:sourceorgpaths", "aws:vpceaccount",
                                                        "aws:vpceorgid", "aws:vpceorgpaths"};
  return key.starts_with("aws:principal") || key == "aws:username" || key == "aws:vpcsourceip" ||
         std::ranges::find(keys, key) != keys.end();
}

bool is_listed(std::string_view key) {
  return key == "aws:sourceip" || std::ranges::find(limiting, key) != limiting.end();
}

bool is_fixed(const std::string& value) {
  return value.find_first_of("*?") == std::string::npos && value.find("${") == std::string::npos;
}

// "values broader than /8 for IPv4 and /32 for IPv6 (excluding RFC1918 private ranges)" are public; the broadest of
// those ranges is a /8.
bool is_narrow_range(const std::string& text) {
  const auto range = parse_address_range(text);
  if (!range) return false;
  constexpr std::size_t v4_begins = 12, fixed_v4 = 1, fixed_v6 = 4;  // bytes
  const std::size_t begin = range->first.v6 ? 0 : v4_begins, count = range->first.v6 ? fixed_v6 : fixed_v4;
  return std::ranges::equal(range->first.bytes.begin() + begin, range->first.bytes.begin() + begin + count,
                            range->last.bytes.begin() + begin, range->last.bytes.begin() + begin + count);
}

// "this value can contain a wildcard for the access point name … as long as the account id is fixed"
bool is_of_fixed_account(const std::string& access_point) {
  constexpr int account_field = 4;
  const std::string_view account = arn_field(access_point, account_field);
  return !account.empty() && is_fixed(std::string(account));
}

enum class Limit : std::uint8_t { none, open, limits };

Limit limit_of(const Condition& condition) {
  const std::string& key = condition.key;
  if (!is_listed(key)) return may_limit(key) && !condition.negated ? Limit::open : Limit::none;
  if (condition.negated || condition.comparison == Comparison::null || condition.values.empty()) return Limit::none;
  const bool all_fixed = std::ranges::all_of(condition.values, [&](const std::string& value) {
    if (key == "aws:sourceip") return is_narrow_range(value);
    return is_fixed(value) || (key == "s3:dataaccesspointarn" && is_of_fixed_account(value));
  });
  if (!all_fixed) return Limit::none;
  // Without the key these hold; of a user id that is a session's the page says only that the pattern does not count.
  if (condition.if_exists || condition.set == SetOperator::for_all_values) return Limit::open;
  if (key == "aws:userid" && std::ranges::any_of(condition.values, [](const std::string& value) {
        return value.starts_with("AROA") && value.find(':') != std::string::npos;
      }))
    return Limit::open;
  return Limit::limits;
}

// Grants alone are spoken of. A denial of all but some principals or networks may count or not.
bool may_limit(const Statement& deny) {
  return deny.not_principal || std::ranges::any_of(deny.conditions, [](const Condition& condition) {
           return is_listed(condition.key) || may_limit(condition.key);
         });
}

}  // namespace

Publicity publicity(const Statement& allow) {
  if (!allow.principals || allow.not_principal || allow.principals->everyone) {
    Limit strongest = Limit::none;
    for (const Condition& condition : allow.conditions) strongest = std::max(strongest, limit_of(condition));
    if (strongest == Limit::none) return Publicity::is_public;
    return strongest == Limit::open ? Publicity::open : Publicity::not_public;
  }
  if (allow.principals->federated.empty()) return Publicity::not_public;
  // The page's example of a public policy names a web identity's provider; of a provider's ARN it says nothing.
  const bool all_arns = std::ranges::all_of(allow.principals->federated,
                                            [](const std::string& name) { return name.starts_with("arn:"); });
  if (all_arns) return Publicity::open;
  return std::ranges::any_of(allow.conditions, [](const Condition& one) { return limit_of(one) != Limit::none; })
             ? Publicity::open
             : Publicity::is_public;
}

Publicity publicity(const Policy& policy) {
  Publicity out = Publicity::not_public;
  bool limited = false;
  for (const Statement& statement : policy.statements) {
    if (statement.effect == Effect::allow)
      out = std::max(out, publicity(statement));
    else
      limited = limited || may_limit(statement);
  }
  return out == Publicity::is_public && limited ? Publicity::open : out;
}

}  // namespace redoubt::iam
