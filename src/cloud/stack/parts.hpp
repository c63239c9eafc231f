// The parts of the stack: each function adds the resources of one concern to a template, under logical ids that never
// change from one version to the next (a database under another id would be another database).
#pragma once

#include "configuration.hpp"
#include "template.hpp"

namespace redoubt::stack {

// The service's template.
void add_keys(Template& t, const Configuration& c);
void add_network(Template& t, const Configuration& c);
void add_network_acls(Template& t, const Configuration& c);
void add_security_groups(Template& t, const Configuration& c);
void add_endpoints(Template& t, const Configuration& c);
void add_load_balancer(Template& t, const Configuration& c);
void add_firewall(Template& t, const Configuration& c);
void add_image_repository(Template& t, const Configuration& c);
void add_database(Template& t, const Configuration& c);
void add_secrets(Template& t, const Configuration& c);
void add_rotation(Template& t, const Configuration& c);
void add_container_service(Template& t, const Configuration& c);
void add_scaling(Template& t, const Configuration& c);
void add_alert_topic(Template& t, const Configuration& c);
void add_alarms(Template& t, const Configuration& c);
void add_backup(Template& t, const Configuration& c);

// The account's.
void add_audit_key(Template& t, const Configuration& c);
void add_security_topic(Template& t, const Configuration& c);
void add_log_buckets(Template& t, const Configuration& c);
void add_trail(Template& t, const Configuration& c);
void add_trail_alarms(Template& t, const Configuration& c);
void add_detection(Template& t, const Configuration& c);
void add_recorder(Template& t, const Configuration& c);
void add_account_settings(Template& t, const Configuration& c);
void add_scheduled_proof(Template& t, const Configuration& c);

// The second region's.
void add_recovery(Template& t, const Configuration& c);

// Shared by them.

// A log group that only this stack's key opens. `key`: the logical id of a key whose policy lets CloudWatch Logs use
// it.
void add_log_group(Template& t, std::string_view id, const std::string& name, int days, std::string_view key);
// A bucket that is closed to the public and to plain text, versioned and encrypted; `statements` are added to its
// policy.
struct Bucket {
  std::string_view id;
  std::string_view key;         // logical id of the KMS key; empty: S3's own keys
  std::string_view access_log;  // logical id of the bucket that is told of each access; empty: none
  int days = 0;                 // after which objects go
  std::string_view lock;        // Object Lock: COMPLIANCE or GOVERNANCE for all of `days`; empty: none
};
void add_bucket(Template& t, const Bucket& bucket, std::initializer_list<Item> statements);
// A topic by which people are told, and its subscribers.
void add_topic(Template& t, std::string_view id, const std::string& name, std::string_view key,
               const std::vector<std::string>& emails);
// An event of another service, told to that topic. `pattern` is the rule's EventPattern.
void add_event_alert(Template& t, std::string_view id, std::string_view about, Value pattern, std::string_view topic);
// A Lambda function written in Python that a template carries.
struct Function {
  std::string_view id;
  std::string name;
  std::string_view about, source;
  int seconds = 60;
  std::string_view log_key;
  int log_days = 0;
  bool in_network = false;  // in the private subnets and the tasks' group
  Value variables;
};
void add_function(Template& t, const Function& function, std::initializer_list<Item> statements);
// The ARN of the second region's key.
[[nodiscard]] Value recovery_key(const Configuration& c);
// Statements that every key's policy starts with: the account decides by IAM who may manage and use it.
[[nodiscard]] Value key_policy(std::initializer_list<Item> statements);
void add_key(Template& t, std::string_view id, const std::string& alias, std::string_view about,
             std::initializer_list<Item> statements);

}  // namespace redoubt::stack
