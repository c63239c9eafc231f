#include "parts.hpp"
#include "policy.hpp"

namespace redoubt::stack {
namespace {

struct Endpoint {
  std::string_view id, service;
  Value statements;
};

// Whoever passes belongs to this account: nobody takes data out by credentials of another.
Value of_this_account(Item actions, Item resource) {
  return allow_to(anybody(), std::move(actions), std::move(resource),
                  condition("StringEquals", "aws:PrincipalAccount", ref_to("AWS::AccountId")));
}

}  // namespace

// What tasks need of AWS without passing the Internet, each endpoint open for just that.
void add_endpoints(Template& t, const Configuration& c) {
  Value subnets = list({}), tables = list({});
  for (std::size_t zone = 1; zone <= c.private_subnets.size(); ++zone) {
    subnets.items.push_back(ref_to(fmt::format("PrivateSubnet{}", zone)));
    tables.items.push_back(ref_to(fmt::format("PrivateRouteTable{}", zone)));
  }
  const Value repositories = arn("ecr", "repository/*"), groups = arn("logs", "log-group:*"),
              secrets = arn("secretsmanager", "secret:*"), keys = arn("kms", "key/*");
  const Endpoint endpoints[] = {
      {"EcrApiEndpoint", "ecr.api",
       list({of_this_account("ecr:GetAuthorizationToken", "*"),
             of_this_account(
                 list({"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}),
                 repositories)})},
      {"EcrDockerEndpoint", "ecr.dkr",
       list({of_this_account("ecr:GetAuthorizationToken", "*"),
             of_this_account(
                 list({"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}),
                 repositories)})},
      {"LogsEndpoint", "logs",
       list({of_this_account(list({"logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"}), groups)})},
      {"SecretsEndpoint", "secretsmanager",
       list({of_this_account("secretsmanager:GetRandomPassword", "*"),
             of_this_account(list({"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret",
                                   "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"}),
                             secrets)})},
      {"KeysEndpoint", "kms",
       list({of_this_account(list({"kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"}), keys)})},
      {"TokensEndpoint", "sts", list({of_this_account("sts:GetCallerIdentity", "*")})},
      {"MetricsEndpoint", "monitoring", list({of_this_account("cloudwatch:PutMetricData", "*")})},
  };
  for (const Endpoint& endpoint : endpoints)
    t.add(endpoint.id, "AWS::EC2::VPCEndpoint",
          {{"VpcEndpointType", "Interface"},
           {"ServiceName", sub(fmt::format("com.amazonaws.${{AWS::Region}}.{}", endpoint.service))},
           {"VpcId", ref_to("Vpc")},
           {"SubnetIds", subnets},
           {"SecurityGroupIds", list({get_att("EndpointGroup", "GroupId")})},
           {"PrivateDnsEnabled", true},
           {"PolicyDocument", policy(endpoint.statements)}});
  // ECR keeps the layers of images in a bucket of its own and hands out signed addresses: whoever comes by one of them
  // is no principal of this account. ("Amazon ECR interface VPC endpoints": minimum S3 bucket permissions)
  t.add("ObjectsEndpoint", "AWS::EC2::VPCEndpoint",
        {{"VpcEndpointType", "Gateway"},
         {"ServiceName", sub("com.amazonaws.${AWS::Region}.s3")},
         {"VpcId", ref_to("Vpc")},
         {"RouteTableIds", tables},
         {"PolicyDocument",
          policy({allow_to(anybody(), "s3:GetObject",
                           sub("arn:${AWS::Partition}:s3:::prod-${AWS::Region}-starport-layer-bucket/*"))})}});
}

}  // namespace redoubt::stack
