// NET-11 and NET-14 where they ask entries of network ACLs one by one, or two of one ACL in their order.
#include <fmt/format.h>

#include <array>

#include "iam/values.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view entry_type = "AWS::EC2::NetworkAclEntry";

Truth is_allow(Inquiry& ask, const Resource& entry) {
  const Known<std::string> action = ask.text(entry, "RuleAction");
  if (action.unknown()) return unknown_truth(action.why);
  return truth(action.known() && action.value != "deny");
}

Truth is_ingress(Inquiry& ask, const Resource& entry) {
  return negation(ask.boolean(entry, "Egress"));
}

// A range that is not given is taken as every address, the worse of what it could turn out to be.
Truth admits_everyone(Inquiry& ask, const Resource& entry) {
  const Truth four = is_everywhere(ask, ask.get(entry, "CidrBlock"));
  const Truth six = is_everywhere(ask, ask.get(entry, "Ipv6CidrBlock"));
  if (four.absent() && six.absent()) return truth(true);
  return either(four, six);
}

Truth has_protocol(Inquiry& ask, const Resource& entry, double wanted) {
  const Known<double> protocol = ask.number(entry, "Protocol");
  if (protocol.unknown()) return unknown_truth(protocol.why);
  return truth(protocol.known() && protocol.value == wanted);
}

Truth admits_port(Inquiry& ask, const Resource& entry, double port) {
  constexpr double all = -1;
  constexpr double tcp = 6;
  const Known<double> from = ask.number(entry, "PortRange.From");
  const Known<double> to = ask.number(entry, "PortRange.To");
  Truth in_range = truth(true);
  if (from.unknown() || to.unknown())
    in_range = unknown_truth(from.unknown() ? from.why : to.why);
  else if (from.known() && to.known())
    in_range = truth(from.value <= port && port <= to.value);
  return either(has_protocol(ask, entry, all), both(has_protocol(ask, entry, tcp), in_range));
}

void no_allow_everything(Inquiry& ask, const Resource& entry) {
  constexpr double all = -1;
  const Truth wrong = both(both(is_allow(ask, entry), is_ingress(ask, entry)),
                           both(has_protocol(ask, entry, all), admits_everyone(ask, entry)));
  ask.expect(entry, {}, negation(wrong), "it does not admit all ports from every address",
             "it admits all protocols and ports from every address");
}

void no_administration_port(Inquiry& ask, const Resource& entry) {
  constexpr std::array ports{22.0, 3389.0};  // SSH, RDP
  Truth port = truth(false);
  for (const double each : ports) port = either(port, admits_port(ask, entry, each));
  const Truth wrong = both(both(is_allow(ask, entry), is_ingress(ask, entry)), both(port, admits_everyone(ask, entry)));
  ask.expect(entry, {}, negation(wrong), "it does not admit every address to port 22 or 3389",
             "it admits every address to port 22 or 3389");
}

// Does an earlier entry match every packet that the later one does? Only what is certain counts.
bool covers(Inquiry& ask, const Resource& earlier, const Resource& later) {
  for (const std::string_view name : {"CidrBlock", "Ipv6CidrBlock"}) {
    const Known<std::string> inner = ask.text(later, name);
    if (inner.absent()) continue;
    const Known<std::string> outer = ask.text(earlier, name);
    if (!inner.known() || !outer.known()) return false;
    const auto inner_range = iam::parse_address_range(inner.value);
    const auto outer_range = iam::parse_address_range(outer.value);
    if (!inner_range || !outer_range || !outer_range->contains(inner_range->first) ||
        !outer_range->contains(inner_range->last))
      return false;
  }
  const Known<double> outer_protocol = ask.number(earlier, "Protocol");
  const Known<double> inner_protocol = ask.number(later, "Protocol");
  if (!outer_protocol.known() || !inner_protocol.known()) return false;
  if (outer_protocol.value == -1) return true;  // ports do not matter then
  if (outer_protocol.value != inner_protocol.value) return false;
  const Known<double> outer_from = ask.number(earlier, "PortRange.From"),
                      outer_to = ask.number(earlier, "PortRange.To");
  const Known<double> inner_from = ask.number(later, "PortRange.From"), inner_to = ask.number(later, "PortRange.To");
  return outer_from.known() && outer_to.known() && inner_from.known() && inner_to.known() &&
         outer_from.value <= inner_from.value && inner_to.value <= outer_to.value;
}

void deny_rules_first(Inquiry& ask, const Resource& entry) {
  const Truth allow = is_allow(ask, entry);
  if (allow.unknown()) return ask.unknown(&entry, {}, allow.why);
  if (allow.value) return;
  const Known<double> number = ask.number(entry, "RuleNumber");
  const Value acl = ask.get(entry, "NetworkAclId");
  if (!number.known()) return ask.unknown(&entry, {}, number.absent() ? "it has no RuleNumber" : number.why);
  for (const Resource* other : ask.resources(entry_type)) {
    if (other == &entry || !(ask.get(*other, "NetworkAclId") == acl) || !surely(is_allow(ask, *other))) continue;
    const Truth same_way = ask.boolean(*other, "Egress").when_absent(false);
    const Truth own_way = ask.boolean(entry, "Egress").when_absent(false);
    const Known<double> before = ask.number(*other, "RuleNumber");
    if (before.unknown() || same_way.unknown() || own_way.unknown())
      ask.unknown(&entry, other->at, fmt::format("where {} stands is not known", other->id));
    else if (before.known() && before.value < number.value && same_way.value == own_way.value &&
             covers(ask, *other, entry))
      return ask.refuted(&entry, other->at,
                         fmt::format("{}, number {}, admits before it all that it denies", other->id, before.value));
  }
  ask.proved(&entry, {}, "no entry with a lower number admits all that it denies");
}

}  // namespace

std::vector<Check> network_acl_checks() {
  return {
      {"NET-11.no-allow-everything", Method::property, {entry_type}, no_allow_everything},
      {"NET-11.deny-rules-first", Method::property, {entry_type}, deny_rules_first},
      {"NET-14.no-open-administration-port-in-acl", Method::property, {entry_type}, no_administration_port},
  };
}

}  // namespace redoubt::controls
