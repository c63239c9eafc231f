#include "toml.hpp"

#define TOML_EXCEPTIONS 0
#include <fmt/format.h>

#include <toml++/toml.h>

namespace redoubt::stack {
namespace {

using estate::ReadError;
using estate::Value;

class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  std::expected<Value, ReadError> read(const toml::node& node) {
    Value out = value(node);
    if (error_) return std::unexpected(*error_);
    return out;
  }

 private:
  Value value(const toml::node& node) {
    Value out = plain(node);
    out.at.line = node.source().begin.line;
    return out;
  }

  Value plain(const toml::node& node) {
    if (const auto* text = node.as_string()) return estate::text(text->get());
    if (const auto* number = node.as_integer()) return estate::number(number->get());
    if (const auto* yes = node.as_boolean()) return estate::boolean(yes->get());
    if (const auto* array = node.as_array()) {
      Value out = estate::list({});
      for (const toml::node& item : *array) out.items.push_back(value(item));
      return out;
    }
    if (const auto* table = node.as_table()) {
      Value out = estate::object({});
      for (const auto& [key, member] : *table) {
        out.set(key.str(), value(member));
        out.members.back().at.line = key.source().begin.line;
      }
      return out;
    }
    if (!error_)
      error_ = ReadError{std::string(name_), node.source().begin.line,
                         "dates and fractions have no place here (write a text in quotes, a whole number, true or "
                         "false, a list or a table)"};
    return {};
  }

  std::string_view name_;
  std::optional<ReadError> error_;
};

}  // namespace

std::expected<Value, ReadError> read_toml(std::string_view text, std::string_view name) {
  const toml::parse_result parsed = toml::parse(text, name);
  if (!parsed)
    return std::unexpected(ReadError{std::string(name), parsed.error().source().begin.line,
                                     fmt::format("it is no TOML: {}", parsed.error().description())});
  return Reader(name).read(parsed.table());
}

}  // namespace redoubt::stack
