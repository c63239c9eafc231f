#include <fmt/format.h>

#include "reach/builder.hpp"
#include "reach/rule_text.hpp"

namespace redoubt::reach {

using estate::Bounds;
using estate::Kind;

namespace {

constexpr double highest = 65535;

PortSet between(double first, double last) {
  if (last < 0 || first > highest || first > last) return {};
  return ports_between(std::max(first, 0.0), std::min(last, highest), highest);
}

}  // namespace

// Of a parameter's bounds follow the ports that the rule has whatever the value is, and those that it may have. The
// port that the question is about decides the parameter: it is in the range in one case, and not in another.
Builder::Ports Builder::ports_of(const Value& first, const Value& last) {
  const auto decide = [&] {
    if (!port_) return;
    const double port = *port_;
    const auto is_free = [&](const Value& value) {
      const Known<Bounds> bounds = case_.bounds(value);
      return value.is(Kind::symbol) && bounds.known() && bounds.value.least != bounds.value.most;
    };
    if (is_free(first) && first == last) {
      (void)case_.equals(first.index, fmt::format("{}", *port_));
      return;
    }
    if (is_free(first) && !case_.at_most(first.index, port)) return;
    if (is_free(last)) (void)case_.at_most(last.index, port - 1);
  };
  decide();
  const Known<Bounds> from = case_.bounds(first).when_absent({-1, -1}), to = case_.bounds(last).when_absent({-1, -1});
  Ports out;
  if (!from.known() || !to.known()) {
    out.possible = PortSet::all();
    out.why = from.known() ? to.why : from.why;
    return out;
  }
  if (from.value.least == from.value.most && to.value.least == to.value.most) {
    out.sure = ports_between(from.value.least, to.value.least, highest);
    return out;
  }
  const Value now_first = case_.resolve(first), now_last = case_.resolve(last);
  const bool is_one = now_first.is(Kind::symbol) && now_first == now_last;
  // From -1, all ports, an open end included.
  const bool may_be_all = from.value.least < 0 || (to.value.least < 0 && !is_one);
  if (!is_one && from.value.most >= 0 && to.value.least >= 0) out.sure = between(from.value.most, to.value.least);
  out.possible = may_be_all ? PortSet::all() : between(from.value.least, to.value.most);
  if (port_ && is_one && !case_.equals(now_first.index, fmt::format("{}", *port_)))
    out.possible = out.possible - PortSet::one(*port_);
  const Known<double> told = case_.number(from.value.least == from.value.most ? last : first);
  out.why = told.why;
  return out;
}

}  // namespace redoubt::reach
