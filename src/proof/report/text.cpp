#include "report/text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdint>

namespace redoubt::report {
namespace {

// FNV-1a (draft-eastlake-fnv): an identity, not a secret.
std::uint64_t fnv(std::string_view text, std::uint64_t hash) {
  constexpr std::uint64_t prime = 0x100000001b3;
  for (const char each : text) hash = (hash ^ static_cast<unsigned char>(each)) * prime;
  return hash;
}

}  // namespace

std::string title_of(const controls::Verdict& verdict) {
  const controls::CheckEntry* entry = controls::find_check(verdict.check);
  return entry != nullptr ? entry->title : verdict.check;
}

std::string reason_of(const controls::Verdict& verdict) {
  return verdict.counterexample.empty() ? verdict.evidence : verdict.counterexample;
}

std::string fingerprint(const controls::Verdict& verdict) {
  constexpr std::uint64_t basis = 0xcbf29ce484222325;
  const std::string named = fmt::format("{}\n{}\n{}\n{}\n{}", verdict.check, verdict.account, verdict.region,
                                        verdict.account.empty() ? verdict.file : std::string(), verdict.resource);
  const std::uint64_t first = fnv(named, basis);
  return fmt::format("{:016x}{:016x}", first, fnv(named, first));
}

std::string timestamp(std::chrono::sys_seconds time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string shortened(std::string_view text, std::size_t bytes) {
  constexpr std::string_view ellipsis = "…";
  if (text.size() <= bytes) return std::string(text);
  std::size_t end = bytes - ellipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(ellipsis);
}

}  // namespace redoubt::report
