#include "value_text.hpp"

#include <fmt/format.h>

namespace redoubt::controls {
namespace {

using estate::Kind;
using estate::Value;

constexpr std::size_t longest = 100;  // of what a line of a report has room for

void append(std::string& out, const estate::Estate& estate, const Value& value, bool quoted) {
  if (out.size() > longest) return;
  const std::string_view quote = quoted ? "\"" : "";
  switch (value.kind) {
    case Kind::null:
      out += "null";
      break;
    case Kind::absent:
      out += "absent";
      break;
    case Kind::boolean:
      out += value.boolean ? "true" : "false";
      break;
    case Kind::number:
      out += value.text;
      break;
    case Kind::text:
      out += fmt::format("{}{}{}", quote, value.text, quote);
      break;
    case Kind::reference:
      if (value.index < estate.resources.size()) out += estate.resources[value.index].id;
      if (!value.text.empty()) out += '.' + value.text;
      break;
    case Kind::symbol:
      if (value.index < estate.parameters.size()) out += fmt::format("${{{}}}", estate.parameters[value.index].name);
      break;
    case Kind::joined:
      out += quote;
      for (const Value& item : value.items) append(out, estate, item, false);
      out += quote;
      break;
    case Kind::list:
      out += '[';
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (i != 0) out += ", ";
        append(out, estate, value.items[i], true);
      }
      out += ']';
      break;
    case Kind::object:
      out += '{';
      for (std::size_t i = 0; i < value.members.size(); ++i) {
        if (i != 0) out += ", ";
        out += value.members[i].name + ": ";
        append(out, estate, value.members[i].value, true);
      }
      out += '}';
      break;
    case Kind::call:
      out += value.text + "(…)";
      break;
    case Kind::unknown:
      out += fmt::format("unknown ({})", value.text);
      break;
  }
}

}  // namespace

std::string text_of(const estate::Estate& estate, const Value& value) {
  std::string out;
  append(out, estate, value, true);
  if (out.size() > longest) {
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;  // not within a character
    out.resize(end);
    out += "…";
  }
  return out;
}

bool is_empty(const Value& value) {
  switch (value.kind) {
    case Kind::absent:
    case Kind::null:
      return true;
    case Kind::text:
      return value.text.empty();
    case Kind::list:
    case Kind::joined:
      return value.items.empty();
    case Kind::object:
      return value.members.empty();
    default:
      return false;
  }
}

}  // namespace redoubt::controls
