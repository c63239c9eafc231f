// The record of security events: who did what, from where, with what outcome. Guards and identity report events; a
// thread of its own chains each line to the one before by SHA-256, signs checkpoints with the instance's Ed25519 key
// and sends them to the ordinary log too, so that audit_verify.hpp can tell what was altered, removed or cut off. Never
// given a password or token; a name that is no account is kept only as a keyed hash. The format: docs/audit.md.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "redoubt/log.hpp"

namespace redoubt {

// The names of the OWASP Logging Vocabulary where it has one.
// https://cheatsheetseries.owasp.org/cheatsheets/Logging_Vocabulary_Cheat_Sheet.html
enum class AuditEvent : std::uint8_t {
  authn_login_success,
  authn_login_fail,
  authn_login_lock,
  authn_password_change,
  authn_password_change_fail,
  authn_token_created,
  authn_token_revoked,
  authn_token_reuse,
  authn_token_fail,
  authz_fail,
  authz_change,
  authz_admin,
  session_created,
  session_renewed,
  session_revoked,
  user_created,
  user_updated,
  user_deleted,
  excess_rate_limit_exceeded,
  input_validation_fail,
  malicious_request,
  sys_startup,
  sys_shutdown,
  sys_configuration_change,
};

[[nodiscard]] std::string_view to_string(AuditEvent event) noexcept;

enum class AuditOutcome : std::uint8_t { success, failure };

// Who did it. Views text: use it in the call only.
class AuditActor {
 public:
  // Nobody that is known: an anonymous request, or the service itself.
  AuditActor() = default;
  static AuditActor user(std::string_view id) noexcept { return {Kind::user, id}; }
  // What somebody typed as an account name that does not exist. It may be a password typed into the wrong field, so
  // only a hash of it is kept, under a key that is made at each start: equal names show as equal until the next start.
  static AuditActor unknown_account(std::string_view attempted) noexcept { return {Kind::unknown_account, attempted}; }

  enum class Kind : std::uint8_t { nobody, user, unknown_account };
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  AuditActor(Kind kind, std::string_view text) noexcept : kind_(kind), text_(text) {}
  Kind kind_ = Kind::nobody;
  std::string_view text_;
};

// One event. Views text: use it in the call only.
struct AuditRecord {
  AuditEvent event;
  AuditOutcome outcome = AuditOutcome::success;
  AuditActor who{};
  std::string_view client{};  // address; empty members are left out
  std::string_view request_id{};
};

class AuditLog {
 public:
  struct Options {
    // Which running copy of the service this is, as its operators call it.
    std::string instance = "redoubt";
    // An Ed25519 private key (PEM); none: a key is made at each start, and the log alone tells which.
    std::optional<std::string> key_file{};
    // A checkpoint follows after so many events, and so long after an event that none covers yet.
    std::size_t checkpoint_events = 100;
    std::chrono::milliseconds checkpoint_interval{60'000};
    // Events that may wait to be written. One more is lost, and a line says how many were.
    std::size_t queue_limit = 65'536;
  };

  // Appends to the file, made readable by its owner only, and continues the chain that it holds. Throws
  // std::runtime_error when it cannot be opened, another process writes it, it does not end in an audit line, or the
  // key cannot be read.
  static std::unique_ptr<AuditLog> open(const std::string& path, Logger& log, Options options);
  // Begins a chain on a descriptor, which stays the caller's and stays open while the AuditLog lives.
  static std::unique_ptr<AuditLog> open(int descriptor, Logger& log, Options options);
  // Writes what waits and a last checkpoint.
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // From any thread; never waits. Texts are cut at 512 bytes, details at 16 members.
  // audit.record({.event = AuditEvent::authz_fail, .outcome = AuditOutcome::failure, .who = AuditActor::user(id),
  //               .client = address, .request_id = request}, {{"route", "/users"}});
  void record(const AuditRecord& record, LogCalls::Members details = {});

  // Waits until everything recorded before the call is on the disk, or has failed to get there.
  void flush();
  // The file was renamed by who rotates it: goes on in a new one, whose first line continues the chain.
  void reopen();
  // False while writing fails (a full disk): events wait and are tried again each second. For a readiness check.
  [[nodiscard]] bool healthy() const noexcept;
  // The public key, 64 hexadecimal digits.
  [[nodiscard]] const std::string& public_key() const noexcept;

 private:
  struct Impl;
  explicit AuditLog(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace redoubt
