#include "iam_requests.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "iam/policy.hpp"

namespace redoubt {

using namespace iam;

void write_request(json::Writer& writer, const Request& request) {
  writer.begin_object();
  if (request.principal) writer.member("principal", std::string_view(request.principal->name));
  writer.member("action", std::string_view(request.action)).member("resource", std::string_view(request.resource));
  writer.name("context").begin_object();
  for (const auto& [key, values] : request.context) {
    writer.name(key).begin_array();
    for (const std::string& value : values) writer.value(std::string_view(value));
    writer.end_array();
  }
  writer.end_object().end_object();
}

void write_strings(json::Writer& writer, const std::vector<std::string>& strings) {
  writer.begin_array();
  for (const std::string& text : strings) writer.value(std::string_view(text));
  writer.end_array();
}

namespace {

// A key as its page writes it ("AWS global condition context keys"); others in lower case, as they are compared.
std::string_view written(std::string_view key) {
  static constexpr std::array keys{
      "aws:CalledVia",
      "aws:CalledViaFirst",
      "aws:CalledViaLast",
      "aws:CurrentTime",
      "aws:EpochTime",
      "aws:FederatedProvider",
      "aws:MultiFactorAuthAge",
      "aws:MultiFactorAuthPresent",
      "aws:PrincipalAccount",
      "aws:PrincipalArn",
      "aws:PrincipalIsAWSService",
      "aws:PrincipalOrgID",
      "aws:PrincipalOrgPaths",
      "aws:PrincipalServiceName",
      "aws:PrincipalType",
      "aws:RequestedRegion",
      "aws:ResourceAccount",
      "aws:ResourceOrgID",
      "aws:ResourceOrgPaths",
      "aws:SecureTransport",
      "aws:SourceAccount",
      "aws:SourceArn",
      "aws:SourceIdentity",
      "aws:SourceIp",
      "aws:SourceOrgID",
      "aws:SourceVpc",
      "aws:SourceVpce",
      "aws:TagKeys",
      "aws:TokenIssueTime",
      "aws:UserAgent",
      "aws:ViaAWSService",
      "aws:VpcSourceIp",
      "iam:PassedToService",
      "iam:PermissionsBoundary",
      "kms:CallerAccount",
      "kms:ViaService",
      "s3:prefix",
      "sts:ExternalId",
      "sts:RoleSessionName",
  };
  const auto* const found = std::ranges::find(keys, key, [](std::string_view known) { return lower(known); });
  return found == keys.end() ? key : std::string_view(*found);
}

// Keys that say no more than who asks.
bool follows_from_principal(std::string_view key) {
  static constexpr std::array keys{"aws:principalaccount", "aws:principalarn", "aws:principalisawsservice",
                                   "aws:principaltype", "aws:username"};
  return std::ranges::find(keys, key) != keys.end();
}

}  // namespace

std::string text_of(const Request& request, const std::optional<Request>& beside) {
  std::string out = request.principal ? fmt::format("{} does ", request.principal->name) : "";
  out += fmt::format("{} on {}", request.action, request.resource);
  std::string_view separator = " with ";
  for (const auto& [key, values] : request.context) {
    if (request.principal && follows_from_principal(key)) continue;
    out += fmt::format("{}{}={}", separator, written(key), fmt::join(values, ","));
    separator = ", ";
  }
  if (!beside) return out;
  separator = request.context.empty() ? " without " : ", without ";
  for (const auto& [key, values] : beside->context) {
    if (request.context.contains(key) || (request.principal && follows_from_principal(key))) continue;
    out += fmt::format("{}{}", separator, written(key));
    separator = ", ";
  }
  return out;
}

}  // namespace redoubt
