// What code runs in: ECR's images, ECS's tasks, Lambda's functions, and the scaling of them. An image and a running
// task have no type in CloudFormation: they are AWS::ECR::Image and AWS::ECS::Task here.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field repository_fields[] = {
    {"repositoryName", "RepositoryName"},
    {"repositoryUri", "RepositoryUri"},
    {"imageTagMutability", "ImageTagMutability"},
    {"imageScanningConfiguration", "ImageScanningConfiguration", capitalised},
    {"encryptionConfiguration", "EncryptionConfiguration", capitalised},
};

constexpr Field scanning_fields[] = {{"scanningConfiguration.scanType", "ScanType"},
                                     {"scanningConfiguration.rules", "Rules", capitalised}};

constexpr Field image_fields[] = {
    {"repositoryName", "RepositoryName"},
    {"imageDigest", "ImageDigest"},
    {"imageTags", "ImageTags", texts},
    {"imagePushedAt", "ImagePushedAt", as_is},
    {"imageScanStatus", "ImageScanStatus", capitalised},
    {"imageScanFindingsSummary.findingSeverityCounts", "FindingSeverityCounts", as_is},
};

void image_more(const Value& item, Made& made, Reading&) {
  made.resource.id = fmt::format("{}@{}", text_of(item, "repositoryName"), text_of(item, "imageDigest"));
}

constexpr Field cluster_fields[] = {
    {"clusterName", "ClusterName"},
    {"status", "Status"},
    {"settings", "ClusterSettings", capitalised},
    {"configuration", "Configuration", capitalised},
    {"capacityProviders", "CapacityProviders", texts},
    {"tags", "Tags", tags},
};

// Without `--include SETTINGS` the answer's settings are empty, which says nothing.
void cluster_more(const Value& item, Made& made, Reading&) {
  if (made.resource.properties["ClusterSettings"].items.empty())
    made.resource.properties.set("ClusterSettings",
                                 unknown("the snapshot has no answer of DescribeClusters with its settings", item.at));
}

constexpr Field service_fields[] = {
    {"serviceName", "ServiceName"},
    {"clusterArn", "Cluster"},
    {"status", "Status"},
    {"taskDefinition", "TaskDefinition"},
    {"desiredCount", "DesiredCount", number},
    {"runningCount", "RunningCount", number},
    {"launchType", "LaunchType"},
    {"platformVersion", "PlatformVersion"},
    {"loadBalancers", "LoadBalancers", capitalised},
    {"networkConfiguration", "NetworkConfiguration", capitalised},
    {"deploymentConfiguration", "DeploymentConfiguration", capitalised},
    {"deploymentController", "DeploymentController", capitalised},
    {"enableExecuteCommand", "EnableExecuteCommand", flag},
    {"healthCheckGracePeriodSeconds", "HealthCheckGracePeriodSeconds", number},
    {"availabilityZoneRebalancing", "AvailabilityZoneRebalancing"},
    {"schedulingStrategy", "SchedulingStrategy"},
    {"roleArn", "Role"},
    {"tags", "Tags", tags},
};

void service_more(const Value& item, Made& made, Reading&) {
  made.left_out = text_of(item, "status") == "INACTIVE";
}

constexpr Field task_fields[] = {
    {"taskDefinitionArn", "TaskDefinition"},
    {"clusterArn", "Cluster"},
    {"group", "Group"},
    {"lastStatus", "LastStatus"},
    {"launchType", "LaunchType"},
    {"availabilityZone", "AvailabilityZone"},
    {"attachments", "Attachments", capitalised},  // with the network interface's id among its details
    {"containers", "Containers", capitalised},
    {"enableExecuteCommand", "EnableExecuteCommand", flag},
    {"overrides", "Overrides", capitalised},
    {"tags", "Tags", tags},
};

void task_more(const Value& item, Made& made, Reading&) {
  made.left_out = text_of(item, "lastStatus") == "STOPPED";
}

constexpr Field task_definition_fields[] = {
    {"family", "Family"},
    {"status", "Status"},
    {"taskRoleArn", "TaskRoleArn"},
    {"executionRoleArn", "ExecutionRoleArn"},
    {"networkMode", "NetworkMode"},
    {"cpu", "Cpu"},
    {"memory", "Memory"},
    {"requiresCompatibilities", "RequiresCompatibilities", texts},
    {"runtimePlatform", "RuntimePlatform", capitalised},
    {"volumes", "Volumes", capitalised},
    {"pidMode", "PidMode"},
    {"ipcMode", "IpcMode"},
    {"proxyConfiguration", "ProxyConfiguration", capitalised},
    {"containerDefinitions", "ContainerDefinitions", capitalised},
};

constexpr Field function_fields[] = {
    {"FunctionName"},
    {"Runtime"},
    {"Handler"},
    {"Role"},
    {"VpcConfig", {}, as_is},
    {"Environment", {}, as_is},
    {"KMSKeyArn", "KmsKeyArn"},
    {"MemorySize", {}, number},
    {"Timeout", {}, number},
    {"PackageType"},
    {"Layers[].Arn", "Layers", texts},
    {"TracingConfig", {}, as_is},
    {"LoggingConfig", {}, as_is},
    {"DeadLetterConfig", {}, as_is},
};

constexpr Field target_fields[] = {
    {"ServiceNamespace"},        {"ResourceId"}, {"ScalableDimension"},         {"MinCapacity", {}, number},
    {"MaxCapacity", {}, number}, {"RoleARN"},    {"SuspendedState", {}, as_is},
};

void target_more(const Value& item, Made& made, Reading&) {
  made.resource.id = fmt::format("{}|{}|{}", text_of(item, "ResourceId"), text_of(item, "ScalableDimension"),
                                 text_of(item, "ServiceNamespace"));
}

constexpr Field scaling_fields[] = {
    {"PolicyName"},
    {"PolicyType"},
    {"ServiceNamespace"},
    {"ResourceId"},
    {"ScalableDimension"},
    {"StepScalingPolicyConfiguration", {}, as_is},
    {"TargetTrackingScalingPolicyConfiguration", {}, as_is},
    {"PredictiveScalingPolicyConfiguration", {}, as_is},
};

constexpr Table tables[] = {
    {.key = "repositories",
     .type = "AWS::ECR::Repository",
     .id = "repositoryName",
     .arn = "repositoryArn",
     .fields = repository_fields,
     .mark = "repositoryArn"},
    {.key = "scanningConfiguration",
     .type = "AWS::ECR::RegistryScanningConfiguration",
     .id = "registryId",
     .fields = scanning_fields,
     .mark = "registryId",
     .whole = true},
    {.key = "imageDetails",
     .type = "AWS::ECR::Image",
     .fields = image_fields,
     .more = image_more,
     .mark = "imageDigest"},
    {.key = "clusters",
     .type = "AWS::ECS::Cluster",
     .id = "clusterArn",
     .arn = "clusterArn",
     .fields = cluster_fields,
     .more = cluster_more,
     .mark = "clusterArn"},
    {.key = "services",
     .type = "AWS::ECS::Service",
     .id = "serviceArn",
     .arn = "serviceArn",
     .fields = service_fields,
     .more = service_more,
     .mark = "serviceArn"},
    {.key = "tasks",
     .type = "AWS::ECS::Task",
     .id = "taskArn",
     .arn = "taskArn",
     .fields = task_fields,
     .more = task_more,
     .mark = "taskArn"},
    {.key = "taskDefinition",
     .type = "AWS::ECS::TaskDefinition",
     .id = "taskDefinitionArn",
     .arn = "taskDefinitionArn",
     .fields = task_definition_fields,
     .mark = "taskDefinitionArn"},
    {.key = "Functions",
     .type = "AWS::Lambda::Function",
     .id = "FunctionName",
     .arn = "FunctionArn",
     .fields = function_fields,
     .mark = "FunctionArn"},
    {.key = "ScalableTargets",
     .type = "AWS::ApplicationAutoScaling::ScalableTarget",
     .fields = target_fields,
     .more = target_more,
     .mark = "ScalableDimension"},
    {.key = "ScalingPolicies",
     .type = "AWS::ApplicationAutoScaling::ScalingPolicy",
     .id = "PolicyARN",
     .arn = "PolicyARN",
     .fields = scaling_fields,
     .mark = "ServiceNamespace"},
};

constexpr Field repository_policy_fields[] = {{"policyText", "RepositoryPolicyText", document}};
constexpr Field lifecycle_fields[] = {{"lifecyclePolicyText", "LifecyclePolicy.LifecyclePolicyText"}};
constexpr Field function_policy_fields[] = {{"Policy", {}, document}};

constexpr Part parts[] = {
    {.key = "policyText",
     .type = "AWS::ECR::Repository",
     .subject = "repositoryName",
     .fields = repository_policy_fields,
     .property = "RepositoryPolicyText",
     .question = "GetRepositoryPolicy",
     .none = "RepositoryPolicyNotFoundException"},
    {.key = "lifecyclePolicyText",
     .type = "AWS::ECR::Repository",
     .subject = "repositoryName",
     .fields = lifecycle_fields,
     .property = "LifecyclePolicy",
     .question = "GetLifecyclePolicy",
     .none = "LifecyclePolicyNotFoundException"},
    // CloudFormation builds it from AWS::Lambda::Permission, a statement each.
    {.key = "Policy",
     .type = "AWS::Lambda::Function",
     .subject = "FunctionName",
     .fields = function_policy_fields,
     .property = "Policy",
     .question = "GetPolicy",
     .none = "ResourceNotFoundException"},
};

}  // namespace

Service container_service() {
  return {tables, parts};
}

}  // namespace redoubt::estate::snapshot
