#include "telemetry/audit_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace redoubt {
namespace {

// More than the longest line that AuditLog writes, twice: the tail that is read holds a whole line and a torn one.
constexpr off_t tail_size = off_t{256} << 10;

// How the first line of every chain begins.
constexpr std::string_view first_bytes = R"({"sequence":1,)";

struct stat status_of(int descriptor) noexcept {
  struct stat status{};
  ::fstat(descriptor, &status);
  return status;
}

std::string read_at(int descriptor, off_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t count = ::pread(descriptor, bytes.data() + have, size - have, offset + static_cast<off_t>(have));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

std::runtime_error not_ours(const std::string& path, std::string_view which, std::string_view why) {
  return std::runtime_error(
      fmt::format("the audit file {} cannot be continued: its {} line {}. Look at it with `redoubt-api audit verify`, "
                  "then move it away: a new one will be begun",
                  path, which, why));
}

}  // namespace

AuditFile AuditFile::open(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    throw std::runtime_error(fmt::format("the audit file {} cannot be opened: {}", path, std::strerror(errno)));
  }
  AuditFile file(descriptor, true);
  if (!S_ISREG(status_of(descriptor).st_mode)) {
    throw std::runtime_error(fmt::format("the audit file {} is no regular file", path));
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    throw std::runtime_error(
        fmt::format("another process writes the audit file {}: give each instance a file of its own", path));
  }
  return file;
}

AuditFile::AuditFile(AuditFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), owned_(std::exchange(other.owned_, false)) {}

AuditFile& AuditFile::operator=(AuditFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(owned_, other.owned_);
  return *this;
}

AuditFile::~AuditFile() {
  if (owned_) ::close(descriptor_);
}

bool AuditFile::is_at(const std::string& path) const noexcept {
  struct stat named{};
  const struct stat here = status_of(descriptor_);
  return ::stat(path.c_str(), &named) == 0 && named.st_dev == here.st_dev && named.st_ino == here.st_ino;
}

bool AuditFile::empty() const noexcept {
  return status_of(descriptor_).st_size == 0;
}

bool AuditFile::sync() const noexcept {
  return ::fdatasync(descriptor_) == 0 || errno == EINVAL || errno == EROFS;
}

AuditEnd find_end(const AuditFile& file, const std::string& path) {
  const off_t size = status_of(file.descriptor()).st_size;
  const std::string head = read_at(file.descriptor(), 0, static_cast<std::size_t>(std::min(size, tail_size)));
  const off_t tail_at = std::max<off_t>(0, size - tail_size);
  const std::string tail = read_at(file.descriptor(), tail_at, static_cast<std::size_t>(size - tail_at));

  AuditEnd end;
  // What follows the last newline is nothing, a whole line that lacks only its newline, or a torn one.
  const std::size_t last_newline = tail.rfind('\n');
  const std::string_view rest =
      last_newline == std::string::npos ? std::string_view(tail) : std::string_view(tail).substr(last_newline + 1);
  std::string_view last_line = rest;
  if (!rest.empty()) {
    end.lacks_newline = true;
    if (!read_audit_line(rest)) end.torn = TornLine{.bytes = rest.size(), .sha256 = sha256(rest)};
  }
  if (rest.empty() || end.torn) {
    if (last_newline == std::string::npos) {
      // A crash in the very first line leaves no chain to continue.
      if (first_bytes.starts_with(rest.substr(0, first_bytes.size()))) return end;
      throw not_ours(path, "only", "is no audit line");
    }
    const std::size_t before = last_newline == 0 ? std::string::npos : tail.rfind('\n', last_newline - 1);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    last_line = std::string_view(tail).substr(begin, last_newline - begin);
  }
  const auto last = read_audit_line(last_line);
  if (!last) throw not_ours(path, "last", last.error());
  const auto first = read_audit_line(std::string_view(head).substr(0, head.find('\n')));
  if (!first) throw not_ours(path, "first", first.error());
  if (!first->is_genesis() || first->chain.empty()) throw not_ours(path, "first", "does not begin a chain");
  end.position = {.id = first->chain, .sequence = last->sequence, .hash = last->hash};
  return end;
}

}  // namespace redoubt
