// A server on a free port, started, with two threads unless told otherwise.
#pragma once

#include <utility>

#include "redoubt/server.hpp"
#include "server/net/services.hpp"

namespace redoubt::testing {

struct RunningServer : Server {
  explicit RunningServer(ServerOptions options = {}, Service service = behave)
      : Server(on_a_free_port(std::move(options)), std::move(service)) {
    start();
  }
  static ServerOptions on_a_free_port(ServerOptions options) {
    if (options.threads == 0) options.threads = 2;
    options.port = 0;
    return options;
  }
};

}  // namespace redoubt::testing
