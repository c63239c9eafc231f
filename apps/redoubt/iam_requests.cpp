#include "iam_requests.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "iam/contains.hpp"
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

// A key as its page writes it ("AWS global condition context keys"), or else as the policies do.
std::string written(const std::string& key, const Request& request) {
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
      "iam:PolicyARN",
      "kms:CallerAccount",
      "kms:ViaService",
      "s3:prefix",
      "sts:ExternalId",
      "sts:RoleSessionName",
  };
  const auto* const found = std::ranges::find(keys, key, [](std::string_view known) { return lower(known); });
  if (found != keys.end()) return *found;
  if (const auto spelled = request.spelling.find(key); spelled != request.spelling.end()) return spelled->second;
  for (const std::string_view prefix : {"aws:PrincipalTag/", "aws:RequestTag/", "aws:ResourceTag/"})
    if (key.starts_with(lower(prefix))) return std::string(prefix) + key.substr(prefix.size());
  return key;
}

// Whether the key says no more than who asks; a tag does.
bool follows_from_principal(const std::string& key, const std::vector<std::string>& values, const Request& request) {
  if (!request.principal || key.starts_with("aws:principaltag/")) return false;
  const Context keys = request.principal->keys();
  const auto* const known = values_of(keys, key);
  return known && *known == values;
}

}  // namespace

std::string text_of(const Request& request, const std::optional<Request>& beside) {
  std::string out;
  if (request.principal)
    out = fmt::format("{} does ", request.principal->kind == Principal::Kind::anonymous ? "an anonymous caller (*)"
                                                                                        : request.principal->name);
  out += fmt::format("{} on {}", request.action, request.resource);
  std::string_view separator = " with ";
  for (const auto& [key, values] : request.context) {
    if (follows_from_principal(key, values, request)) continue;
    out += fmt::format("{}{}={}", separator, written(key, request), fmt::join(values, ","));
    separator = ", ";
  }
  if (!beside) return out;
  separator = separator == ", " ? ", without " : " without ";
  for (const auto& [key, values] : beside->context) {
    if (request.context.contains(key) || follows_from_principal(key, values, *beside)) continue;
    out += fmt::format("{}{}", separator, written(key, *beside));
    separator = ", ";
  }
  return out;
}

}  // namespace redoubt
