#include <fmt/ranges.h>

#include "parts.hpp"

namespace redoubt::stack {
namespace {

struct Watched {
  std::string_view id, metric, about, pattern;
};

// CIS AWS Foundations Benchmark v3.0, 4.1 to 4.15 (v1.2: 3.1 to 3.14), in its order and by its patterns.
constexpr Watched watched[] = {
    {"UnauthorizedCalls", "UnauthorizedCalls", "Calls were refused for want of rights",
     R"({($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")})"},
    {"SignInWithoutMfa", "SignInWithoutMfa", "Somebody signed in to the console without a second factor",
     R"({($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success")})"},
    {"RootUse", "RootUse", "The root user did something",
     R"({$.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent"})"},
    {"PolicyChanges", "PolicyChanges", "An IAM policy was changed",
     R"({($.eventSource = iam.amazonaws.com) && (($.eventName=DeleteGroupPolicy)||($.eventName=DeleteRolePolicy)||($.eventName=DeleteUserPolicy)||($.eventName=PutGroupPolicy)||($.eventName=PutRolePolicy)||($.eventName=PutUserPolicy)||($.eventName=CreatePolicy)||($.eventName=DeletePolicy)||($.eventName=CreatePolicyVersion)||($.eventName=DeletePolicyVersion)||($.eventName=AttachRolePolicy)||($.eventName=DetachRolePolicy)||($.eventName=AttachUserPolicy)||($.eventName=DetachUserPolicy)||($.eventName=AttachGroupPolicy)||($.eventName=DetachGroupPolicy))})"},
    {"TrailChanges", "TrailChanges", "A trail was changed",
     R"({($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || ($.eventName = StopLogging)})"},
    {"SignInFailures", "SignInFailures", "Signing in to the console failed",
     R"({($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication")})"},
    {"KeyRemovals", "KeyRemovals", "A key was disabled or is to be deleted",
     R"({($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion))})"},
    {"BucketPolicyChanges", "BucketPolicyChanges", "Who may reach a bucket was changed",
     R"({($.eventSource = s3.amazonaws.com) && (($.eventName = PutBucketAcl) || ($.eventName = PutBucketPolicy) || ($.eventName = PutBucketCors) || ($.eventName = PutBucketLifecycle) || ($.eventName = PutBucketReplication) || ($.eventName = DeleteBucketPolicy) || ($.eventName = DeleteBucketCors) || ($.eventName = DeleteBucketLifecycle) || ($.eventName = DeleteBucketReplication))})"},
    {"RecorderChanges", "RecorderChanges", "AWS Config was changed",
     R"({($.eventSource = config.amazonaws.com) && (($.eventName=StopConfigurationRecorder)||($.eventName=DeleteDeliveryChannel)||($.eventName=PutDeliveryChannel)||($.eventName=PutConfigurationRecorder))})"},
    {"SecurityGroupChanges", "SecurityGroupChanges", "A security group was changed",
     R"({($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) || ($.eventName = RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || ($.eventName = DeleteSecurityGroup)})"},
    {"AccessListChanges", "AccessListChanges", "A network access list was changed",
     R"({($.eventName = CreateNetworkAcl) || ($.eventName = CreateNetworkAclEntry) || ($.eventName = DeleteNetworkAcl) || ($.eventName = DeleteNetworkAclEntry) || ($.eventName = ReplaceNetworkAclEntry) || ($.eventName = ReplaceNetworkAclAssociation)})"},
    {"GatewayChanges", "GatewayChanges", "A network gateway was changed",
     R"({($.eventName = CreateCustomerGateway) || ($.eventName = DeleteCustomerGateway) || ($.eventName = AttachInternetGateway) || ($.eventName = CreateInternetGateway) || ($.eventName = DeleteInternetGateway) || ($.eventName = DetachInternetGateway)})"},
    {"RouteChanges", "RouteChanges", "A route was changed",
     R"({($.eventSource = ec2.amazonaws.com) && (($.eventName = CreateRoute) || ($.eventName = CreateRouteTable) || ($.eventName = ReplaceRoute) || ($.eventName = ReplaceRouteTableAssociation) || ($.eventName = DeleteRouteTable) || ($.eventName = DeleteRoute) || ($.eventName = DisassociateRouteTable))})"},
    {"NetworkChanges", "NetworkChanges", "A network was changed",
     R"({($.eventName = CreateVpc) || ($.eventName = DeleteVpc) || ($.eventName = ModifyVpcAttribute) || ($.eventName = AcceptVpcPeeringConnection) || ($.eventName = CreateVpcPeeringConnection) || ($.eventName = DeleteVpcPeeringConnection) || ($.eventName = RejectVpcPeeringConnection) || ($.eventName = AttachClassicLinkVpc) || ($.eventName = DetachClassicLinkVpc) || ($.eventName = DisableVpcClassicLink) || ($.eventName = EnableVpcClassicLink)})"},
    {"OrganizationChanges", "OrganizationChanges", "The organisation was changed",
     R"({($.eventSource = organizations.amazonaws.com) && (($.eventName = AcceptHandshake) || ($.eventName = AttachPolicy) || ($.eventName = CreateAccount) || ($.eventName = CreateOrganizationalUnit) || ($.eventName = CreatePolicy) || ($.eventName = DeclineHandshake) || ($.eventName = DeleteOrganization) || ($.eventName = DeleteOrganizationalUnit) || ($.eventName = DeletePolicy) || ($.eventName = DetachPolicy) || ($.eventName = DisablePolicyType) || ($.eventName = EnablePolicyType) || ($.eventName = InviteAccountToOrganization) || ($.eventName = LeaveOrganization) || ($.eventName = MoveAccount) || ($.eventName = RemoveAccountFromOrganization) || ($.eventName = UpdatePolicy) || ($.eventName = UpdateOrganizationalUnit))})"},
};

}  // namespace

void add_trail_alarms(Template& t, const Configuration& c) {
  const std::string space = c.name + "/Trail";
  for (const Watched& event : watched) {
    t.add(fmt::format("{}Filter", event.id), "AWS::Logs::MetricFilter",
          {{"LogGroupName", ref_to("TrailLogGroup")},
           {"FilterName", fmt::format("{}-{}", c.name, event.metric)},
           {"FilterPattern", event.pattern},
           {"MetricTransformations",
            list({object({{"MetricNamespace", space}, {"MetricName", event.metric}, {"MetricValue", "1"}})})}});
    t.add(fmt::format("{}Alarm", event.id), "AWS::CloudWatch::Alarm",
          {{"AlarmName", fmt::format("{}-{}", c.name, event.metric)},
           {"AlarmDescription", event.about},
           {"Namespace", space},
           {"MetricName", event.metric},
           {"Statistic", "Sum"},
           {"Period", 300},
           {"EvaluationPeriods", 1},
           {"ComparisonOperator", "GreaterThanOrEqualToThreshold"},
           {"Threshold", 1},
           {"TreatMissingData", "notBreaching"},
           {"ActionsEnabled", true},
           {"AlarmActions", list({ref_to("SecurityTopic")})}});
  }
}

}  // namespace redoubt::stack
