// What Direct Connect joins: virtual interfaces, and the gateways to which they lead.
#include <fmt/format.h>

#include "reach/builder.hpp"

namespace redoubt::reach {

// A private virtual interface may lead to a virtual private gateway without a Direct Connect gateway between.
void Builder::virtual_interfaces() {
  for (const Resource* each : case_.resources("AWS::DirectConnect::PrivateVirtualInterface")) {
    const Index gateway = place(vpn_, "AWS::EC2::VPNGateway", case_.get(*each, "VirtualGatewayId"));
    if (gateway == none) continue;
    SiteLink link;
    link.id = each->id;
    link.direct_connect = true;
    link.vpn_gateway = gateway;
    link.site = site_of(customer_address(*each), each->id, each->id);
    n_.links.push_back(std::move(link));
  }
}

// "169.254.0.2/30": of the router at the other end.
AddressSet Builder::customer_address(const Resource& virtual_interface) {
  const std::string text = text_or(virtual_interface, "CustomerAddress");
  const auto address = parse_address(text.substr(0, text.find('/')));
  return address ? AddressSet::one(*address) : AddressSet();
}

void Builder::direct_connect() {
  for (const Resource* each : case_.resources("AWS::DirectConnect::DirectConnectGatewayAssociation")) {
    const std::string state = text_or(*each, "AssociationState", "associated");
    if (state != "associated" && state != "updating") continue;
    const Value gateway_value = case_.get(*each, "DirectConnectGatewayId");
    const Resource* const gateway = named("AWS::DirectConnect::DirectConnectGateway", gateway_value);
    const std::string id = gateway ? gateway->id : shown(gateway_value);
    Value associated = case_.get(*each, "AssociatedGatewayId");
    if (!associated) associated = case_.get(*each, "GatewayId");
    SiteLink link;
    link.id = id;
    link.direct_connect = true;
    link.shown = "dxgw-" + id;
    link.vpn_gateway = place(vpn_, "AWS::EC2::VPNGateway", associated);
    if (const Index transit = place(transit_, "AWS::EC2::TransitGateway", associated); transit != none)
      for (const auto& [key, attachment] : direct_connect_attachments_)
        if (key == id && n_.attachments[attachment].gateway == transit) link.attachment = attachment;
    std::string why;
    for (const Value& prefix : case_.get(*each, "AllowedPrefixesToDirectConnectGateway").items)
      add_prefix(link.advertised, prefix, why, each->id);
    // Whoever stands at the other end of the gateway's virtual interfaces.
    std::vector<Index> sites;
    for (const std::string_view type :
         {"AWS::DirectConnect::TransitVirtualInterface", "AWS::DirectConnect::PrivateVirtualInterface"})
      for (const Resource* interface : case_.resources(type)) {
        const Value of = case_.get(*interface, "DirectConnectGatewayId");
        if ((gateway && named("AWS::DirectConnect::DirectConnectGateway", of) != gateway) ||
            shown(of) != shown(gateway_value))
          continue;
        sites.push_back(site_of(customer_address(*interface), interface->id, interface->id));
      }
    if (sites.empty()) sites.push_back(site_of({}, "on premises behind " + id, id));
    for (const Index site : sites) {
      link.site = site;
      if (!why.empty()) n_.sites[site].unknown = why;
      n_.links.push_back(link);
    }
  }
}

}  // namespace redoubt::reach
