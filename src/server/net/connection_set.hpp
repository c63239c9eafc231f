// The connections of one loop, and what they share: their deadlines, which of them are idle, and whether the end is
// near. Belongs to that loop's thread. Knows nothing of requests.
#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "net/stream.hpp"
#include "redoubt/runtime.hpp"

namespace redoubt::net {

// What a deadline closes. No timer an operation: tick() walks the list.
struct Watched : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
  using IdleHook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  explicit Watched(Stream& watched) noexcept : stream(watched) {}

  void expire_at(Clock::time_point time) noexcept {
    timed_out = false;
    deadline = time;
  }
  void expire_in(std::chrono::milliseconds time) noexcept { expire_at(Clock::now() + time); }
  void never_expire() noexcept { deadline = Clock::time_point::max(); }

  Stream& stream;
  Clock::time_point deadline = Clock::time_point::max();
  bool timed_out = false;
  IdleHook idle;  // linked: waits for the first byte of a request
};

class ConnectionSet {
 public:
  // How often tick() is to be called: deadlines are that exact.
  static constexpr std::chrono::milliseconds tick_interval{100};

  void add(Watched& connection) noexcept { connections_.push_back(connection); }
  // From now on nothing is lost when it is closed, until it is busy again.
  void begin_idle(Watched& connection) noexcept { idle_.push_back(connection); }
  static void end_idle(Watched& connection) noexcept {
    if (connection.idle.is_linked()) connection.idle.unlink();
  }

  // Ends the operations of connections whose deadline has passed.
  void tick(Clock::time_point now) noexcept;
  // Closes the connection that has been idle longest, to make room for another. False where none is.
  bool close_longest_idle() noexcept;
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
  using CountsNothing = boost::intrusive::constant_time_size<false>;

  boost::intrusive::list<Watched, CountsNothing> connections_;
  // In the order in which they became idle.
  boost::intrusive::list<Watched, CountsNothing,
                         boost::intrusive::member_hook<Watched, Watched::IdleHook, &Watched::idle>>
      idle_;
  bool draining_ = false;
  bool stopping_ = false;
  bool date_is_old_ = true;
  unsigned ticks_ = 0;
  std::string date_line_;
};

}  // namespace redoubt::net
