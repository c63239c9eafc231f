#include "unconfinable.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace redoubt::controls {
namespace {

// In lower case; a * at the end stands for every action that begins so.
constexpr std::array patterns{
    "acm:getaccountconfiguration",
    "acm:listcertificates",
    "application-autoscaling:describe*",
    "autoscaling:describe*",
    "cloudformation:describeaccountlimits",
    "cloudformation:estimatetemplatecost",
    "cloudformation:listexports",
    "cloudformation:validatetemplate",
    "cloudtrail:describetrails",
    "cloudtrail:lookupevents",
    "cloudwatch:describealarmsformetric",
    "cloudwatch:getmetricdata",
    "cloudwatch:getmetricstatistics",
    "cloudwatch:listmetrics",
    "cloudwatch:putmetricdata",
    "config:describe*",
    "config:get*",
    "ec2:describe*",
    "ec2:enableebsencryptionbydefault",
    "ec2:getconsoleoutput",
    "ec2messages:*",
    "ecr:getauthorizationtoken",
    "ecr-public:getauthorizationtoken",
    "ecs:discoverpollendpoint",
    "ecs:listclusters",
    "ecs:registertaskdefinition",
    "ecs:deregistertaskdefinition",
    "ecs:listtaskdefinitions",
    "ecs:describetaskdefinition",
    "elasticloadbalancing:describe*",
    "guardduty:listdetectors",
    "iam:getaccount*",
    "iam:getaccountsummary",
    "iam:getcredentialreport",
    "iam:generatecredentialreport",
    "iam:deleteaccountpasswordpolicy",
    "iam:updateaccountpasswordpolicy",
    "iam:listaccountaliases",
    "iam:listusers",
    "iam:listroles",
    "iam:listpolicies",
    "iam:listvirtualmfadevices",
    "kms:createkey",
    "kms:generaterandom",
    "kms:listaliases",
    "kms:listkeys",
    "lambda:getaccountsettings",
    "lambda:listfunctions",
    "logs:describeloggroups",
    "logs:describeresourcepolicies",
    "logs:putresourcepolicy",
    "logs:createlogdelivery",
    "logs:deletelogdelivery",
    "logs:getlogdelivery",
    "logs:updatelogdelivery",
    "logs:listlogdeliveries",
    "pricing:*",
    "rds:describeaccountattributes",
    "rds:describedbengineversions",
    "route53:listhostedzones",
    "s3:listallmybuckets",
    "s3:getaccountpublicaccessblock",
    "s3:putaccountpublicaccessblock",
    "secretsmanager:getrandompassword",
    "secretsmanager:listsecrets",
    "securityhub:get*",
    "ses:getsendquota",
    "ssm:describeparameters",
    "ssm:updateinstanceinformation",
    "ssm:listassociations",
    "ssm:putinventory",
    "ssm:putcomplianceitems",
    "ssm:putconfigurepackageresult",
    "ssmmessages:*",
    "states:listactivities",
    "sts:getcalleridentity",
    "sts:getsessiontoken",
    "tag:*",
    "xray:puttracesegments",
    "xray:puttelemetryrecords",
    "xray:getsamplingrules",
    "xray:getsamplingtargets",
    "xray:getsamplingstatisticsummaries",
};

}  // namespace

bool is_unconfinable(std::string_view action) {
  std::string lower(action);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::ranges::any_of(patterns, [&](std::string_view pattern) {
    if (!pattern.ends_with('*')) return lower == pattern;
    return std::string_view(lower).starts_with(pattern.substr(0, pattern.size() - 1));
  });
}

}  // namespace redoubt::controls
