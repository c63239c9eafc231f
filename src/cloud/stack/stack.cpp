#include "stack.hpp"

#include "parts.hpp"

namespace redoubt::stack {
namespace {

struct Singleton {
  std::string_view condition, key, name;
  std::string_view with = {};  // what comes with it
};

constexpr Singleton singletons[] = {{"OwnTrail", "Trail", "trail"},
                                    {"OwnDetector", "Detector", "guardduty"},
                                    {"OwnSecurityHub", "SecurityHub", "security-hub"},
                                    {"OwnRecorder", "Recorder", "config"},
                                    {"OwnRecorderRole", "RecorderRole", "config-role", "config"},
                                    {"OwnAnalyzer", "Analyzer", "access-analyzer"}};

// What there can be only once. The configuration says what is there already, and the template says it in one place: no
// parameter leaves open whether a control is on.
void add_singletons(Template& t, const Configuration& c) {
  Value exists = object({});
  for (const Singleton& one : singletons) {
    const bool is_there = contains(c.existing, one.name) || contains(c.existing, one.with);
    exists.set(one.key, estate::text(is_there ? "true" : "false"));
    t.condition(one.condition,
                object({{"Fn::Equals",
                         list({object({{"Fn::FindInMap", list({"Singletons", "Exists", one.key})}}), "false"})}}));
  }
  t.mapping("Singletons", object({{"Exists", std::move(exists)}}));
}

Value account(const Configuration& c) {
  Template t("The account's own controls: trail, detection, recorder, alarms", "account", c.environment);
  add_singletons(t, c);
  add_audit_key(t, c);
  add_security_topic(t, c);
  add_log_buckets(t, c);
  add_trail(t, c);
  add_trail_alarms(t, c);
  add_detection(t, c);
  add_recorder(t, c);
  add_account_settings(t, c);
  add_scheduled_proof(t, c);
  return t.document();
}

Value second_region(const Configuration& c) {
  Template t("What the second region holds: a key, and a locked vault of copied backups", "fragment", c.environment);
  add_recovery(t, c);
  return t.document();
}

Value service(const Configuration& c) {
  Template t("The service and everything that it runs in", "stack", c.environment);
  add_keys(t, c);
  add_alert_topic(t, c);
  add_network(t, c);
  add_network_acls(t, c);
  add_security_groups(t, c);
  add_endpoints(t, c);
  add_load_balancer(t, c);
  add_firewall(t, c);
  add_image_repository(t, c);
  add_database(t, c);
  add_secrets(t, c);
  add_rotation(t, c);
  add_container_service(t, c);
  add_scaling(t, c);
  add_alarms(t, c);
  add_backup(t, c);
  return t.document();
}

}  // namespace

std::vector<NamedTemplate> synthesise(const Configuration& c) {
  std::vector<NamedTemplate> out;
  out.push_back({"account.template.json", account(c)});
  if (!c.second_region.empty()) out.push_back({"second-region.template.json", second_region(c)});
  out.push_back({"service.template.json", service(c)});
  return out;
}

}  // namespace redoubt::stack
