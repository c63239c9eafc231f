#include <utility>

#include "check.hpp"

namespace redoubt::controls {

const std::vector<Check>& checks() {
  static const std::vector<Check> all = [] {
    std::vector<Check> out;
    for (const auto section : {network_checks, security_group_checks, network_acl_checks, policy_checks,
                               encryption_checks, transit_checks, identity_checks, secrets_checks, application_checks,
                               monitoring_checks, bucket_checks, compliance_checks, recovery_checks, container_checks,
                               credential_checks, account_checks, snapshot_age_checks, trail_alarm_checks})
      for (Check& check : section()) out.push_back(std::move(check));
    return out;
  }();
  return all;
}

}  // namespace redoubt::controls
