#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "redoubt/audit.hpp"
#include "redoubt/json.hpp"
#include "telemetry/audit_chain.hpp"
#include "telemetry/audit_file.hpp"
#include "telemetry/descriptor.hpp"
#include "telemetry/log_line.hpp"

namespace redoubt {
namespace {

using SystemClock = std::chrono::system_clock;
using SteadyClock = std::chrono::steady_clock;

// What bounds a line: a client chooses some of these texts.
constexpr std::size_t text_limit = 512;
constexpr std::size_t details_limit = 16;
constexpr std::size_t chain_id_bytes = 16;
constexpr std::chrono::seconds retry_interval{1};

struct PendingEvent {
  SystemClock::time_point time;
  std::string members;
};

void append_details(json::Writer& writer, LogCalls::Members details) {
  writer.name("details").begin_object();
  const auto last = details.begin() + std::min(details.size(), details_limit);
  for (const auto* detail = details.begin(); detail != last; ++detail) {
    // A second member of a name would make the line one that strict readers refuse.
    if (std::any_of(details.begin(), detail, [&](const LogMember& other) { return other.name == detail->name; })) {
      continue;
    }
    writer.name(detail->name.substr(0, text_limit));
    std::visit(
        [&writer](auto held) {
          if constexpr (std::is_same_v<decltype(held), std::string_view>) {
            writer.value(held.substr(0, text_limit));
          } else {
            writer.value(held);
          }
        },
        detail->value.held());
  }
  writer.end_object();
}

std::string to_members(const AuditRecord& record, LogCalls::Members details, const HashingKey& key) {
  std::string out;
  json::Writer writer(out);
  const auto text_member = [&writer](std::string_view name, std::string_view text) {
    if (!text.empty()) writer.member(name, text.substr(0, text_limit));
  };
  writer.begin_object();
  text_member("event", to_string(record.event));
  text_member("outcome", record.outcome == AuditOutcome::success ? "success" : "failure");
  if (record.who.kind() == AuditActor::Kind::user) text_member("user", record.who.text());
  if (record.who.kind() == AuditActor::Kind::unknown_account) {
    text_member("unknown_account", key.hash(record.who.text()));
  }
  text_member("client", record.client);
  text_member("request_id", record.request_id);
  if (details.size() > 0) append_details(writer, details);
  writer.end_object();
  return out.substr(1, out.size() - 2);
}

// The line for the ordinary log that repeats a signed line: kept elsewhere, it shows when a tail is cut off.
std::string to_log_line(const AuditChain& chain) {
  std::string line;
  append_json_line(line, {.time = SystemClock::now(),
                          .level = LogLevel::info,
                          .message = checkpoint_message,
                          .members = {{"chain", chain.position().id},
                                      {"sequence", chain.position().sequence},
                                      {"hash", chain.position().hash},
                                      {"key", chain.key().public_key()},
                                      {"signature", chain.signature()}},
                          .context = {}});
  line.pop_back();
  return line;
}

SigningKey key_of(const AuditLog::Options& options) {
  return options.key_file ? SigningKey::from_file(*options.key_file) : SigningKey::make();
}

}  // namespace

std::string_view to_string(AuditEvent event) noexcept {
  switch (event) {
    using enum AuditEvent;
    case authn_login_success:
      return "authn_login_success";
    case authn_login_fail:
      return "authn_login_fail";
    case authn_login_lock:
      return "authn_login_lock";
    case authn_password_change:
      return "authn_password_change";
    case authn_password_change_fail:
      return "authn_password_change_fail";
    case authn_token_created:
      return "authn_token_created";
    case authn_token_revoked:
      return "authn_token_revoked";
    case authn_token_reuse:
      return "authn_token_reuse";
    case authn_token_fail:
      return "authn_token_fail";
    case authz_fail:
      return "authz_fail";
    case authz_change:
      return "authz_change";
    case authz_admin:
      return "authz_admin";
    case session_created:
      return "session_created";
    case session_renewed:
      return "session_renewed";
    case session_revoked:
      return "session_revoked";
    case user_created:
      return "user_created";
    case user_updated:
      return "user_updated";
    case user_deleted:
      return "user_deleted";
    case excess_rate_limit_exceeded:
      return "excess_rate_limit_exceeded";
    case input_validation_fail:
      return "input_validation_fail";
    case malicious_request:
      return "malicious_request";
    case sys_startup:
      return "sys_startup";
    case sys_shutdown:
      return "sys_shutdown";
    case sys_configuration_change:
      return "sys_configuration_change";
  }
  return "unknown";
}

struct AuditLog::Impl {
  Impl(AuditFile to, std::string path_of_file, Logger& ordinary_log, Options with, AuditEnd end)
      : options(std::move(with)),
        path(std::move(path_of_file)),
        log(ordinary_log),
        file(std::move(to)),
        chain(options.instance, key_of(options), std::move(end.position)) {
    if (end.lacks_newline) unsent += '\n';
    begin(end.torn);
    thread = std::thread([this] { run(); });
  }

  ~Impl() {
    {
      const std::scoped_lock lock(mutex);
      ending = true;
    }
    wake.notify_one();
    thread.join();
  }

  void record(std::string members) {
    bool was_empty = false;
    {
      const std::scoped_lock lock(mutex);
      if (pending.size() >= options.queue_limit) {
        ++lost;
        return;
      }
      was_empty = pending.empty();
      pending.push_back({.time = SystemClock::now(), .members = std::move(members)});
      ++asked;
    }
    if (was_empty) wake.notify_one();
  }

  void flush() {
    std::unique_lock lock(mutex);
    const std::uint64_t target = asked;
    const std::uint64_t round = rounds;
    // The round that runs now may have begun before the call; the one after it tells whether the disk takes anything.
    progress.wait(lock, [&] { return rounds > 0 && (settled >= target || (!healthy.load() && rounds > round + 1)); });
  }

  void ask_to_reopen() {
    {
      const std::scoped_lock lock(mutex);
      reopen_wanted = true;
      ++asked;
    }
    wake.notify_one();
  }

  // ---- on the thread, which alone touches file, chain and unsent

  void run() {
    block_signals_in_this_thread();
    send();
    std::unique_lock lock(mutex);
    while (true) {
      ++rounds;
      progress.notify_all();
      wait(lock);
      // While the disk takes nothing, events wait where their number is bounded.
      std::vector<PendingEvent> batch;
      if (unsent.empty() || ending) std::swap(batch, pending);
      const std::uint64_t lost_now = batch.empty() ? 0 : std::exchange(lost, 0);
      const bool last = ending;
      bool reopening = reopen_wanted && unsent.empty();
      const std::uint64_t target = asked - pending.size();
      lock.unlock();
      append(batch, lost_now);
      if (last || reopening || SteadyClock::now() >= checkpoint_due) append_checkpoint_if_uncovered();
      send();
      reopening = reopening && unsent.empty();
      if (reopening) reopen();
      if (last) return tell_of_loss();
      lock.lock();
      if (reopening) reopen_wanted = false;
      if (unsent.empty()) settled = target;
    }
  }

  void wait(std::unique_lock<std::mutex>& lock) {
    const auto something = [this] { return ending || (unsent.empty() && (reopen_wanted || !pending.empty())); };
    if (!unsent.empty()) {
      wake.wait_for(lock, retry_interval, something);
    } else if (uncovered > 0) {
      wake.wait_until(lock, checkpoint_due, something);
    } else {
      wake.wait(lock, something);
    }
  }

  void append(const std::vector<PendingEvent>& events, std::uint64_t lost_events) {
    for (const auto& [time, members] : events) append_event(time, members);
    if (lost_events > 0) {
      append_event(SystemClock::now(),
                   fmt::format(R"("event":"{}","details":{{"count":{}}})", lost_event, lost_events));
    }
  }

  void append_event(SystemClock::time_point time, std::string_view members) {
    chain.append_event(unsent, time, members);
    if (uncovered++ == 0) checkpoint_due = SteadyClock::now() + options.checkpoint_interval;
    if (uncovered >= options.checkpoint_events) append_checkpoint_if_uncovered();
  }

  void append_checkpoint_if_uncovered() {
    if (uncovered == 0) return;
    chain.append_checkpoint(unsent, SystemClock::now());
    log_lines.push_back(to_log_line(chain));
    uncovered = 0;
  }

  void begin(const std::optional<TornLine>& torn) {
    chain.append_genesis(unsent, SystemClock::now(), torn);
    log_lines.push_back(to_log_line(chain));
    uncovered = 0;
  }

  // Writes what is unsent, and what fails to be written stays so.
  void send() {
    const auto patience = SteadyClock::now() + retry_interval;
    const auto written = write_out(file.descriptor(), unsent, [&](auto) { return SteadyClock::now() > patience; });
    int error = written.error;
    unsent.erase(0, written.bytes);
    if (unsent.empty() && !file.sync()) error = errno;
    const bool done = unsent.empty() && error == 0;
    if (!done && healthy.load()) {
      log.error("the audit log cannot be written: events wait in memory until it can",
                {{"file", path}, {"reason", error == 0 ? "nothing reads it" : std::strerror(error)}});
    }
    healthy.store(done);
    if (!unsent.empty()) return;
    // Only a line that is written may be vouched for in the log: else a crash in between would look like a cut tail.
    for (const auto& line : log_lines) log.write_json_line(line);
    log_lines.clear();
  }

  void reopen() {
    if (path.empty() || file.is_at(path)) return;
    try {
      AuditFile next = AuditFile::open(path);
      if (!next.empty()) {
        log.error("the audit log was not reopened: the new file is not empty; the old one is written on",
                  {{"file", path}});
        return;
      }
      file = std::move(next);
      begin(std::nullopt);
      send();
    } catch (const std::runtime_error& failure) {
      log.error("the audit log was not reopened; the old file is written on", {{"reason", failure.what()}});
    }
  }

  void tell_of_loss() {
    if (unsent.empty()) return;
    log.error("the audit log ends without its last lines: they could not be written",
              {{"file", path}, {"lines", std::ranges::count(unsent, '\n')}});
  }

  const Options options;
  const std::string path;  // empty: a descriptor
  Logger& log;
  const HashingKey hashing_key;

  AuditFile file;
  AuditChain chain;
  std::string unsent;                      // whole lines, less what was written of the first
  std::vector<std::string> log_lines;      // for the ordinary log, once `unsent` is written
  std::size_t uncovered = 0;               // events since the last signed line
  SteadyClock::time_point checkpoint_due;  // while there are some

  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable progress;
  std::vector<PendingEvent> pending;
  std::uint64_t lost = 0;
  std::uint64_t asked = 0;    // events and reopenings ever asked for
  std::uint64_t settled = 0;  // of those, done
  std::uint64_t rounds = 0;   // times that the thread has tried to write
  bool ending = false;
  bool reopen_wanted = false;
  std::atomic<bool> healthy = true;
  std::thread thread;  // last: it uses all of the above
};

AuditLog::AuditLog(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

std::unique_ptr<AuditLog> AuditLog::open(const std::string& path, Logger& log, Options options) {
  AuditFile file = AuditFile::open(path);
  AuditEnd end;
  if (!file.empty()) end = find_end(file, path);
  if (end.position.id.empty()) end.position.id = random_digits(chain_id_bytes);
  return std::unique_ptr<AuditLog>(
      new AuditLog(std::make_unique<Impl>(std::move(file), path, log, std::move(options), std::move(end))));
}

std::unique_ptr<AuditLog> AuditLog::open(int descriptor, Logger& log, Options options) {
  AuditEnd end;
  end.position.id = random_digits(chain_id_bytes);
  return std::unique_ptr<AuditLog>(new AuditLog(
      std::make_unique<Impl>(AuditFile::borrow(descriptor), std::string(), log, std::move(options), std::move(end))));
}

AuditLog::~AuditLog() = default;

void AuditLog::record(const AuditRecord& record, LogCalls::Members details) {
  impl_->record(to_members(record, details, impl_->hashing_key));
}

void AuditLog::flush() {
  impl_->flush();
}

void AuditLog::reopen() {
  impl_->ask_to_reopen();
}

bool AuditLog::healthy() const noexcept {
  return impl_->healthy.load();
}

const std::string& AuditLog::public_key() const noexcept {
  return impl_->chain.key().public_key();
}

}  // namespace redoubt
