#include "snapshot_policies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "snapshot_names.hpp"

namespace redoubt::estate::snapshot {
namespace {

struct Kept {
  std::string_view type;       // of the policy
  std::string_view arn;        // how the ARNs of what it belongs to begin
  std::string_view name;       // in the path of an answer, where others have the same operation; else empty
  std::string_view operation;  // as the answer's file is called
};

// Streams share their operation with tables, and with other services whose answers have other members or other ARNs.
constexpr std::array kinds{
    Kept{"AWS::DynamoDB::ResourcePolicy", "arn:aws:dynamodb:", "dynamodb", "get-resource-policy"},
    Kept{"AWS::Kinesis::ResourcePolicy", "arn:aws:kinesis:", "kinesis", "get-resource-policy"},
    Kept{"AWS::EFS::FileSystemPolicy", "arn:aws:elasticfilesystem:", "", "describe-file-system-policy"},
};

constexpr Field fields[] = {{"Policy", "ResourcePolicy", Shape::document}};

// The request's parameter, beside the answer.
std::string stated(const Kept& kind, const Value& content) {
  if (kind.name.empty()) return text_of(content, "FileSystemId");
  for (const std::string_view parameter : {"ResourceArn", "ResourceARN"})
    if (std::string text = text_of(content, parameter); text.starts_with(kind.arn)) return text;
  return {};
}

std::vector<std::string> resources_in(const Value& policy) {
  std::vector<std::string> out;
  const auto items = [](const Value& value) { return value.is(Kind::list) ? value.items : std::vector{value}; };
  for (const Value& statement : items(policy["Statement"]))
    for (const Value& resource : items(statement["Resource"])) out.push_back(resource.text);
  return out;
}

// Whose a policy is by the resources that it speaks of, which are its owner and what lies in that (a table's index).
std::string named_by(const std::vector<std::string>& resources, std::string_view arn) {
  std::string out;
  for (const std::string& each : resources) {
    const std::size_t slash = each.find('/');
    if (!each.starts_with(arn) || slash == std::string::npos) return {};
    std::string owner = each.substr(0, each.find('/', slash + 1));
    if (owner.find_first_of("*?") != std::string::npos || (!out.empty() && out != owner)) return {};
    out = std::move(owner);
  }
  return out;
}

Resource policy_of(const Kept& kind, const std::string& owner, const Answer& answer, const Value& properties) {
  Resource out;
  out.type = kind.type;
  out.id = answer.path.string();  // never its owner's, which is another thing
  if (owner.starts_with("arn:")) out.arn = owner;
  out.at = properties.at;
  out.properties = properties;
  out.properties.set("ResourceArn", owner.empty()
                                        ? unknown(fmt::format("{} does not say of what it is", out.id), out.at)
                                        : text_at(owner, out.at));
  return out;
}

}  // namespace

std::vector<Resource> resource_policies(const Answer& answer, Reading& reading) {
  const std::string path = squashed(answer.path.string()), stem = answer.path.stem().string();
  Value properties = object({});
  properties.at = answer.content->at;
  std::vector<Resource> told, possible;
  if (!member(*answer.content, "Policy")) return told;
  for (const Kept& kind : kinds) {
    std::string owner = stated(kind, *answer.content);
    if (owner.empty() && squashed(stem).find(squashed(kind.operation)) == std::string::npos) continue;
    if (properties.members.empty()) apply(fields, *answer.content, properties, reading);
    if (reading.error) return {};
    const std::vector<std::string> resources = resources_in(properties["ResourcePolicy"]);
    if (std::string named = named_by(resources, kind.arn); named.ends_with(owner)) owner = std::move(named);
    const bool is_of_path = kind.name.empty() || path.find(kind.name) != std::string::npos;
    if (owner.empty() && is_of_path) owner = named_by_file(kind.operation, stem);
    const bool is_of_another = std::ranges::any_of(
        resources, [&](const std::string& each) { return each.starts_with("arn:") && !each.starts_with(kind.arn); });
    if (owner.empty() && is_of_another) continue;
    (!owner.empty() || is_of_path ? told : possible).push_back(policy_of(kind, owner, answer, properties));
  }
  return told.empty() ? possible : told;
}

}  // namespace redoubt::estate::snapshot
