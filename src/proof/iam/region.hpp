// Sets of points in a product of finite dimensions. A Box is a set for each dimension, as bits one after the other; it
// holds the points whose every coordinate is in its set. One statement of a policy is one box; a Deny subtracts one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "iam/budget.hpp"

namespace redoubt::iam {

using Box = std::vector<std::uint64_t>;

// How many coordinates each dimension has, and where its bits lie in a Box.
class Shape {
 public:
  // Adds a dimension; its number.
  std::size_t add(std::size_t coordinates);

  [[nodiscard]] std::size_t dimensions() const { return dimensions_.size(); }
  [[nodiscard]] std::size_t coordinates(std::size_t dimension) const { return dimensions_[dimension].coordinates; }

  [[nodiscard]] Box nothing() const { return Box(words_, 0); }
  [[nodiscard]] Box everything() const;

  static constexpr std::size_t bits = 64;
  void set(Box& box, std::size_t dimension, std::size_t coordinate) const {
    box[dimensions_[dimension].first + coordinate / bits] |= std::uint64_t{1} << (coordinate % bits);
  }
  [[nodiscard]] bool has(const Box& box, std::size_t dimension, std::size_t coordinate) const {
    return (box[dimensions_[dimension].first + coordinate / bits] >> (coordinate % bits) & 1) != 0;
  }
  void fill(Box& box, std::size_t dimension) const;
  void clear(Box& box, std::size_t dimension) const;
  void complement(Box& box, std::size_t dimension) const;

  // Keeps of one dimension what `other` has too.
  void intersect(Box& box, const Box& other, std::size_t dimension) const;

  // No point lies in it.
  [[nodiscard]] bool is_empty(const Box& box) const;
  [[nodiscard]] bool is_empty(const Box& box, std::size_t dimension) const;
  [[nodiscard]] bool is_full(const Box& box, std::size_t dimension) const;

  [[nodiscard]] bool disjoint(const Box& a, const Box& b) const;
  // None when they share no point.
  [[nodiscard]] std::optional<Box> intersection(const Box& a, const Box& b) const;
  // The first coordinate in each dimension: a point of the box.
  [[nodiscard]] std::vector<std::size_t> point(const Box& box) const;

  // Splits what lies in `box` and in no box of `holes` into boxes that share no point, and hands each to `found`, which
  // returns false to stop. Stops silently when the budget is spent: ask it.
  template <class Found>
  bool outside(const Box& box, const std::vector<Box>& holes, Budget& budget, Found&& found) const {
    return outside(box, holes, 0, budget, found);
  }
  // One such box; none when the holes cover all, or when the budget is spent.
  [[nodiscard]] std::optional<Box> find_outside(const Box& box, const std::vector<Box>& holes, Budget& budget) const;

 private:
  struct Dimension {
    std::size_t coordinates = 0;
    std::size_t first = 0;  // word
    std::size_t words = 0;
  };

  [[nodiscard]] bool is_subset(const Box& a, const Box& b, const Dimension& dimension) const;

  template <class Found>
  bool outside(Box box, const std::vector<Box>& holes, std::size_t next, Budget& budget, Found& found) const {
    for (; next < holes.size(); ++next) {
      if (budget.spent()) return false;
      const Box& hole = holes[next];
      if (disjoint(box, hole)) continue;
      // What sticks out of the hole, one dimension after the other; then what is left lies within it.
      for (const Dimension& dimension : dimensions_) {
        if (is_subset(box, hole, dimension)) continue;
        Box part = box;
        for (std::size_t word = dimension.first; word < dimension.first + dimension.words; ++word) {
          part[word] &= ~hole[word];
          box[word] &= hole[word];
        }
        if (!outside(std::move(part), holes, next + 1, budget, found)) return false;
      }
      return true;
    }
    return found(std::move(box));
  }

  std::vector<Dimension> dimensions_;
  std::size_t words_ = 0;
};

}  // namespace redoubt::iam
