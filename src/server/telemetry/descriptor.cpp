#include "telemetry/descriptor.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace redoubt {

std::expected<std::size_t, int> write_some(int descriptor, std::string_view bytes) noexcept {
  pollfd ready{.fd = descriptor, .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, 100) <= 0) return 0;
  // A pipe that poll() calls writable takes PIPE_BUF bytes without blocking.
  const ssize_t count = ::write(descriptor, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EINTR) return 0;
  return std::unexpected(errno);
}

void block_signals_in_this_thread() noexcept {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace redoubt
