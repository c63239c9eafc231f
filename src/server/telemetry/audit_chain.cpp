#include "telemetry/audit_chain.hpp"

#include <fmt/format.h>

#include <iterator>

#include "redoubt/json.hpp"
#include "telemetry/log_line.hpp"
#include "telemetry/time_text.hpp"

namespace redoubt {
namespace {

constexpr std::string_view prev_opening = R"(,"prev":")";
constexpr std::string_view hash_opening = R"(,"hash":")";
constexpr std::string_view signature_opening = R"(,"signature":")";
constexpr std::string_view closing = "}";

// Takes `opening`, `digits` hexadecimal digits and a quote off the end of `text`.
std::optional<std::string> take_from_end(std::string_view& text, std::string_view opening, std::size_t digits) {
  const std::size_t size = opening.size() + digits + 1;
  if (text.size() < size) return std::nullopt;
  const std::string_view tail = text.substr(text.size() - size);
  const std::string_view value = tail.substr(opening.size(), digits);
  if (!tail.starts_with(opening) || !tail.ends_with('"') || !is_hexadecimal(value, digits)) return std::nullopt;
  text.remove_suffix(size);
  return std::string(value);
}

std::string string_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  return member && member->is_string() ? std::string(member->string()) : std::string();
}

std::optional<std::uint64_t> count_member(const json::Value& object, std::string_view name) {
  const auto member = object.find(name);
  const auto count = member && member->is_number() ? member->integer() : std::nullopt;
  return count && *count >= 0 ? std::optional(static_cast<std::uint64_t>(*count)) : std::nullopt;
}

}  // namespace

std::expected<AuditLine, std::string> read_audit_line(std::string_view line) {
  const auto no_line = [](std::string_view why) { return std::unexpected(fmt::format("is no audit line: {}", why)); };
  std::string_view rest = line;
  if (!rest.ends_with(closing)) return no_line("it does not end as one");
  rest.remove_suffix(closing.size());
  AuditLine read;
  read.signature = take_from_end(rest, signature_opening, signature_digits).value_or("");
  auto hash = take_from_end(rest, hash_opening, hash_digits);
  if (!hash) return no_line("it does not end in its hash");
  if (sha256(rest) != *hash) return std::unexpected("was altered: its hash is not that of its content");
  read.hash = std::move(*hash);
  auto prev = take_from_end(rest, prev_opening, hash_digits);
  if (!prev) return no_line("the hash of the line before it is missing");
  read.prev = std::move(*prev);

  const auto parsed = json::parse(std::string(line));
  if (!parsed) return no_line("it is no JSON");
  const json::Value root = parsed->root();
  const auto sequence = count_member(root, "sequence");
  if (!sequence || *sequence == 0) return no_line("it has no sequence number");
  read.sequence = *sequence;
  read.event = string_member(root, "event");
  if ((read.is_genesis() || read.event == checkpoint_event) == read.signature.empty()) {
    return no_line(read.signature.empty() ? "its signature is missing" : "its event is not one that is signed");
  }
  if (!read.is_genesis()) return read;
  read.chain = string_member(root, "chain");
  read.key = string_member(root, "key");
  if (const auto torn = root.find("torn")) {
    read.torn = TornLine{.bytes = count_member(*torn, "bytes").value_or(0), .sha256 = string_member(*torn, "sha256")};
  }
  return read;
}

std::string signed_statement(std::uint64_t sequence, std::string_view hash) {
  // The first line keeps a signature from meaning anything in another protocol.
  return fmt::format("redoubt audit checkpoint v1\n{}\n{}\n", sequence, hash);
}

AuditChain::AuditChain(std::string instance, SigningKey key, Position position)
    : key_(std::move(key)), position_(std::move(position)) {
  json::append_string(instance_, instance);
}

void AuditChain::append_open(std::string& out, Time time, std::string_view members) {
  const std::size_t from = out.size();
  ++position_.sequence;
  fmt::format_to(std::back_inserter(out), R"({{"sequence":{},"time":")", position_.sequence);
  out += TimeText(time).view();
  fmt::format_to(std::back_inserter(out), R"(","instance":{},{})", instance_, members);
  escape_terminal_controls(out, from);
  fmt::format_to(std::back_inserter(out), R"({}{}")", prev_opening, position_.hash);
  position_.hash = sha256(std::string_view(out).substr(from));
  fmt::format_to(std::back_inserter(out), R"({}{}")", hash_opening, position_.hash);
}

void AuditChain::append_signed(std::string& out, Time time, std::string_view members) {
  append_open(out, time, members);
  signature_ = key_.sign(signed_statement(position_.sequence, position_.hash));
  fmt::format_to(std::back_inserter(out), "{}{}\"{}\n", signature_opening, signature_, closing);
}

void AuditChain::append_event(std::string& out, Time time, std::string_view members) {
  append_open(out, time, members);
  out += closing;
  out += '\n';
}

void AuditChain::append_genesis(std::string& out, Time time, const std::optional<TornLine>& torn) {
  std::string members =
      fmt::format(R"("event":"{}","chain":"{}","key":"{}")", genesis_event, position_.id, key_.public_key());
  if (torn) members += fmt::format(R"(,"torn":{{"bytes":{},"sha256":"{}"}})", torn->bytes, torn->sha256);
  append_signed(out, time, members);
}

void AuditChain::append_checkpoint(std::string& out, Time time) {
  append_signed(out, time, fmt::format(R"("event":"{}")", checkpoint_event));
}

}  // namespace redoubt
