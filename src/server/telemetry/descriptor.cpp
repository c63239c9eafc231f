#include "telemetry/descriptor.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <expected>

namespace redoubt {

namespace {

// Waits 100 ms at most until there is room, then writes what surely fits: the count of bytes, 0 when nothing could be
// written yet; the error is an errno.
std::expected<std::size_t, int> write_some(int descriptor, std::string_view bytes) noexcept {
  pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, 100) <= 0) return 0;
  // A pipe that poll() calls writable takes PIPE_BUF bytes without blocking.
  const ssize_t count = ::write(descriptor, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::unexpected(errno);
}

}  // namespace

Written write_out(int descriptor, std::string_view bytes,
                  const std::function<bool(std::chrono::steady_clock::duration)>& give_up) {
  Written written;
  auto last_progress = std::chrono::steady_clock::now();
  while (written.bytes < bytes.size()) {
    const auto count = write_some(descriptor, bytes.substr(written.bytes));
    if (!count) {
      written.error = count.error();
      break;
    }
    const auto now = std::chrono::steady_clock::now();
    if (*count > 0) {
      written.bytes += *count;
      last_progress = now;
    } else if (give_up(now - last_progress)) {
      break;
    }
  }
  return written;
}

void block_signals_in_this_thread() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace redoubt
