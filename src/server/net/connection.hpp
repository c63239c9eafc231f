// One client's connection: requests in, answers out, in order, until either side closes. The strict gate stands at its
// entrance and deadlines all around it. Started by the server for each accepted socket, on the loop that accepted it.
#pragma once

#include <memory>

#include "net/connection_set.hpp"
#include "net/stream.hpp"
#include "redoubt/request.hpp"
#include "redoubt/server.hpp"
#include "redoubt/task.hpp"

namespace redoubt::net {

struct ConnectionContext {
  const ServerOptions& options;
  const Service& service;
  Counters& counters;
  ConnectionSet& connections;
};

// Serves the connection to its end. Never throws. `context` is copied; what it refers to must outlive the task.
Task<void> serve(std::unique_ptr<Stream> stream, IpAddress peer, ConnectionContext context);

}  // namespace redoubt::net
