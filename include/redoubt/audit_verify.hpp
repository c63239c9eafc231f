// Checks audit files: that no line was altered, removed, inserted or moved, and that no tail was cut off since the last
// checkpoint that the ordinary log holds. Called by `redoubt-api audit verify` and by whoever investigates. It reads
// files only and trusts nothing in them that a hash or signature does not bear out. The format: docs/audit.md.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace redoubt {

// The values are the exit codes of the command.
enum class AuditVerdict : std::uint8_t {
  intact = 0,
  tampered = 1,    // something was altered, removed, inserted, moved or cut off
  unreadable = 2,  // a file cannot be read
  unknown = 3,     // nothing speaks against it, but something cannot be proved
};

[[nodiscard]] std::string_view to_string(AuditVerdict verdict) noexcept;

struct AuditFinding {
  AuditVerdict verdict;  // intact: a remark
  std::string file;
  std::uint64_t line;  // from 1; 0: the file as a whole
  std::string reason;
};

struct AuditReport {
  std::vector<AuditFinding> findings;
  std::uint64_t lines = 0;  // that were read, checkpoints included

  // The gravest finding's: tampered, unreadable, unknown, intact.
  [[nodiscard]] AuditVerdict verdict() const noexcept;
};

// `files`: the parts of one chain oldest first (rotated files), or of several chains one after another.
// `checkpoints`: a file of log lines, among which those of checkpoints are used; kept where the audit file's writer
// cannot change it.
[[nodiscard]] AuditReport verify_audit(const std::vector<std::string>& files,
                                       const std::optional<std::string>& checkpoints);

// Prints findings as `file:line: verdict: reason`, then the verdict; gives the exit code.
int audit_verify_command(const std::vector<std::string>& files, const std::optional<std::string>& checkpoints,
                         std::ostream& out);

}  // namespace redoubt
