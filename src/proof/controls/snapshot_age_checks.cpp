// What an account must have done recently: backups, restores, rotations, images. Ages count to Question::now; a time
// that is not said is unknown.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "containers.hpp"
#include "databases.hpp"
#include "reading.hpp"
#include "times.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

const std::vector<std::string_view> databases{db_instance, db_cluster};

// RDS brings the changes of the last five minutes; a snapshot that is older than its data cannot tell.
void point_in_time(Inquiry& ask, const Resource& database) {
  if (database.stack != estate::no_index || is_cluster_member(ask, database)) return;
  constexpr double most_minutes = 15, minutes_a_day = 1440;
  const Known<double> kept = ask.number(database, "BackupRetentionPeriod");
  if (kept.known() && kept.value == 0)
    return ask.refuted(&database, {}, "BackupRetentionPeriod is 0, so that there is nothing to restore it from");
  const Known<Time> latest = time_of(ask, ask.get(database, "LatestRestorableTime"));
  if (!latest.known())
    return ask.unknown(&database, {}, latest.unknown() ? latest.why : "the answer has no LatestRestorableTime");
  const double minutes = days_between(latest.value, ask.now()) * minutes_a_day;
  if (minutes <= most_minutes)
    ask.proved(&database, {}, fmt::format("LatestRestorableTime is {:.0f} minutes ago", minutes));
  else
    ask.unknown(&database, {},
                fmt::format("LatestRestorableTime is {:.0f} minutes ago, and when the snapshot was taken is not said",
                            minutes));
}

// Eight digits, or four, two and two, that are a date.
bool has_date(std::string_view name) {
  for (std::size_t at = 0; at < name.size(); ++at) {
    const std::string_view rest = name.substr(at);
    std::string digits;
    for (const char c : rest.substr(0, 10)) {
      if (c >= '0' && c <= '9') digits += c;
      if ((c < '0' || c > '9') && (c != '-' || (digits.size() != 4 && digits.size() != 6))) break;
      if (digits.size() == 8) break;
    }
    if (digits.size() == 8 &&
        read_time(fmt::format("{}-{}-{}", digits.substr(0, 4), digits.substr(4, 2), digits.substr(6, 2))))
      return true;
  }
  return false;
}

void manual_snapshot(Inquiry& ask) {
  struct Kind {
    std::string_view database, snapshot, identifier;
  };
  constexpr std::array kinds{Kind{db_instance, "AWS::RDS::DBSnapshot", "DBInstanceIdentifier"},
                             Kind{db_cluster, "AWS::RDS::DBClusterSnapshot", "DBClusterIdentifier"}};
  for (const Kind& kind : kinds)
    for (const Resource* database : ask.resources(kind.database)) {
      if (database->stack != estate::no_index || is_cluster_member(ask, *database)) continue;
      const Resource* found = nullptr;
      for (const Resource* snapshot : ask.resources(kind.snapshot)) {
        const Known<std::string> of = ask.text(*snapshot, kind.identifier);
        const Known<std::string> type = ask.text(*snapshot, "SnapshotType");
        if (of.known() && of.value == database->id && type.known() && type.value == "manual" && has_date(snapshot->id))
          found = snapshot;
      }
      if (found != nullptr)
        ask.proved(database, found->at, fmt::format("{} is a manual snapshot of it", found->id));
      else
        ask.refuted(database, {}, "no manual snapshot of it has a date in its name");
    }
}

struct Rule {
  const Resource* plan;
  Value value;
};

std::vector<Rule> plan_rules(Inquiry& ask) {
  std::vector<Rule> out;
  for (const Resource* plan : ask.resources("AWS::Backup::BackupPlan"))
    for (const Value& rule : items_of(ask.get(*plan, "BackupPlan.BackupPlanRule"))) out.push_back({plan, rule});
  return out;
}

// How old the newest point of a rule may be: its period, and a day for it to be made. AWS Backup's own schedule is
// daily.
std::optional<double> allowed_age(Inquiry& ask, const Value& rule) {
  const Known<std::string> schedule = ask.in().text(rule["ScheduleExpression"]);
  if (schedule.unknown()) return std::nullopt;
  const std::optional<double> period = schedule.known() ? period_in_days(schedule.value) : 1;
  return period ? std::optional(*period + 1) : std::nullopt;
}

std::optional<Time> newest_point(Inquiry& ask, std::string_view vault, std::string_view region) {
  std::optional<Time> newest;
  for (const Resource* point : ask.resources("AWS::Backup::RecoveryPoint")) {
    const Known<std::string> in = ask.text(*point, "BackupVaultName");
    const Known<std::string> status = ask.text(*point, "Status");
    if (!in.known() || in.value != vault || !status.known() || status.value != "COMPLETED") continue;
    if (!region.empty() && !point->region.empty() && point->region != region) continue;
    const Known<Time> made = time_of(ask, ask.get(*point, "CreationDate"));
    if (made.known() && (!newest || made.value > *newest)) newest = made.value;
  }
  return newest;
}

void expect_recent(Inquiry& ask, const Rule& rule, const std::optional<Time>& newest, std::string_view vault) {
  const std::optional<double> most = allowed_age(ask, rule.value);
  if (!most) return ask.unknown(rule.plan, rule.value.at, "how often its schedule comes round was not worked out");
  if (!newest) return ask.refuted(rule.plan, rule.value.at, fmt::format("{} holds no completed recovery point", vault));
  const double age = days_between(*newest, ask.now());
  const std::string text = fmt::format("the newest recovery point in {} is of {}", vault, date_text(*newest));
  if (age <= *most)
    ask.proved(rule.plan, rule.value.at, text);
  else
    ask.refuted(rule.plan, rule.value.at, fmt::format("{}, {:.0f} days ago", text, age));
}

void recovery_points(Inquiry& ask) {
  for (const Rule& rule : plan_rules(ask)) {
    const Known<std::string> vault = ask.in().text(rule.value["TargetBackupVault"]);
    if (rule.plan->stack != estate::no_index) continue;
    if (!vault.known())
      ask.unknown(rule.plan, rule.value.at, vault.unknown() ? vault.why : "a rule of it names no vault");
    else
      expect_recent(ask, rule, newest_point(ask, vault.value, rule.plan->region), vault.value);
  }
}

// "arn:aws:backup:eu-central-1:111122223333:backup-vault:copies"
void copy_arrives(Inquiry& ask) {
  for (const Rule& rule : plan_rules(ask)) {
    if (rule.plan->stack != estate::no_index) continue;
    for (const Value& copy : items_of(rule.value["CopyActions"])) {
      const Known<std::string> arn = ask.in().text(copy["DestinationBackupVaultArn"]);
      if (!arn.known()) {
        ask.unknown(rule.plan, copy.at, arn.unknown() ? arn.why : "a copy action names no vault");
        continue;
      }
      std::vector<std::string> parts;
      for (std::size_t at = 0; at != std::string::npos && parts.size() < 7;) {
        const std::size_t end = arn.value.find(':', at);
        parts.push_back(arn.value.substr(at, end == std::string::npos ? end : end - at));
        at = end == std::string::npos ? end : end + 1;
      }
      if (parts.size() != 7) {
        ask.unknown(rule.plan, copy.at, fmt::format("{} is no ARN of a vault", arn.value));
        continue;
      }
      const std::optional<Time> newest = newest_point(ask, parts[6], parts[3]);
      if (!newest)  // the other region's points are an answer of their own, of which no list tells
        ask.unknown(rule.plan, copy.at,
                    fmt::format("the snapshot shows no recovery point in {} of {}", parts[6], parts[3]));
      else
        expect_recent(ask, rule, newest, arn.value);
    }
  }
}

void restore_seen(Inquiry& ask) {
  constexpr double quarter = 92;
  bool any_database = false;
  for (const std::string_view type : databases) any_database = any_database || !ask.resources(type).empty();
  if (!any_database) return;
  std::optional<Time> newest;
  const Resource* found = nullptr;
  for (const Resource* job : ask.resources("AWS::Backup::RestoreJob")) {
    const Known<std::string> status = ask.text(*job, "Status");
    const Known<std::string> type = ask.text(*job, "ResourceType");
    if (!status.known() || status.value != "COMPLETED") continue;
    if (!type.known() || (type.value != "RDS" && type.value != "Aurora")) continue;
    const Known<Time> done = time_of(ask, ask.get(*job, "CompletionDate"));
    if (!done.known() || (newest && *newest >= done.value)) continue;
    newest = done.value;
    found = job;
  }
  if (!newest) return ask.refuted(nullptr, {}, "no completed restore of a database is shown");
  const std::string text = fmt::format("the last restore of a database was completed on {}", date_text(*newest));
  if (days_between(*newest, ask.now()) <= quarter)
    ask.proved(found, {}, text);
  else
    ask.refuted(found, {}, text);
}

void rotated_in_time(Inquiry& ask, const Resource& secret) {
  if (!surely(ask.boolean(secret, "RotationEnabled"))) return;
  const Known<Time> rotated = time_of(ask, ask.get(secret, "LastRotatedDate"));
  const Known<double> days = ask.number(secret, "RotationRules.AutomaticallyAfterDays");
  const Known<std::string> schedule = ask.text(secret, "RotationRules.ScheduleExpression");
  std::optional<double> period;
  if (days.known())
    period = days.value;
  else if (schedule.known())
    period = period_in_days(schedule.value);
  if (rotated.unknown()) return ask.unknown(&secret, {}, rotated.why);
  if (!period) return ask.unknown(&secret, {}, "how often it is to rotate was not worked out");
  if (rotated.absent()) return ask.refuted(&secret, {}, "it was never rotated: LastRotatedDate is not given");
  // It may rotate until the end of the last day ("Rotation window").
  const double age = days_between(rotated.value, ask.now());
  const std::string text =
      fmt::format("it was last rotated on {}, and rotates every {:.0f} days", date_text(rotated.value), *period);
  if (age <= *period + 1)
    ask.proved(&secret, {}, text);
  else
    ask.refuted(&secret, {}, text);
}

// A value is no older than its last rotation or the secret itself, and no younger than the last change of any kind.
// The keys of users are IAM-5's.
void credential_fresh(Inquiry& ask, const Resource& secret) {
  if (secret.stack != estate::no_index) return;
  constexpr double year = 365;
  for (const std::string_view name : {"LastRotatedDate", "CreatedDate"}) {
    const Known<Time> at = time_of(ask, ask.get(secret, name));
    if (at.known() && days_between(at.value, ask.now()) <= year)
      return ask.proved(&secret, {}, fmt::format("{} is {}", name, date_text(at.value)));
  }
  const Known<Time> changed = time_of(ask, ask.get(secret, "LastChangedDate"));
  if (changed.known() && days_between(changed.value, ask.now()) > year)
    ask.refuted(&secret, {}, fmt::format("nothing of it was changed since {}", date_text(changed.value)));
  else
    ask.unknown(&secret, {}, "when its value was last changed is not said");
}

void image_young(Inquiry& ask, const Resource& image) {
  constexpr double most = 30;
  if (!runs_in_a_task(ask, image)) return;
  const Known<Time> pushed = time_of(ask, ask.get(image, "ImagePushedAt"));
  if (!pushed.known()) return ask.unknown(&image, {}, pushed.unknown() ? pushed.why : "when it was pushed is not said");
  const std::string text = fmt::format("it was pushed on {}", date_text(pushed.value));
  if (days_between(pushed.value, ask.now()) <= most)
    ask.proved(&image, {}, text);
  else
    ask.refuted(&image, {}, text);
}

}  // namespace

std::vector<Check> snapshot_age_checks() {
  return {
      {"DR-1.point-in-time", Method::property, databases, point_in_time},
      {"DR-3.manual-snapshot", Method::property, {}, {}, manual_snapshot},
      {"DR-4.copy-arrives", Method::property, {}, {}, copy_arrives},
      {"DR-5.recovery-points", Method::property, {}, {}, recovery_points},
      {"DR-7.restore-seen", Method::property, {}, {}, restore_seen},
      {"SEC-2.rotated-in-time", Method::property, {"AWS::SecretsManager::Secret"}, rotated_in_time},
      {"IR-4.credentials-fresh", Method::property, {"AWS::SecretsManager::Secret"}, credential_fresh},
      {"IMG-3.running-image-young", Method::property, {"AWS::ECR::Image"}, image_young},
  };
}

}  // namespace redoubt::controls
