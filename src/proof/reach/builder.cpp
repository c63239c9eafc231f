#include "reach/builder.hpp"

#include <fmt/format.h>

#include "reach/network_of.hpp"

namespace redoubt::reach {

using estate::Kind;

const AddressSet& stand_ins() {
  static const AddressSet set = parse_prefix("240.0.0.0/4")->addresses() | parse_prefix("fd00:ffff::/32")->addresses();
  return set;
}

Network network_of(Case& in, const std::vector<Router>& routers, std::optional<std::uint16_t> port) {
  return Builder(in, routers, port).build();
}

Builder::Builder(Case& in, const std::vector<Router>& routers, std::optional<std::uint16_t> port)
    : case_(in), routers_(routers), port_(port) {
  std::string_view region;
  for (const Resource& each : in.estate().resources) {
    if (!is_snapshot(each) || each.region.empty()) continue;
    if (!each.type.starts_with("AWS::EC2::") && !each.type.starts_with("AWS::ElasticLoadBalancing")) continue;
    several_regions_ = several_regions_ || (!region.empty() && region != each.region);
    region = each.region;
  }
}

Network Builder::build() {
  n_.unknown = gaps();
  vpcs();
  subnets();
  groups();
  acls();
  gateways();
  peerings();
  gateway_endpoints();
  interfaces();
  balancers();
  transit_gateways();
  sites();
  transit_tables();
  route_tables();
  what_was_not_listed();
  mind_stand_ins();
  return std::move(n_);
}

Known<std::string> Builder::text(const Resource& of, std::string_view path) {
  return case_.text(case_.get(of, path));
}

std::string Builder::text_or(const Resource& of, std::string_view path, std::string_view fallback) {
  Known<std::string> found = text(of, path);
  return found.known() ? std::move(found.value) : std::string(fallback);
}

bool Builder::flag(const Resource& of, std::string_view path, bool fallback) {
  const Known<bool> found = case_.boolean(case_.get(of, path));
  return found.known() ? found.value : fallback;
}

const Resource* Builder::named(std::string_view type, const Value& value) {
  const Resource* const found = case_.target(value);
  if (found && found->type == type) return found;
  // Names of different kinds of resources may be the same in a snapshot.
  if (!value.is(Kind::text)) return nullptr;
  for (const Resource* each : case_.resources(type))
    if (each->id == value.text || (!each->arn.empty() && each->arn == value.text)) return each;
  return nullptr;
}

Index Builder::place(const Places& places, std::string_view type, const Value& value) {
  const auto found = places.find(named(type, value));
  return found == places.end() ? none : found->second;
}

std::string Builder::shown(const Value& value) {
  const Known<estate::Rendered> rendered = case_.rendered(value);
  if (rendered.known()) return rendered.value.text;
  return rendered.why;
}

bool Builder::is_listed(std::string_view kind) const {
  return std::ranges::find(case_.estate().listed, kind, &estate::Listed::kind) != case_.estate().listed.end();
}

// An answer that does not say its region is of the only one; of several it may be of another.
bool Builder::is_listed(std::string_view kind, const Resource& beside) const {
  const auto same = [](std::string_view left, std::string_view right, bool otherwise) {
    return left.empty() || right.empty() ? otherwise : left == right;
  };
  return std::ranges::any_of(case_.estate().listed, [&](const estate::Listed& each) {
    return each.kind == kind && each.subject.empty() && same(each.account, beside.account, true) &&
           same(each.region, beside.region, !several_regions_);
  });
}

bool Builder::is_asked(std::string_view kind, const Resource& about) const {
  return std::ranges::any_of(case_.estate().listed, [&](const estate::Listed& each) {
    return each.kind == kind && !each.subject.empty() && (each.subject == about.id || each.subject == about.arn);
  });
}

void Builder::add_prefix(std::vector<Prefix>& to, const Value& value, std::string& why, std::string_view what) {
  if (!value) return;
  const Known<std::string> range = case_.text(value);
  const auto prefix = range.known() ? parse_prefix(range.value) : std::nullopt;
  if (prefix)
    to.push_back(*prefix);
  else if (why.empty())
    why = range.known() ? fmt::format("{}: \"{}\" is no address range", what, range.value)
                        : fmt::format("{}: its address range is not known: {}", what, range.why);
}

void Builder::assume(std::string text) {
  if (std::ranges::find(n_.assumptions, text) == n_.assumptions.end()) n_.assumptions.push_back(std::move(text));
}

Address Builder::next_public() {
  return parse_prefix("240.0.0.0/4")->first + ++public_addresses_;
}

// A gap may hold any resource. Of a snapshot's failed answers those matter that tell of networks.
std::string Builder::gaps() const {
  constexpr std::string_view calling = "when calling the ";
  for (const Value& gap : case_.estate().gaps) {
    const std::size_t at = gap.text.find(calling);
    if (at != std::string::npos) {
      const std::string_view operation = std::string_view(gap.text).substr(at + calling.size());
      if (!operation.starts_with("Describe") && !operation.starts_with("Search") &&
          !operation.starts_with("GetTransitGateway") && !operation.starts_with("GetManagedPrefix"))
        continue;
    }
    return fmt::format("{}: {}", case_.estate().place(gap.at), gap.text);
  }
  for (const estate::Stack& stack : case_.estate().stacks)
    if (!stack.transforms.empty())
      return fmt::format("{}: the macro {} may add or change anything", case_.estate().files[stack.file],
                         stack.transforms.front());
  return {};
}

void Builder::mind_stand_ins() {
  if (public_addresses_ == 0 && ipv6_ranges_ == 0) return;
  const auto mind = [](std::vector<Rule>& rules) {
    for (std::size_t i = 0; i < rules.size(); ++i) {
      Rule& rule = rules[i];
      if (rule.remote.empty() || rule.group != none) continue;
      bool partly = false;
      for (const AddressSet* family : {&all_ipv4(), &all_ipv6()}) {
        const AddressSet internet = internet_addresses() & *family;
        partly = partly || (!(rule.remote & internet).empty() && !rule.remote.covers(internet));
      }
      if (!partly) continue;
      if (!rule.unknown.empty()) {
        rule.remote = rule.remote | stand_ins();
        continue;
      }
      Rule maybe = rule;
      maybe.stands_in = true;
      maybe.remote = stand_ins();
      maybe.unknown = "AWS chooses the public address, which a rule for part of the Internet may name";
      rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(i), std::move(maybe));
      ++i;
    }
  };
  for (Group& group : n_.groups) {
    mind(group.in);
    mind(group.out);
  }
  for (Acl& acl : n_.acls) {
    mind(acl.in);
    mind(acl.out);
  }
}

}  // namespace redoubt::reach
