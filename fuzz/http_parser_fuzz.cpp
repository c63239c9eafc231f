// Whatever the strict gate lets through, another parser (Boost.Beast's, which is lenient) must read as the same
// request: same method, target, fields and body. And the result must not depend on how the bytes were split.
#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "server/http/conversation.hpp"

namespace {

namespace beast = boost::beast;
using redoubt::testing::ReadRequest;

void fail(const char* what, std::string_view bytes) {
  std::fprintf(stderr, "%s\n%.*s\n", what, static_cast<int>(bytes.size()), bytes.data());
  std::abort();
}

// Reads one request at the front of `bytes` and takes it off.
void compare_with_beast(std::string_view& bytes, const ReadRequest& ours) {
  // Neither accepts nor counts empty lines before a request as we do (RFC 9112 section 2.2).
  while (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  beast::http::request_parser<beast::http::string_body> parser;
  parser.eager(true);
  parser.header_limit(64 * 1024);
  std::string_view rest = bytes;
  while (!parser.is_done()) {
    beast::error_code error;
    const auto taken = parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    rest.remove_prefix(taken);
    if (error == beast::http::error::need_more && taken > 0) continue;
    if (error || (taken == 0 && !parser.is_done())) fail("Beast refuses what we accept", bytes);
  }
  const auto& theirs = parser.get();
  if (theirs.method_string() != ours.method) fail("another method", bytes);
  const auto target = std::string_view(theirs.target());
  if (!target.ends_with(ours.target == "/" && !target.ends_with('/') ? "" : ours.target)) fail("another target", bytes);
  if (theirs.version() != 10U + static_cast<unsigned>(ours.minor_version)) fail("another version", bytes);
  if (theirs.keep_alive() != ours.keep_alive) fail("another keep-alive", bytes);
  if (theirs.body() != ours.body) fail("another body", bytes);
  std::size_t count = 0;
  for (const auto& field : theirs) {
    if (std::ranges::none_of(ours.fields,
                             [&field](const auto& own) {
                               return redoubt::iequals(own.first, std::string_view(field.name_string())) &&
                                      own.second == std::string_view(field.value());
                             }) &&
        std::ranges::any_of(ours.fields, [&field](const auto& own) {
          return redoubt::iequals(own.first, std::string_view(field.name_string()));
        }))
      fail("another field", bytes);
    ++count;
  }
  if (count < ours.fields.size()) fail("a field less", bytes);
  bytes = rest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = redoubt::testing::converse(bytes);
  std::size_t turn = size;
  const auto split = redoubt::testing::converse(bytes, [&turn] { return 1 + (turn = turn * 31 + 7) % 23; });
  if (!(split == whole)) fail("another result when split", bytes);
  std::string_view rest = bytes.substr(0, whole.read);
  for (const auto& request : whole.requests) compare_with_beast(rest, request);
  return 0;
}
