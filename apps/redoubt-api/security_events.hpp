// What the service counts and records of security: one call a kind of event, for the audit log and the metrics
// together.
#pragma once

#include "redoubt/audit.hpp"
#include "redoubt/metric_names.hpp"
#include "redoubt/request.hpp"

namespace redoubt::api {

class SecurityEvents {
 public:
  // `audit` may be null: events are then only counted.
  SecurityEvents(AuditLog* audit, Metrics& metrics)
      : audit_(audit), failed_logins_(metrics.get(metric::failed_login_attempts)) {}

  void record(const Request& request, AuditEvent event, AuditActor who, AuditOutcome outcome = AuditOutcome::success,
              LogCalls::Members details = {}) const {
    if (audit_ == nullptr) return;
    audit_->record({.event = event,
                    .outcome = outcome,
                    .who = who,
                    .client = request.client.to_string(),
                    .request_id = request.request_id},
                   details);
  }
  void failed_login(const Request& request, AuditActor who) const {
    failed_logins_.increment();
    record(request, AuditEvent::authn_login_fail, who, AuditOutcome::failure);
  }

 private:
  AuditLog* audit_;
  Counter& failed_logins_;
};

}  // namespace redoubt::api
