// What a resource of an estate is in the network that the reachability engine asks, and the engine's answers in words:
// for the checks of reachability_checks.cpp and group_admission_checks.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "databases.hpp"
#include "reach/reach.hpp"

namespace redoubt::controls {

// The tiers of a service, by their types.
inline const std::vector<std::string_view> task_types{"AWS::ECS::Service", "AWS::ECS::Task"};
inline const std::vector<std::string_view> database_types{db_instance, db_cluster, docdb_cluster, neptune_cluster};
inline const std::vector<std::string_view> balancer_types{"AWS::ElasticLoadBalancingV2::LoadBalancer",
                                                          "AWS::ElasticLoadBalancing::LoadBalancer"};

// Those that exist in this case, in the order of the types and of the estate. That there is none is no finding.
[[nodiscard]] std::vector<const Resource*> of_types(Inquiry& ask, const std::vector<std::string_view>& types);

// All interfaces that the resource has, or may have.
[[nodiscard]] std::vector<reach::Index> interfaces_of(const reach::Network& network, const Resource& resource);
[[nodiscard]] reach::Endpoint endpoint_of(const reach::Network& network, const Resource& resource);

// The security groups of the interfaces, each once.
[[nodiscard]] std::vector<reach::Index> groups_of(const reach::Network& network,
                                                  const std::vector<reach::Index>& interfaces);

// Is it the copy of a rule for a part of the Internet that the network holds for public addresses of AWS's choice?
[[nodiscard]] bool stands_in(const reach::Rule& rule);

// "tcp 8.8.8.8:49152 -> 10.0.11.4:5432 by internet > InternetGateway > …"
[[nodiscard]] std::string text_of(const reach::Network& network, const reach::Answer& answer);
// "TaskGroup admits tcp 22 from 10.0.0.0/16"
[[nodiscard]] std::string text_of(const reach::Network& network, const reach::Group& group, const reach::Rule& rule,
                                  bool ingress);

// Evidence with the defaults of AWS that were taken where a snapshot does not say.
[[nodiscard]] std::string with_assumptions(const reach::Network& network, std::string evidence);

// Whatever may be sent, but TCP to these ports.
[[nodiscard]] reach::PacketSet all_but_tcp(std::vector<double> ports);

}  // namespace redoubt::controls
