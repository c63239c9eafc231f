#include "reach/reach.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <tuple>

#include "reach/beyond.hpp"
#include "reach/search.hpp"
#include "reach/simulate.hpp"

namespace redoubt::reach {
namespace {

PacketSet wanted(const Question& question) {
  Box box;
  if (question.protocol)
    box.protocols = *question.protocol == icmp ? protocols_of({icmp, icmpv6}) : protocols_of({*question.protocol});
  if (question.port) {
    if (!question.protocol) box.protocols = protocols_of({tcp, udp});
    box.destination_ports = PortSet::one(*question.port);
  }
  const PacketSet out(std::move(box));
  return question.within ? out & *question.within : out;
}

template <class T>
bool has(const std::vector<T>& list, const T& each) {
  return std::ranges::find(list, each) != list.end();
}

std::string without_public_address(const Interface& interface) {
  return fmt::format("{} has no public address{}", interface.owner,
                     interface.private_because.empty() ? "" : fmt::format(" ({})", interface.private_because));
}

// What AWS chooses of an owner that has one of several interfaces.
std::string choice_of(const Interface& interface) {
  if (!interface.choice.empty()) return fmt::format("it depends: {}", interface.choice);
  return fmt::format("it depends on which of its subnets AWS chooses for {}", interface.owner);
}

AddressSet site_sources(const Site& site) {
  AddressSet prefixes = addresses_of(site.prefixes);
  if (!site.unknown.empty()) return all_ipv4() | all_ipv6();
  const AddressSet own = site.own & prefixes;
  return own.empty() ? prefixes : own;
}

}  // namespace

Reach::Reach(const Network& network) : network_(network), lookup_(network), filters_(network) {}

std::vector<Flow> Reach::flows(const Question& question, std::optional<Drop>& stopped,
                               std::vector<std::string>& doubts) const {
  Search search(*this, question.to, wanted(question));
  search.direct = question.direct;
  const Endpoint& from = question.from;
  const std::optional<Address> source = question.source ? question.source : from.address;
  const auto run = [&](Hop hop, const AddressSet& addresses) {
    if (search.found) return;
    search.run({hop, source ? AddressSet::one(*source) : addresses});
  };
  bool owned = false;
  for (const Index i : from.interfaces) {
    const Interface& interface = network_.interfaces[i];
    // A subnet, a group, a load balancer: the one that has the address. One interface alone may still claim it.
    const AddressSet addresses = interface.addresses();
    const bool by_public = std::ranges::any_of(
        interface.assigned, [&](const Assigned& each) { return source && each.public_address == *source; });
    if (by_public && !question.source) {
      owned = true;
      search.run({{HopKind::interface, i}, addresses});
      continue;
    }
    if (source && !addresses.contains(*source) && (from.interfaces.size() > 1 || from.host_subnet != none)) continue;
    owned = true;
    run({HopKind::interface, i}, addresses);
  }
  if (!owned && from.host_subnet != none) {
    run({HopKind::host, from.host_subnet}, addresses_of(network_.subnets[from.host_subnet].ranges));
  }
  for (const Index s : from.sites) {
    const Site& site = network_.sites[s];
    if (site.unknown.empty() || source) {
      run({HopKind::site, s}, site_sources(site));
      continue;
    }
    // What is known of it first; beyond that it may have any address.
    if (const AddressSet known = addresses_of(site.prefixes) | site.own; !known.empty()) run({HopKind::site, s}, known);
    search.doubts.push_back(site.unknown);
    run({HopKind::site, s}, site_sources(site));
  }
  if (from.internet) run({HopKind::internet, none}, internet_addresses());
  stopped = std::move(search.stopped);
  doubts = std::move(search.doubts);
  return std::move(search.flows);
}

// The interfaces of which AWS makes one or some where an end's owner is placed; just the one that was found otherwise.
std::vector<Index> Reach::placements(const Endpoint& end, Hop hop) const {
  if (hop.kind != HopKind::interface) return {};
  const Interface& used = network_.interfaces[hop.index];
  if (!used.one_of) return {hop.index};
  std::vector<Index> out;
  for (Index i = 0; i < network_.interfaces.size(); ++i) {
    const Interface& each = network_.interfaces[i];
    if (each.one_of && each.owner == used.owner && (end.name != used.id || each.id == used.id)) out.push_back(i);
  }
  return out;
}

// Certain only where it works from and to wherever AWS places the two.
std::string Reach::placement_doubt(const Question& question, const Flow& flow) const {
  constexpr std::size_t most_pairs = 256;
  // Behind a load balancer that was asked for, the way goes on: what counts is where that one is.
  const auto asked = std::ranges::find_if(flow.legs, [&](const Leg& leg) {
    return leg.arrival.at.kind == HopKind::interface &&
           std::ranges::find(question.to.interfaces, leg.arrival.at.index) != question.to.interfaces.end();
  });
  const Hop first = flow.legs.front().from;
  const Hop last = (asked == flow.legs.end() ? flow.legs.back() : *asked).arrival.at;
  const std::vector<Index> senders = placements(question.from, first), receivers = placements(question.to, last);
  if (senders.size() <= 1 && receivers.size() <= 1) return {};
  const auto doubt_about = [&](Index interface) { return choice_of(network_.interfaces[interface]); };
  const auto missing = [](const std::vector<Index>& places, const Endpoint& end) {
    return places.size() > 1 && !end.interfaces.empty() &&
           std::ranges::any_of(places, [&](Index i) { return !std::ranges::binary_search(end.interfaces, i); });
  };
  if (missing(senders, question.from)) return doubt_about(senders.front());
  if (missing(receivers, question.to)) return doubt_about(receivers.front());
  if (std::max<std::size_t>(senders.size(), 1) * std::max<std::size_t>(receivers.size(), 1) > most_pairs)
    return doubt_about(receivers.empty() ? senders.front() : receivers.front());
  Question each = question;
  for (std::size_t f = 0; f < std::max<std::size_t>(senders.size(), 1); ++f)
    for (std::size_t t = 0; t < std::max<std::size_t>(receivers.size(), 1); ++t) {
      if (!senders.empty()) each.from.interfaces = {senders[f]};
      if (!receivers.empty()) each.to.interfaces = {receivers[t]};
      std::optional<Drop> stopped;
      std::vector<std::string> doubts;
      if (!std::ranges::any_of(flows(each, stopped, doubts), [](const Flow& one) { return one.doubt.empty(); }))
        return doubt_about(receivers.size() > 1 ? receivers[t] : senders[f]);
    }
  return {};
}

Answer Reach::ask(const Question& question) const {
  std::optional<Drop> stopped;
  std::vector<std::string> doubts;
  const std::vector<Flow> found = flows(question, stopped, doubts);
  for (const Flow& flow : found) {
    if (!flow.doubt.empty()) continue;
    std::string doubt = placement_doubt(question, flow);
    Answer out = confirmed(flow);
    if (out.verdict == Verdict::reachable && !doubt.empty()) {
      out.verdict = Verdict::unknown;
      out.unknown = std::move(doubt);
    }
    return out;
  }
  Answer out;
  if (!network_.unknown.empty()) doubts.insert(doubts.begin(), network_.unknown);
  for (const Endpoint* end : {&question.from, &question.to})
    for (const Index i : end->interfaces)
      if (const std::string& why = network_.interfaces[i].unknown; !why.empty()) doubts.push_back(why);
  const auto closed = settled_by_groups(question, wanted(question));
  if (!found.empty() && !closed) {
    for (const Leg& leg : found.front().legs) append(out.path, leg.arrival.path);
    out.unknown = found.front().doubt;
    return out;
  }
  if (is_nobodys(question.from))
    if (std::string why = why_beyond(network_, *question.from.address); !why.empty()) doubts.push_back(std::move(why));
  if (closed && (!doubts.empty() || !found.empty())) {
    const Interface& interface = network_.interfaces[*closed];
    const std::string& group = network_.groups[interface.groups.front()].id;
    out.verdict = Verdict::unreachable;
    out.stopped_by = StoppedBy{group, "security group",
                               fmt::format("whatever else is not known: no inbound rule of {} allows it",
                                           interface.groups.size() == 1 ? group : interface.owner + "'s groups"),
                               false};
    return out;
  }
  if (!doubts.empty()) {
    std::vector<std::string> each;
    for (std::string& doubt : doubts)
      if (!has(each, doubt)) each.push_back(std::move(doubt));
    out.unknown = fmt::format("{}", fmt::join(each, "; "));
    return out;
  }
  out.verdict = Verdict::unreachable;
  if (stopped) {
    out.path = stopped->path;
    out.packet = stopped->packets.pick();
    out.stopped_by = explain(*stopped);
    if (stopped->why == Why::not_on_the_internet && !stopped->answer)
      for (const Index i : question.to.interfaces)
        if (network_.interfaces[i].addresses().contains(out.packet->destination)) {
          out.stopped_by->rule =
              fmt::format("{}, and {}", without_public_address(network_.interfaces[i]), out.stopped_by->rule);
          break;
        }
    if (stopped->why == Why::no_public_address && stopped->path.front().kind == HopKind::interface)
      if (const Interface& sender = network_.interfaces[stopped->path.front().index];
          sender.addresses().contains(out.packet->source))
        out.stopped_by->rule = without_public_address(sender);
  } else {
    out.stopped_by = StoppedBy{question.to.name, "question", why_no_packet(network_, question), false};
  }
  return out;
}

// Every leg's packet is followed by the simulator, and so is its answer.
Answer Reach::confirmed(const Flow& flow) const {
  Answer out;
  Simulator simulator(network_);
  const Hop end = flow.legs.back().arrival.at;
  std::map<Index, Address> chosen;
  std::optional<Packet> before;  // as it arrived at the end of the leg before
  const auto unconfirmed = [&](std::string_view what) {
    Answer fault;
    fault.unknown = fmt::format("the simulator does not confirm {} (a fault of Redoubt's: please report it)", what);
    return fault;
  };
  const auto choose = [&](Hop hop, Address address) {
    if (hop.kind != HopKind::interface) return;
    if (!network_.interfaces[hop.index].addresses().contains(address)) return;
    chosen[hop.index] = address;
    simulator.choose(hop.index, address);
  };
  for (const Leg& leg : flow.legs) {
    PacketSet candidates = leg.packets;
    if (before && leg.keeps_client_address) candidates = candidates.from(AddressSet::one(before->source));
    if (before && flow.legs.front().arrival.routed && &leg != &flow.legs.front()) {
      const Leg& last = *(&leg - 1);
      if (last.arrival.routed)
        candidates = candidates & PacketSet(Box{.protocols = protocols_of({before->protocol}),
                                                .destination_ports = PortSet::one(before->destination_port)});
      if (last.arrival.routed && !leg.arrival.sent_destination)
        candidates = candidates.to(AddressSet::one(before->destination));
    }
    if (leg.from.kind == HopKind::interface && !leg.arrival.sent_source && chosen.contains(leg.from.index) &&
        !leg.keeps_client_address)
      candidates = candidates.from(AddressSet::one(chosen.at(leg.from.index)));
    if (candidates.empty()) return unconfirmed("that its parts fit together");
    // Two hosts that AWS may give one address are shown with two.
    const Address source = candidates.pick().source;
    if (PacketSet others = candidates.from(AddressSet::one(source)) &
                           PacketSet(Box{.destination = AddressSet::all() - AddressSet::one(source)});
        !others.empty())
      candidates = std::move(others);
    const Packet arrived = candidates.pick();
    Packet sent = arrived;
    if (leg.arrival.sent_source) sent.source = leg.arrival.sent_source->first();
    if (leg.arrival.sent_destination) sent.destination = leg.arrival.sent_destination->first();
    choose(leg.from, sent.source);
    choose(leg.arrival.at, arrived.destination);
    if (leg.from.kind == HopKind::host) simulator.add_host(leg.from.index, sent.source);

    // Seeking ends with the way there: answers come by the usual routes.
    simulator.seek_endpoint(end.kind == HopKind::gateway_endpoint && leg.arrival.at == end ? end.index : none);
    const auto deliveries = leg.keeps_client_address ? simulator.send_as_balancer(leg.from.index, sent)
                                                     : simulator.send(leg.from, sent, false);
    simulator.seek_endpoint(none);
    const bool there = std::ranges::any_of(deliveries, [&](const Delivery& delivery) {
      return delivery.packet == arrived && delivery.path == leg.arrival.path;
    });
    if (!there) return unconfirmed(text_of(sent));
    if (const auto answer = answer_to(arrived)) {
      bool back = false;
      if (leg.keeps_client_address) {
        back = simulator.balancer_gets(leg.arrival.at.index, leg.from.index, *answer);
      } else {
        const auto answers = simulator.send(leg.arrival.at, *answer, true);
        back = std::ranges::any_of(answers, [&](const Delivery& delivery) {
          return delivery.path.back() == leg.from && delivery.packet == *answer_to(sent);
        });
      }
      if (!back) return unconfirmed("the answer to " + text_of(sent));
    }
    append(out.path, leg.arrival.path);
    out.sent.push_back(sent);
    before = arrived;
  }
  out.verdict = Verdict::reachable;
  out.packet = out.sent.front();
  return out;
}

std::vector<Reached> Reach::reached_from_internet(bool direct) const {
  // Interfaces that no rule tells apart share an answer: a rule looks at the remote address, never at the own one. Only
  // a gateway's own route table may; then each interface is asked about.
  using Key = std::tuple<Index, std::vector<Index>, bool, bool, InterfaceKind, std::vector<std::tuple<Index, Index>>>;
  std::map<Key, std::optional<Reached>> classes;
  // A load balancer that is not all known may pass something on to any of them.
  const bool any_behind = !direct && std::ranges::any_of(network_.balancers, [](const LoadBalancer& each) {
    return !each.unknown.empty();
  });
  std::vector<Reached> out;
  for (Index i = 0; i < network_.interfaces.size(); ++i) {
    const Interface& interface = network_.interfaces[i];
    if (interface.kind == InterfaceKind::nat_gateway || interface.kind == InterfaceKind::attachment) continue;
    bool alone = !interface.unknown.empty() || interface.subnet == none ||
                 network_.vpcs[network_.subnets[interface.subnet].vpc].gateway_routes != none;
    bool four = false, six = false;
    for (const Assigned& assigned : interface.assigned) {
      four = four || assigned.public_address;
      six = six || (!assigned.addresses.empty() && !is_ipv4(assigned.addresses.first()));
    }
    std::vector<std::tuple<Index, Index>> behind;
    if (!direct)
      for (const Index b : lookup_.balancers_to(i))
        for (const BalancerTarget& target : network_.balancers[b].targets) {
          if (!has(lookup_.targets_of(target), i)) continue;
          alone = alone || !target.unknown.empty();
          behind.emplace_back(b, target.ports.empty() ? none : target.ports.first());
        }
    if (const LoadBalancer* own = lookup_.balancer_of(i))
      behind.emplace_back(static_cast<Index>(own - network_.balancers.data()), none);
    // Nobody outside can address it, and nobody passes anything on to it.
    if (!alone && !four && !six && behind.empty() && !any_behind) continue;
    const auto ask_about = [&](Index index) -> std::optional<Reached> {
      Question question;
      question.from.internet = true;
      question.direct = direct;
      question.to.interfaces = {index};
      std::optional<Drop> stopped;
      std::vector<std::string> doubts;
      const std::vector<Flow> found = flows(question, stopped, doubts);
      if (const auto sure = std::ranges::find(found, std::string(), &Flow::doubt); sure != found.end())
        return Reached{index, true, {}};
      if (!found.empty()) return Reached{index, false, found.front().doubt};
      if (!network_.interfaces[index].unknown.empty()) return Reached{index, false, network_.interfaces[index].unknown};
      if (!doubts.empty()) return Reached{index, false, doubts.front()};
      return {};
    };
    std::optional<Reached> result;
    if (alone) {
      result = ask_about(i);
    } else {
      std::vector<Index> groups = interface.groups;
      std::ranges::sort(groups);
      std::ranges::sort(behind);
      const Key key{interface.subnet, std::move(groups), four, six, interface.kind, std::move(behind)};
      const auto [place, added] = classes.try_emplace(key);
      if (added) place->second = ask_about(i);
      result = place->second;
    }
    if (!result) continue;
    result->interface = i;
    out.push_back(std::move(*result));
  }
  // Of an owner that AWS places in some of several subnets it is certain only where it holds in all of them.
  std::map<std::string_view, std::pair<std::size_t, std::size_t>> placed;  // owner → interfaces, certain ones
  for (const Interface& interface : network_.interfaces)
    if (interface.one_of) ++placed[interface.owner].first;
  for (const Reached& each : out)
    if (const Interface& interface = network_.interfaces[each.interface]; interface.one_of && each.certain)
      ++placed[interface.owner].second;
  for (Reached& each : out) {
    const Interface& interface = network_.interfaces[each.interface];
    if (!interface.one_of || !each.certain) continue;
    if (const auto& [all, certain] = placed[interface.owner]; all == certain) continue;
    each.certain = false;
    each.doubt = choice_of(interface);
  }
  return out;
}

std::vector<Reached> Reach::what_reaches(const Endpoint& to) const {
  std::vector<Reached> out;
  for (Index i = 0; i < network_.interfaces.size(); ++i) {
    const Interface& interface = network_.interfaces[i];
    if (interface.kind == InterfaceKind::attachment) continue;
    Question question;
    question.from.interfaces = {i};
    question.to = to;
    const Answer answer = ask(question);
    if (answer.verdict != Verdict::unreachable)
      out.push_back({i, answer.verdict == Verdict::reachable, answer.unknown});
  }
  return out;
}

std::vector<Reached> Reach::reached_from(const Endpoint& from) const {
  std::vector<Reached> out;
  for (Index i = 0; i < network_.interfaces.size(); ++i) {
    if (!network_.interfaces[i].takes_connections()) continue;
    Question question;
    question.from = from;
    question.to.interfaces = {i};
    const Answer answer = ask(question);
    if (answer.verdict != Verdict::unreachable)
      out.push_back({i, answer.verdict == Verdict::reachable, answer.unknown});
  }
  return out;
}

}  // namespace redoubt::reach
