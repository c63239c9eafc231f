#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

void Builder::ecs() {
  for (const Resource* each : case_.resources("AWS::ECS::Service")) {
    const Value network = case_.get(*each, "NetworkConfiguration.AwsvpcConfiguration");
    if (!network) {
      // On its hosts' interfaces, whichever those are.
      if (!is_snapshot(*each)) not_modelled(*each, "the interfaces of its hosts are not modelled", {}, {});
      continue;
    }
    Placement placement;
    placement.owner = each->id;
    placement.names = {text_or(*each, "ServiceName")};
    // Its tasks are asked for by their definition as well.
    if (const Resource* const tasks = named("AWS::ECS::TaskDefinition", case_.get(*each, "TaskDefinition")))
      placement.names.push_back(tasks->id);
    placement.subnets = network["Subnets"];
    placement.groups = network["SecurityGroups"];
    placement.one_of = true;
    const Known<std::string> assigns = case_.text(network["AssignPublicIp"]).when_absent("DISABLED");
    placement.is_public = assigns.known() && assigns.value == "ENABLED";
    placement.private_because = "AssignPublicIp is not ENABLED";
    if (!assigns.known()) placement.unknown = fmt::format("{}: {}", each->id, assigns.why);
    add_placement(*each, placement);
  }
  for (const Resource* each : case_.resources("AWS::ECS::Task"))
    for (const Value& attachment : case_.get(*each, "Attachments").items)
      for (const Value& detail : attachment["Details"].items)
        if (detail["Name"].text == "networkInterfaceId")
          if (const Index i = place(interface_, "AWS::EC2::NetworkInterface", detail["Value"]); i != none) {
            n_.interfaces[i].owner = each->id;
            n_.interfaces[i].names.push_back(each->id.substr(each->id.rfind('/') + 1));
            owned_[each].push_back(i);
          }
}

void Builder::interface_endpoints() {
  for (const Resource* each : case_.resources("AWS::EC2::VPCEndpoint")) {
    if (endpoint_.contains(each)) continue;
    const Value own = case_.get(*each, "NetworkInterfaceIds");
    bool found = false;
    for (const Value& id : own.items)
      if (const Index i = place(interface_, "AWS::EC2::NetworkInterface", id); i != none) {
        n_.interfaces[i].owner = each->id;
        n_.interfaces[i].kind = InterfaceKind::endpoint;
        owned_[each].push_back(i);
        found = true;
      }
    if (found) continue;
    Placement placement;
    placement.owner = each->id;
    placement.kind = InterfaceKind::endpoint;
    placement.subnets = case_.get(*each, "SubnetIds");
    placement.groups = case_.get(*each, "SecurityGroupIds");
    const std::string type = text_or(*each, "VpcEndpointType");
    placement.filtered = type != "GatewayLoadBalancer";
    if (type != "Interface")
      placement.unknown = fmt::format("{}: endpoints of the kind {} are not modelled", each->id, type);
    add_placement(*each, placement);
  }
}

}  // namespace redoubt::reach
