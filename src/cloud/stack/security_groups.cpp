#include "parts.hpp"

namespace redoubt::stack {
namespace {

constexpr int postgresql = 5432;

Value rule(std::string_view about, int port, std::string_view other, Value value) {
  return object(
      {{"Description", about}, {"IpProtocol", "tcp"}, {"FromPort", port}, {"ToPort", port}, {other, std::move(value)}});
}

// A group whose template says nothing of what may leave it gets a rule that lets everything out. This one, an ICMP
// message that does not exist to the machine itself, takes its place.
Value nothing_leaves() {
  return list({object({{"Description", "Nothing may be opened from here"},
                       {"IpProtocol", "icmp"},
                       {"FromPort", 252},
                       {"ToPort", 86},
                       {"CidrIp", "127.0.0.1/32"}})});
}

}  // namespace

void add_security_groups(Template& t, const Configuration& c) {
  t.add("TaskGroup", "AWS::EC2::SecurityGroup",
        {{"GroupDescription", "Tasks of the service, and what rotates their credentials"},
         {"VpcId", ref_to("Vpc")},
         {"SecurityGroupEgress",
          list({rule("AWS and other services, by HTTPS", 443, "CidrIp", estate::text("0.0.0.0/0"))})}});
  t.add("LoadBalancerGroup", "AWS::EC2::SecurityGroup",
        {{"GroupDescription", "The load balancer"},
         {"VpcId", ref_to("Vpc")},
         {"SecurityGroupIngress", list({rule("Redirected to HTTPS", 80, "CidrIp", estate::text("0.0.0.0/0")),
                                        rule("Clients", 443, "CidrIp", estate::text("0.0.0.0/0"))})},
         {"SecurityGroupEgress",
          list({rule("The service", c.port, "DestinationSecurityGroupId", get_att("TaskGroup", "GroupId"))})}});
  t.add("DatabaseGroup", "AWS::EC2::SecurityGroup",
        {{"GroupDescription", "The database"},
         {"VpcId", ref_to("Vpc")},
         {"SecurityGroupIngress",
          list({rule("The service", postgresql, "SourceSecurityGroupId", get_att("TaskGroup", "GroupId"))})},
         {"SecurityGroupEgress", nothing_leaves()}});
  t.add("EndpointGroup", "AWS::EC2::SecurityGroup",
        {{"GroupDescription", "The endpoints of AWS services"},
         {"VpcId", ref_to("Vpc")},
         {"SecurityGroupIngress",
          list({rule("The service", 443, "SourceSecurityGroupId", get_att("TaskGroup", "GroupId"))})},
         {"SecurityGroupEgress", nothing_leaves()}});
  // Groups that name each other need a rule outside of them.
  t.add("TaskFromLoadBalancer", "AWS::EC2::SecurityGroupIngress",
        {{"GroupId", get_att("TaskGroup", "GroupId")},
         {"Description", "The load balancer"},
         {"IpProtocol", "tcp"},
         {"FromPort", c.port},
         {"ToPort", c.port},
         {"SourceSecurityGroupId", get_att("LoadBalancerGroup", "GroupId")}});
  t.add("TaskToDatabase", "AWS::EC2::SecurityGroupEgress",
        {{"GroupId", get_att("TaskGroup", "GroupId")},
         {"Description", "The database"},
         {"IpProtocol", "tcp"},
         {"FromPort", postgresql},
         {"ToPort", postgresql},
         {"DestinationSecurityGroupId", get_att("DatabaseGroup", "GroupId")}});
  // For a task that has to be cut off without being stopped: nothing enters, nothing leaves.
  t.add("QuarantineGroup", "AWS::EC2::SecurityGroup",
        {{"GroupDescription", "A task that is cut off: nothing enters, nothing leaves"},
         {"VpcId", ref_to("Vpc")},
         {"SecurityGroupEgress", nothing_leaves()}});
}

}  // namespace redoubt::stack
