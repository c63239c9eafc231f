#include "group_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "reach/address.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

// IpProtocol takes names and numbers alike, and names in any letters ("AWS::EC2::SecurityGroup Ingress").
std::string name_of_protocol(std::string written) {
  std::ranges::transform(written, written.begin(), [](unsigned char letter) { return std::tolower(letter); });
  if (written == "6") return "tcp";
  if (written == "17") return "udp";
  if (written == "1") return "icmp";
  if (written == "58") return "icmpv6";
  if (written == "all") return "-1";
  return written;
}

GroupRule rule_of(Inquiry& ask, const Resource& holder, bool ingress, Value value) {
  if (!value.is(Kind::object) && !value.is(Kind::unknown)) value = estate::unknown("a rule is an object", value.at);
  GroupRule out{&holder,
                ingress,
                value,
                ask.in().text(value["IpProtocol"]),
                ask.in().number(value["FromPort"]),
                ask.in().number(value["ToPort"]),
                ask.in().bounds(value["FromPort"]),
                ask.in().bounds(value["ToPort"])};
  if (out.protocol.known()) out.protocol.value = name_of_protocol(out.protocol.value);
  return out;
}

constexpr std::array ranges{std::string_view("CidrIp"), std::string_view("CidrIpv6")};
constexpr std::array lists{std::string_view("SourcePrefixListId"), std::string_view("DestinationPrefixListId")};

// Every range that a rule names, those of its prefix lists too; of a list that is not among the sources an unknown one.
std::vector<Value> ranges_of(Inquiry& ask, const GroupRule& rule) {
  std::vector<Value> out;
  for (const std::string_view name : ranges)
    for (Value& range : items_of(rule.value[name])) out.push_back(std::move(range));
  for (const std::string_view name : lists) {
    const Value& named = rule.value[name];
    if (is_empty(named)) continue;
    const Resource* const list = ask.in().target(named);
    const Value entries = list != nullptr ? ask.get(*list, "Entries") : Value{};
    if (list == nullptr || entries.is(Kind::unknown))
      out.push_back(estate::unknown(
          fmt::format("the prefix list {} is not among the sources", text_of(ask.estate(), named)), named.at));
    else
      for (const Value& entry : items_of(entries)) out.push_back(entry["Cidr"]);
  }
  return out;
}

}  // namespace

Truth GroupRule::allows_tcp(double port) const {
  if (protocol.unknown()) return unknown_truth(protocol.why);
  if (protocol.known() && protocol.value == "-1") return truth(true);
  if (protocol.known() && protocol.value != "tcp") return truth(false);
  if (from.unknown() || to.unknown()) {
    // Outside of the bounds of the parameters it does not, whatever they are; -1 would say all ports.
    const bool from_bound = from_bounds.known() && from_bounds.value.least >= 0;
    if (from_bound && (port < from_bounds.value.least ||
                       (to_bounds.known() && port > to_bounds.value.most && to_bounds.value.least >= 0)))
      return truth(false);
    return unknown_truth(from.unknown() ? from.why : to.why);
  }
  const double first = from.known() ? from.value : 0;
  const double last = to.known() ? to.value : 65535;
  // -1 says all ports.
  return truth(first == -1 || (first <= port && port <= last));
}

const Resource* group_of(Inquiry& ask, const Resource& rule) {
  if (const Resource* const group = ask.in().target(ask.get(rule, "GroupId"))) return group;
  return ask.in().target(ask.get(rule, "GroupName"));
}

std::vector<GroupRule> own_rules_of(Inquiry& ask, const Resource& resource, bool ingress) {
  std::vector<GroupRule> out;
  if (resource.type == (ingress ? ingress_type : egress_type)) {
    out.push_back(rule_of(ask, resource, ingress, ask.in().resolve(resource.properties)));
  } else if (resource.type == group_type) {
    for (const Value& item : items_of(ask.get(resource, ingress ? "SecurityGroupIngress" : "SecurityGroupEgress")))
      if (!is_empty(item)) out.push_back(rule_of(ask, resource, ingress, item));
  }
  return out;
}

std::vector<GroupRule> rules_of(Inquiry& ask, const Resource& resource, bool ingress) {
  if (resource.type != group_type && group_of(ask, resource) != nullptr) return {};
  std::vector<GroupRule> out = own_rules_of(ask, resource, ingress);
  if (resource.type == group_type)
    for (const Resource* rule : ask.resources(ingress ? ingress_type : egress_type))
      if (group_of(ask, *rule) == &resource)
        out.push_back(rule_of(ask, *rule, ingress, ask.in().resolve(rule->properties)));
  return out;
}

Truth is_open_to_everywhere(Inquiry& ask, const GroupRule& rule) {
  if (rule.value.is(Kind::unknown)) return unknown_truth(rule.value.text);
  Truth out;
  for (const Value& range : ranges_of(ask, rule)) {
    const Truth everywhere = range.is(Kind::unknown) ? unknown_truth(range.text) : is_everywhere(ask, range);
    if (everywhere.known() && everywhere.value) return everywhere;
    if (everywhere.unknown() || out.absent()) out = everywhere;
  }
  return out;
}

bool are_open_to_everybody(Inquiry& ask, std::span<const GroupRule> rules) {
  reach::AddressSet all;
  for (const GroupRule& rule : rules)
    for (const Value& range : ranges_of(ask, rule)) {
      const Known<std::string> text = ask.in().text(range);
      if (!text.known()) continue;
      if (const auto prefix = reach::parse_prefix(text.value)) all = all | prefix->addresses();
    }
  return all.covers(reach::internet_addresses() & reach::all_ipv4()) ||
         all.covers(reach::internet_addresses() & reach::all_ipv6());
}

std::string text_of(Inquiry& ask, const GroupRule& rule) {
  std::string out;
  if (rule.protocol.known() && rule.protocol.value == "-1")
    out = "all protocols and ports";
  else if (rule.protocol.known())
    out = rule.protocol.value;
  else
    out = text_of(ask.estate(), rule.value["IpProtocol"]);
  const Value& from = rule.value["FromPort"];
  const Value& to = rule.value["ToPort"];
  if (!is_empty(from) && !(rule.protocol.known() && rule.protocol.value == "-1")) {
    out += ' ' + text_of(ask.estate(), from);
    if (!(from == to)) out += '-' + text_of(ask.estate(), to);
  }
  out += rule.ingress ? " from " : " to ";
  constexpr std::array peers{"CidrIp",
                             "CidrIpv6",
                             "SourceSecurityGroupId",
                             "SourceSecurityGroupName",
                             "DestinationSecurityGroupId",
                             "SourcePrefixListId",
                             "DestinationPrefixListId"};
  std::string peer;
  for (const std::string_view name : peers)
    for (const Value& item : items_of(rule.value[name])) {
      const Known<std::string> text = ask.in().text(item);
      peer += (peer.empty() ? "" : ", ") + (text.known() ? text.value : text_of(ask.estate(), item));
    }
  return out + (peer.empty() ? "nobody" : peer);
}

}  // namespace redoubt::controls
