// A set of unsigned numbers as sorted, disjoint, closed intervals that do not touch. Addresses and ports are such
// sets; the operations are exact. It knows nothing of packets.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <initializer_list>

namespace redoubt::reach {

template <class Number>
class Intervals {
 public:
  struct Interval {
    Number first, last;
    bool operator==(const Interval&) const = default;
  };
  static constexpr Number highest = static_cast<Number>(~Number{0});

  Intervals() = default;  // empty
  [[nodiscard]] static Intervals all() { return range(0, highest); }
  [[nodiscard]] static Intervals one(Number number) { return range(number, number); }
  // Both ends included; empty where they are the wrong way round.
  [[nodiscard]] static Intervals range(Number first, Number last) {
    Intervals out;
    if (first <= last) out.items_.push_back({first, last});
    return out;
  }

  // Of many pairs (first, last) in any order, at once: uniting them one by one would take quadratic time.
  template <class Pairs>
  [[nodiscard]] static Intervals of(Pairs pairs) {
    std::ranges::sort(pairs);
    Intervals out;
    for (const auto& [first, last] : pairs) out.append({first, last});
    return out;
  }

  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] bool is_all() const { return items_.size() == 1 && items_[0] == Interval{0, highest}; }
  [[nodiscard]] Number first() const { return items_.front().first; }
  [[nodiscard]] Number last() const { return items_.back().last; }
  [[nodiscard]] auto begin() const { return items_.begin(); }
  [[nodiscard]] auto end() const { return items_.end(); }

  [[nodiscard]] bool contains(Number number) const {
    const auto after = std::ranges::upper_bound(items_, number, {}, &Interval::first);
    return after != items_.begin() && number <= std::prev(after)->last;
  }
  [[nodiscard]] bool covers(const Intervals& other) const { return (other - *this).empty(); }

  bool operator==(const Intervals& other) const { return std::ranges::equal(items_, other.items_); }

  friend Intervals operator&(const Intervals& a, const Intervals& b) {
    if (a.is_all()) return b;
    if (b.is_all()) return a;
    Intervals out;
    auto i = a.items_.begin(), j = b.items_.begin();
    while (i != a.items_.end() && j != b.items_.end()) {
      const Number first = std::max(i->first, j->first), last = std::min(i->last, j->last);
      if (first <= last) out.items_.push_back({first, last});
      if (i->last < j->last)
        ++i;
      else
        ++j;
    }
    return out;
  }

  friend Intervals operator|(const Intervals& a, const Intervals& b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    Intervals out;
    auto i = a.items_.begin(), j = b.items_.begin();
    while (i != a.items_.end() || j != b.items_.end()) {
      const bool left = j == b.items_.end() || (i != a.items_.end() && i->first <= j->first);
      out.append(left ? *i++ : *j++);
    }
    return out;
  }

  friend Intervals operator-(const Intervals& a, const Intervals& b) {
    Intervals out;
    auto j = b.items_.begin();
    for (Interval rest : a.items_) {
      while (j != b.items_.end() && j->last < rest.first) ++j;
      bool left = true;
      for (auto k = j; left && k != b.items_.end() && k->first <= rest.last; ++k) {
        if (k->first > rest.first) out.items_.push_back({rest.first, static_cast<Number>(k->first - 1)});
        left = k->last < rest.last;
        if (left) rest.first = static_cast<Number>(k->last + 1);
      }
      if (left) out.items_.push_back(rest);
    }
    return out;
  }

 private:
  // Appends an interval that starts no earlier than any before it.
  void append(Interval next) {
    if (!items_.empty() && (items_.back().last == highest || next.first <= items_.back().last + 1))
      items_.back().last = std::max(items_.back().last, next.last);
    else
      items_.push_back(next);
  }

  boost::container::small_vector<Interval, 2> items_;
};

}  // namespace redoubt::reach
