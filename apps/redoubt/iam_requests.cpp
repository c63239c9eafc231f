#include "iam_requests.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <stdexcept>
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

void check_action(const std::string& action) {
  const auto is_name = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
    });
  };
  const std::string_view text = action, service = text.substr(0, text.find(':'));
  if (text.find_first_of("*?") != std::string_view::npos)
    throw std::runtime_error(
        fmt::format("--action {}: a question is about one action (give it by its name, such as s3:GetObject; `redoubt "
                    "iam compare` answers for all actions at once)",
                    action));
  if (service.size() == text.size())
    throw std::runtime_error(
        fmt::format("--action {}: it has no service (give SERVICE:ACTION, such as s3:GetObject)", action));
  if (!is_name(service) || !is_name(text.substr(service.size() + 1)))
    throw std::runtime_error(
        fmt::format("--action {}: it is no action (give SERVICE:ACTION, such as s3:GetObject)", action));
}

void check_resource(const std::string& resource, const estate::Estate& estate) {
  if (resource == "*") return;
  const auto refuse = [&](std::string_view why) {
    throw std::runtime_error(fmt::format("--resource {}: {}", resource.empty() ? "\"\"" : resource, why));
  };
  if (resource.empty())
    refuse(
        "it is empty (give an ARN, a logical id with what follows of the ARN, or * for an action without a resource)");
  // The ARN of a log group ends in :*.
  std::string_view text = resource;
  if (arn_field(text, 2) == "logs" && text.ends_with(":*")) text.remove_suffix(2);
  if (text.find_first_of("*?") != std::string_view::npos)
    refuse(
        "a question is about one resource (give its ARN without wildcards, or * alone for an action without a "
        "resource)");
  if (text.starts_with("arn:")) {
    if (arn_field(text, 1).empty() || arn_field(text, 2).empty() || arn_field(text, 5).empty())
      refuse("it is no ARN (give arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE)");
    return;
  }
  const std::string_view id = text.substr(0, text.find_first_of("/:"));
  if (!contains(estate.resources, id, &estate::Resource::id))
    refuse("it is no ARN, and no source declares anything of that name (give an ARN, or a logical id of the template)");
}

}  // namespace redoubt
