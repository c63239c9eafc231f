// JSON comes from Redoubt's strict reader, whose offsets become lines here; YAML from yaml_reader.cpp.
#include "document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "redoubt/json.hpp"
#include "yaml_reader.hpp"

namespace redoubt::estate {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Some editors and shells write one; YAML 1.1 allows it, RFC 8259 section 8.1 lets a reader of JSON ignore it.
std::string_view without_mark(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

// Values ask for the lines of growing offsets, so the text is walked through once.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  std::uint32_t of(std::size_t offset) {
    line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
    counted_ = offset;
    return line_;
  }

 private:
  std::string_view text_;
  std::size_t counted_ = 0;
  std::uint32_t line_ = 1;
};

class JsonConverter {
 public:
  JsonConverter(std::string_view text, std::uint32_t file) : text_(text), lines_(text), file_(file) {}

  // Recursion is bounded by the depth that the reader allowed.
  Value convert(json::Value from) {
    Value to;
    to.at = {file_, lines_.of(from.offset())};
    switch (from.kind()) {
      case json::Kind::null:
        to.kind = Kind::null;
        break;
      case json::Kind::boolean:
        to.kind = Kind::boolean;
        to.boolean = from.boolean();
        break;
      case json::Kind::integer:
      case json::Kind::unsigned_integer:
      case json::Kind::real:
        to.kind = Kind::number;
        to.text = number_at(from.offset());
        break;
      case json::Kind::string:
        to.kind = Kind::text;
        to.text = from.string();
        break;
      case json::Kind::array:
        to.kind = Kind::list;
        to.items.reserve(from.size());
        for (const json::Value each : from.elements()) to.items.push_back(convert(each));
        break;
      case json::Kind::object: {
        to.kind = Kind::object;
        to.members.reserve(from.size());
        const auto members = from.members();
        for (auto at = members.begin(); at != members.end(); ++at) {
          const json::Value name(*at.nodes, at.index);
          const Location location{file_, lines_.of(name.offset())};
          to.members.push_back({std::string(name.string()), convert((*at).value), location});
        }
        break;
      }
    }
    return to;
  }

 private:
  [[nodiscard]] std::string number_at(std::size_t offset) const {
    const std::size_t end = text_.find_first_not_of("+-.0123456789eE", offset);
    return std::string(text_.substr(offset, end - offset));
  }

  std::string_view text_;
  Lines lines_;
  std::uint32_t file_;
};

std::expected<Value, ReadError> read_json(std::string_view text, std::uint32_t file, std::string_view name) {
  const auto document = json::parse(std::string(text), deepest_document);
  if (!document) {
    return std::unexpected(
        ReadError{std::string(name), static_cast<std::uint32_t>(document.error().line),
                  fmt::format("not JSON: {} (column {})", document.error().reason, document.error().column)});
  }
  return JsonConverter(text, file).convert(document->root());
}

class DocumentWriter {
 public:
  explicit DocumentWriter(std::string& out) : out_(out) {}

  void write(const Value& value) {
    switch (value.kind) {
      case Kind::boolean:
        out_ += value.boolean ? "true" : "false";
        return;
      case Kind::number:
        out_ += value.text;
        return;
      case Kind::text:
        json::append_string(out_, value.text);
        return;
      case Kind::list:
        write_all('[', ']', value.items, [&](const Value& each) { write(each); });
        return;
      case Kind::object:
        write_all('{', '}', value.members, [&](const Member& each) {
          json::append_string(out_, each.name);
          out_ += ": ";
          write(each.value);
        });
        return;
      case Kind::null:
      case Kind::reference:  // the rest is not a document's
      case Kind::symbol:
      case Kind::joined:
      case Kind::call:
      case Kind::absent:
      case Kind::unknown:
        out_ += "null";
        return;
    }
  }

 private:
  template <class Element, class Write>
  void write_all(char open, char close, const std::vector<Element>& elements, Write write_element) {
    out_ += open;
    depth_ += 2;
    for (const Element& each : elements) {
      if (&each != elements.data()) out_ += ',';
      out_.append(1, '\n').append(depth_, ' ');
      write_element(each);
    }
    depth_ -= 2;
    if (!elements.empty()) out_.append(1, '\n').append(depth_, ' ');
    out_ += close;
  }

  std::string& out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string ReadError::text() const {
  return line == 0 ? fmt::format("{}: {}", file, reason) : fmt::format("{}:{}: {}", file, line, reason);
}

Format format_of(std::string_view text) {
  text = without_mark(text);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[') ? Format::json : Format::yaml;
}

std::expected<Value, ReadError> read_document(std::string_view text, std::uint32_t file, std::string_view name) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return std::unexpected(ReadError{std::string(name), 0, "the file is empty"});
  }
  return format_of(text) == Format::json ? read_json(without_mark(text), file, name) : read_yaml(text, file, name);
}

std::string write_json(const Value& value) {
  std::string out;
  DocumentWriter(out).write(value);
  out += '\n';
  return out;
}

}  // namespace redoubt::estate
