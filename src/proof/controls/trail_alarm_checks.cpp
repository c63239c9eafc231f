// MON-8 and SEC-6: what is on the trail raises an alarm. Each check puts the events that must be told of before the
// metric filters on a trail's log group, and follows the metric of one that matches to an alarm with an action.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "containers.hpp"
#include "filter_pattern.hpp"
#include "policies.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view trail_type = "AWS::CloudTrail::Trail";

// Does the value name this log group: by reference, by ARN, or by the same name?
bool names_group(Inquiry& ask, const Value& value, const Resource& group) {
  if (mentions(ask, value, group)) return true;
  const Known<std::string> text = ask.in().text(value);
  const Known<std::string> name = ask.text(group, "LogGroupName");
  const std::string_view own = name.known() ? std::string_view(name.value) : std::string_view(group.id);
  if (!text.known()) return false;
  if (name.known() || group.stack == estate::no_index)
    return text.value == own || text.value.ends_with(fmt::format(":log-group:{}", own)) ||
           text.value.ends_with(fmt::format(":log-group:{}:*", own));
  return false;
}

// A log group that a trail of all regions writes to. Unknown: what of the trail is.
struct TrailGroup {
  const Resource* group;
  Truth written;
};

std::vector<TrailGroup> trail_groups(Inquiry& ask) {
  std::vector<TrailGroup> out;
  for (const Resource* trail : ask.resources(trail_type)) {
    const Truth written = both(ask.boolean(*trail, "IsMultiRegionTrail"), ask.boolean(*trail, "IsLogging"));
    if (!written.unknown() && !surely(written)) continue;
    const Value to = ask.get(*trail, "CloudWatchLogsLogGroupArn");
    for (const Resource* group : ask.resources("AWS::Logs::LogGroup"))
      if (names_group(ask, to, *group)) out.push_back({group, written});
  }
  return out;
}

bool same_text(Inquiry& ask, const Value& left, const Value& right) {
  const Known<estate::Rendered> a = ask.in().rendered(left);
  const Known<estate::Rendered> b = ask.in().rendered(right);
  return a.known() && b.known() && !a.value.text.empty() && a.value.text == b.value.text;
}

// One event within a period raises it and something is done then. `any_threshold`: more than one may be needed.
Truth rings(Inquiry& ask, const Resource& alarm, bool any_threshold) {
  const Truth enabled = ask.boolean(alarm, "ActionsEnabled").when_absent(true);
  const Value actions = ask.get(alarm, "AlarmActions");
  const Known<std::string> statistic = ask.text(alarm, "Statistic");
  const Known<std::string> comparison = ask.text(alarm, "ComparisonOperator");
  const Known<double> threshold = ask.number(alarm, "Threshold");
  const Known<double> periods = ask.number(alarm, "EvaluationPeriods");
  const Known<double> points = ask.number(alarm, "DatapointsToAlarm");
  if (actions.is(Kind::unknown)) return unknown_truth(actions.text);
  for (const std::string* why :
       {&enabled.why, &statistic.why, &comparison.why, &threshold.why, &periods.why, &points.why})
    if (!why->empty()) return unknown_truth(fmt::format("{}: {}", alarm.id, *why));
  const bool is_greater = comparison.value == "GreaterThanThreshold";
  if (!surely(enabled) || is_empty(actions) || !threshold.known() ||
      (statistic.value != "Sum" && statistic.value != "SampleCount") ||
      (!is_greater && comparison.value != "GreaterThanOrEqualToThreshold"))
    return truth(false);
  const bool at_once = points.known() ? points.value == 1 : periods.known() && periods.value == 1;
  return truth(any_threshold || (at_once && (is_greater ? threshold.value < 1 : threshold.value <= 1)));
}

// A filter on a trail's log group whose metric an alarm with an action watches.
struct Watch {
  const Resource* filter;
  const Resource* alarm;
  std::optional<FilterPattern> pattern;
  std::string why;  // where the pattern could not be had
};

// A pattern with the ARNs that AWS makes standing in it as names, which no event of ours has.
std::string pattern_text(Inquiry& ask, const Value& value, std::string& why) {
  const Known<estate::Rendered> text = ask.in().rendered(value);
  if (!text.known()) {
    why = text.absent() ? "it has no FilterPattern" : text.why;
    return {};
  }
  for (const estate::Rendered::Hole& hole : text.value.holes)
    if (hole.parameter != estate::no_index && ask.estate().parameters[hole.parameter].name.find("AWS::") != 0)
      why = fmt::format("{} stands in its pattern, and may be anything", hole.placeholder);
  std::string out = text.value.text;
  std::ranges::replace(out, '{', '<');
  std::ranges::replace(out, '}', '>');
  if (out.size() < 2) return {};
  // Placeholders are written with braces, as the pattern itself is.
  out.front() = '{';
  out.back() = '}';
  return out;
}

std::vector<Watch> watches(Inquiry& ask, bool any_threshold) {
  std::vector<Watch> out;
  const auto groups = trail_groups(ask);
  const auto alarms = ask.resources("AWS::CloudWatch::Alarm");
  for (const Resource* filter : ask.resources("AWS::Logs::MetricFilter")) {
    const Value of = ask.get(*filter, "LogGroupName");
    Truth on_trail = truth(false);
    for (const TrailGroup& each : groups)
      if (names_group(ask, of, *each.group)) on_trail = either(on_trail, each.written);
    if (!on_trail.unknown() && !surely(on_trail)) continue;
    for (const Value& metric : items_of(ask.get(*filter, "MetricTransformations")))
      for (const Resource* alarm : alarms) {
        if (!same_text(ask, metric["MetricName"], ask.get(*alarm, "MetricName"))) continue;
        if (!same_text(ask, metric["MetricNamespace"], ask.get(*alarm, "Namespace"))) continue;
        const Known<double> value = ask.in().number(metric["MetricValue"]);
        const Truth is = both(on_trail, rings(ask, *alarm, any_threshold));
        if ((value.known() && value.value < 1) || (!is.unknown() && !surely(is))) continue;
        Watch watch{filter, alarm, {}, is.why};
        const std::string text = pattern_text(ask, ask.get(*filter, "FilterPattern"), watch.why);
        watch.pattern = FilterPattern::read(text);
        if (!watch.pattern && watch.why.empty()) watch.why = "its pattern was not understood";
        out.push_back(std::move(watch));
      }
  }
  return out;
}

struct Sample {
  std::string name;  // for people
  LogEvent event;
};

void expect_told(Inquiry& ask, const std::vector<Sample>& samples, bool any_threshold) {
  if (ask.resources(trail_type).empty())
    return ask.refuted(nullptr, {}, "no AWS::CloudTrail::Trail is declared, whose events a filter could watch");
  const std::vector<Watch> all = watches(ask, any_threshold);
  const Watch* first = nullptr;
  for (const Sample& sample : samples) {
    Truth told = truth(false);
    for (const Watch& watch : all) {
      Truth is = watch.pattern ? watch.pattern->matches(sample.event) : unknown_truth({});
      // A parameter within the pattern may make it match less.
      if (!watch.why.empty()) is = unknown_truth(fmt::format("{}: {}", watch.filter->id, watch.why));
      if (surely(is) && first == nullptr) first = &watch;
      told = either(told, is);
    }
    if (told.unknown()) return ask.unknown(nullptr, {}, fmt::format("{}: {}", sample.name, told.why));
    if (!told.value)
      return ask.refuted(nullptr, {},
                         fmt::format("{} raises no alarm: no metric filter on the log group of a trail of all regions "
                                     "matches it whose metric an alarm with an action watches",
                                     sample.name));
  }
  ask.proved(first->filter, {},
             fmt::format("{} watches what it counts; it matches {}{}", first->alarm->id, samples.front().name,
                         samples.size() > 1 ? fmt::format(", and with others all {} events", samples.size()) : ""));
}

// A call as CloudTrail records it ("CloudTrail record contents"), by an administrator of the account.
Sample call(std::string_view source, std::string_view name) {
  return {fmt::format("{} ({})", name, source),
          {{"eventVersion", "1.09"},
           {"eventSource", std::string(source)},
           {"eventName", std::string(name)},
           {"eventType", "AwsApiCall"},
           {"eventCategory", "Management"},
           {"awsRegion", "own-region-1"},
           {"sourceIPAddress", "198.51.100.7"},
           {"userAgent", "aws-cli"},
           {"userIdentity.type", "AssumedRole"},
           {"userIdentity.arn", "arn:aws:sts::000000000000:assumed-role/somebody/session"},
           {"userIdentity.accountId", std::string(own_account)},
           {"userIdentity.sessionContext.sessionIssuer.arn", "arn:aws:iam::000000000000:role/somebody"},
           {"userIdentity.sessionContext.sessionIssuer.userName", "somebody"},
           {"recipientAccountId", std::string(own_account)}}};
}

std::vector<Sample> calls(std::string_view source, std::initializer_list<std::string_view> names) {
  std::vector<Sample> out;
  for (const std::string_view name : names) out.push_back(call(source, name));
  return out;
}

// "AWS Management Console sign-in events"
Sample sign_in(std::string_view what) {
  Sample out = call("signin.amazonaws.com", "ConsoleLogin");
  out.name = fmt::format("ConsoleLogin {}", what);
  out.event["eventType"] = "AwsConsoleSignIn";
  out.event["userIdentity.type"] = "IAMUser";
  out.event["userIdentity.arn"] = "arn:aws:iam::000000000000:user/somebody";
  out.event["userIdentity.userName"] = "somebody";
  out.event.erase("userIdentity.sessionContext.sessionIssuer.arn");
  out.event.erase("userIdentity.sessionContext.sessionIssuer.userName");
  return out;
}

std::vector<Sample> refused_calls() {
  Sample first = call("ec2.amazonaws.com", "RunInstances");
  first.name += " with Client.UnauthorizedOperation";
  first.event["errorCode"] = "Client.UnauthorizedOperation";
  Sample second = call("iam.amazonaws.com", "CreateUser");
  second.name += " with AccessDenied";
  second.event["errorCode"] = "AccessDenied";
  return {first, second};
}

std::vector<Sample> sign_in_without_mfa() {
  Sample out = sign_in("without a second factor");
  out.event["additionalEventData.MFAUsed"] = "No";
  out.event["responseElements.ConsoleLogin"] = "Success";
  return {out};
}

std::vector<Sample> failed_sign_in() {
  Sample out = sign_in("that fails");
  out.event["additionalEventData.MFAUsed"] = "No";
  out.event["responseElements.ConsoleLogin"] = "Failure";
  out.event["errorMessage"] = "Failed authentication";
  return {out};
}

std::vector<Sample> root_use() {
  Sample api = call("iam.amazonaws.com", "CreateAccessKey");
  api.name += " by the root user";
  Sample console = sign_in("by the root user");
  console.event["additionalEventData.MFAUsed"] = "Yes";
  console.event["responseElements.ConsoleLogin"] = "Success";
  for (Sample* each : {&api, &console}) {
    each->event["userIdentity.type"] = "Root";
    each->event["userIdentity.arn"] = "arn:aws:iam::000000000000:root";
    each->event.erase("userIdentity.userName");
    each->event.erase("userIdentity.sessionContext.sessionIssuer.arn");
    each->event.erase("userIdentity.sessionContext.sessionIssuer.userName");
  }
  return {api, console};
}

Check told(std::string_view id, std::vector<Sample> samples, bool any_threshold = false) {
  return {id, Method::property, {}, {}, [samples = std::move(samples), any_threshold](Inquiry& ask) {
            expect_told(ask, samples, any_threshold);
          }};
}

// Rules that hand every GetSecretValue on. EventBridge leaves out calls that only read, unless the rule's state says
// otherwise ("Receiving read-only management events from AWS services").
const Resource* rule_for_reads(Inquiry& ask) {
  for (const Resource* rule : ask.resources("AWS::Events::Rule")) {
    const Known<std::string> state = ask.text(*rule, "State");
    if (!state.known() || state.value != "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS") continue;
    if (is_empty(ask.get(*rule, "Targets"))) continue;
    const Value pattern = ask.get(*rule, "EventPattern");
    const Value detail = pattern["detail"];
    bool tells = false;
    for (const Value& name : items_of(detail["eventName"])) {
      const Known<std::string> text = ask.in().text(name);
      tells = tells || (text.known() && text.value == "GetSecretValue");
    }
    const bool of_all = std::ranges::all_of(detail.members, [](const estate::Member& member) {
      return member.name == "eventName" || member.name == "eventSource";
    });
    const bool nothing_else = std::ranges::all_of(pattern.members, [](const estate::Member& member) {
      return member.name == "source" || member.name == "detail-type" || member.name == "detail";
    });
    if (tells && of_all && nothing_else) return rule;
  }
  return nullptr;
}

void unexpected_reader(Inquiry& ask) {
  if (const Resource* rule = rule_for_reads(ask))
    return ask.proved(rule, {}, fmt::format("{} hands on every GetSecretValue", rule->id));
  std::vector<Sample> samples;
  for (const Resource* secret : ask.resources("AWS::SecretsManager::Secret")) {
    const Known<std::string> given = ask.text(*secret, "Name");
    if (given.unknown()) return ask.unknown(secret, {}, given.why);
    if (given.absent())
      return ask.unknown(secret, {}, "the name that AWS gives it, which a filter would have to match, is not known");
    Sample by_role = call("secretsmanager.amazonaws.com", "GetSecretValue");
    by_role.event["requestParameters.secretId"] = given.value;
    Sample by_user = by_role;
    by_user.event["userIdentity.type"] = "IAMUser";
    by_user.event["userIdentity.arn"] = "arn:aws:iam::000000000000:user/somebody";
    by_user.event.erase("userIdentity.sessionContext.sessionIssuer.arn");
    by_user.event.erase("userIdentity.sessionContext.sessionIssuer.userName");
    by_role.name = fmt::format("GetSecretValue of {} by an unexpected role", given.value);
    by_user.name = fmt::format("GetSecretValue of {} by a user", given.value);
    samples.push_back(std::move(by_role));
    samples.push_back(std::move(by_user));
  }
  if (!samples.empty()) expect_told(ask, samples, false);
}

}  // namespace

// The events are those of the CIS AWS Foundations Benchmark, v1.2 section 3 and v3.0 and v5.0 section 4.
std::vector<Check> trail_alarm_checks() {
  constexpr std::string_view ec2 = "ec2.amazonaws.com";
  return {
      told("MON-8.unauthorized-calls", refused_calls(), true),
      told("MON-8.sign-in-without-mfa", sign_in_without_mfa()),
      told("MON-8.root-use", root_use()),
      told("MON-8.policy-changes",
           calls("iam.amazonaws.com",
                 {"DeleteGroupPolicy", "DeleteRolePolicy", "DeleteUserPolicy", "PutGroupPolicy", "PutRolePolicy",
                  "PutUserPolicy", "CreatePolicy", "DeletePolicy", "CreatePolicyVersion", "DeletePolicyVersion",
                  "AttachRolePolicy", "DetachRolePolicy", "AttachUserPolicy", "DetachUserPolicy", "AttachGroupPolicy",
                  "DetachGroupPolicy"})),
      told("MON-8.trail-changes", calls("cloudtrail.amazonaws.com",
                                        {"CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"})),
      told("MON-8.failed-sign-ins", failed_sign_in(), true),
      told("MON-8.key-removal", calls("kms.amazonaws.com", {"DisableKey", "ScheduleKeyDeletion"})),
      told("MON-8.bucket-policy-changes",
           calls("s3.amazonaws.com",
                 {"PutBucketAcl", "PutBucketPolicy", "PutBucketCors", "PutBucketLifecycle", "PutBucketReplication",
                  "DeleteBucketPolicy", "DeleteBucketCors", "DeleteBucketLifecycle", "DeleteBucketReplication"})),
      told("MON-8.config-changes", calls("config.amazonaws.com", {"StopConfigurationRecorder", "DeleteDeliveryChannel",
                                                                  "PutDeliveryChannel", "PutConfigurationRecorder"})),
      told("MON-8.group-changes",
           calls(ec2, {"AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress",
                       "RevokeSecurityGroupEgress", "CreateSecurityGroup", "DeleteSecurityGroup"})),
      told("MON-8.acl-changes",
           calls(ec2, {"CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
                       "ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"})),
      told("MON-8.gateway-changes",
           calls(ec2, {"CreateCustomerGateway", "DeleteCustomerGateway", "AttachInternetGateway",
                       "CreateInternetGateway", "DeleteInternetGateway", "DetachInternetGateway"})),
      told("MON-8.route-changes",
           calls(ec2, {"CreateRoute", "CreateRouteTable", "ReplaceRoute", "ReplaceRouteTableAssociation",
                       "DeleteRouteTable", "DeleteRoute", "DisassociateRouteTable"})),
      told("MON-8.vpc-changes",
           calls(ec2,
                 {"CreateVpc", "DeleteVpc", "ModifyVpcAttribute", "AcceptVpcPeeringConnection",
                  "CreateVpcPeeringConnection", "DeleteVpcPeeringConnection", "RejectVpcPeeringConnection",
                  "AttachClassicLinkVpc", "DetachClassicLinkVpc", "DisableVpcClassicLink", "EnableVpcClassicLink"})),
      told("MON-8.organization-changes",
           calls("organizations.amazonaws.com",
                 {"AcceptHandshake", "AttachPolicy", "CreateAccount", "CreateOrganizationalUnit", "CreatePolicy",
                  "DeclineHandshake", "DeleteOrganization", "DeleteOrganizationalUnit", "DeletePolicy", "DetachPolicy",
                  "DisablePolicyType", "EnablePolicyType", "InviteAccountToOrganization", "LeaveOrganization",
                  "MoveAccount", "RemoveAccountFromOrganization", "UpdatePolicy", "UpdateOrganizationalUnit"})),
      {"SEC-6.unexpected-reader-alarm", Method::property, {}, {}, unexpected_reader},
  };
}

}  // namespace redoubt::controls
