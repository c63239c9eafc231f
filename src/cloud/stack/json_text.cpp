#include "json_text.hpp"

#include <fmt/format.h>

namespace redoubt::stack {
namespace {
using estate::Kind;
using estate::Value;
void quote(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", c);
    else
      out += c;
  }
  out += '"';
}
void write(std::string& out, const Value& v, std::size_t depth) {
  const auto line = [&](std::size_t d) { (out += '\n').append(2 * d, ' '); };
  switch (v.kind) {
    case Kind::null:
      out += "null";
      break;
    case Kind::boolean:
      out += v.boolean ? "true" : "false";
      break;
    case Kind::number:
      out += v.text;
      break;
    case Kind::list:
      out += '[';
      for (std::size_t i = 0; i < v.items.size(); ++i) {
        if (i) out += ',';
        line(depth + 1);
        write(out, v.items[i], depth + 1);
      }
      if (!v.items.empty()) line(depth);
      out += ']';
      break;
    case Kind::object:
      out += '{';
      for (std::size_t i = 0; i < v.members.size(); ++i) {
        if (i) out += ',';
        line(depth + 1);
        quote(out, v.members[i].name);
        out += ": ";
        write(out, v.members[i].value, depth + 1);
      }
      if (!v.members.empty()) line(depth);
      out += '}';
      break;
    default:
      quote(out, v.text);
  }
}
}  // namespace
std::string write_json(const Value& value) {
  std::string out;
  write(out, value, 0);
  return out + '\n';
}
}  // namespace redoubt::stack
