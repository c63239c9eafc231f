#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

using estate::Kind;

// By id or name. A template's resource holds its latest version; of any other but the first `why` says that it is not
// known.
const Resource* Builder::launch_template(const Value& specification, std::string& why) {
  const Resource* found = named("AWS::EC2::LaunchTemplate", specification["LaunchTemplateId"]);
  if (const Known<std::string> name = case_.text(specification["LaunchTemplateName"]); !found && name.known())
    for (const Resource* each : case_.resources("AWS::EC2::LaunchTemplate"))
      if (text_or(*each, "LaunchTemplateName") == name.value) found = each;
  if (!found && specification["LaunchTemplateName"])
    found = named("AWS::EC2::LaunchTemplate", specification["LaunchTemplateName"]);
  if (!found) {
    why = "its launch template is not in the source";
    return found;
  }
  const Value& version = specification["Version"];
  const Known<std::string> number = case_.text(version);
  const bool is_latest = version.is(Kind::reference) || !version ||
                         (number.known() && (number.value == "1" || number.value.starts_with('$')));
  if (!is_latest) why = fmt::format("version {} of {} is not in the source", shown(version), found->id);
  return found;
}

Value Builder::launch_data(const Value& specification, std::string& why) {
  const Resource* const found = launch_template(specification, why);
  return found ? case_.get(*found, "LaunchTemplateData") : Value{};
}

void Builder::instance(const Resource& resource) {
  // In a snapshot, what describe-instances says of interfaces stands among the interfaces already.
  const Value entries = case_.get(resource, "NetworkInterfaces");
  if (entries.is(Kind::list) && !entries.items.empty()) {
    for (std::size_t i = 0; i < entries.items.size(); ++i) instance_interface(resource, entries.items[i], i, {});
    return;
  }
  Placement placement;
  placement.owner = placement.id = resource.id;
  placement.groups = case_.get(resource, "SecurityGroupIds");
  placement.by_default_vpc = true;
  // "[Default VPC] The names of the security groups", which Ref gives of a group without a VPC.
  if (!placement.groups) placement.groups = case_.get(resource, "SecurityGroups");
  Value data;
  if (const Value by = case_.get(resource, "LaunchTemplate"); by && !is_snapshot(resource)) {
    data = launch_data(by, placement.unknown);
    if (!placement.unknown.empty()) placement.unknown = fmt::format("{}: {}", resource.id, placement.unknown);
    if (const Value& of_template = data["NetworkInterfaces"];
        of_template.is(Kind::list) && !of_template.items.empty()) {
      // "If you specify a network interface, you must specify any security groups and subnets as part of it"
      // (RunInstances): EC2 refuses both.
      if (placement.groups || case_.get(resource, "SubnetId"))
        placement.unknown = fmt::format("{}: it and its launch template say both where its interface is", resource.id);
      for (std::size_t i = 0; i < of_template.items.size(); ++i)
        instance_interface(resource, of_template.items[i], i, placement.unknown);
      return;
    }
    // What the instance says goes before what the template does ("Launch an instance from a launch template").
    if (!placement.groups) placement.groups = data["SecurityGroupIds"];
    if (!placement.groups && data["SecurityGroups"] && placement.unknown.empty())
      placement.unknown = fmt::format("{}: its launch template names security groups of the default VPC", resource.id);
  }
  placement.by_subnet = !is_snapshot(resource);
  const Value subnet = case_.get(resource, "SubnetId");
  if (is_snapshot(resource) && !subnet) return;  // stopped for good
  const Index i = add_interface(resource, placement, subnet);
  n_.interfaces[i].checks_addresses = flag(resource, "SourceDestCheck", true);
  if (is_snapshot(resource) && !n_.interfaces[i].assigned.empty())
    n_.interfaces[i].assigned.front().public_address =
        parse_address(text_or(resource, "PublicIpAddress", text_or(resource, "PublicIp")));
}

void Builder::instance_interface(const Resource& resource, const Value& entry, std::size_t number,
                                 const std::string& doubt) {
  if (const Value& own = entry["NetworkInterfaceId"]) {
    const Index i = place(interface_, "AWS::EC2::NetworkInterface", own);
    if (i == none) return;
    n_.interfaces[i].owner = resource.id;
    std::vector<Index>& owned = owned_[&resource];
    if (std::ranges::find(owned, i) == owned.end()) owned.push_back(i);
    return;
  }
  Placement placement;
  placement.owner = resource.id;
  placement.id = number == 0 ? resource.id : fmt::format("{}#{}", resource.id, number);
  placement.groups = entry["GroupSet"] ? entry["GroupSet"] : entry["Groups"];  // of a launch template: Groups
  placement.unknown = doubt;
  placement.private_because = "AssociatePublicIpAddress is false";
  const Value& maps = entry["AssociatePublicIpAddress"];
  placement.by_subnet = !maps;
  if (maps) {
    const Known<bool> stated = case_.boolean(maps);
    placement.is_public = stated.known() && stated.value;
    if (!stated.known()) placement.unknown = fmt::format("{}: {}", resource.id, stated.why);
  }
  Resource shape = resource;
  shape.properties = entry;
  const Index i = add_interface(resource, placement, entry["SubnetId"]);
  if (const auto address = parse_address(entry["PrivateIpAddress"].text))
    for (Assigned& assigned : n_.interfaces[i].assigned)
      if (is_ipv4(assigned.addresses.first())) assigned.addresses = AddressSet::one(*address);
  n_.interfaces[i].checks_addresses = flag(resource, "SourceDestCheck", true);
}

void Builder::auto_scaling_group(const Resource& resource) {
  if (is_snapshot(resource)) return;  // its instances are listed
  Placement placement;
  placement.owner = resource.id;
  placement.subnets = case_.get(resource, "VPCZoneIdentifier");
  placement.by_subnet = true;
  placement.one_of = true;
  // "Used for launching into the default VPC subnet in each Availability Zone when not using the VPCZoneIdentifier
  // property" (CreateAutoScalingGroup).
  placement.by_default_vpc = bool(case_.get(resource, "AvailabilityZones"));
  const auto shape = [&](const Resource& of, std::string_view path) {
    const auto at = [&](std::string_view name) { return case_.get(of, fmt::format("{}{}", path, name)); };
    placement.groups = at(path.empty() ? "SecurityGroups" : "SecurityGroupIds");
    Value maps = at("AssociatePublicIpAddress");
    if (const Value entries = at("NetworkInterfaces"); entries.is(Kind::list) && !entries.items.empty()) {
      placement.groups = entries.items[0]["Groups"];
      maps = entries.items[0]["AssociatePublicIpAddress"];
      if (entries.items.size() > 1)
        placement.unknown =
            fmt::format("{}: several interfaces of a scaling group's instances are not modelled", resource.id);
    }
    if (!maps) return;
    placement.private_because = "AssociatePublicIpAddress is false";
    const Known<bool> stated = case_.boolean(maps);
    placement.by_subnet = false;
    placement.is_public = stated.known() && stated.value;
    if (!stated.known()) placement.unknown = fmt::format("{}: {}", resource.id, stated.why);
  };
  const Value mixed = case_.get(resource, "MixedInstancesPolicy.LaunchTemplate");
  Value by_template = case_.get(resource, "LaunchTemplate");
  if (!by_template) by_template = mixed["LaunchTemplateSpecification"];
  const Value& overrides = mixed["Overrides"];
  if (std::ranges::any_of(overrides.items, [](const Value& each) { return bool(each["LaunchTemplateSpecification"]); }))
    placement.unknown = fmt::format("{}: some of its instances are started with another template", resource.id);
  std::string why;
  if (const Resource* const found = launch_template(by_template, why)) {
    shape(*found, "LaunchTemplateData.");
    if (!why.empty() && placement.unknown.empty()) placement.unknown = fmt::format("{}: {}", resource.id, why);
  } else if (const Resource* const old =
                 named("AWS::AutoScaling::LaunchConfiguration", case_.get(resource, "LaunchConfigurationName")))
    shape(*old, "");
  else
    placement.unknown = fmt::format("{}: what its instances are started with is not in the source", resource.id);
  add_placement(resource, placement);
}

}  // namespace redoubt::reach
