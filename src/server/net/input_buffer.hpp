// The bytes that a connection has received and not yet used. Owned by Connection; grows by doubling, never shrinks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace redoubt::net {

class InputBuffer {
 public:
  [[nodiscard]] std::string_view unread() const noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

  // The bytes stay where they are.
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }

  // Room for at least one more byte. True when unread bytes have moved: views into them are void.
  bool make_room() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (end_ < capacity_) return false;
    const auto moving = unread();
    if (begin_ >= capacity_ / 2 && capacity_ > 0) {
      std::memmove(bytes_.get(), moving.data(), moving.size());
    } else {
      const std::size_t capacity = std::max(first_capacity, capacity_ * 2);
      auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
      if (!moving.empty()) std::memcpy(bytes.get(), moving.data(), moving.size());
      bytes_ = std::move(bytes);
      capacity_ = capacity;
    }
    end_ = moving.size();
    begin_ = 0;
    return true;
  }
  [[nodiscard]] std::span<char> room() noexcept { return {bytes_.get() + end_, capacity_ - end_}; }
  void received(std::size_t bytes) noexcept { end_ += bytes; }

  void append(std::string_view bytes) {
    while (!bytes.empty()) {
      make_room();
      const auto into = room();
      const auto taken = bytes.substr(0, into.size());
      std::memcpy(into.data(), taken.data(), taken.size());
      received(taken.size());
      bytes.remove_prefix(taken.size());
    }
  }

 private:
  static constexpr std::size_t first_capacity = 4096;

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace redoubt::net
