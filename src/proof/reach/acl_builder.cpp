#include <fmt/format.h>

#include "reach/builder.hpp"
#include "reach/rule_text.hpp"

namespace redoubt::reach {

void Builder::add_acl_entry(const Resource& entry) {
  const Index index = place(acl_, "AWS::EC2::NetworkAcl", case_.get(entry, "NetworkAclId"));
  if (index == none) return;
  Acl& acl = n_.acls[index];
  const auto unreadable = [&](std::string_view why) {
    if (acl.unknown.empty()) acl.unknown = fmt::format("{}: the entry {} is not known: {}", acl.id, entry.id, why);
  };
  Rule rule;
  rule.id = entry.id;
  const Known<double> number = case_.number(case_.get(entry, "RuleNumber"));
  const Known<bool> egress = case_.boolean(case_.get(entry, "Egress")).when_absent(false);
  const Known<std::string> action = text(entry, "RuleAction"), protocol = text(entry, "Protocol");
  if (!number.known()) return unreadable(number.why);
  if (!egress.known()) return unreadable(egress.why);
  if (!action.known()) return unreadable(action.why);
  rule.number = static_cast<int>(number.value);
  rule.allow = action.value == "allow" || action.value == "ALLOW";
  const auto not_known = [&](std::string_view why) {
    if (rule.unknown.empty()) rule.unknown = fmt::format("rule {} of {}: {}", rule.number, acl.id, why);
  };
  const auto protocols = protocol.known() ? protocols_named(protocol.value) : std::nullopt;
  if (protocols)
    rule.protocols = *protocols;
  else
    not_known(protocol.known() ? "its protocol is none of IANA's" : protocol.why);
  const auto numbered = [&](std::string_view path) -> PortSet {
    const Known<double> number = case_.number(case_.get(entry, path)).when_absent(-1);
    if (number.known()) return ports_between(number.value, number.value, 255);
    not_known(number.why);
    return PortSet::all();
  };
  Ports ports;
  if (rule.protocols.all()) {
    // Of every protocol: every port.
  } else if (rule.protocols.test(tcp) || rule.protocols.test(udp)) {
    ports = ports_of(case_.get(entry, "PortRange.From"), case_.get(entry, "PortRange.To"));
    rule.ports = ports.sure;
  } else if (rule.protocols.test(icmp) || rule.protocols.test(icmpv6)) {
    rule.types = numbered("Icmp.Type");
    rule.codes = numbered("Icmp.Code");
  }
  std::vector<Prefix> remote;
  std::string why;
  add_prefix(remote, case_.get(entry, "CidrBlock"), why, acl.id);
  add_prefix(remote, case_.get(entry, "Ipv6CidrBlock"), why, acl.id);
  if (!why.empty()) not_known(why + "; it would have to hold the other end's address");
  if (remote.empty()) not_known("it names no address range");
  if (rule.unknown.empty()) rule.remote = addresses_of(remote);
  std::vector<Rule>& rules = egress.value ? acl.out : acl.in;
  if (!ports.why.empty()) {
    Rule maybe = rule;
    maybe.ports = ports.possible;
    if (maybe.unknown.empty()) maybe.unknown = fmt::format("rule {} of {}: {}", rule.number, acl.id, ports.why);
    rules.push_back(std::move(maybe));
  }
  rules.push_back(std::move(rule));
}

void Builder::acls() {
  std::map<Index, Index> defaults;  // by VPC
  for (const Resource* each : case_.resources("AWS::EC2::NetworkAcl")) {
    const auto index = static_cast<Index>(n_.acls.size());
    acl_[each] = index;
    n_.acls.emplace_back().id = each->id;
    if (case_.get(*each, "Entries").is(estate::Kind::unknown))
      n_.acls.back().unknown = fmt::format("{}: its entries are not in the source", each->id);
    if (case_.get(*each, "Associations").is(estate::Kind::unknown))
      for (Subnet& subnet : n_.subnets)
        if (subnet.vpc == vpc_of(case_.get(*each, "VpcId")) && subnet.unknown.empty())
          subnet.unknown = fmt::format("{}: whether it uses {} is not in the source", subnet.id, each->id);
    if (flag(*each, "IsDefault", false)) defaults[vpc_of(case_.get(*each, "VpcId"))] = index;
  }
  for (const Resource* each : case_.resources("AWS::EC2::NetworkAclEntry")) add_acl_entry(*each);
  for (Acl& acl : n_.acls)
    for (std::vector<Rule>* rules : {&acl.in, &acl.out})
      std::ranges::sort(*rules, {}, [](const Rule& rule) { return std::pair(rule.number, std::string_view(rule.id)); });
  std::vector<bool> associated(n_.subnets.size());
  for (const Resource* each : case_.resources("AWS::EC2::SubnetNetworkAclAssociation")) {
    const Index s = place(subnet_, "AWS::EC2::Subnet", case_.get(*each, "SubnetId"));
    if (s == none) continue;
    const Value named_acl = case_.get(*each, "NetworkAclId");
    n_.subnets[s].acl = place(acl_, "AWS::EC2::NetworkAcl", named_acl);
    associated[s] = true;
    if (n_.subnets[s].acl == none && n_.subnets[s].unknown.empty())
      n_.subnets[s].unknown =
          fmt::format("{}: its network ACL {} is not in the source", n_.subnets[s].id, shown(named_acl));
  }
  for (const auto& [resource, s] : subnet_) {
    if (associated[s]) continue;
    Subnet& subnet = n_.subnets[s];
    if (const auto found = defaults.find(subnet.vpc); found != defaults.end()) {
      subnet.acl = found->second;
    } else if (is_snapshot(*resource)) {
      if (!is_listed("NetworkAcls"))
        assume(
            "the sources do not list NetworkAcls: every subnet is taken to have the default one as AWS made it, "
            "which allows everything");
      else if (subnet.unknown.empty())
        subnet.unknown = fmt::format("{}: its network ACL is not in the source", subnet.id);
    } else if (is_foreign(subnet.vpc) && subnet.unknown.empty()) {
      subnet.unknown = fmt::format("{}: the network ACL that its VPC has by default is not in the source", subnet.id);
    }
  }
}

}  // namespace redoubt::reach
