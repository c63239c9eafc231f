// Two policies, with a line of `---` between them: whatever they say, comparing them ends; a policy allows what it
// allows itself; and a difference one way is none the other way round.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "iam/compare.hpp"
#include "iam/evaluate.hpp"

namespace {

using namespace redoubt::iam;

constexpr std::chrono::milliseconds budget{50};
constexpr std::string_view border = "\n---\n";

[[noreturn]] void wrong(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = text.find(border);
  const auto left = parse_policy(std::string(text.substr(0, middle)), "left");
  if (!left) return 0;
  if (compare(*left, *left, budget).order == Order::incomparable) wrong("a policy differs from itself");
  if (middle == std::string_view::npos) return 0;
  const auto right = parse_policy(std::string(text.substr(middle + border.size())), "right");
  if (!right) return 0;
  const Difference there = compare(*left, *right, budget);
  for (const auto& [request, in, out] :
       {std::tuple(there.only_left, &*left, &*right), std::tuple(there.only_right, &*right, &*left)})
    if (request && (!allows(*in, *request) || allows(*out, *request))) wrong("a request that does not differ");
  const Difference back = compare(*right, *left, budget);
  if (there.is_contained() == std::optional(true) && back.only_right) wrong("contained, and not");
  return 0;
}
