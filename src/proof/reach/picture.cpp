#include "reach/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "markup.hpp"
#include "reach/reach.hpp"

namespace redoubt::reach {
namespace {

// From left to right.
enum class Tier : std::uint8_t { internet, entry, inner, closed };
constexpr std::array<std::string_view, 4> headings{"", "public subnets", "private subnets", "isolated subnets"};

// In the SVG's units, which are pixels at full size.
constexpr int box_width = 200, box_height = 60, column_gap = 150, row_gap = 34, margin = 16, heading_height = 34;

// What is drawn as one box: the Internet, an owner of interfaces, or all endpoints of a tier that share their groups.
struct Node {
  std::string title, subtitle;
  Tier tier = Tier::internet;
  std::vector<Index> interfaces;
  std::set<std::string> names;  // its owner and its groups, by which a mark can mean it
  int x = 0, y = 0;
};

struct Arrow {
  std::size_t from = 0, to = 0;
  std::map<std::uint8_t, PortSet> ports;  // by protocol; empty: it has no ports
  bool all_protocols = false;
  bool refuted = false;
  int y1 = 0, y2 = 0;
};

// What fits into a box; the whole is its tooltip.
std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  return std::string(text.substr(0, most - 1)) + "…";
}

Tier tier_of(const Network& network, Index subnet) {
  if (subnet == none) return Tier::inner;
  const Index table = network.subnets[subnet].route_table;
  if (table == none) return Tier::closed;
  Tier tier = Tier::closed;
  for (const Route& route : network.route_tables[table].routes) {
    if (route.target.kind == TargetKind::internet_gateway) return Tier::entry;
    if (route.target.kind != TargetKind::local && route.target.kind != TargetKind::gateway_endpoint &&
        route.target.kind != TargetKind::blackhole)
      tier = Tier::inner;
  }
  return tier;
}

class Picture {
 public:
  Picture(const Network& network, const std::vector<Mark>& marks) : network_(network), marks_(marks), reach_(network) {}

  bool gather(std::size_t most) {
    nodes_.push_back({.title = "Internet", .subtitle = "", .tier = Tier::internet, .interfaces = {}, .names = {}});
    std::map<std::string, std::size_t> by_key;
    std::map<std::size_t, std::set<std::string>> owners;
    for (Index i = 0; i < network_.interfaces.size(); ++i) {
      const Interface& each = network_.interfaces[i];
      const Tier tier = tier_of(network_, each.subnet);
      std::string groups;
      for (const Index group : each.groups) groups += network_.groups[group].id + " ";
      const bool together = each.kind == InterfaceKind::endpoint || each.kind == InterfaceKind::nat_gateway;
      const std::string& owner = each.owner.empty() ? each.id : each.owner;
      const auto [at, is_new] = by_key.try_emplace(
          fmt::format("{} {} {}", int(tier), int(each.kind), together ? groups : owner), nodes_.size());
      if (is_new) {
        if (nodes_.size() > most) return false;
        Node node{.title = owner, .subtitle = groups, .tier = tier, .interfaces = {}, .names = {}};
        if (!node.subtitle.empty()) node.subtitle.pop_back();
        nodes_.push_back(std::move(node));
      }
      Node& node = nodes_[at->second];
      node.interfaces.push_back(i);
      node.names.insert(owner);
      for (const Index group : each.groups) node.names.insert(network_.groups[group].id);
      owners[at->second].insert(owner);
      by_interface_[i] = at->second;
    }
    for (const auto& [node, names] : owners)
      if (names.size() > 1)
        nodes_[node].title = fmt::format(
            "{} {}", names.size(),
            network_.interfaces[nodes_[node].interfaces.front()].kind == InterfaceKind::endpoint ? "VPC endpoints"
                                                                                                 : "NAT gateways");
    return nodes_.size() > 1;
  }

  void connect() {
    for (std::size_t from = 0; from < nodes_.size(); ++from)
      for (std::size_t to = 0; to < nodes_.size(); ++to)
        if (from != to && opens_connections(nodes_[from]) && (to == 0 || takes_connections(nodes_[to]))) ask(from, to);
    for (auto& [ends, arrow] : arrows_)
      arrow.refuted = arrow.refuted || std::ranges::any_of(marks_, [&](const Mark& mark) {
                        return !mark.outbound && nodes_[arrow.to].names.contains(mark.resource);
                      });
  }

  std::string draw() {
    place();
    std::string out = fmt::format(
        "<svg class=\"network\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\" "
        "aria-label=\"Who can open connections to whom\" xmlns=\"http://www.w3.org/2000/svg\" "
        "font-family=\"system-ui, sans-serif\" font-size=\"12\">\n<defs>\n{2}{3}</defs>\n",
        width_, height_, head("arrow", "var(--quiet)"), head("arrow-refuted", "var(--refuted)"));
    for (const auto& [x, text] : columns_)
      out += fmt::format("<text x=\"{}\" y=\"{}\" fill=\"var(--quiet)\">{}</text>\n", x, margin + 12, text);
    for (const auto& [ends, arrow] : arrows_) out += line(arrow);
    for (const Node& node : nodes_) out += box(node);
    for (const auto& [ends, arrow] : arrows_) out += label(arrow);
    return out + "</svg>";
  }

 private:
  struct Curve {
    int x1, y1, x2, y2, c1x, c1y, c2x, c2y;
  };

  // A NAT gateway opens connections on behalf of others only, which are asked themselves; an endpoint opens none.
  bool opens_connections(const Node& node) const {
    return node.interfaces.empty() || std::ranges::any_of(node.interfaces, [&](Index each) {
             const InterfaceKind kind = network_.interfaces[each].kind;
             return kind != InterfaceKind::nat_gateway && kind != InterfaceKind::endpoint;
           });
  }

  bool takes_connections(const Node& node) const {
    return std::ranges::any_of(node.interfaces,
                               [&](Index each) { return network_.interfaces[each].takes_connections(); });
  }

  Endpoint endpoint(std::size_t node) const {
    Endpoint out;
    out.name = nodes_[node].title;
    out.interfaces = nodes_[node].interfaces;
    out.internet = node == 0;
    return out;
  }

  std::optional<std::size_t> node_of(const Hop& hop) const {
    if (hop.kind == HopKind::internet) return 0;
    if (hop.kind != HopKind::interface) return {};
    const auto found = by_interface_.find(hop.index);
    return found == by_interface_.end() ? std::nullopt : std::optional(found->second);
  }

  // Each leg is an arrow: what goes through a load balancer is drawn to it and from it.
  void ask(std::size_t from, std::size_t to) {
    const bool refuted = to == 0 && std::ranges::any_of(marks_, [&](const Mark& mark) {
                           return mark.outbound && nodes_[from].names.contains(mark.resource);
                         });
    std::optional<Drop> stopped;
    std::vector<std::string> doubts;
    for (const Flow& flow : reach_.flows(
             {.from = endpoint(from), .to = endpoint(to), .protocol = {}, .port = {}, .source = {}}, stopped, doubts))
      for (const Leg& leg : flow.legs) {
        const auto a = node_of(leg.from), b = node_of(leg.arrival.at);
        if (!a || !b || *a == *b) continue;
        Arrow& arrow = arrows_[{*a, *b}];
        arrow.from = *a;
        arrow.to = *b;
        arrow.refuted = arrow.refuted || (refuted && *a == from);
        for (const Box& each : leg.packets.boxes()) {
          arrow.all_protocols = arrow.all_protocols || each.protocols.all();
          for (const std::uint8_t protocol : {tcp, udp, icmp, icmpv6})
            if (each.protocols.test(protocol)) arrow.ports[protocol] = arrow.ports[protocol] | each.destination_ports;
        }
      }
  }

  // Columns from left to right, boxes in each from top to bottom; a column that is empty takes no room.
  void place() {
    int x = margin;
    height_ = 0;
    for (std::size_t tier = 0; tier < headings.size(); ++tier) {
      int y = margin + heading_height;
      bool any = false;
      for (Node& node : nodes_) {
        if (static_cast<std::size_t>(node.tier) != tier) continue;
        if (!any) columns_.emplace_back(x, headings[tier]);
        any = true;
        node.x = x;
        node.y = y;
        y += box_height + row_gap;
      }
      height_ = std::max(height_, y - row_gap + margin);
      if (any) x += box_width + column_gap;
    }
    width_ = x - column_gap + margin + column_gap * 2 / 3;
    // Every box of a short column in the middle of the height.
    for (const auto& [left, text] : columns_) {
      int bottom = 0;
      for (const Node& node : nodes_)
        if (node.x == left) bottom = std::max(bottom, node.y + box_height);
      for (Node& node : nodes_)
        if (node.x == left) node.y += (height_ - margin - bottom) / 2;
    }
    join();
  }

  static std::string head(std::string_view id, std::string_view colour) {
    return fmt::format(
        "<marker id=\"{}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\" "
        "markerUnits=\"userSpaceOnUse\" orient=\"auto-start-reverse\"><path d=\"M0 0 8 4 0 8z\" "
        "fill=\"{}\"/></marker>\n",
        id, colour);
  }

  // Every arrow leaves and enters at a height of its own, those that go up above those that go down, so that few cross.
  void join() {
    struct End {
      Arrow* arrow;
      bool leaves;
      int towards;
    };
    std::map<std::pair<std::size_t, bool>, std::vector<End>> sides;  // of a box: left, right
    for (auto& [ends, arrow] : arrows_) {
      const Node &a = nodes_[arrow.from], &b = nodes_[arrow.to];
      sides[{arrow.from, a.x <= b.x}].push_back({&arrow, true, b.y});
      sides[{arrow.to, b.x <= a.x}].push_back({&arrow, false, a.y});
    }
    for (auto& [side, ends] : sides) {
      std::ranges::sort(
          ends, {}, [](const End& end) { return std::tuple(end.towards, end.leaves, end.arrow->from, end.arrow->to); });
      for (std::size_t i = 0; i < ends.size(); ++i) {
        const int y = nodes_[side.first].y + static_cast<int>((i + 1) * box_height / (ends.size() + 1));
        (ends[i].leaves ? ends[i].arrow->y1 : ends[i].arrow->y2) = y;
      }
    }
  }

  Curve curve(const Arrow& arrow) const {
    const Node &a = nodes_[arrow.from], &b = nodes_[arrow.to];
    if (a.x == b.x) {  // within a column, by its right side: the farther apart, the farther out
      const int x = a.x + box_width;
      const int out = x + std::min(column_gap - 20, 30 + std::abs(arrow.y2 - arrow.y1) / 4);
      return {x, arrow.y1, x, arrow.y2, out, arrow.y1, out, arrow.y2};
    }
    const bool forward = a.x < b.x;
    const int x1 = forward ? a.x + box_width : a.x, x2 = forward ? b.x : b.x + box_width;
    const int bend = (x2 - x1) / 2;
    return {x1, arrow.y1, x2, arrow.y2, x1 + bend, arrow.y1, x2 - bend, arrow.y2};
  }

  std::string line(const Arrow& arrow) const {
    const Curve c = curve(arrow);
    return fmt::format(
        "<path d=\"M{} {}C{} {} {} {} {} {}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" marker-end=\"url(#{})\">"
        "<title>{} → {}: {}</title></path>\n",
        c.x1, c.y1, c.c1x, c.c1y, c.c2x, c.c2y, c.x2, c.y2, arrow.refuted ? "var(--refuted)" : "var(--quiet)",
        arrow.refuted ? "2" : "1.3", arrow.refuted ? "arrow-refuted" : "arrow",
        markup_escaped(nodes_[arrow.from].title), markup_escaped(nodes_[arrow.to].title),
        markup_escaped(text_of(arrow)));
  }

  // A quarter of the way along the curve (De Casteljau), where arrows from different heights are still apart.
  std::string label(const Arrow& arrow) const {
    const Curve c = curve(arrow);
    const int x = (27 * c.x1 + 27 * c.c1x + 9 * c.c2x + c.x2) / 64,
              y = (27 * c.y1 + 27 * c.c1y + 9 * c.c2y + c.y2) / 64;
    return fmt::format(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" font-size=\"11\" fill=\"{}\" stroke=\"var(--ground)\" "
        "stroke-width=\"6\" stroke-linejoin=\"round\" paint-order=\"stroke\">{}</text>\n",
        x, y + 4, arrow.refuted ? "var(--refuted)" : "var(--text)", markup_escaped(shortened(text_of(arrow), 22)));
  }

  static std::string box(const Node& node) {
    std::string out = fmt::format(
        "<g><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\" fill=\"var(--raised)\" "
        "stroke=\"var(--line)\"/>",
        markup_escaped(fmt::format("{}", fmt::join(node.names, ", "))), node.x, node.y, box_width, box_height);
    const bool one_line = node.subtitle.empty();
    out += fmt::format("<text x=\"{}\" y=\"{}\" font-weight=\"600\" fill=\"var(--text)\">{}</text>", node.x + 10,
                       node.y + (one_line ? 34 : 26), markup_escaped(shortened(node.title, 24)));
    if (!one_line)
      out += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"11\" fill=\"var(--quiet)\">{}</text>", node.x + 10,
                         node.y + 43, markup_escaped(shortened(node.subtitle, 30)));
    return out + "</g>\n";
  }

  static std::string text_of(const Arrow& arrow) {
    if (arrow.all_protocols && arrow.ports.contains(tcp) && arrow.ports.at(tcp).is_all()) return "everything";
    std::string out;
    for (const auto& [protocol, ports] : arrow.ports) {
      if (!out.empty()) out += ", ";
      out += protocol_name(protocol);
      if (protocol != tcp && protocol != udp) continue;
      if (ports.is_all()) continue;
      bool first = true;
      for (const auto& range : ports) {
        out += fmt::format("{}{}", first ? " " : "/", range.first);
        if (range.last != range.first) out += fmt::format("–{}", range.last);
        first = false;
      }
    }
    return out;
  }

  const Network& network_;
  const std::vector<Mark>& marks_;
  Reach reach_;
  std::vector<Node> nodes_;
  std::map<Index, std::size_t> by_interface_;
  std::map<std::pair<std::size_t, std::size_t>, Arrow> arrows_;
  std::vector<std::pair<int, std::string_view>> columns_;
  int width_ = 0, height_ = 0;
};

}  // namespace

std::string draw_network(const Network& network, const std::vector<Mark>& marks, std::size_t most) {
  if (!network.unknown.empty()) return {};
  Picture picture(network, marks);
  if (!picture.gather(most)) return {};
  picture.connect();
  return picture.draw();
}

}  // namespace redoubt::reach
