#include "regions.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace redoubt::stack {
namespace {

// Of all partitions: botocore's data/partitions.json, November 2026.
constexpr std::array<std::string_view, 48> regions{
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-northeast-1",  "ap-northeast-2", "ap-northeast-3",
    "ap-south-1",     "ap-south-2",     "ap-southeast-1", "ap-southeast-2",  "ap-southeast-3", "ap-southeast-4",
    "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1",    "ca-west-1",      "eu-central-1",
    "eu-central-2",   "eu-north-1",     "eu-south-1",     "eu-south-2",      "eu-west-1",      "eu-west-2",
    "eu-west-3",      "il-central-1",   "me-central-1",   "me-south-1",      "me-west-1",      "mx-central-1",
    "sa-east-1",      "sa-west-1",      "us-east-1",      "us-east-2",       "us-west-1",      "us-west-2",
    "cn-north-1",     "cn-northwest-1", "eusc-de-east-1", "us-iso-east-1",   "us-iso-west-1",  "us-isob-east-1",
    "us-isob-west-1", "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1", "us-gov-east-1",  "us-gov-west-1",
};

// How many letters the names have in common, at their beginnings and at their ends.
std::size_t likeness(std::string_view left, std::string_view right) {
  const std::size_t least = std::min(left.size(), right.size());
  std::size_t front = 0, back = 0;
  while (front < least && left[front] == right[front]) ++front;
  while (back < least - front && left[left.size() - 1 - back] == right[right.size() - 1 - back]) ++back;
  return front + back;
}

}  // namespace

bool is_region(std::string_view name) {
  return std::ranges::find(regions, name) != regions.end();
}

std::string_view nearest_region(std::string_view name) {
  return *std::ranges::max_element(regions, {}, [&](std::string_view each) { return likeness(name, each); });
}

std::string_view partition_of(std::string_view region) {
  for (const std::string_view prefix : {"cn-", "us-gov-", "us-isob-", "us-isof-", "us-iso-", "eu-isoe-", "eusc-"})
    if (region.starts_with(prefix)) return prefix;
  return "aws";
}

}  // namespace redoubt::stack
