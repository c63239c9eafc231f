// redoubt.toml: what of a deployment can be chosen. Every option, its defaults for each environment, its form and its
// explanation stand in one table (options()), from which the annotated example, the reader, its errors and the table of
// docs/stack.md follow. A Configuration that was read is complete and checked; nothing later finds it wanting.
#pragma once

#include <algorithm>
#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "estate/document.hpp"

namespace redoubt::stack {

struct Configuration {
  // What is deployed, and where.
  std::string name, environment, region, second_region, domain, hosted_zone, certificate;
  std::vector<std::string> alert_emails, new_regions;
  std::string recovery_key;

  // [network]
  std::string network_cidr;
  std::vector<std::string> public_subnets, private_subnets, denied_ranges;
  int nat_gateways = 0;

  // [service]
  std::string image, health_path, user, tls, admin_email, metrics_namespace;
  std::vector<std::string> command, certificate_command, migrate_command, cors_origins;
  int port = 0, cpu = 0, memory = 0, min_tasks = 0, max_tasks = 0;
  std::map<std::string, std::string> variables, secrets;

  // [database]
  std::string database_name, database_class, database_version, database_ca_file, database_snapshot;
  int database_gib = 0, database_max_gib = 0, backup_days = 0;
  bool multi_az = false;

  // [firewall]
  int requests_per_five_minutes = 0;
  std::vector<std::string> counted_groups;

  // [secrets], [logs], [backup]
  int rotation_days = 0, log_days = 0, vault_days = 0;
  std::string vault_lock;

  // [account]
  std::string trail_log_group;
  int trail_days = 0;
  bool trail_data_events = false;
  std::vector<std::string> existing;

  // [proof]
  std::string proof_image, proof_schedule;
  std::vector<std::string> proof_stacks;

  [[nodiscard]] bool production() const { return environment == "production"; }
  [[nodiscard]] bool has_image() const { return !image.empty(); }
  // redoubt-production: what the stack's things are called.
  [[nodiscard]] std::string prefix() const { return name + '-' + environment; }
};

struct Option {
  using Target =
      std::variant<std::string Configuration::*, int Configuration::*, bool Configuration::*,
                   std::vector<std::string> Configuration::*, std::map<std::string, std::string> Configuration::*>;
  std::string_view name;  // "network.cidr"
  Target target;
  std::string_view development, production;  // defaults, as they would stand in the file
  std::string_view about;
  std::string_view form = {};     // what a text, or each text of a list, must match as a whole; empty: anything
  std::string_view meaning = {};  // the form in words, for errors
  int least = 0, most = 0;        // of a number
};

[[nodiscard]] std::span<const Option> options();

template <class Range, class T>
[[nodiscard]] bool contains(const Range& range, const T& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

// Reads redoubt.toml. `name` is what errors call it; empty text gives the defaults.
[[nodiscard]] std::expected<Configuration, estate::ReadError> read_configuration(std::string_view toml,
                                                                                 std::string_view name);

// What `redoubt init` writes: every option with its explanation, those at their default commented out.
[[nodiscard]] std::string annotated_example();

// The table of docs/stack.md.
[[nodiscard]] std::string options_table();

}  // namespace redoubt::stack
