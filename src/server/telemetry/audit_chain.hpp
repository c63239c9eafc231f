// The lines of an audit chain, as bytes: AuditChain makes them, read_audit_line takes them apart and checks what a line
// can prove by itself. Both the writer and the verifier stand on this; neither files nor threads appear here.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "telemetry/audit_key.hpp"

namespace redoubt {

// The line that begins a file or a run of the service, and the line that covers those before it: both are signed.
inline constexpr std::string_view genesis_event = "audit_genesis";
inline constexpr std::string_view checkpoint_event = "audit_checkpoint";
inline constexpr std::string_view lost_event = "audit_events_lost";
// The message of the log line that repeats a signed line.
inline constexpr std::string_view checkpoint_message = "audit checkpoint";

// What the first line of a chain has in place of the hash of a line before it.
inline const std::string no_hash(hash_digits, '0');

// The unfinished line that a crash left at the end of a file.
struct TornLine {
  std::uint64_t bytes;
  std::string sha256;
};

struct AuditLine {
  std::uint64_t sequence = 0;
  std::string event;
  std::string prev;
  std::string hash;
  std::string signature;  // of a signed line
  std::string chain;      // these are a genesis's
  std::string key;
  std::optional<TornLine> torn;

  [[nodiscard]] bool is_genesis() const noexcept { return event == genesis_event; }
};

// `line` without its newline. Checks its form and its hash, not its signature. The error is a clause for "this line …".
[[nodiscard]] std::expected<AuditLine, std::string> read_audit_line(std::string_view line);

// What the signature of a signed line signs.
[[nodiscard]] std::string signed_statement(std::uint64_t sequence, std::string_view hash);

class AuditChain {
 public:
  using Time = std::chrono::system_clock::time_point;

  // Where an earlier run left a chain.
  struct Position {
    std::string id;
    std::uint64_t sequence = 0;  // of the last line
    std::string hash = no_hash;  // of the last line
  };

  AuditChain(std::string instance, SigningKey key, Position position);

  // Each appends a line with its newline. `members`: JSON members without braces, "event" first.
  void append_event(std::string& out, Time time, std::string_view members);
  void append_genesis(std::string& out, Time time, const std::optional<TornLine>& torn);
  void append_checkpoint(std::string& out, Time time);

  [[nodiscard]] const SigningKey& key() const noexcept { return key_; }
  // Of the line that was appended last.
  [[nodiscard]] const Position& position() const noexcept { return position_; }
  [[nodiscard]] const std::string& signature() const noexcept { return signature_; }

 private:
  // Appends all but the closing brace and newline.
  void append_open(std::string& out, Time time, std::string_view members);
  void append_signed(std::string& out, Time time, std::string_view members);

  std::string instance_;  // as JSON
  SigningKey key_;
  Position position_;
  std::string signature_;
};

}  // namespace redoubt
