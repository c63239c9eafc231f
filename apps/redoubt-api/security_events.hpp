// What the service counts and records of security: one call a kind of event, for the audit log and the metrics
// together. What anybody can cause without end (refused requests) is folded, so that it cannot fill the disk.
#pragma once

#include "redoubt/audit.hpp"
#include "redoubt/audit_folding.hpp"
#include "redoubt/metric_names.hpp"
#include "redoubt/request.hpp"

namespace redoubt::api {

class SecurityEvents {
 public:
  // `audit` may be null: events are then only counted.
  SecurityEvents(AuditLog* audit, Metrics& metrics)
      : audit_(audit), failed_logins_(metrics.get(metric::failed_login_attempts)) {}

  void record(const Request& request, AuditEvent event, AuditActor who, AuditOutcome outcome = AuditOutcome::success,
              LogCalls::Members details = {}) const;
  void failed_login(const Request& request, AuditActor who) const;
  // A request that was answered by 401, 403 or 429. `account`: whose token it carries; empty: nobody's. Of those alike
  // the first in a minute has a line, and record_repetitions() writes how many followed.
  void refused(const Request& request, int status, std::string_view route, const std::string& account);
  // To be called about once a second.
  void record_repetitions() { record_repetitions_until(Clock::now()); }

  void service_started() const;
  // The last event; repetitions before it.
  void service_stopped();

 private:
  void record_repetitions_until(Clock::time_point now);

  AuditLog* audit_;
  Counter& failed_logins_;
  AuditFolding folding_;
};

}  // namespace redoubt::api
