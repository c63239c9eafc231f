#include "security_events.hpp"

#include "redoubt/rate_limit.hpp"

namespace redoubt::api {

namespace {

AuditEvent event_of(int status) {
  if (status == 401) return AuditEvent::authn_token_fail;
  return status == 403 ? AuditEvent::authz_fail : AuditEvent::excess_rate_limit_exceeded;
}

AuditActor actor_of(const std::string& account) {
  return account.empty() ? AuditActor() : AuditActor::user(account);
}

}  // namespace

void SecurityEvents::record(const Request& request, AuditEvent event, AuditActor who, AuditOutcome outcome,
                            LogCalls::Members details) const {
  if (audit_ == nullptr) return;
  audit_->record({.event = event,
                  .outcome = outcome,
                  .who = who,
                  .client = request.client.to_string(),
                  .request_id = request.request_id},
                 details);
}

void SecurityEvents::failed_login(const Request& request, AuditActor who) const {
  failed_logins_.increment();
  record(request, AuditEvent::authn_login_fail, who, AuditOutcome::failure);
}

void SecurityEvents::refused(const Request& request, int status, std::string_view route, const std::string& account) {
  if (audit_ == nullptr) return;
  EventKind kind{.event = event_of(status), .account = account, .client = subscriber(request.client)};
  // What somebody who is known tried beyond their rights is told route by route: there are not many.
  if (status == 403 && !account.empty()) kind.route = route;
  if (folding_.is_first(kind, Clock::now()))
    record(request, kind.event, actor_of(account), AuditOutcome::failure, {{"route", route}});
}

void SecurityEvents::record_repetitions_until(Clock::time_point now) {
  if (audit_ == nullptr) return;
  for (const auto& [kind, count] : folding_.take_ended(now)) {
    const AuditRecord line{
        .event = kind.event, .outcome = AuditOutcome::failure, .who = actor_of(kind.account), .client = kind.client};
    if (kind.route.empty()) {
      audit_->record(line, {{"repeated", count}});
    } else {
      audit_->record(line, {{"repeated", count}, {"route", std::string_view(kind.route)}});
    }
  }
}

void SecurityEvents::service_started() const {
  if (audit_ != nullptr) audit_->record({.event = AuditEvent::sys_startup});
}

void SecurityEvents::service_stopped() {
  record_repetitions_until(Clock::time_point::max());
  if (audit_ != nullptr) audit_->record({.event = AuditEvent::sys_shutdown});
}

}  // namespace redoubt::api
