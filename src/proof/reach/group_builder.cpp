#include <fmt/format.h>

#include <set>

#include "reach/builder.hpp"
#include "reach/default_egress.hpp"
#include "reach/rule_text.hpp"

namespace redoubt::reach {

using estate::Kind;

namespace {

Rule all_to_anywhere() {
  Rule rule;
  rule.remote = all_ipv4() | all_ipv6();
  rule.protocols.set();
  return rule;
}

}  // namespace

// "Default security groups for your VPCs" (VPC user guide): members reach each other, and everything outside.
Index Builder::default_group(Index vpc) {
  if (vpc == none) return none;
  const auto [at, added] = default_groups_.try_emplace(vpc, none);
  if (!added) return at->second;
  for (const auto& [resource, g] : group_)
    if (n_.groups[g].vpc == vpc && is_snapshot(*resource) && text_or(*resource, "GroupName") == "default")
      return at->second = g;
  at->second = static_cast<Index>(n_.groups.size());
  Group& group = n_.groups.emplace_back();
  group.id = fmt::format("{}.DefaultSecurityGroup", n_.vpcs[vpc].id);
  group.vpc = vpc;
  group.unknown = is_foreign(vpc) ? n_.vpcs[vpc].unknown : "";
  Rule own;
  own.group = at->second;
  own.protocols.set();
  group.in.push_back(std::move(own));
  group.out.push_back(all_to_anywhere());
  return at->second;
}

Index Builder::group_of(const Value& value, std::string& why) {
  if (const Index found = place(group_, "AWS::EC2::SecurityGroup", value); found != none) return found;
  if (value.is(Kind::reference) && value.text == "DefaultSecurityGroup")
    if (const auto vpc = vpc_.find(&case_.estate().resources[value.index]); vpc != vpc_.end())
      return default_group(vpc->second);
  const std::string id = shown(value);
  const bool is_certain = value.is(Kind::text) && id.starts_with("sg-");
  if (!is_certain && why.empty()) why = fmt::format("which security group {} is cannot be known", id);
  const auto [at, added] = foreign_groups_.try_emplace(id, static_cast<Index>(n_.groups.size()));
  if (added) {
    Group& group = n_.groups.emplace_back();
    group.id = id;
    group.unknown = fmt::format("{}: this security group is not in the source", id);
  }
  return at->second;
}

Known<std::vector<Prefix>> Builder::prefix_list(const Value& value) {
  Known<std::vector<Prefix>> out;
  out.state = Known<std::vector<Prefix>>::State::unknown;
  const Resource* const list = named("AWS::EC2::PrefixList", value);
  if (!list) {
    out.why = fmt::format("the entries of the prefix list {} are not in the source", shown(value));
    return out;
  }
  const Value entries = case_.get(*list, "Entries");
  if (!entries.is(Kind::list)) {
    out.why = fmt::format("the entries of the prefix list {} are not in the source", list->id);
    return out;
  }
  for (const Value& entry : entries.items) add_prefix(out.value, entry["Cidr"], out.why, list->id);
  if (out.why.empty()) out.state = Known<std::vector<Prefix>>::State::known;
  return out;
}

void Builder::add_group_rule(const Value& value, bool egress, Index group, std::string_view id) {
  Rule rule;
  rule.id = id;
  const std::string of = n_.groups[group].id;  // other groups may be added below
  const auto not_known = [&](std::string why) {
    if (rule.unknown.empty()) rule.unknown = fmt::format("a rule of {}: {}", of, why);
  };
  if (value.is(Kind::unknown)) not_known(value.text);
  const Known<std::string> protocol = case_.text(value["IpProtocol"]);
  const auto protocols = protocol.known() ? protocols_named(protocol.value) : std::nullopt;
  if (protocols)
    rule.protocols = *protocols;
  else {
    rule.protocols.set();
    not_known(protocol.known() ? "its protocol is none of IANA's" : protocol.why);
  }
  Ports ports;
  if (!protocols || protocols->all()) {
    // Ports do not matter ("Security group rules", VPC user guide).
  } else if (protocols->test(icmp) || protocols->test(icmpv6)) {
    const Known<double> type = case_.number(value["FromPort"]).when_absent(-1);
    const Known<double> code = case_.number(value["ToPort"]).when_absent(-1);
    if (!type.known() || !code.known()) not_known(type.known() ? code.why : type.why);
    rule.types = type.known() ? ports_between(type.value, type.value, 255) : PortSet::all();
    rule.codes = code.known() ? ports_between(code.value, code.value, 255) : PortSet::all();
  } else if (protocols->test(tcp) || protocols->test(udp)) {
    ports = ports_of(value["FromPort"], value["ToPort"]);
    rule.ports = ports.sure;
  }
  std::vector<Prefix> remote;
  std::string why;
  add_prefix(remote, value["CidrIp"], why, of);
  add_prefix(remote, value["CidrIpv6"], why, of);
  if (!why.empty()) not_known(why + "; it would have to hold the other end's address");
  const Value& list = value[egress ? "DestinationPrefixListId" : "SourcePrefixListId"];
  if (list) {
    auto entries = prefix_list(list);
    if (!entries.known()) not_known(entries.why);
    remote.insert(remote.end(), entries.value.begin(), entries.value.end());
  }
  rule.remote = addresses_of(remote);
  const Value& other = value[egress ? "DestinationSecurityGroupId" : "SourceSecurityGroupId"];
  const Value& name = value["SourceSecurityGroupName"];
  if (other) {
    why.clear();
    rule.group = group_of(other, why);
    if (!why.empty()) not_known(why);
  } else if (name && !egress) {
    const Known<std::string> wanted = case_.text(name);
    for (const auto& [resource, g] : group_)
      if (wanted.known() && n_.groups[g].vpc == n_.groups[group].vpc && text_or(*resource, "GroupName") == wanted.value)
        rule.group = g;
    if (rule.group == none) not_known("the group that it names is not in the source");
  }
  if (!rule.unknown.empty()) rule.group = none;
  if (rule.unknown.empty() && rule.group == none && rule.remote.empty()) not_known("it names nobody");
  if (!rule.unknown.empty()) rule.remote = {};
  std::vector<Rule>& rules = egress ? n_.groups[group].out : n_.groups[group].in;
  if (!ports.why.empty()) {
    Rule maybe = rule;
    maybe.ports = ports.possible;
    if (maybe.unknown.empty()) maybe.unknown = fmt::format("a rule of {}: {}", of, ports.why);
    rules.push_back(std::move(maybe));
  }
  rules.push_back(std::move(rule));
}

void Builder::groups() {
  for (const Resource* each : case_.resources("AWS::EC2::SecurityGroup")) {
    group_[each] = static_cast<Index>(n_.groups.size());
    Group& group = n_.groups.emplace_back();
    group.id = each->id;
    group.vpc = vpc_of(case_.get(*each, "VpcId"));
  }
  const auto rules_of = [&](const Resource& resource, Index group, bool egress) {
    const Value rules = case_.get(resource, egress ? "SecurityGroupEgress" : "SecurityGroupIngress");
    if (rules && !rules.is(Kind::list))
      n_.groups[group].unknown = fmt::format("{}: its rules are not known: {}", resource.id, rules.text);
    for (const Value& rule : rules.items) add_group_rule(rule, egress, group, {});
  };
  const Places all = group_;  // rules may add groups that are not in the source
  for (const auto& [resource, group] : all)
    for (const bool egress : {false, true}) rules_of(*resource, group, egress);
  std::set<Index> has_separate;
  for (const bool egress : {false, true})
    for (const Resource* each :
         case_.resources(egress ? "AWS::EC2::SecurityGroupEgress" : "AWS::EC2::SecurityGroupIngress")) {
      Value of = case_.get(*each, "GroupId");
      if (!of) of = case_.get(*each, "GroupName");
      std::string why;
      const Index group = group_of(of, why);
      add_group_rule(case_.resolve(each->properties), egress, group, each->id);
      if (egress) has_separate.insert(group);
      if (why.empty()) continue;
      // It may be any group that this source does not make.
      for (auto& [id, foreign] : foreign_groups_) n_.groups[foreign].unknown = why;
    }
  for (const auto& [resource, index] : all) {
    Group& group = n_.groups[index];
    if (is_snapshot(*resource)) {
      if (!case_.get(*resource, "SecurityGroupEgress") && group.unknown.empty())
        group.unknown = fmt::format("{}: its outbound rules are not in the source", resource->id);
      continue;
    }
    const DefaultEgress usual = default_egress(case_, *resource, has_separate.contains(index));
    if (usual == DefaultEgress::none) continue;
    group.out.push_back(all_to_anywhere());
    if (usual == DefaultEgress::not_known)
      group.out.back().unknown = fmt::format("{}: {}", resource->id, why_default_egress_is_not_known);
  }
}

}  // namespace redoubt::reach
