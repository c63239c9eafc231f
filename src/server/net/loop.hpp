// A Loop's insides, for the library's own sources that do I/O through Asio.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>

#include "redoubt/runtime.hpp"

namespace redoubt {

struct Loop::Impl {
  boost::asio::io_context io{1};  // one thread runs it; others only post
  std::atomic<int> held = 0;      // by threads that will still post, or have not left post() yet
};

// The io_context of the loop whose thread this is.
inline boost::asio::io_context& current_io() noexcept {
  return Loop::current()->impl().io;
}

}  // namespace redoubt
