// What only an account shows, whatever its templates say: states, deliveries, settings that are in force.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "containers.hpp"
#include "databases.hpp"
#include "listing.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "regions.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

// A member that must be that text; unknown where an account's answer does not have it.
void expect_state(Inquiry& ask, const Resource& resource, std::string_view path, std::string_view wanted) {
  const Value value = ask.get(resource, path);
  const Known<std::string> is = ask.in().text(value);
  if (!is.known())
    return ask.unknown(&resource, value.at, is.unknown() ? is.why : fmt::format("the answer has no {}", path));
  ask.expect(resource, value.at, truth(is.value == wanted), fmt::format("{} is {}", path, is.value),
             fmt::format("{} is {}, not {}", path, is.value, wanted));
}

void recorder_recording(Inquiry& ask, const Resource& recorder) {
  const Value value = ask.get(recorder, "Recording");
  const Truth is = ask.in().boolean(value);
  ask.expect(recorder, value.at,
             is.absent() ? unknown_truth("the snapshot does not hold the answer of "
                                         "`aws configservice describe-configuration-recorder-status`")
                         : is,
             "it is recording", "it is not recording");
  expect_state(ask, recorder, "LastStatus", "SUCCESS");
}

void standard_ready(Inquiry& ask, const Resource& standard) {
  expect_state(ask, standard, "StandardsStatus", "READY");
}

// Restoring is given to accounts by number, or to "all".
std::vector<Value> who_may_restore(Inquiry& ask, const Resource& snapshot, Value& unknown_part) {
  std::vector<Value> out;
  if (snapshot.type == "AWS::EC2::Snapshot") {
    const Value permissions = ask.get(snapshot, "CreateVolumePermissions");
    if (permissions.is(Kind::unknown)) unknown_part = permissions;
    for (const Value& each : items_of(permissions)) {
      for (const std::string_view member : {"Group", "UserId"})
        if (!is_empty(each[member])) out.push_back(each[member]);
    }
    return out;
  }
  const bool of_cluster = snapshot.type == "AWS::RDS::DBClusterSnapshot";
  const Value attributes = ask.get(snapshot, of_cluster ? "DBClusterSnapshotAttributes" : "DBSnapshotAttributes");
  if (attributes.is(Kind::unknown)) unknown_part = attributes;
  for (const Value& each : items_of(attributes)) {
    const Known<std::string> name = ask.in().text(each["AttributeName"]);
    if (name.known() && name.value == "restore")
      for (const Value& value : items_of(each["AttributeValues"])) out.push_back(value);
  }
  return out;
}

void restorable_by(Inquiry& ask, const Resource& snapshot, bool only_everyone) {
  const Known<std::string> type = ask.text(snapshot, "SnapshotType");
  // "Sharing a DB snapshot": only manual ones can be shared.
  if (type.known() && type.value == "automated")
    return ask.proved(&snapshot, {}, "an automated snapshot cannot be shared");
  Value unknown_part;
  for (const Value& each : who_may_restore(ask, snapshot, unknown_part)) {
    const Known<std::string> who = ask.in().text(each);
    if (!who.known()) unknown_part = estate::unknown(who.why, each.at);
    if (!who.known() || who.value == snapshot.account) continue;
    if (who.value == "all") return ask.refuted(&snapshot, each.at, "everyone may restore it");
    if (!only_everyone) return ask.refuted(&snapshot, each.at, fmt::format("the account {} may restore it", who.value));
  }
  if (unknown_part) return ask.unknown(&snapshot, unknown_part.at, unknown_part.text);
  ask.proved(&snapshot, {}, only_everyone ? "not everyone may restore it" : "no other account may restore it");
}

void not_public(Inquiry& ask, const Resource& snapshot) {
  restorable_by(ask, snapshot, true);
}
void not_shared(Inquiry& ask, const Resource& snapshot) {
  restorable_by(ask, snapshot, false);
}

void snapshot_encrypted(Inquiry& ask, const Resource& snapshot) {
  const Value value = ask.get(snapshot, "Encrypted");
  const Truth is = ask.in().boolean(value);
  ask.expect(snapshot, value.at, is.absent() ? unknown_truth("the answer does not say whether it is encrypted") : is,
             "Encrypted is true", "Encrypted is false");
}

void volumes_by_default(Inquiry& ask) {
  in_every_region(ask, "AWS::EC2::EbsEncryptionByDefault", [](Inquiry& inner, const Resource& setting) {
    return inner.boolean(setting, "EbsEncryptionByDefault");
  });
}

void parameters_applied(Inquiry& ask, const Resource& instance) {
  const Value groups = ask.get(instance, "DBParameterGroups");
  if (groups.is(Kind::unknown)) return ask.unknown(&instance, groups.at, groups.text);
  if (is_empty(groups)) return ask.unknown(&instance, {}, "the answer names no parameter group of it");
  for (const Value& group : items_of(groups)) {
    const Known<std::string> name = ask.in().text(group["DBParameterGroupName"]);
    const Known<std::string> status = ask.in().text(group["ParameterApplyStatus"]);
    if (!status.known())
      ask.unknown(&instance, group.at,
                  status.unknown() ? status.why : "whether its parameters are in force is not said");
    else
      ask.expect(instance, group.at, truth(status.value == "in-sync"),
                 fmt::format("{} is {}", name.value, status.value),
                 fmt::format("{} is {}: what it sets is not in force", name.value, status.value));
  }
}

// Disabled or to be deleted, and something names it still.
void key_in_service(Inquiry& ask, const Resource& key) {
  const Known<std::string> manager = ask.text(key, "KeyManager");
  if (manager.known() && manager.value == "AWS") return;
  const Known<std::string> state = ask.text(key, "KeyState");
  if (!state.known()) return ask.unknown(&key, {}, state.unknown() ? state.why : "the answer does not say its state");
  if (state.value == "Enabled") return ask.proved(&key, {}, "KeyState is Enabled");
  if (state.value != "Disabled" && state.value != "PendingDeletion" && state.value != "PendingReplicaDeletion")
    return ask.unknown(&key, {}, fmt::format("KeyState is {}", state.value));
  for (const Resource& each : ask.estate().resources)
    if (&each != &key && each.type != "AWS::KMS::Alias" && ask.in().exists(each) && mentions(ask, each.properties, key))
      return ask.refuted(&key, {}, fmt::format("KeyState is {}, and {} uses it", state.value, each.id));
  ask.unknown(&key, {},
              fmt::format("KeyState is {}; nothing that the snapshot shows uses it, but others may", state.value));
}

void trail_delivering(Inquiry& ask) {
  const auto trails = ask.resources("AWS::CloudTrail::Trail");
  if (trails.empty()) return ask.refuted(nullptr, {}, "there is no AWS::CloudTrail::Trail");
  Truth any = truth(false);
  std::string text;
  for (const Resource* trail : trails) {
    const Truth everywhere = ask.boolean(*trail, "IsMultiRegionTrail");
    const Truth logging = ask.boolean(*trail, "IsLogging");
    const Known<std::string> error = ask.text(*trail, "LatestDeliveryError");
    // Of one answer with IsLogging.
    const bool has_time = !is_empty(ask.get(*trail, "LatestDeliveryTime"));
    const Truth delivered = !has_time && logging.unknown() ? unknown_truth(logging.why) : truth(has_time);
    const Truth clean = error.unknown() ? unknown_truth(error.why) : truth(error.absent() || error.value.empty());
    const Truth is = both(both(everywhere, logging), both(delivered, clean));
    if (surely(is))
      return ask.proved(trail, {}, "it records all regions, is switched on and delivered without an error");
    any = either(any, is);
    const std::string_view wrong = !everywhere.unknown() && !surely(everywhere) ? "does not record all regions"
                                   : !logging.unknown() && !surely(logging)     ? "is switched off"
                                   : !clean.unknown() && !surely(clean)         ? "could not deliver"
                                                                                : "has delivered nothing yet";
    text += fmt::format("{}{} {}{}", text.empty() ? "" : "; ", trail->id, wrong,
                        error.known() && !error.value.empty() ? fmt::format(" ({})", error.value) : "");
  }
  ask.expect(*trails.front(), {}, any, {}, text);
}

void account_blocks_access(Inquiry& ask) {
  const auto blocks = ask.resources("AWS::S3::AccountPublicAccessBlock");
  if (blocks.empty())
    return ask.unknown(nullptr, {}, "the snapshot does not hold the answer of `aws s3control get-public-access-block`");
  for (const Resource* block : blocks)
    for (const std::string_view each :
         {"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"})
      ask.expect_true(*block, each);
}

void detector_active(Inquiry& ask) {
  in_every_region(ask, "AWS::GuardDuty::Detector",
                  [](Inquiry& inner, const Resource& detector) { return inner.boolean(detector, "Enable"); });
}

// Topics that alarms name.
void subscriber_confirmed(Inquiry& ask) {
  std::vector<const Resource*> topics;
  for (const std::string_view type : {"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"})
    for (const Resource* alarm : ask.resources(type))
      for (const Value& action : items_of(ask.get(*alarm, "AlarmActions")))
        if (const Resource* topic = ask.in().target(action);
            topic != nullptr && topic->type == "AWS::SNS::Topic" && std::ranges::find(topics, topic) == topics.end())
          topics.push_back(topic);
  for (const Resource* topic : topics) {
    if (topic->stack != estate::no_index) continue;
    const Known<double> confirmed = ask.number(*topic, "SubscriptionsConfirmed");
    if (confirmed.known() && confirmed.value > 0) {
      ask.proved(topic, {}, fmt::format("SubscriptionsConfirmed is {}", confirmed.value));
      continue;
    }
    const Resource* found = nullptr;
    for (const Resource* each : ask.resources("AWS::SNS::Subscription"))
      if (each->arn.starts_with("arn:") && ask.in().target(ask.get(*each, "TopicArn")) == topic) found = each;
    if (found != nullptr)
      ask.proved(topic, found->at, fmt::format("{} is confirmed", found->arn));
    else if (confirmed.known())
      ask.refuted(topic, {}, "SubscriptionsConfirmed is 0");
    else
      ask.refuted(topic, {}, "no subscription of it is confirmed");
  }
}

void default_group_closed(Inquiry& ask, const Resource& group) {
  const Known<std::string> name = ask.text(group, "GroupName");
  if (!name.known() || name.value != "default") return;
  for (const std::string_view path : {"SecurityGroupIngress", "SecurityGroupEgress"}) {
    const Value rules = ask.get(group, path);
    if (rules.is(Kind::unknown)) return ask.unknown(&group, rules.at, rules.text);
    if (!is_empty(rules))
      return ask.refuted(&group, rules.at, fmt::format("{} is {}", path, text_of(ask.estate(), rules)));
  }
  ask.proved(&group, {}, "it has neither inbound nor outbound rules");
}

void flow_log_delivers(Inquiry& ask, const Resource& log) {
  expect_state(ask, log, "FlowLogStatus", "ACTIVE");
  const Value status_value = ask.get(log, "DeliverLogsStatus");
  const Known<std::string> status = ask.in().text(status_value);
  const Known<std::string> error = ask.text(log, "DeliverLogsErrorMessage");
  if (status.unknown()) return ask.unknown(&log, status_value.at, status.why);
  if (status.known() && status.value == "FAILED")
    return ask.refuted(
        &log, status_value.at,
        fmt::format("DeliverLogsStatus is FAILED{}", error.known() ? fmt::format(": {}", error.value) : ""));
  // "FlowLog": absent, or SUCCESS, where nothing went wrong.
  ask.proved(&log, {}, "it is active and its last delivery did not fail");
}

void no_critical_finding(Inquiry& ask, const Resource& image) {
  if (!runs_in_a_task(ask, image)) return;
  const Known<std::string> status = ask.text(image, "ImageScanStatus.Status");
  if (!status.known())
    return ask.unknown(&image, {}, status.unknown() ? status.why : "the answer does not say that it was scanned");
  if (status.value != "COMPLETE" && status.value != "ACTIVE")
    return ask.unknown(&image, {}, fmt::format("ImageScanStatus is {}", status.value));
  const Value counts = ask.get(image, "FindingSeverityCounts");
  if (counts.is(Kind::unknown)) return ask.unknown(&image, counts.at, counts.text);
  if (counts.is(Kind::absent))
    return ask.unknown(&image, {}, "the answer does not hold the summary of its scan's findings");
  const Known<double> critical = ask.in().number(counts["CRITICAL"]);
  if (critical.unknown()) return ask.unknown(&image, counts.at, critical.why);
  ask.expect(image, counts.at, truth(critical.absent() || critical.value == 0), "its scan found nothing critical",
             fmt::format("{} critical findings are open", critical.value));
}

}  // namespace

std::vector<Check> account_checks() {
  const std::vector<std::string_view> snapshots{"AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot",
                                                "AWS::EC2::Snapshot"};
  return {
      {"CMP-1.recording", Method::property, {"AWS::Config::ConfigurationRecorder"}, recorder_recording},
      {"CMP-2.standards-ready", Method::property, {"AWS::SecurityHub::Standard"}, standard_ready},
      {"ENC-1.volumes-encrypted-by-default", Method::property, {}, {}, volumes_by_default},
      {"ENC-2.snapshots-encrypted", Method::property, snapshots, snapshot_encrypted},
      {"ENC-2.no-public-snapshot", Method::property, snapshots, not_public},
      {"ENC-2.no-shared-snapshot", Method::property, snapshots, not_shared},
      {"ENC-8.parameter-applied", Method::property, {db_instance}, parameters_applied},
      {"ENC-10.in-service", Method::property, {"AWS::KMS::Key"}, key_in_service},
      {"MON-6.delivering", Method::property, {}, {}, trail_delivering},
      {"MON-6.account-blocks-public-access", Method::property, {}, {}, account_blocks_access},
      {"MON-9.detector-active", Method::property, {}, {}, detector_active},
      {"MON-10.subscriber-confirmed", Method::property, {}, {}, subscriber_confirmed},
      {"NET-10.closed", Method::property, {"AWS::EC2::SecurityGroup"}, default_group_closed},
      {"NET-12.delivering", Method::property, {"AWS::EC2::FlowLog"}, flow_log_delivers},
      {"IMG-1.no-critical-finding", Method::property, {"AWS::ECR::Image"}, no_critical_finding},
  };
}

}  // namespace redoubt::controls
