// The rules of security groups one by one (describe-security-group-rules), which describe-security-groups tells as
// lists of each group.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr std::string_view ingress_type = "AWS::EC2::SecurityGroupIngress";
constexpr std::string_view egress_type = "AWS::EC2::SecurityGroupEgress";

constexpr Field rule_fields[] = {
    {"GroupId"},  {"IpProtocol"},  {"FromPort", {}, number}, {"ToPort", {}, number}, {"CidrIpv4", "CidrIp"},
    {"CidrIpv6"}, {"Description"},
};
constexpr Field ingress_fields[] = {
    {"PrefixListId", "SourcePrefixListId"},
    {"ReferencedGroupInfo.GroupId", "SourceSecurityGroupId"},
    {"ReferencedGroupInfo.UserId", "SourceSecurityGroupOwnerId"},
    {"ReferencedGroupInfo.VpcPeeringConnectionId", "VpcPeeringConnectionId"},
    {"ReferencedGroupInfo.PeeringStatus", "PeeringStatus"},
};
constexpr Field egress_fields[] = {
    {"PrefixListId", "DestinationPrefixListId"},
    {"ReferencedGroupInfo.GroupId", "DestinationSecurityGroupId"},
    {"ReferencedGroupInfo.UserId", "DestinationSecurityGroupOwnerId"},
    {"ReferencedGroupInfo.VpcPeeringConnectionId", "VpcPeeringConnectionId"},
    {"ReferencedGroupInfo.PeeringStatus", "PeeringStatus"},
};

void rule_more(const Value& item, Made& made, Reading& reading) {
  const bool egress = member(item, "IsEgress").boolean;
  if (!member(item, "IsEgress").is(Kind::boolean))
    return reading.fail(item.at, "a rule of a security group says not in which direction it is (IsEgress)");
  made.resource.type = egress ? egress_type : ingress_type;
  apply(egress ? std::span<const Field>(egress_fields) : std::span<const Field>(ingress_fields), item,
        made.resource.properties, reading);
  // Of all protocols it has the ports -1, which the other answer leaves out.
  if (made.resource.properties["IpProtocol"].text == "-1")
    std::erase_if(made.resource.properties.members,
                  [](const Member& each) { return each.name == "FromPort" || each.name == "ToPort"; });
}

constexpr Table tables[] = {
    {"SecurityGroupRules", ingress_type, "SecurityGroupRuleId", {}, rule_fields, rule_more},
};

// What a rule admits, whichever answer tells it.
std::string meaning(const Value& rule) {
  std::string out;
  for (const std::string_view name : {"IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6", "SourcePrefixListId",
                                      "SourceSecurityGroupId", "DestinationPrefixListId", "DestinationSecurityGroupId"})
    out += fmt::format("{}|", rule[name].text);
  return out;
}

std::multiset<std::string> meanings(const Value& rules) {
  std::multiset<std::string> out;
  for (const Value& rule : rules.items) out.insert(meaning(rule));
  return out;
}

bool is_of(const Resource& rule, const Resource& group) {
  const auto fit = [](const std::string& left, const std::string& right) {
    return left == right || left.empty() || right.empty();
  };
  return rule.properties["GroupId"].text == group.id && fit(rule.account, group.account) &&
         fit(rule.region, group.region);
}

}  // namespace

void join_group_rules(std::vector<Resource>& resources) {
  std::vector<const Resource*> rules;
  for (const Resource& each : resources)
    if (each.stack == no_index && (each.type == ingress_type || each.type == egress_type)) rules.push_back(&each);
  std::set<const Resource*> joined;
  for (Resource& group : resources) {
    if (group.stack != no_index || group.type != "AWS::EC2::SecurityGroup") continue;
    Value in = list({}), out = list({});
    in.at = out.at = group.at;
    bool any = false;
    for (const Resource* each : rules) {
      if (!is_of(*each, group)) continue;
      any = true;
      joined.insert(each);
      Value rule = each->properties;
      std::erase_if(rule.members, [](const Member& part) { return part.name == "GroupId"; });
      (each->type == egress_type ? out : in).items.push_back(std::move(rule));
    }
    // A group that has no rule here may have none, or was not asked for.
    if (!any) continue;
    const auto join = [&](std::string_view property, Value told) {
      const Value& known = group.properties[property];
      if (!known.is(Kind::list))
        group.properties.set(property, std::move(told));
      else if (meanings(known) != meanings(told))
        group.properties.set(
            property, unknown("DescribeSecurityGroups and DescribeSecurityGroupRules do not say the same of its rules",
                              group.at));
    };
    join("SecurityGroupIngress", std::move(in));
    join("SecurityGroupEgress", std::move(out));
  }
  std::erase_if(resources, [&](const Resource& each) { return joined.contains(&each); });
}

Service group_rule_service() {
  return {tables};
}

}  // namespace redoubt::estate::snapshot
