#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

// Lambda makes the interface of a function in a network by the function's own role ("Required IAM permissions" of
// Lambda's developer guide on VPCs); the actions know no resources that could be named beforehand.
Value make_interfaces() {
  return inline_policy(
      "network",
      {allow(list({"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
                   "ec2:DescribeSubnets", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"}),
             "*")});
}

Value read_variables(std::string_view key) {
  return inline_policy("read-variables", {allow("kms:Decrypt", get_att(key, "Arn"))});
}

Value in_private_subnets() {
  return object({{"SubnetIds", list({ref_to("PrivateSubnet1"), ref_to("PrivateSubnet2")})},
                 {"SecurityGroupIds", list({get_att("TaskGroup", "GroupId")})}});
}

}  // namespace

void add_function(Template& t, const Function& function, std::initializer_list<Item> statements) {
  const std::string id(function.id), group = id + "LogGroup", role = id + "Role";
  add_log_group(t, group, "/aws/lambda/" + function.name, function.log_days, function.log_key);
  t.add(role, "AWS::IAM::Role",
        {{"AssumeRolePolicyDocument", taken_by("lambda.amazonaws.com", nothing())},
         {"Policies",
          list({inline_policy("write-log",
                              {allow(list({"logs:CreateLogStream", "logs:PutLogEvents"}), get_att(group, "Arn"))}),
                inline_policy("work", statements), function.variables ? read_variables(function.log_key) : nothing(),
                function.in_network ? make_interfaces() : nothing()})}});
  t.add(id, "AWS::Lambda::Function",
        {{"FunctionName", function.name},
         {"Description", function.about},
         {"Runtime", "python3.14"},
         {"Architectures", list({"arm64"})},
         {"Handler", "index.handler"},
         {"Code", object({{"ZipFile", function.source}})},
         {"Role", get_att(role, "Arn")},
         {"Timeout", function.seconds},
         {"MemorySize", 256},
         {"Environment", function.variables ? object({{"Variables", function.variables}}) : nothing()},
         {"KmsKeyArn", function.variables ? get_att(function.log_key, "Arn") : nothing()},
         {"VpcConfig", function.in_network ? in_private_subnets() : nothing()},
         {"LoggingConfig", object({{"LogGroup", ref_to(group)}, {"LogFormat", "JSON"}})}});
}

}  // namespace redoubt::stack
