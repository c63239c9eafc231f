#include "parts.hpp"

namespace redoubt::stack {
namespace {

constexpr int tcp = 6, any_protocol = -1;

// Rules of one access list; each takes the next number.
class AccessList {
 public:
  AccessList(Template& t, std::string id) : t_(t), id_(std::move(id)) {
    t_.add(id_, "AWS::EC2::NetworkAcl", {{"VpcId", ref_to("Vpc")}});
  }

  void refuse(const std::string& name, const std::string& range) {
    rule("In" + name, false, "deny", any_protocol, range, 0, 0);
    rule("Out" + name, true, "deny", any_protocol, range, 0, 0);
  }
  void refuse_in(const std::string& name, int port) { rule("In" + name, false, "deny", tcp, "0.0.0.0/0", port, port); }
  void let_in(const std::string& name, const std::string& range, int first, int last) {
    rule("In" + name, false, "allow", tcp, range, first, last);
  }
  void let_out(const std::string& name, const std::string& range, int first, int last) {
    rule("Out" + name, true, "allow", tcp, range, first, last);
  }
  void use_for(const std::string& subnet) {
    t_.add(subnet + "Acl", "AWS::EC2::SubnetNetworkAclAssociation",
           {{"SubnetId", ref_to(subnet)}, {"NetworkAclId", ref_to(id_)}});
  }

 private:
  void rule(const std::string& name, bool egress, std::string_view action, int protocol, const std::string& range,
            int first, int last) {
    int& number = egress ? out_ : in_;
    number += 10;
    t_.add(id_ + name, "AWS::EC2::NetworkAclEntry",
           {{"NetworkAclId", ref_to(id_)},
            {"RuleNumber", number},
            {"Egress", egress},
            {"Protocol", protocol},
            {"RuleAction", action},
            {"CidrBlock", range},
            {"PortRange", protocol == tcp ? object({{"From", first}, {"To", last}}) : nothing()}});
  }

  Template& t_;
  std::string id_;
  int in_ = 0, out_ = 0;
};

// Answers come back to ports from here; 3389 is left out, since no rule of the whole network opens it.
constexpr int first_answer_port = 1024, remote_desktop = 3389, last_port = 65535;

void let_answers_in(AccessList& acl) {
  acl.let_in("AnswersLow", "0.0.0.0/0", first_answer_port, remote_desktop - 1);
  acl.let_in("AnswersHigh", "0.0.0.0/0", remote_desktop + 1, last_port);
}

}  // namespace

// Access lists know no connections: what answers a request needs a rule of its own. They stand behind the security
// groups as a second, coarser barrier, and refuse the ranges of network.denied_ranges before anything else.
void add_network_acls(Template& t, const Configuration& c) {
  AccessList open(t, "PublicAcl"), closed(t, "PrivateAcl");
  for (std::size_t i = 0; i < c.denied_ranges.size(); ++i)
    for (AccessList* acl : {&open, &closed}) acl->refuse(fmt::format("Denied{}", i + 1), c.denied_ranges[i]);

  // The load balancer's clients and the NAT gateways' tasks and peers.
  open.let_in("Http", "0.0.0.0/0", 80, 80);
  open.let_in("Https", "0.0.0.0/0", 443, 443);
  let_answers_in(open);
  open.let_out("Https", "0.0.0.0/0", 443, 443);
  open.let_out("Answers", "0.0.0.0/0", first_answer_port, last_port);

  // Whatever is in the network, and answers to what tasks asked of the world by HTTPS.
  closed.let_in("Network", c.network_cidr, 0, last_port);
  let_answers_in(closed);
  closed.let_out("Network", c.network_cidr, 0, last_port);
  closed.let_out("Https", "0.0.0.0/0", 443, 443);

  for (std::size_t zone = 1; zone <= c.public_subnets.size(); ++zone) {
    open.use_for(fmt::format("PublicSubnet{}", zone));
    closed.use_for(fmt::format("PrivateSubnet{}", zone));
  }
}

}  // namespace redoubt::stack
