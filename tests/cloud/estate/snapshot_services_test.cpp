// Each kind of answer, small, and what it is in CloudFormation's vocabulary.
#include <gmock/gmock.h>

#include "snapshot_support.hpp"

namespace redoubt::estate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One answer, the type that it makes, and properties of it by path as JSON without spaces.
struct Case {
  std::string_view answer, type, id;
  std::vector<std::pair<std::string_view, std::string_view>> properties;
};

const Value& at(const Value& value, std::string_view path) {
  const std::size_t dot = path.find('.');
  const Value& next = value[path.substr(0, dot)];
  return dot == std::string_view::npos ? next : at(next, path.substr(dot + 1));
}

TEST(SnapshotServices, SayInCloudFormationsVocabularyWhatTheAnswersSay) {
  const std::vector<Case> cases = {
      {R"({"Vpcs":[{"VpcId":"v","CidrBlock":"10.0.0.0/16","CidrBlockAssociationSet":[{"AssociationId":"a","CidrBlock":
        "10.0.0.0/16"},{"AssociationId":"b","CidrBlock":"10.1.0.0/16","CidrBlockState":{"State":"associated"}},
        {"AssociationId":"c","CidrBlock":"10.2.0.0/16","CidrBlockState":{"State":"disassociated"}}]}]})",
       "AWS::EC2::VPCCidrBlock",
       "b",
       {{"VpcId", "\"v\""}, {"CidrBlock", "\"10.1.0.0/16\""}}},
      {R"({"Subnets":[{"SubnetId":"s","VpcId":"v","MapPublicIpOnLaunch":true,"Ipv6CidrBlockAssociationSet":
        [{"Ipv6CidrBlock":"fd00::/64","Ipv6CidrBlockState":{"State":"associated"}}]}]})",
       "AWS::EC2::Subnet",
       "s",
       {{"MapPublicIpOnLaunch", "true"}, {"Ipv6CidrBlock", "\"fd00::/64\""}}},
      {R"({"RouteTables":[{"RouteTableId":"r","Associations":[{"Main":true}],"Routes":[]}]})",
       "AWS::EC2::RouteTable",
       "r",
       {{"Main", "true"}}},
      {R"({"RouteTables":[{"RouteTableId":"r","Routes":[{"DestinationPrefixListId":"pl-1","GatewayId":"vpce-1",
        "State":"blackhole"}]}]})",
       "AWS::EC2::Route",
       "r|pl-1",
       {{"VpcEndpointId", "\"vpce-1\""}, {"State", "\"blackhole\""}, {"GatewayId", ""}}},
      {R"({"RouteTables":[{"RouteTableId":"r","Associations":[{"RouteTableAssociationId":"x","SubnetId":"s"}]}]})",
       "AWS::EC2::SubnetRouteTableAssociation",
       "x",
       {{"RouteTableId", "\"r\""}, {"SubnetId", "\"s\""}}},
      {R"({"SecurityGroups":[{"GroupId":"g","GroupName":"n","Description":"d","IpPermissions":[{"IpProtocol":"tcp",
        "FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0"}],"UserIdGroupPairs":[{"GroupId":"h","UserId":
        "111122223333"}]}],"IpPermissionsEgress":[{"IpProtocol":"-1","PrefixListIds":[{"PrefixListId":"p"}]}]}]})",
       "AWS::EC2::SecurityGroup",
       "g",
       {{"GroupDescription", "\"d\""},
        {"SecurityGroupIngress",
         R"([{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"CidrIp":"0.0.0.0/0"},{"IpProtocol":"tcp","FromPort":443,)"
         R"("ToPort":443,"SourceSecurityGroupId":"h","SourceSecurityGroupOwnerId":"111122223333"}])"},
        {"SecurityGroupEgress", R"([{"IpProtocol":"-1","DestinationPrefixListId":"p"}])"}}},
      {R"({"NetworkAcls":[{"NetworkAclId":"n","IsDefault":true,"Entries":[{"Egress":true,"RuleNumber":100,"Protocol":"1",
        "RuleAction":"allow","CidrBlock":"0.0.0.0/0","IcmpTypeCode":{"Type":8,"Code":-1}}]}]})",
       "AWS::EC2::NetworkAclEntry",
       "n|egress|100",
       {{"Icmp.Type", "8"}, {"NetworkAclId", "\"n\""}}},
      {R"({"InternetGateways":[{"InternetGatewayId":"i","Attachments":[{"State":"available","VpcId":"v"},{"State":
        "detached","VpcId":"w"}]}]})",
       "AWS::EC2::VPCGatewayAttachment",
       "i|v",
       {{"InternetGatewayId", "\"i\""}, {"VpcId", "\"v\""}}},
      {R"({"NatGateways":[{"NatGatewayId":"n","State":"available","SubnetId":"s","NatGatewayAddresses":[{"AllocationId":
        "b","IsPrimary":false},{"AllocationId":"a","PublicIp":"3.3.3.3","PrivateIp":"10.0.0.5","IsPrimary":true}]}]})",
       "AWS::EC2::NatGateway",
       "n",
       {{"AllocationId", "\"a\""}, {"PublicIp", "\"3.3.3.3\""}, {"SecondaryAllocationIds", "[\"b\"]"}}},
      {R"({"Addresses":[{"AllocationId":"e","PublicIp":"3.3.3.3","AssociationId":"x","NetworkInterfaceId":"eni"}]})",
       "AWS::EC2::EIPAssociation",
       "x",
       {{"AllocationId", "\"e\""}, {"NetworkInterfaceId", "\"eni\""}}},
      {R"({"VpcPeeringConnections":[{"VpcPeeringConnectionId":"p","RequesterVpcInfo":{"VpcId":"a"},"AccepterVpcInfo":
        {"VpcId":"b","OwnerId":"111122223333"},"Status":{"Code":"active"}}]})",
       "AWS::EC2::VPCPeeringConnection",
       "p",
       {{"VpcId", "\"a\""}, {"PeerVpcId", "\"b\""}, {"Status.Code", "\"active\""}}},
      {R"({"Routes":[{"DestinationCidrBlock":"0.0.0.0/0","Type":"static","State":"active","TransitGatewayAttachments":
        [{"TransitGatewayAttachmentId":"a"}]}],"TransitGatewayRouteTableId":"t"})",
       "AWS::EC2::TransitGatewayRoute",
       "t|0.0.0.0/0",
       {{"TransitGatewayRouteTableId", "\"t\""}, {"TransitGatewayAttachmentId", "\"a\""}, {"Blackhole", "false"}}},
      {R"({"Rules":[{"RuleArn":"arn:aws:elasticloadbalancing:us-east-1:111122223333:listener-rule/app/n/b/l/r","Priority":
        "1"}]})",
       "AWS::ElasticLoadBalancingV2::ListenerRule",
       "arn:aws:elasticloadbalancing:us-east-1:111122223333:listener-rule/app/n/b/l/r",
       {{"ListenerArn", "\"arn:aws:elasticloadbalancing:us-east-1:111122223333:listener/app/n/b/l\""}}},
      {R"({"Rules":[{"Name":"r","Arn":"a","EventBusName":"default","EventPattern":"{\"source\": [\"aws.guardduty\"]}",
        "State":"ENABLED"}]})",
       "AWS::Events::Rule",
       "r",
       {{"EventPattern", R"({"source":["aws.guardduty"]})"}}},
      {R"({"LoadBalancerTargetHealth":[{"TargetGroupArn":"arn:t","TargetHealthDescriptions":[{"Target":{"Id":"i","Port":
        80}}]}]})",
       "AWS::ElasticLoadBalancingV2::TargetGroup",
       "arn:t",
       {{"Targets", R"([{"Id":"i","Port":80}])"}}},
      {R"({"DBInstances":[{"DBInstanceIdentifier":"d","StorageEncrypted":true,"VpcSecurityGroups":[{"VpcSecurityGroupId":
        "g"}],"DBSubnetGroup":{"DBSubnetGroupName":"sg","Subnets":[{"SubnetIdentifier":"s"}]},"DBParameterGroups":
        [{"DBParameterGroupName":"pg"}],"Endpoint":{"Address":"x","Port":5432}}]})",
       "AWS::RDS::DBInstance",
       "d",
       {{"VPCSecurityGroups", "[\"g\"]"},
        {"DBSubnetGroupName", "\"sg\""},
        {"DBParameterGroupName", "\"pg\""},
        {"ManageMasterUserPassword", "false"},
        {"Port", "5432"}}},
      {R"({"Parameters":[{"ParameterName":"rds.force_ssl","ParameterValue":"1"},{"ParameterName":"x"}],
        "DBParameterGroupName":"pg"})",
       "AWS::RDS::DBParameterGroup",
       "pg",
       {{"Parameters", R"({"rds.force_ssl":"1"})"}}},
      {R"({"DBSnapshotAttributesResult":{"DBSnapshotIdentifier":"s","DBSnapshotAttributes":[{"AttributeName":"restore",
        "AttributeValues":["all"]}]}})",
       "AWS::RDS::DBSnapshot",
       "s",
       {{"DBSnapshotAttributes", R"([{"AttributeName":"restore","AttributeValues":["all"]}])"}}},
      {R"({"Bucket":"b","ServerSideEncryptionConfiguration":{"Rules":[{"ApplyServerSideEncryptionByDefault":
        {"SSEAlgorithm":"aws:kms"},"BucketKeyEnabled":true}]}})",
       "AWS::S3::Bucket",
       "b",
       {{"BucketEncryption.ServerSideEncryptionConfiguration",
         R"([{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms"},"BucketKeyEnabled":true}])"}}},
      {R"({"Bucket":"b","Policy":"{\"Statement\": []}"})",
       "AWS::S3::BucketPolicy",
       "b",
       {{"Bucket", "\"b\""}, {"PolicyDocument", R"({"Statement":[]})"}}},
      {R"({"KeyId":"arn:aws:kms:us-east-1:111122223333:key/k","KeyRotationEnabled":true})",
       "AWS::KMS::Key",
       "arn:aws:kms:us-east-1:111122223333:key/k",
       {{"EnableKeyRotation", "true"}}},
      {R"({"ARN":"arn:aws:secretsmanager:us-east-1:111122223333:secret:s","Name":"s","RotationEnabled":true,"RotationRules":
        {"AutomaticallyAfterDays":30},"VersionIdsToStages":{}})",
       "AWS::SecretsManager::RotationSchedule",
       "arn:aws:secretsmanager:us-east-1:111122223333:secret:s",
       {{"RotationRules.AutomaticallyAfterDays", "30"}}},
      {R"({"RoleDetailList":[{"RoleName":"r","Arn":"arn:aws:iam::111122223333:role/r","AssumeRolePolicyDocument":
        "%7B%22Statement%22%3A%5B%5D%7D","RolePolicyList":[{"PolicyName":"p","PolicyDocument":{"Statement":[]}}],
        "AttachedManagedPolicies":[{"PolicyArn":"m"}]}]})",
       "AWS::IAM::Role",
       "r",
       {{"AssumeRolePolicyDocument", R"({"Statement":[]})"},
        {"Policies", R"([{"PolicyName":"p","PolicyDocument":{"Statement":[]}}])"},
        {"ManagedPolicyArns", "[\"m\"]"}}},
      {R"({"Content":"dXNlcixhcm4sbWZhX2FjdGl2ZQo8cm9vdF9hY2NvdW50Pixhcm46YSx0cnVlCg==","ReportFormat":"text/csv"})",
       "AWS::IAM::CredentialReport",
       "<root_account>",
       {{"mfa_active", "\"true\""}}},
      {R"({"SummaryMap":{"AccountMFAEnabled":1}})",
       "AWS::IAM::AccountSummary",
       "AccountSummary",
       {{"AccountMFAEnabled", "1"}}},
      {R"({"PasswordPolicy":{"MinimumPasswordLength":14,"RequireSymbols":true}})",
       "AWS::IAM::AccountPasswordPolicy",
       "AccountPasswordPolicy",
       {{"MinimumPasswordLength", "14"}}},
      {R"({"logGroups":[{"logGroupName":"/g","retentionInDays":30,"arn":
        "arn:aws:logs:us-east-1:111122223333:log-group:/g:*"}]})",
       "AWS::Logs::LogGroup",
       "/g",
       {{"RetentionInDays", "30"}}},
      {R"({"metricFilters":[{"filterName":"f","logGroupName":"/g","metricTransformations":[{"metricName":"M",
        "metricNamespace":"N"}]}]})",
       "AWS::Logs::MetricFilter",
       "/g|f",
       {{"MetricTransformations", R"([{"MetricName":"M","MetricNamespace":"N"}])"}}},
      {R"({"IsLogging":true,"Name":"arn:aws:cloudtrail:us-east-1:111122223333:trail/t"})",
       "AWS::CloudTrail::Trail",
       "arn:aws:cloudtrail:us-east-1:111122223333:trail/t",
       {{"IsLogging", "true"}}},
      {R"({"MetricAlarms":[{"AlarmName":"a","AlarmActions":["t"],"Threshold":10.0}]})",
       "AWS::CloudWatch::Alarm",
       "a",
       {{"AlarmActions", "[\"t\"]"}, {"Threshold", "10.0"}}},
      {R"({"Subscriptions":[{"SubscriptionArn":"PendingConfirmation","TopicArn":"t","Protocol":"email","Endpoint":"e"}]})",
       "AWS::SNS::Subscription",
       "t|email|e",
       {{"SubscriptionArn", "\"PendingConfirmation\""}}},
      {R"({"Attributes":{"TopicArn":"arn:aws:sns:us-east-1:111122223333:t","Policy":"{\"Statement\": []}",
        "KmsMasterKeyId":"k"}})",
       "AWS::SNS::TopicPolicy",
       "arn:aws:sns:us-east-1:111122223333:t",
       {{"PolicyDocument", R"({"Statement":[]})"}}},
      {R"({"repositories":[{"repositoryName":"r","repositoryArn":"arn:aws:ecr:us-east-1:111122223333:repository/r",
        "imageScanningConfiguration":{"scanOnPush":true}}]})",
       "AWS::ECR::Repository",
       "r",
       {{"ImageScanningConfiguration.ScanOnPush", "true"}}},
      {R"({"taskDefinition":{"taskDefinitionArn":"arn:t","containerDefinitions":[{"name":"c","dockerLabels":{"own":"x"},
        "readonlyRootFilesystem":true}]}})",
       "AWS::ECS::TaskDefinition",
       "arn:t",
       {{"ContainerDefinitions", R"([{"Name":"c","DockerLabels":{"own":"x"},"ReadonlyRootFilesystem":true}])"}}},
      {R"({"Functions":[{"FunctionName":"f","FunctionArn":"arn:f","VpcConfig":{"SubnetIds":["s"]}}]})",
       "AWS::Lambda::Function",
       "f",
       {{"VpcConfig.SubnetIds", "[\"s\"]"}}},
      {R"({"ScalableTargets":[{"ServiceNamespace":"ecs","ResourceId":"service/c/s","ScalableDimension":"d","MinCapacity":
        2}]})",
       "AWS::ApplicationAutoScaling::ScalableTarget",
       "service/c/s|d|ecs",
       {{"MinCapacity", "2"}}},
      {R"({"ResourceArn":"arn:lb","WebACL":{"ARN":"arn:acl","Name":"n"}})",
       "AWS::WAFv2::WebACLAssociation",
       "arn:lb|arn:acl",
       {{"WebACLArn", "\"arn:acl\""}}},
      {R"({"ResourceArns":["arn:lb"],"WebACLArn":"arn:acl"})",
       "AWS::WAFv2::WebACLAssociation",
       "arn:lb|arn:acl",
       {{"ResourceArn", "\"arn:lb\""}, {"WebACLArn", "\"arn:acl\""}}},
      {R"({"DetectorId":"d","FindingPublishingFrequency":"FIFTEEN_MINUTES","Status":"ENABLED"})",
       "AWS::GuardDuty::Detector",
       "d",
       {{"Enable", "true"}, {"FindingPublishingFrequency", "\"FIFTEEN_MINUTES\""}}},
      {R"({"ConfigurationRecorders":[{"name":"r","recordingGroup":{"allSupported":true}}],
        "ConfigurationRecordersStatus":[{"name":"r","recording":true}]})",
       "AWS::Config::ConfigurationRecorder",
       "r",
       {{"Recording", "true"}, {"RecordingGroup.AllSupported", "true"}}},
      {R"({"analyzers":[{"arn":"arn:a","name":"n","type":"ACCOUNT","status":"ACTIVE"}]})",
       "AWS::AccessAnalyzer::Analyzer",
       "arn:a",
       {{"Type", "\"ACCOUNT\""}, {"Status", "\"ACTIVE\""}}},
      {R"({"BackupPlanId":"p","BackupPlan":{"BackupPlanName":"n","Rules":[{"RuleName":"r","TargetBackupVaultName":"v"}]}})",
       "AWS::Backup::BackupPlan",
       "p",
       {{"BackupPlan.BackupPlanRule", R"([{"RuleName":"r","TargetBackupVault":"v"}])"}}},
      {R"({"BackupVaultList":[{"BackupVaultName":"v","Locked":true,"MinRetentionDays":7}]})",
       "AWS::Backup::BackupVault",
       "v",
       {{"Locked", "true"}, {"LockConfiguration.MinRetentionDays", "7"}}},
      {R"({"DomainStatusList":[{"DomainName":"d","ElasticsearchVersion":"7","AccessPolicies":"{}","VPCOptions":{"VPCId":
        "v"}}]})",
       "AWS::Elasticsearch::Domain",
       "d",
       {{"VPCOptions.VPCId", "\"v\""}}},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.answer);
    SnapshotFolder folder;
    const Estate estate = folder.with("a.json", each.answer).estate();
    EXPECT_THAT(folder.left_out, IsEmpty());
    EXPECT_THAT(estate.gaps, IsEmpty());
    const Resource& made = only(estate, each.type);
    EXPECT_EQ(made.id, each.id);
    for (const auto& [path, expected] : each.properties) {
      const Value& value = at(made.properties, path);
      EXPECT_EQ(value ? json_of(value) : "", expected) << path;
    }
  }
}

TEST(SnapshotServices, CallUnknownWhatWasNotAskedFor) {
  SnapshotFolder folder;
  const Estate estate = folder.with("b.json", R"({"Buckets": [{"Name": "b"}]})").estate();
  const Resource& bucket = only(estate, "AWS::S3::Bucket");
  EXPECT_TRUE(bucket.properties["PublicAccessBlockConfiguration"].is(Kind::unknown));
  EXPECT_THAT(bucket.properties["BucketEncryption"].text, HasSubstr("GetBucketEncryption"));
  EXPECT_TRUE(only(estate, "AWS::S3::BucketPolicy").properties["PolicyDocument"].is(Kind::unknown));
}

TEST(SnapshotServices, KnowThatThereIsNoneWhereAwsSaysSo) {
  SnapshotFolder folder;
  folder.with("b.json", R"({"Buckets": [{"Name": "b"}, {"Name": "b-logs"}]})");
  folder.with("policy/b.json",
              "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: there is none");
  folder.with("policy/b-logs.json", R"({"Policy": "{\"Id\": \"logs\"}"})");
  const Estate estate = folder.estate();
  EXPECT_THAT(estate.gaps, IsEmpty());
  const Resource& policy = only(estate, "AWS::S3::BucketPolicy");
  EXPECT_EQ(policy.id, "b-logs");
  EXPECT_EQ(policy.properties["PolicyDocument"]["Id"].text, "logs");
}

TEST(SnapshotServices, SayNothingOfRightsWhereUsersWereOnlyListed) {
  SnapshotFolder folder;
  folder.with("u.json", R"({"Users": [{"UserName": "u", "Arn": "arn:aws:iam::111122223333:user/u"}]})");
  const Estate listed = folder.estate();
  EXPECT_TRUE(only(listed, "AWS::IAM::User").properties["Policies"].is(Kind::unknown));
  folder.with("d.json",
              R"({"UserDetailList": [{"UserName": "u", "Arn": "arn:aws:iam::111122223333:user/u", "GroupList": []}]})");
  const Estate estate = folder.estate();
  EXPECT_TRUE(only(estate, "AWS::IAM::User").properties["Policies"].is(Kind::list));
  EXPECT_FALSE(only(estate, "AWS::IAM::User").properties["PermissionsBoundary"]) << "it has none, and that is known";
}

TEST(SnapshotServices, TakeAnInstancesInterfacesAndThoseListedForTheSame) {
  SnapshotFolder folder;
  folder.with("r.json", R"({"Reservations": [{"OwnerId": "111122223333", "Instances": [{"InstanceId": "i-1",
    "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "Attachment": {"AttachmentId": "x"}}]}]}]})");
  folder.with("n.json", R"({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "AvailabilityZone": "us-east-1a",
    "SubnetId": "s"}]})");
  const Estate estate = folder.estate();
  const Resource& interface = only(estate, "AWS::EC2::NetworkInterface");
  EXPECT_EQ(interface.region, "us-east-1");
  EXPECT_EQ(interface.properties["SubnetId"].text, "s");
  EXPECT_EQ(only(estate, "AWS::EC2::NetworkInterfaceAttachment").properties["InstanceId"].text, "i-1");
}

TEST(SnapshotServices, LeaveOutWhatIsGone) {
  SnapshotFolder folder;
  folder.with("n.json", R"({"NatGateways": [{"NatGatewayId": "n", "State": "deleted"}]})");
  folder.with("i.json", R"({"Instances": [{"InstanceId": "i", "State": {"Name": "terminated"}}]})");
  folder.with("t.json", R"({"TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "a", "State": "deleted"}]})");
  EXPECT_THAT(folder.estate().resources, IsEmpty());
}

}  // namespace
}  // namespace redoubt::estate
