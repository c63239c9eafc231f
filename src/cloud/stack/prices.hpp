// What AWS charges, as far as the stack's cost follows from its configuration: US East (N. Virginia), on demand, in US
// dollars, without taxes, free tiers, traffic and requests. Figures of 2025, not read from AWS's price lists: an
// estimate to compare configurations by, never a bill (AWS keeps the prices at aws.amazon.com/SERVICE/pricing).
#pragma once

#include <array>
#include <string_view>

namespace redoubt::stack::price {

inline constexpr double hours_in_a_month = 730;

inline constexpr double nat_gateway_hour = 0.045;
inline constexpr double public_address_hour = 0.005;
inline constexpr double interface_endpoint_hour = 0.01;  // in each zone
inline constexpr double load_balancer_hour = 0.0225;
inline constexpr double fargate_cpu_hour = 0.04048;  // a virtual CPU
inline constexpr double fargate_gib_hour = 0.004445;
inline constexpr double key_month = 1.0;
inline constexpr double secret_month = 0.40;
inline constexpr double alarm_month = 0.10;
inline constexpr double build_minute = 0.005;  // CodeBuild, general1.small
inline constexpr double web_acl_month = 5.0;
inline constexpr double web_acl_rule_month = 1.0;
inline constexpr double database_gib_month = 0.115;  // gp3, one zone
inline constexpr double database_backup_gib_month = 0.095;

struct DatabaseClass {
  std::string_view name;
  double hour;  // PostgreSQL, one zone; twice that with a standby
};

inline constexpr std::array database_classes{
    DatabaseClass{"db.t4g.micro", 0.016}, DatabaseClass{"db.t4g.small", 0.032},  DatabaseClass{"db.t4g.medium", 0.065},
    DatabaseClass{"db.t4g.large", 0.129}, DatabaseClass{"db.m7g.large", 0.168},  DatabaseClass{"db.m7g.xlarge", 0.337},
    DatabaseClass{"db.r7g.large", 0.239}, DatabaseClass{"db.r7g.xlarge", 0.478},
};

}  // namespace redoubt::stack::price
