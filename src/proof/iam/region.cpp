#include "iam/region.hpp"

#include <algorithm>
#include <bit>

namespace redoubt::iam {

std::size_t Shape::add(std::size_t coordinates) {
  const std::size_t words = std::max<std::size_t>(1, (coordinates + bits - 1) / bits);
  dimensions_.push_back({coordinates, words_, words});
  words_ += words;
  return dimensions_.size() - 1;
}

Box Shape::everything() const {
  Box box = nothing();
  for (std::size_t dimension = 0; dimension < dimensions_.size(); ++dimension) fill(box, dimension);
  return box;
}

void Shape::fill(Box& box, std::size_t dimension) const {
  clear(box, dimension);
  complement(box, dimension);
}

void Shape::clear(Box& box, std::size_t dimension) const {
  const Dimension& d = dimensions_[dimension];
  std::fill_n(box.begin() + static_cast<std::ptrdiff_t>(d.first), d.words, 0);
}

void Shape::complement(Box& box, std::size_t dimension) const {
  const Dimension& d = dimensions_[dimension];
  for (std::size_t word = 0; word < d.words; ++word) box[d.first + word] = ~box[d.first + word];
  // The bits beyond the last coordinate stay clear.
  const std::size_t used = d.coordinates - (d.words - 1) * bits;
  if (used < bits) box[d.first + d.words - 1] &= (std::uint64_t{1} << used) - 1;
}

void Shape::intersect(Box& box, const Box& other, std::size_t dimension) const {
  const Dimension& d = dimensions_[dimension];
  for (std::size_t word = d.first; word < d.first + d.words; ++word) box[word] &= other[word];
}

bool Shape::is_empty(const Box& box, std::size_t dimension) const {
  const Dimension& d = dimensions_[dimension];
  for (std::size_t word = d.first; word < d.first + d.words; ++word)
    if (box[word]) return false;
  return true;
}

bool Shape::is_empty(const Box& box) const {
  for (std::size_t dimension = 0; dimension < dimensions_.size(); ++dimension)
    if (is_empty(box, dimension)) return true;
  return false;
}

bool Shape::is_full(const Box& box, std::size_t dimension) const {
  const Dimension& d = dimensions_[dimension];
  std::size_t count = 0;
  for (std::size_t word = d.first; word < d.first + d.words; ++word)
    count += static_cast<std::size_t>(std::popcount(box[word]));
  return count == d.coordinates;
}

bool Shape::disjoint(const Box& a, const Box& b) const {
  return std::ranges::any_of(dimensions_, [&](const Dimension& d) {
    for (std::size_t word = d.first; word < d.first + d.words; ++word)
      if (a[word] & b[word]) return false;
    return true;
  });
}

std::optional<Box> Shape::intersection(const Box& a, const Box& b) const {
  if (disjoint(a, b)) return std::nullopt;
  Box out = a;
  for (std::size_t word = 0; word < words_; ++word) out[word] &= b[word];
  return out;
}

std::vector<std::size_t> Shape::point(const Box& box) const {
  std::vector<std::size_t> out;
  out.reserve(dimensions_.size());
  for (const Dimension& d : dimensions_) {
    std::size_t coordinate = 0;
    for (std::size_t word = 0; word < d.words; ++word) {
      if (!box[d.first + word]) continue;
      coordinate = word * bits + static_cast<std::size_t>(std::countr_zero(box[d.first + word]));
      break;
    }
    out.push_back(coordinate);
  }
  return out;
}

bool Shape::is_subset(const Box& a, const Box& b, const Dimension& dimension) const {
  for (std::size_t word = dimension.first; word < dimension.first + dimension.words; ++word)
    if (a[word] & ~b[word]) return false;
  return true;
}

std::optional<Box> Shape::find_outside(const Box& box, const std::vector<Box>& holes, Budget& budget) const {
  std::optional<Box> out;
  outside(box, holes, budget, [&](Box found) {
    out = std::move(found);
    return false;
  });
  return out;
}

}  // namespace redoubt::iam
