// The service's routes, one function and one source file for each part of the API.
#pragma once

#include "redoubt/application.hpp"
#include "redoubt/health.hpp"
#include "redoubt/metrics.hpp"
#include "redoubt/password.hpp"
#include "security_events.hpp"
#include "settings.hpp"

namespace redoubt::api {

// How often a transaction may run that conflicts with others: beyond, the answer is 503.
inline constexpr int transaction_attempts = 5;
inline constexpr std::string_view login_route = "/auth/login";

void add_auth_routes(Application& app, const Settings& settings);
void add_account_routes(Application& app, const Settings& settings);
void add_user_routes(Application& app);
void add_item_routes(Application& app);
// The public keys of tokens.
void add_key_routes(Application& app);
// Health for everybody; /metrics for the loopback only, unless it is on a listener of its own.
void add_health_routes(Application& app);
void add_metrics_route(Application& app, bool loopback_only);

}  // namespace redoubt::api
