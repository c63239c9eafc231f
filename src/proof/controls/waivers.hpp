// Verdicts that somebody answers for until a date: `redoubt prove --waivers FILE`.
//
//   [[waiver]]
//   check = "NET-7.ingress"
//   resource = "LoadBalancerGroup"
//   reason = "port 8443 for the partner until they move"
//   owner = "sam@example.com"
//   until = 2026-12-31
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "verdict.hpp"

namespace redoubt::controls {

struct Waiver {
  std::string check;
  std::string resource;  // as the verdict names it
  std::string reason;
  std::string owner;
  std::string until;  // 2026-12-31, that day included
  std::size_t line = 0;
};

// Reads a file's text. Every member is required, none other is taken, since a waiver misread is a hole unseen.
[[nodiscard]] std::expected<std::vector<Waiver>, std::string> read_waivers(std::string_view text,
                                                                           std::string_view name);

// Waives what is refuted or unknown and counts again. An expired waiver changes nothing but the text, which says so.
// `today`: "2026-11-24". Returns notes for people: waivers that met no verdict.
[[nodiscard]] std::vector<std::string> apply(Findings& findings, const std::vector<Waiver>& waivers,
                                             std::string_view today);

}  // namespace redoubt::controls
