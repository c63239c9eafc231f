#include "iam/presence.hpp"

#include <algorithm>
#include <array>

namespace redoubt::iam {
namespace {

using Kind = Principal::Kind;

template <std::size_t N>
constexpr bool is_one_of(std::string_view key, const std::array<std::string_view, N>& keys) {
  return std::ranges::find(keys, key) != keys.end();
}

// "always included in the request context", "for all requests, including anonymous requests".
constexpr std::array<std::string_view, 8> in_every_request{
    "aws:currenttime",     "aws:epochtime",       "aws:principalaccount", "aws:principaltype",
    "aws:requestedregion", "aws:securetransport", "aws:userid",           "aws:viaawsservice"};

// "only when the call to your resource is being made directly by an AWS service principal"; "not present in any other
// situation".
constexpr std::array<std::string_view, 6> of_services{"aws:principalservicename", "aws:principalservicenameslist",
                                                      "aws:sourceaccount",        "aws:sourcearn",
                                                      "aws:sourceorgid",          "aws:sourceorgpaths"};

// "Properties of a role session": "only available when a request is made by a principal with role session or federated
// user principal credentials". Those that users and the root user can have too, by their own words, are not here.
constexpr std::array<std::string_view, 11> of_sessions{"aws:chatbotsourcearn",     "aws:ec2instancesourceprivateipv4",
                                                       "aws:ec2instancesourcevpc", "aws:federatedprovider",
                                                       "aws:sourceidentity",       "ec2:roledelivery",
                                                       "ec2:sourceinstancearn",    "glue:credentialissuingservice",
                                                       "glue:roleassumedby",       "lambda:sourcefunctionarn",
                                                       "ssm:sourceinstancearn"};

// "Anonymous requests do not include this key", and what only credentials bring with them.
constexpr std::array<std::string_view, 10> of_the_signed{
    "aws:assumedroot",       "aws:multifactorauthage",    "aws:multifactorauthpresent",
    "aws:principalarn",      "aws:principalisawsservice", "aws:principalorgid",
    "aws:principalorgpaths", "aws:signinsessionarn",      "aws:tokenissuetime",
    "aws:username"};

// "uses the credentials of an IAM principal to make a request to another service".
constexpr std::array<std::string_view, 3> of_calls_on_behalf{"aws:calledvia", "aws:calledviafirst",
                                                             "aws:calledvialast"};

}  // namespace

bool is_in_every_request(std::string_view key) {
  return is_one_of(key, in_every_request);
}

Presence presence(std::string_view key, const Principal& principal) {
  const Kind kind = principal.kind;
  if (is_in_every_request(key) || (principal.role_is_open && key == "aws:principalarn")) return Presence::always;
  if (key == "aws:username" && kind == Kind::user) return Presence::always;  // "always included … for IAM users"
  const bool is_anonymous = kind == Kind::anonymous, is_service = kind == Kind::service;
  // A federated identity is on its way into a session, and a canonical id names an account: of both too little is said.
  if (kind == Kind::federated || kind == Kind::canonical)
    return key == "aws:username" ? Presence::never : Presence::sometimes;
  const bool has_session = kind == Kind::role || kind == Kind::session || kind == Kind::federated_user;
  // "using an IAM user with attached tags … an IAM role with attached tags or session tags"
  const bool has_tags = has_session || kind == Kind::user;
  const bool never =
      (is_one_of(key, of_services) && !is_service) || (is_one_of(key, of_sessions) && !has_session) ||
      (is_one_of(key, of_the_signed) && is_anonymous) ||
      (is_service && key.starts_with("aws:principalorg")) ||  // "a member of an organization": no service is
      (is_one_of(key, of_calls_on_behalf) && (is_anonymous || is_service)) ||
      (key.starts_with("aws:principaltag/") && (!has_tags || principal.tags)) ||
      (key == "aws:username" && kind != Kind::user);
  return never ? Presence::never : Presence::sometimes;
}

Presence presence_with_type(std::string_view key, std::string_view principal_type) {
  static constexpr std::array<Kind, principal_types.size()> kinds{Kind::session, Kind::user, Kind::root,
                                                                  Kind::federated_user, Kind::anonymous};
  const auto found = std::ranges::find(principal_types, principal_type);
  Principal some;
  if (found != principal_types.end()) {
    some.kind = kinds[static_cast<std::size_t>(found - principal_types.begin())];
    return presence(key, some);
  }
  return key == "aws:username" ? Presence::never : Presence::sometimes;
}

}  // namespace redoubt::iam
