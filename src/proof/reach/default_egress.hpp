// The outbound rules that EC2 gives a security group by itself. The network (group_builder.cpp) and the checks of
// security groups ask here; it looks at templates only, since a snapshot lists every rule there is.
#pragma once

#include <cstdint>

#include "estate/case.hpp"

namespace redoubt::reach {

// "When you create a security group, if you do not add egress rules, we add egress rules that allow all outbound IPv4
// and IPv6 traffic. Otherwise, we do not add them." (AWS::EC2::SecurityGroup). Of rules that an
// AWS::EC2::SecurityGroupEgress adds to a group made without any AWS's pages do not say whether those of EC2's stay: an
// edition of that resource's page said that they are removed, today's says nothing.
enum class DefaultEgress : std::uint8_t { none, stands, not_known };

inline constexpr const char* why_default_egress_is_not_known =
    "its own rules stand outside of it, and AWS does not say whether they replace EC2's, which let everything out "
    "(write "
    "them into SecurityGroupEgress)";

// Of a template's AWS::EC2::SecurityGroup, in this case. `has_separate`: is there an AWS::EC2::SecurityGroupEgress of
// it?
[[nodiscard]] DefaultEgress default_egress(estate::Case& in, const estate::Resource& group, bool has_separate);

}  // namespace redoubt::reach
