// Where coroutines wait for a resource that others give back: a pool's free connections, a database's one writer. The
// resource goes straight to who waited longest. Usable from several loops at once; it knows nothing of connections.
#pragma once

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <coroutine>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "net/loop.hpp"
#include "redoubt/runtime.hpp"

namespace redoubt::data {

template <class T>
class Exchange {
  struct Waiter {
    Loop* loop;
    boost::asio::steady_timer timer;
    std::coroutine_handle<> coroutine;
    std::optional<T> resource;
    bool settled = false;  // it has left the line
  };

 public:
  // Gives a resource to who waits longest, else keeps it.
  void put(T resource) {
    const std::scoped_lock lock(mutex_);
    if (line_.empty())
      free_.push_back(std::move(resource));
    else
      settle(std::move(resource));
  }

  // The resource that was put back last, when one is free.
  std::optional<T> try_take() {
    const std::scoped_lock lock(mutex_);
    if (free_.empty()) return std::nullopt;
    std::optional<T> taken(std::move(free_.back()));
    free_.pop_back();
    return taken;
  }

  // The free resource that was put back first among those that are wanted.
  template <class Wanted>
  std::optional<T> try_take_if(Wanted wanted) {
    const std::scoped_lock lock(mutex_);
    const auto found = std::ranges::find_if(free_, wanted);
    if (found == free_.end()) return std::nullopt;
    std::optional<T> taken(std::move(*found));
    free_.erase(found);
    return taken;
  }

  // Takes a resource, waiting for it where none is free. None: the time is over, or wake_all() was called.
  auto take(Clock::time_point until) { return Awaiter{*this, until, {}, {}}; }

  [[nodiscard]] std::size_t waiting() const {
    const std::scoped_lock lock(mutex_);
    return line_.size();
  }

  // Sends everybody in the line away empty-handed.
  void wake_all() {
    const std::scoped_lock lock(mutex_);
    while (!line_.empty()) settle(std::nullopt);
  }

 private:
  // The timer's handler and a posted resumption may both be under way when the coroutine's frame is gone already:
  // hence the shared ownership of the Waiter.
  struct Awaiter {
    Exchange& exchange;
    Clock::time_point until;
    std::optional<T> at_once;
    std::shared_ptr<Waiter> waiter;

    bool await_ready() {
      at_once = exchange.try_take();
      return at_once.has_value();
    }
    bool await_suspend(std::coroutine_handle<> coroutine) {
      const std::scoped_lock lock(exchange.mutex_);
      if (!exchange.free_.empty()) {
        at_once.emplace(std::move(exchange.free_.back()));
        exchange.free_.pop_back();
        return false;
      }
      waiter = std::make_shared<Waiter>(
          Waiter{Loop::current(), boost::asio::steady_timer(current_io(), until), coroutine, {}, false});
      exchange.line_.push_back(waiter);
      waiter->timer.async_wait([&line = exchange, waiting = waiter](boost::system::error_code error) {
        if (!error) line.give_up(waiting);
      });
      return true;
    }
    std::optional<T> await_resume() {
      if (waiter) return std::move(waiter->resource);
      return std::move(at_once);
    }
  };

  // With the mutex held: the first in the line leaves it.
  void settle(std::optional<T> resource) {
    const std::shared_ptr<Waiter> first = std::move(line_.front());
    line_.pop_front();
    first->settled = true;
    first->resource = std::move(resource);
    first->loop->post([first] {
      first->timer.cancel();
      first->coroutine.resume();
    });
  }

  void give_up(const std::shared_ptr<Waiter>& waiter) {
    {
      const std::scoped_lock lock(mutex_);
      if (waiter->settled) return;
      waiter->settled = true;
      std::erase(line_, waiter);
    }
    waiter->coroutine.resume();
  }

  mutable std::mutex mutex_;
  std::vector<T> free_;
  std::deque<std::shared_ptr<Waiter>> line_;
};

}  // namespace redoubt::data
