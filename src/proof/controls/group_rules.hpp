// The rules of security groups as checks read them, whether they stand in the group or by themselves.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "truth.hpp"

namespace redoubt::controls {

struct GroupRule {
  const Resource* holder = nullptr;  // the group, or the rule of its own
  bool ingress = true;
  Value value;                                   // the rule as an object: IpProtocol, FromPort, ToPort, CidrIp, …
  Known<std::string> protocol;                   // "tcp", "udp", "icmp", "icmpv6", "-1" or another number
  Known<double> from, to;                        // absent: all ports
  Known<estate::Bounds> from_bounds, to_bounds;  // the same as far as parameters leave it open

  // Does it allow that port of TCP? Unknown where its parts are.
  [[nodiscard]] Truth allows_tcp(double port) const;
};

inline constexpr std::string_view group_type = "AWS::EC2::SecurityGroup";
inline constexpr std::string_view ingress_type = "AWS::EC2::SecurityGroupIngress";
inline constexpr std::string_view egress_type = "AWS::EC2::SecurityGroupEgress";

// The group that a rule of its own names; nullptr if it is none of the estate.
[[nodiscard]] const Resource* group_of(Inquiry& ask, const Resource& rule);

// Of a group: its own and those that stand by themselves and name it. Of a rule by itself: that one, if its group is
// none of the estate; else none, since the group answers for it.
[[nodiscard]] std::vector<GroupRule> rules_of(Inquiry& ask, const Resource& resource, bool ingress);

// Those that stand in the resource itself, whatever its group is.
[[nodiscard]] std::vector<GroupRule> own_rules_of(Inquiry& ask, const Resource& resource, bool ingress);

// Does the rule speak of every address, by a range or a prefix list? Absent where it names groups only.
[[nodiscard]] Truth is_open_to_everywhere(Inquiry& ask, const GroupRule& rule);

// Do the rules together speak of every address of the Internet, IPv4 or IPv6, as two halves do? What is not known of
// them is left out.
[[nodiscard]] bool are_open_to_everybody(Inquiry& ask, std::span<const GroupRule> rules);

// "tcp 22 from 0.0.0.0/0"
[[nodiscard]] std::string text_of(Inquiry& ask, const GroupRule& rule);

}  // namespace redoubt::controls
