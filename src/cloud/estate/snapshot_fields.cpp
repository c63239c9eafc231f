#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

constexpr char swapped_case(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c;
}

// A member in either spelling of its first letter; null is as good as none.
const Value& either(const Value& object, std::string_view name) {
  static const Value nothing;
  const Value* found = &object[name];
  if (!*found && !name.empty()) {
    std::string other(name);
    other[0] = swapped_case(other[0]);
    found = &object[other];
  }
  return found->is(Kind::null) ? nothing : *found;
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "a boolean";
    case Kind::number:
      return "a number";
    case Kind::text:
      return "a text";
    case Kind::list:
      return "a list";
    case Kind::object:
      return "an object";
    default:
      return "not known";
  }
}

// Names that are the user's own, not the API's: what stands under these keeps its spelling.
constexpr std::array own_names{"options", "driverOpts", "dockerLabels", "labels", "tags", "parameters"};

Value capitalised(const Value& value, bool names) {
  Value out = value;
  for (Value& item : out.items) item = capitalised(item, names);
  for (Member& each : out.members) {
    const bool own = each.value.is(Kind::object) && std::ranges::find(own_names, each.name) != own_names.end();
    each.value = capitalised(each.value, !own);
    if (names && !each.name.empty() && each.name[0] >= 'a' && each.name[0] <= 'z')
      each.name[0] = swapped_case(each.name[0]);
  }
  return out;
}

bool is_digits(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Value percent_decoded(const Value& value) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  Value out = value;
  out.text.clear();
  for (std::size_t i = 0; i < value.text.size(); ++i) {
    const std::string& text = value.text;
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out.text += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out.text += text[i];
    }
  }
  return out;
}

void place_at(Value& value, Location at) {
  value.at = at;
  for (Value& item : value.items) place_at(item, at);
  for (Member& each : value.members) {
    each.at = at;
    place_at(each.value, at);
  }
}

// A policy in a text, as JSON or (IAM's own API) percent-encoded JSON.
Value document_of(const Value& value, std::string_view name, Reading& reading) {
  if (value.is(Kind::object)) return value;
  if (value.text.empty()) return {};
  const Value text = value.text.starts_with('%') ? percent_decoded(value) : value;
  auto document = format_of(text.text) == Format::json
                      ? read_document(text.text, value.at.file, "")
                      : std::unexpected(ReadError{.file = {}, .line = 0, .reason = "it does not begin with {"});
  if (!document) {
    reading.fail(value.at, fmt::format("{} is a text that holds no JSON document: {}", name, document.error().reason));
    return {};
  }
  place_at(*document, value.at);
  return *std::move(document);
}

Value tags_of(const Value& value, std::string_view name, Reading& reading) {
  std::vector<Value> tags;
  const auto add = [&](Value key, Value content, Location at) {
    Value tag = object({{"Key", std::move(key)}, {"Value", content ? std::move(content) : text("")}});
    tag.at = at;
    tags.push_back(std::move(tag));
  };
  if (value.is(Kind::object)) {
    for (const Member& each : value.members) add(text_at(each.name, each.at), each.value, each.at);
  } else if (value.is(Kind::list)) {
    for (const Value& each : value.items) {
      Value key = either(each, "Key");
      if (!key) key = either(each, "TagKey");
      Value content = either(each, "Value");
      if (!content) content = either(each, "TagValue");
      if (!key.is(Kind::text)) reading.fail(each.at, fmt::format("an item of {} has no Key", name));
      add(std::move(key), std::move(content), each.at);
    }
  } else {
    reading.fail(value.at, fmt::format("{} is {}, and a list was expected", name, kind_name(value.kind)));
  }
  Value out = list(std::move(tags));
  out.at = value.at;
  return out;
}

// The value as the shape asks for it; absent after an error.
Value shaped(const Value& value, const Field& field, Reading& reading) {
  const auto wrong = [&](std::string_view expected) {
    reading.fail(value.at, fmt::format("{} is {}, and {} was expected", field.from, kind_name(value.kind), expected));
    return Value{};
  };
  switch (field.shape) {
    case Shape::text:
      return value.is(Kind::text) ? value : wrong("a text");
    case Shape::number:
      if (value.is(Kind::number) || (value.is(Kind::text) && is_digits(value.text))) return value;
      return wrong("a number");
    case Shape::flag:
      if (value.is(Kind::boolean)) return value;
      if (value.is(Kind::text) && (value.text == "true" || value.text == "false")) {
        Value out = boolean(value.text == "true");
        out.at = value.at;
        return out;
      }
      return wrong("true or false");
    case Shape::texts:
      if (!value.is(Kind::list)) return wrong("a list of texts");
      for (const Value& item : value.items)
        if (!item.is(Kind::text)) return wrong("a list of texts");
      return value;
    case Shape::as_is:
      return value;
    case Shape::capitalised:
      return capitalised(value, true);
    case Shape::document:
      return value.is(Kind::object) || value.is(Kind::text) ? document_of(value, field.from, reading)
                                                            : wrong("a policy document");
    case Shape::tags:
      return tags_of(value, field.from, reading);
  }
  return {};
}

void set_at(Value& object, std::string_view path, Value value) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) {
    object.set(path, std::move(value));
    return;
  }
  const std::string_view head = path.substr(0, dot);
  Value inner = object[head];
  if (!inner.is(Kind::object)) {
    inner = {};
    inner.at = value.at;
  }
  set_at(inner, path.substr(dot + 1), std::move(value));
  object.set(head, std::move(inner));
}

}  // namespace

void Reading::fail(Location at, std::string reason) {
  if (error) return;
  error = ReadError{.file = at.file < estate.files.size() ? estate.files[at.file] : std::string(),
                    .line = at.line,
                    .reason = std::move(reason)};
}

Value member(const Value& item, std::string_view path) {
  if (path.empty()) return item;
  const std::size_t dot = path.find('.');
  std::string_view head = path.substr(0, dot);
  const std::string_view rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  const std::size_t bracket = head.find('[');
  if (bracket == std::string_view::npos) return member(either(item, head), rest);

  const Value& list_value = either(item, head.substr(0, bracket));
  if (!list_value.is(Kind::list)) return list_value;  // absent, or for the shape to refuse
  if (head.substr(bracket) == "[0]") return list_value.items.empty() ? Value{} : member(list_value.items[0], rest);
  Value out = list({});
  out.at = list_value.at;
  for (const Value& each : list_value.items)
    if (Value found = member(each, rest)) out.items.push_back(std::move(found));
  return out;
}

std::string text_of(const Value& item, std::string_view path) {
  const Value found = member(item, path);
  return found.is(Kind::text) ? found.text : std::string();
}

void apply(std::span<const Field> fields, const Value& item, Value& properties, Reading& reading) {
  for (const Field& field : fields) {
    const Value found = member(item, field.from);
    if (!found || (field.shape == Shape::text && found.is(Kind::text) && found.text.empty())) continue;
    if (Value value = shaped(found, field, reading))
      set_at(properties, field.to.empty() ? field.from : field.to, std::move(value));
  }
}

std::vector<Value> items_of(const Value& item, std::string_view path, Reading& reading) {
  const Value found = member(item, path);
  if (!found) return {};
  if (!found.is(Kind::list)) {
    reading.fail(found.at, fmt::format("{} is {}, and a list was expected", path, kind_name(found.kind)));
    return {};
  }
  for (const Value& each : found.items)
    if (!each.is(Kind::object)) {
      reading.fail(each.at, fmt::format("an item of {} is {}, and an object was expected", path, kind_name(each.kind)));
      return {};
    }
  return found.items;
}

Resource part_of(const Resource& parent, std::string_view type, std::string id, const Value& item,
                 std::span<const Field> fields, Reading& reading) {
  Resource out;
  out.id = std::move(id);
  out.type = type;
  out.at = item.at;
  out.account = parent.account;
  out.region = parent.region;
  out.properties = object({});
  out.properties.at = item.at;
  apply(fields, item, out.properties, reading);
  return out;
}

Value text_at(std::string_view content, Location at) {
  Value out = text(content);
  out.at = at;
  return out;
}

Value flag_at(bool value, Location at) {
  Value out = boolean(value);
  out.at = at;
  return out;
}

void not_told(Value& properties, std::initializer_list<std::string_view> names, std::string_view question,
              Location at) {
  for (const std::string_view name : names)
    if (!properties[name]) properties.set(name, unknown(fmt::format("the snapshot has no answer of {}", question), at));
}

std::string_view last_of_arn(std::string_view arn) {
  const std::size_t cut = arn.find_last_of("/:");
  return cut == std::string_view::npos ? arn : arn.substr(cut + 1);
}

bool same_name(std::string_view left, std::string_view right) {
  if (left.size() != right.size() || left.empty()) return false;
  return (left[0] == right[0] || left[0] == swapped_case(right[0])) && left.substr(1) == right.substr(1);
}

}  // namespace redoubt::estate::snapshot
