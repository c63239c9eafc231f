#include "functions.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "redoubt/json.hpp"

namespace redoubt::estate {
namespace {

constexpr std::uint32_t most_blocks = 256;  // Fn::Cidr's own limit

__extension__ using Bits = unsigned __int128;  // an address of either family

struct Block {
  int family = AF_INET;
  std::uint32_t width = 32;
  std::uint32_t prefix = 0;
  Bits address = 0;
};

std::optional<Block> read_block(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  Block out;
  const std::string address(text.substr(0, slash));
  const std::string_view prefix = text.substr(slash + 1);
  if (address.find(':') != std::string::npos) {
    out.family = AF_INET6;
    out.width = 128;
  }
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(out.family, address.c_str(), bytes.data()) != 1) return std::nullopt;
  const auto read = std::from_chars(prefix.data(), prefix.data() + prefix.size(), out.prefix);
  if (read.ec != std::errc() || read.ptr != prefix.data() + prefix.size() || out.prefix > out.width)
    return std::nullopt;
  for (std::size_t i = 0; i < out.width / 8; ++i) out.address = out.address << 8 | bytes[i];
  const std::uint32_t hosts = out.width - out.prefix;
  out.address = hosts >= 128 ? 0 : out.address >> hosts << hosts;
  return out;
}

std::string write_address(const Block& block, Bits address) {
  std::array<unsigned char, 16> bytes{};
  for (std::size_t i = block.width / 8; i-- > 0; address >>= 8) bytes[i] = static_cast<unsigned char>(address & 0xFF);
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(block.family, bytes.data(), text.data(), text.size());
  return text.data();
}

bool write_compact(json::Writer& writer, const Value& value) {
  switch (value.kind) {
    case Kind::null:
      writer.null();
      return true;
    case Kind::boolean:
      writer.value(value.boolean);
      return true;
    case Kind::number:
      writer.raw(value.text);
      return true;
    case Kind::text:
      writer.value(value.text);
      return true;
    case Kind::list:
      writer.begin_array();
      if (!std::ranges::all_of(value.items, [&](const Value& each) { return write_compact(writer, each); }))
        return false;
      writer.end_array();
      return true;
    case Kind::object:
      writer.begin_object();
      for (const Member& each : value.members) {
        writer.name(each.name);
        if (!write_compact(writer, each.value)) return false;
      }
      writer.end_object();
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<std::int64_t> default_port(std::string_view engine) {
  constexpr std::pair<std::string_view, std::int64_t> ports[] = {
      {"postgres", 5432},     {"aurora-postgresql", 5432}, {"mysql", 3306},      {"mariadb", 3306}, {"aurora", 3306},
      {"aurora-mysql", 3306}, {"oracle-", 1521},           {"sqlserver-", 1433}, {"db2-", 50000},
  };
  for (const auto& [name, port] : ports)
    if (engine == name || (name.ends_with('-') && engine.starts_with(name))) return port;
  return std::nullopt;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (i < n ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) out += i <= n ? alphabet[group >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

std::vector<std::string> split(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t end = text.find(delimiter);
    out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + delimiter.size());
  }
}

std::optional<std::vector<std::string>> cidr(std::string_view text, std::uint32_t count, std::uint32_t bits) {
  const auto block = read_block(text);
  if (!block || count == 0 || count > most_blocks || bits == 0 || bits > block->width - block->prefix)
    return std::nullopt;
  const std::uint32_t room = block->width - block->prefix - bits;  // bits that number the blocks
  if (room < 9 && count > 1U << room) return std::nullopt;
  std::vector<std::string> out;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Bits address = bits >= 128 ? block->address : block->address + (Bits{i} << bits);
    out.push_back(fmt::format("{}/{}", write_address(*block, address), block->width - bits));
  }
  return out;
}

std::optional<std::string> json_string(const Value& value) {
  std::string out;
  json::Writer writer(out);
  if (!write_compact(writer, value)) return std::nullopt;
  return out;
}

}  // namespace redoubt::estate
