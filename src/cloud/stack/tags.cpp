#include "tags.hpp"

#include <algorithm>

#include "template.hpp"

namespace redoubt::stack {
namespace {

// "AWS resource and property types reference": those of the stack's types that have no property for tags. A type that
// is missing here by mistake is refused by cfn-lint.
constexpr std::string_view without_tags[] = {"AWS::ApplicationAutoScaling::ScalingPolicy",
                                             "AWS::Backup::BackupSelection",
                                             "AWS::Backup::RestoreTestingSelection",
                                             "AWS::Config::ConfigurationRecorder",
                                             "AWS::Config::DeliveryChannel",
                                             "AWS::EC2::NetworkAclEntry",
                                             "AWS::EC2::Route",
                                             "AWS::EC2::SecurityGroupEgress",
                                             "AWS::EC2::SecurityGroupIngress",
                                             "AWS::EC2::SubnetNetworkAclAssociation",
                                             "AWS::EC2::SubnetRouteTableAssociation",
                                             "AWS::EC2::VPCGatewayAttachment",
                                             "AWS::ECR::RegistryScanningConfiguration",
                                             "AWS::ECR::ReplicationConfiguration",
                                             "AWS::IAM::ServiceLinkedRole",
                                             "AWS::KMS::Alias",
                                             "AWS::Lambda::Permission",
                                             "AWS::Logs::MetricFilter",
                                             "AWS::Route53::RecordSet",
                                             "AWS::S3::BucketPolicy",
                                             "AWS::SNS::Subscription",
                                             "AWS::SNS::TopicPolicy",
                                             "AWS::SecretsManager::ResourcePolicy",
                                             "AWS::SecretsManager::RotationSchedule",
                                             "AWS::SecurityHub::Standard",
                                             "AWS::WAFv2::LoggingConfiguration",
                                             "AWS::WAFv2::WebACLAssociation"};

// Those whose tags are an object and not a list of keys and values.
struct Mapped {
  std::string_view type, property;
};
constexpr Mapped mapped[] = {{"AWS::Backup::BackupPlan", "BackupPlanTags"},
                             {"AWS::Backup::BackupVault", "BackupVaultTags"},
                             {"AWS::SecurityHub::Hub", "Tags"}};

constexpr std::string_view key = "Environment";

}  // namespace

void tag_environment(std::string_view type, Value& properties, std::string_view environment) {
  if (type.starts_with("Custom::") || std::ranges::find(without_tags, type) != std::ranges::end(without_tags)) return;
  if (const auto found = std::ranges::find(mapped, type, &Mapped::type); found != std::ranges::end(mapped)) {
    properties.set(found->property, object({{key, environment}}));
    return;
  }
  Value tags = list({object({{"Key", key}, {"Value", environment}})});
  for (const Value& tag : properties["Tags"].items) tags.items.push_back(tag);
  properties.set("Tags", std::move(tags));
}

}  // namespace redoubt::stack
