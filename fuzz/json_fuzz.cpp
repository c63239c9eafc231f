// A text that the strict reader accepts means one thing: written out again it is the same value, and then the same
// bytes.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "redoubt/json.hpp"

namespace {

std::string written(const redoubt::json::Document& document) {
  std::string text;
  redoubt::json::Writer(text).value(document.root());
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = redoubt::json::parse(std::string(reinterpret_cast<const char*>(data), size));
  if (!document) {
    if (document.error().offset > size) std::abort();
    return 0;
  }
  const std::string once = written(*document);
  const auto again = redoubt::json::parse(once);
  if (!again || written(*again) != once) {
    std::fprintf(stderr, "reads back as another value: %s\n", once.c_str());
    std::abort();
  }
  return 0;
}
