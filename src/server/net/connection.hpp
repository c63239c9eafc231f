// One client's connection: requests in, answers out, in order, until either side closes. The strict gate stands at its
// entrance and deadlines all around it. Started by the server for each accepted socket, on the loop that accepted it.
#pragma once

#include <boost/intrusive/list.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream.hpp"
#include "redoubt/request.hpp"
#include "redoubt/runtime.hpp"
#include "redoubt/server.hpp"
#include "redoubt/task.hpp"

namespace redoubt::net {

// What a deadline closes. No timer an operation: tick() walks the list.
struct Watched : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  explicit Watched(Stream& watched) noexcept : stream(watched) {}

  Stream& stream;
  Clock::time_point deadline = Clock::time_point::max();
  bool timed_out = false;
  bool idle = false;  // waits for the first byte of a request
};

// The connections of one loop, and what they share. Belongs to that loop's thread.
class ConnectionSet {
 public:
  // How often tick() is to be called: deadlines are that exact.
  static constexpr std::chrono::milliseconds tick_interval{100};

  void add(Watched& connection) noexcept { connections_.push_back(connection); }
  // Ends the operations of connections whose deadline has passed.
  void tick(Clock::time_point now) noexcept;
  // From now on every answer closes its connection.
  void begin_drain() noexcept { draining_ = true; }
  // And idle ones are closed at once.
  void begin_stop() noexcept;
  // Ends every operation under way.
  void cancel_all() noexcept;
  [[nodiscard]] bool draining() const noexcept { return draining_; }
  [[nodiscard]] bool stopping() const noexcept { return stopping_; }
  // "Date: …\r\n" (RFC 9110 section 6.6.1), at most a second old while tick() is called.
  [[nodiscard]] std::string_view date_line();

 private:
  boost::intrusive::list<Watched, boost::intrusive::constant_time_size<false>> connections_;
  bool draining_ = false;
  bool stopping_ = false;
  bool date_is_old_ = true;
  unsigned ticks_ = 0;
  std::string date_line_;
};

struct ConnectionContext {
  const ServerOptions& options;
  const Service& service;
  Counters& counters;
  ConnectionSet& connections;
};

// Serves the connection to its end. Never throws. `context` is copied; what it refers to must outlive the task.
Task<void> serve(std::unique_ptr<Stream> stream, IpAddress peer, ConnectionContext context);

}  // namespace redoubt::net
