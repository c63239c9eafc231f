// What a load balancer listens to, and which clients' requests its rules pass on to which target groups.
#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

using estate::Bounds;
using estate::Kind;

// "Listener rules" (Application Load Balancers guide): by priority, the default actions last. A rule that looks at the
// client's address alone takes all that these clients send; of every other one some request does not meet it.
struct Builder::ListenerRule {
  const Resource* resource = nullptr;
  double priority = 0;
  AddressSet clients = AddressSet::all();
  bool takes_all = true;
};

std::vector<Builder::ListenerRule> Builder::listener_rules(const Resource& listener, LoadBalancer& balancer) {
  std::vector<ListenerRule> out;
  for (const Resource* each : case_.resources("AWS::ElasticLoadBalancingV2::ListenerRule")) {
    if (named("AWS::ElasticLoadBalancingV2::Listener", case_.get(*each, "ListenerArn")) != &listener) continue;
    ListenerRule rule;
    rule.resource = each;
    std::string why;
    const Value conditions = case_.get(*each, "Conditions");
    if (conditions && !conditions.is(Kind::list)) why = shown(conditions);
    for (const Value& condition : conditions.items) {
      const Known<std::string> field = case_.text(condition["Field"]);
      if (!field.known())
        why = fmt::format("{}: {}", each->id, field.absent() ? "a condition has no Field" : field.why);
      if (field.value != "source-ip") {
        rule.takes_all = false;
        continue;
      }
      // "SourceIpConfig": one or more ranges; a request satisfies the condition if any of them has its source.
      std::vector<Prefix> ranges;
      const Value& values = condition["SourceIpConfig"]["Values"];
      if (!values.is(Kind::list)) why = fmt::format("{}: its client addresses are not known", each->id);
      for (const Value& range : values.items) add_prefix(ranges, range, why, each->id);
      rule.clients = rule.clients & addresses_of(ranges);
    }
    if (conditions.items.empty()) rule.takes_all = false;
    const Known<double> priority = case_.number(case_.get(*each, "Priority"));
    rule.priority = priority.value;
    if (!priority.known() && rule.takes_all) why = fmt::format("{}: its priority is not known", each->id);
    if (!why.empty()) {
      if (balancer.unknown.empty()) balancer.unknown = why;
      rule.clients = AddressSet::all();
      rule.takes_all = false;
    }
    out.push_back(std::move(rule));
  }
  std::ranges::sort(out, {}, &ListenerRule::priority);
  return out;
}

void Builder::listener(const Resource& resource, LoadBalancer& balancer) {
  const Value number = case_.get(resource, "Port");
  const Known<std::string> protocol = text(resource, "Protocol").when_absent("HTTP");
  if (!number || !protocol.known()) {
    balancer.unknown = fmt::format("{}: its port or protocol is not known", resource.id);
    return;
  }
  const Ports ports = port_of(number);
  const std::vector<ListenerRule> rules = listener_rules(resource, balancer);
  for (const std::uint8_t transport : transports_of(protocol.value)) {
    Listener out{transport, ports.sure, {}, {}};
    AddressSet left = AddressSet::all();
    for (const ListenerRule& rule : rules) {
      forward(case_.get(*rule.resource, "Actions"), balancer, out, left & rule.clients);
      if (rule.takes_all) left = left - rule.clients;
    }
    forward(case_.get(resource, "DefaultActions"), balancer, out, left);
    add_listener(balancer, std::move(out), ports, balancer.id);
  }
  // The default one is among them, so that there is none only where they were not asked for.
  if (is_snapshot(resource) && !balancer.passes_through && rules.empty() && balancer.unknown.empty())
    balancer.unknown = fmt::format("{}: the listener's rules are not in the source", resource.id);
}

void Builder::forward(const Value& actions, LoadBalancer& balancer, Listener& listener, const AddressSet& clients) {
  if (actions && !actions.is(Kind::list)) balancer.unknown = fmt::format("{}: {}", balancer.id, shown(actions));
  if (clients.empty()) return;
  for (const Value& action : actions.items) {
    if (case_.text(action["Type"]).value != "forward") continue;
    const Value& several = action["ForwardConfig"]["TargetGroups"];
    if (!several.is(Kind::list)) {
      target_group(action["TargetGroupArn"], balancer, listener, clients);
      continue;
    }
    for (const Value& each : several.items) {
      // "Weighted target groups": requests are shared out by weight, so that a group of weight 0 gets none.
      const Known<Bounds> weight = case_.bounds(each["Weight"]).when_absent({1, 1});
      const bool may_be_none = !weight.known() || weight.value.least <= 0;
      if (several.items.size() > 1 && weight.known() && weight.value.most <= 0) {
        no_share(each["TargetGroupArn"], balancer);
        continue;
      }
      if (may_be_none && balancer.unknown.empty())
        balancer.unknown =
            fmt::format("{}: whether {} gets a share is not known", balancer.id, shown(each["TargetGroupArn"]));
      target_group(each["TargetGroupArn"], balancer, listener, clients);
    }
  }
}

}  // namespace redoubt::reach
