// The file of an audit chain as it stands when a run of the service opens it. Used by AuditLog alone.
#pragma once

#include <optional>
#include <string>

#include "telemetry/audit_chain.hpp"

namespace redoubt {

// Owns a descriptor, or borrows one.
class AuditFile {
 public:
  // Opens for appending, readable by its owner only, never through a symbolic link, and locks against a second writer.
  // Throws std::runtime_error.
  static AuditFile open(const std::string& path);
  static AuditFile borrow(int descriptor) noexcept { return AuditFile(descriptor, false); }
  AuditFile(AuditFile&& other) noexcept;
  AuditFile& operator=(AuditFile&& other) noexcept;
  ~AuditFile();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  // Whether `path` still names this file: not once it was renamed.
  [[nodiscard]] bool is_at(const std::string& path) const noexcept;
  [[nodiscard]] bool empty() const noexcept;
  // True when the bytes are on the disk; of a descriptor that is no file, always.
  [[nodiscard]] bool sync() const noexcept;

 private:
  AuditFile(int descriptor, bool owned) noexcept : descriptor_(descriptor), owned_(owned) {}
  int descriptor_;
  bool owned_;
};

struct AuditEnd {
  AuditChain::Position position;
  std::optional<TornLine> torn;
  bool lacks_newline = false;
};

// Where a new run goes on in a file that is not empty. Throws std::runtime_error when it does not begin and end in
// audit lines: then it is another file, or it was tampered with, and going on would hide that.
[[nodiscard]] AuditEnd find_end(const AuditFile& file, const std::string& path);

}  // namespace redoubt
