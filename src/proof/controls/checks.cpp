#include <utility>

#include "check.hpp"
#include "engine_checks.hpp"

namespace redoubt::controls {

const std::vector<Check>& checks() {
  static const std::vector<Check> all = [] {
    std::vector<Check> out;
    for (const auto section : {network_checks,
                               security_group_checks,
                               network_acl_checks,
                               policy_checks,
                               encryption_checks,
                               transit_checks,
                               identity_checks,
                               secrets_checks,
                               secret_property_checks,
                               application_checks,
                               logging_checks,
                               monitoring_checks,
                               bucket_checks,
                               compliance_checks,
                               recovery_checks,
                               incident_checks,
                               container_checks,
                               credential_checks,
                               account_checks,
                               arrival_checks,
                               snapshot_age_checks,
                               trail_alarm_checks,
                               admission_checks,
                               confinement_checks,
                               database_companion_checks})
      for (Check& check : section()) out.push_back(std::move(check));
    return out;
  }();
  return all;
}

const std::vector<EngineCheck>& engine_checks() {
  static const std::vector<EngineCheck> all = [] {
    std::vector<EngineCheck> out;
    for (const auto section : {reachability_checks, subnet_checks, group_admission_checks, rights_checks,
                               role_envelope_checks, migration_checks})
      for (EngineCheck& check : section()) out.push_back(std::move(check));
    return out;
  }();
  return all;
}

}  // namespace redoubt::controls
