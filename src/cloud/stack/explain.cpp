#include "explain.hpp"

#include <fmt/format.h>

#include <optional>

#include "prices.hpp"
#include "stack.hpp"

namespace redoubt::stack {
namespace {

using estate::Value;

struct Cost {
  std::string what;
  std::optional<double> month;  // none: the price table does not know it
};

const Value& service_of(const std::vector<NamedTemplate>& templates) {
  return std::ranges::find(templates, "service.template.json", &NamedTemplate::file)->document["Resources"];
}

// How many resources of a type the templates hold.
int count(const std::vector<NamedTemplate>& templates, std::string_view type) {
  int found = 0;
  for (const NamedTemplate& made : templates)
    found +=
        static_cast<int>(std::ranges::count_if(made.document["Resources"].members, [&](const estate::Member& resource) {
          return resource.value["Type"].text == type;
        }));
  return found;
}

int interface_endpoints(const Value& resources) {
  return static_cast<int>(std::ranges::count_if(resources.members, [](const estate::Member& resource) {
    return resource.value["Properties"]["VpcEndpointType"].text == "Interface";
  }));
}

std::optional<double> database_month(const Configuration& c) {
  const auto found = std::ranges::find(price::database_classes, c.database_class, &price::DatabaseClass::name);
  if (found == price::database_classes.end()) return {};
  const double storage = price::database_gib_month * c.database_gib;
  return (found->hour * price::hours_in_a_month + storage) * (c.multi_az ? 2 : 1);
}

// Of some two minutes a day; of another schedule it is not said.
std::optional<double> proof_month(const Configuration& c) {
  constexpr double minutes = 2, days = price::hours_in_a_month / 24;
  if (c.proof_image.empty()) return 0;
  if (c.proof_schedule != "rate(1 day)") return {};
  return minutes * days * price::build_minute;
}

// The same lines in the same order for every configuration: two of them can be set side by side.
std::vector<Cost> costs(const Configuration& c) {
  const std::vector<NamedTemplate> templates = synthesise(c);
  const Value& resources = service_of(templates);
  const int zones = static_cast<int>(c.private_subnets.size()), endpoints = interface_endpoints(resources),
            alarms = count(templates, "AWS::CloudWatch::Alarm"), keys = count(templates, "AWS::KMS::Key"),
            secrets = count(templates, "AWS::SecretsManager::Secret") + 1,  // and the master's, which RDS makes
      rules = static_cast<int>(resources["Firewall"]["Properties"]["Rules"].items.size());
  const double hours = price::hours_in_a_month;
  const double task = c.cpu / 1024.0 * price::fargate_cpu_hour + c.memory / 1024.0 * price::fargate_gib_hour;
  return {
      {fmt::format("{} NAT gateway(s), with an address each", c.nat_gateways),
       c.nat_gateways * (price::nat_gateway_hour + price::public_address_hour) * hours},
      {fmt::format("{} interface endpoints in {} zones", endpoints, zones),
       endpoints * zones * price::interface_endpoint_hour * hours},
      {fmt::format("load balancer, {} addresses", zones),
       (price::load_balancer_hour + zones * price::public_address_hour) * hours},
      {fmt::format("firewall, {} rules", rules), price::web_acl_month + rules * price::web_acl_rule_month},
      {fmt::format("{} to {} tasks of {} CPU units and {} MiB, at the least", c.min_tasks, c.max_tasks, c.cpu,
                   c.memory),
       c.min_tasks * task * hours},
      {fmt::format("database {}, {} GiB{}", c.database_class, c.database_gib, c.multi_az ? ", with a standby" : ""),
       database_month(c)},
      {fmt::format("copies of backups in {}", c.second_region.empty() ? "no second region" : c.second_region),
       c.second_region.empty() ? 0 : c.database_gib * price::database_backup_gib_month},
      {fmt::format("{} keys", keys), keys * price::key_month},
      {fmt::format("{} secrets", secrets), secrets * price::secret_month},
      {fmt::format("{} alarms", alarms), alarms * price::alarm_month},
      {c.proof_image.empty() ? "no proof on a schedule" : fmt::format("proof by {}", c.proof_schedule), proof_month(c)},
  };
}

std::string money(const std::optional<double>& month) {
  return month ? fmt::format("{:.2f}", *month) : "?";
}

double total(const std::vector<Cost>& lines) {
  double sum = 0;
  for (const Cost& line : lines) sum += line.month.value_or(0);
  return sum;
}

// What would be there if the environment alone were the other one, everything else as that environment's defaults.
Configuration other_environment(const Configuration& c) {
  const std::string_view other = c.production() ? "development" : "production";
  return *read_configuration(fmt::format("environment = \"{}\"\nname = \"{}\"\n", other, c.name), "defaults");
}

}  // namespace

std::string explain(const Configuration& c) {
  const Configuration other = other_environment(c);
  const std::vector<Cost> mine = costs(c), theirs = costs(other);
  std::string out = fmt::format("{} in {}, {}\n\n", c.name, c.region, c.environment);
  for (const NamedTemplate& made : synthesise(c))
    out += fmt::format("{:<30} {:>4} resources\n", made.file, made.document["Resources"].members.size());
  if (!c.has_image())
    out += "\nservice.image is not set: no task will run until an image was pushed and its digest is written there.\n";
  out += fmt::format("\n{:<58} {:>10} {:>12}\n", "US dollars a month", c.environment, other.environment);
  for (std::size_t i = 0; i < mine.size(); ++i)
    out += fmt::format("{:<58} {:>10} {:>12}\n", mine[i].what, money(mine[i].month), money(theirs[i].month));
  out += fmt::format("{:<58} {:>10.2f} {:>12.2f}\n", "together", total(mine), total(theirs));
  out +=
      "\nThe right column is what the other environment's defaults cost. An estimate by prices of 2025 in US East; "
      "traffic,\n"
      "requests, logs, GuardDuty, Config and Security Hub, which follow use, are not in it.\n\nThe difference:\n";
  const auto differs = [&](std::string_view what, const std::string& here, const std::string& there) {
    if (here != there) out += fmt::format("  {:<34} {:<14} {}\n", what, here, there);
  };
  differs("standby of the database", c.multi_az ? "yes" : "no", other.multi_az ? "yes" : "no");
  differs("backups kept, days", std::to_string(c.backup_days), std::to_string(other.backup_days));
  differs("copies in a second region", c.second_region.empty() ? "none" : c.second_region,
          other.second_region.empty() ? "none" : other.second_region);
  differs("lock of the vault", c.vault_lock, other.vault_lock);
  differs("logs kept, days", std::to_string(c.log_days), std::to_string(other.log_days));
  differs("trail locked, days", std::to_string(c.trail_days), std::to_string(other.trail_days));
  differs("trail of objects in S3", c.trail_data_events ? "yes" : "no", other.trail_data_events ? "yes" : "no");
  return out;
}

}  // namespace redoubt::stack
