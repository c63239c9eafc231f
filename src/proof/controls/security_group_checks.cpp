// Rules of security groups, one by one: what holds of each by itself, whoever uses the group (NET-3, NET-6, NET-14).
#include <fmt/format.h>

#include <array>

#include "group_rules.hpp"
#include "iam/values.hpp"
#include "reach/default_egress.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

const std::vector<std::string_view> group_and_ingress{group_type, ingress_type};
const std::vector<std::string_view> group_and_egress{group_type, egress_type};
const std::vector<std::string_view> all_three{group_type, ingress_type, egress_type};

Location place_of(const GroupRule& rule) {
  return rule.value.at.line != 0 ? rule.value.at : rule.holder->at;
}

// Asks one thing of every rule of a resource; `wrong` says whether a rule offends, absent where it is not asked.
void ask_each(Inquiry& ask, const Resource& resource, bool ingress, Truth (*wrong)(Inquiry&, const GroupRule&),
              std::string_view what_is_wrong, std::string_view evidence) {
  const std::vector<GroupRule> rules = rules_of(ask, resource, ingress);
  if (rules.empty()) return;
  for (const GroupRule& rule : rules) {
    const Truth offends = wrong(ask, rule);
    if (offends.unknown())
      ask.unknown(&resource, place_of(rule), fmt::format("{}: {}", text_of(ask, rule), offends.why));
    else if (surely(offends))
      ask.refuted(&resource, place_of(rule), fmt::format("the rule {} {}", text_of(ask, rule), what_is_wrong));
  }
  ask.proved(&resource, {}, fmt::format("{} ({} {})", evidence, rules.size(), rules.size() == 1 ? "rule" : "rules"));
}

// Rules of which none speaks of every address may do so together. `part_of`: those that count.
template <class PartOf>
void ask_together(Inquiry& ask, const Resource& resource, bool ingress, PartOf part_of, std::string_view what) {
  std::vector<GroupRule> rules;
  for (GroupRule& rule : rules_of(ask, resource, ingress))
    if (surely(part_of(rule))) rules.push_back(std::move(rule));
  if (rules.size() < 2 || !are_open_to_everybody(ask, rules)) return;
  std::string names;
  for (const GroupRule& rule : rules) {
    if (surely(is_open_to_everywhere(ask, rule))) return;  // told by itself
    names += (names.empty() ? "" : " and ") + text_of(ask, rule);
  }
  ask.refuted(&resource, place_of(rules.front()), fmt::format("the rules {} together {}", names, what));
}

bool is_load_balancers(Inquiry& ask, const Resource& group) {
  return !naming(ask, "AWS::ElasticLoadBalancingV2::LoadBalancer", "SecurityGroups", group).empty() ||
         !naming(ask, "AWS::ElasticLoadBalancing::LoadBalancer", "SecurityGroups", group).empty();
}

void no_ingress_from_the_world(Inquiry& ask, const Resource& resource) {
  if (resource.type == group_type && is_load_balancers(ask, resource)) return;  // NET-7 asks about those
  ask_together(ask, resource, true, [](const GroupRule&) { return truth(true); }, "admit every address");
  ask_each(ask, resource, true, is_open_to_everywhere, "admits every address", "no rule admits every address");
}

Truth has_all_protocols(Inquiry&, const GroupRule& rule) {
  if (rule.protocol.unknown()) return unknown_truth(rule.protocol.why);
  return truth(rule.protocol.known() && rule.protocol.value == "-1");
}

void ingress_protocol_named(Inquiry& ask, const Resource& resource) {
  ask_each(ask, resource, true, has_all_protocols, "admits all protocols", "every rule names its protocol");
}

// A rule to a loopback address admits nothing that leaves the machine: it stands where a rule has to stand.
Truth is_loopback_only(Inquiry& ask, const GroupRule& rule) {
  constexpr std::array others{"DestinationSecurityGroupId", "DestinationPrefixListId"};
  for (const std::string_view name : others)
    if (!is_empty(rule.value[name])) return truth(false);
  std::size_t ranges = 0;
  for (const std::string_view name : {std::string_view("CidrIp"), std::string_view("CidrIpv6")})
    for (const Value& item : items_of(rule.value[name])) {
      const Known<std::string> text = ask.in().text(item);
      if (text.unknown()) return unknown_truth(text.why);
      const auto range = iam::parse_address_range(text.value);
      static const auto loopback4 = *iam::parse_address_range("127.0.0.0/8");
      static const auto loopback6 = *iam::parse_address_range("::1/128");
      if (!range) return truth(false);
      const auto& loopback = range->first.v6 ? loopback6 : loopback4;
      if (!loopback.contains(range->first) || !loopback.contains(range->last)) return truth(false);
      ++ranges;
    }
  return truth(ranges != 0);
}

Truth has_all_protocols_beyond_loopback(Inquiry& ask, const GroupRule& rule) {
  return both(has_all_protocols(ask, rule), negation(is_loopback_only(ask, rule)));
}

void outbound_protocol_named(Inquiry& ask, const Resource& resource) {
  ask_each(ask, resource, false, has_all_protocols_beyond_loopback, "admits all protocols",
           "every rule names its protocol");
}

// Ports only have a meaning for TCP and UDP; a rule for all protocols is told by the checks of protocols.
Truth has_port_range(Inquiry&, const GroupRule& rule) {
  if (rule.protocol.unknown()) return unknown_truth(rule.protocol.why);
  if (rule.protocol.known() && rule.protocol.value != "tcp" && rule.protocol.value != "udp") return truth(false);
  if (rule.from.unknown() && rule.to.unknown() && rule.value["FromPort"] == rule.value["ToPort"]) return truth(false);
  if (rule.from.unknown()) return unknown_truth(rule.from.why);
  if (rule.to.unknown()) return unknown_truth(rule.to.why);
  if (rule.from.absent() || rule.to.absent()) return truth(true);
  return truth(rule.from.value != rule.to.value || rule.from.value < 0);
}

void ingress_single_port(Inquiry& ask, const Resource& resource) {
  ask_each(ask, resource, true, has_port_range, "admits a range of ports", "every rule for TCP or UDP admits one port");
}

void outbound_single_port(Inquiry& ask, const Resource& resource) {
  ask_each(ask, resource, false, has_port_range, "admits a range of ports",
           "every rule for TCP or UDP admits one port");
}

Truth has_address_range(Inquiry& ask, const GroupRule& rule) {
  Truth out = truth(false);
  for (const std::string_view name : {std::string_view("CidrIp"), std::string_view("CidrIpv6")})
    for (const Value& item : items_of(rule.value[name])) {
      const Known<std::string> text = ask.in().text(item);
      if (text.unknown()) {
        out = either(out, unknown_truth(text.why));
        continue;
      }
      const auto range = iam::parse_address_range(text.value);
      if (!range)
        out = either(out, unknown_truth(fmt::format("\"{}\" is no range of addresses", text.value)));
      else
        out = either(out, truth(!(range->first == range->last)));
    }
  return out;
}

Truth has_address_range_but_everywhere(Inquiry& ask, const GroupRule& rule) {
  return both(has_address_range(ask, rule), negation(is_open_to_everywhere(ask, rule)));
}

void ingress_single_address(Inquiry& ask, const Resource& resource) {
  const bool public_entry = resource.type == group_type && is_load_balancers(ask, resource);
  ask_each(ask, resource, true, public_entry ? has_address_range_but_everywhere : has_address_range,
           "admits a range of addresses",
           public_entry
               ? "every rule names a single address, a group, a prefix list or, as a load balancer's may, everybody"
               : "every rule names a single address, a group or a prefix list");
}

void rules_described(Inquiry& ask, const Resource& resource) {
  bool any = false;
  for (const bool ingress : {true, false})
    for (const GroupRule& rule : own_rules_of(ask, resource, ingress)) {
      any = true;
      if (rule.value.is(Kind::unknown))
        ask.unknown(&resource, rule.value.at, rule.value.text);
      else if (is_empty(rule.value["Description"]))
        ask.refuted(&resource, place_of(rule), fmt::format("the rule {} has no Description", text_of(ask, rule)));
    }
  if (any) ask.proved(&resource, {}, "every rule has a Description");
}

void groups_described(Inquiry& ask, const Resource& group) {
  ask.expect_given(group, group.type == group_type ? "GroupDescription" : "Description");
}

void outbound_declared(Inquiry& ask, const Resource& group) {
  const std::vector<GroupRule> rules = rules_of(ask, group, false);
  const Value own = ask.get(group, "SecurityGroupEgress");
  const bool is_template = group.stack != estate::no_index;
  // Of a template's group the rules of its own alone say that EC2's are gone.
  if (is_template && !rules.empty() && reach::default_egress(ask.in(), group, true) == reach::DefaultEgress::not_known)
    ask.unknown(&group, own.at, reach::why_default_egress_is_not_known);
  else if (!rules.empty())
    ask.proved(&group, own.at, fmt::format("{} outbound {}", rules.size(), rules.size() == 1 ? "rule" : "rules"));
  else if (own.is(Kind::unknown))
    ask.unknown(&group, own.at, own.text);
  else
    ask.refuted(&group, {}, "it has no outbound rule, so that EC2 gives it one that admits everything");
}

// All of it on TCP port 443, over which the AWS APIs are reached?
Truth is_https_only(const GroupRule& rule) {
  if (rule.protocol.unknown()) return unknown_truth(rule.protocol.why);
  if (rule.from.unknown() || rule.to.unknown()) return unknown_truth(rule.from.unknown() ? rule.from.why : rule.to.why);
  constexpr double https = 443;
  return truth(rule.protocol.known() && rule.protocol.value == "tcp" && rule.from.known() && rule.to.known() &&
               rule.from.value == https && rule.to.value == https);
}

void no_outbound_to_everywhere(Inquiry& ask, const Resource& resource) {
  ask_together(
      ask, resource, false, [](const GroupRule& rule) { return negation(is_https_only(rule)); }, "admit every address");
  ask_each(
      ask, resource, false,
      [](Inquiry& in, const GroupRule& rule) {
        return both(is_open_to_everywhere(in, rule), negation(is_https_only(rule)));
      },
      "admits every address", "no rule admits every address on another port than 443");
}

void no_https_to_everywhere(Inquiry& ask, const Resource& resource) {
  ask_together(ask, resource, false, [](const GroupRule&) { return truth(true); }, "admit every address");
  ask_each(ask, resource, false, is_open_to_everywhere, "admits every address", "no rule admits every address");
}

constexpr std::array administration_ports{22.0, 3389.0};  // SSH, RDP

void no_open_administration_port(Inquiry& ask, const Resource& resource) {
  for (const double port : administration_ports)
    ask_together(
        ask, resource, true, [port](const GroupRule& rule) { return rule.allows_tcp(port); },
        fmt::format("admit every address to port {}", port));
  ask_each(
      ask, resource, true,
      [](Inquiry& in, const GroupRule& rule) {
        Truth ports = truth(false);
        for (const double port : administration_ports) ports = either(ports, rule.allows_tcp(port));
        return both(is_open_to_everywhere(in, rule), ports);
      },
      "admits every address to port 22 or 3389", "no rule admits every address to port 22 or 3389");
}

// Of a snapshot NET-10.closed asks the group itself.
void no_rule_added(Inquiry& ask, const Resource& rule) {
  if (rule.stack == estate::no_index) return;
  const Value group = ask.get(rule, "GroupId");
  const Known<std::string> name = ask.text(rule, "GroupName");
  const Resource* const target = ask.in().target(group);
  if (group.is(Kind::reference) && group.text == "DefaultSecurityGroup")
    ask.refuted(&rule, group.at, fmt::format("it is added to {}", text_of(ask.estate(), group)));
  else if (name.known() && name.value == "default")
    ask.refuted(&rule, {}, "it is added to the group called default");
  else if (name.unknown())
    ask.unknown(&rule, {}, name.why);
  else if (name.known() || (target != nullptr && target->type == group_type && target->stack != estate::no_index))
    ask.proved(&rule, group.at, "its group is none that AWS made with a VPC");
  else
    ask.unknown(&rule, group.at,
                fmt::format("whether {} is a default group is not in the sources", text_of(ask.estate(), group)));
}

}  // namespace

std::vector<Check> security_group_checks() {
  return {
      {"NET-3.no-ingress-from-the-world", Method::property, group_and_ingress, no_ingress_from_the_world},
      {"NET-3.ingress-protocol-named", Method::property, group_and_ingress, ingress_protocol_named},
      {"NET-3.ingress-single-port", Method::property, group_and_ingress, ingress_single_port},
      {"NET-3.ingress-single-address", Method::property, group_and_ingress, ingress_single_address},
      {"NET-3.rules-described", Method::property, all_three, rules_described},
      {"NET-3.groups-described",
       Method::property,
       {group_type, "AWS::ElastiCache::SecurityGroup", "AWS::Redshift::ClusterSecurityGroup"},
       groups_described},
      {"NET-6.outbound-declared", Method::property, {group_type}, outbound_declared},
      {"NET-6.outbound-protocol-named", Method::property, group_and_egress, outbound_protocol_named},
      {"NET-6.outbound-single-port", Method::property, group_and_egress, outbound_single_port},
      {"NET-6.no-outbound-to-everywhere", Method::property, group_and_egress, no_outbound_to_everywhere},
      {"NET-6.no-https-to-everywhere", Method::property, group_and_egress, no_https_to_everywhere},
      {"NET-10.no-rule-added", Method::property, {ingress_type, egress_type}, no_rule_added},
      {"NET-14.no-open-administration-port", Method::property, group_and_ingress, no_open_administration_port},
  };
}

}  // namespace redoubt::controls
