// libyaml knows the grammar and says the lines; the reader below builds the values, writes short tags out and refuses
// what a template cannot be.
#include "yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <map>
#include <unordered_set>

namespace redoubt::estate {
namespace {

constexpr std::size_t most_alias_values = 100'000;  // values that aliases may add: no "billion laughs"
constexpr std::size_t few_members = 16;             // up to here comparing every pair of names is cheaper than hashing
constexpr std::string_view core = "tag:yaml.org,2002:";

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(text));
}

std::size_t count_values(const Value& value) {
  std::size_t n = 1;
  for (const Value& each : value.items) n += count_values(each);
  for (const Member& each : value.members) n += count_values(each.value);
  return n;
}

class Event {
 public:
  Event() = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { yaml_event_delete(&event_); }

  [[nodiscard]] bool next(yaml_parser_t& parser) {
    yaml_event_delete(&event_);
    return yaml_parser_parse(&parser, &event_) != 0;
  }
  [[nodiscard]] const yaml_event_t& operator*() const { return event_; }
  [[nodiscard]] const yaml_event_t* operator->() const { return &event_; }
  [[nodiscard]] std::uint32_t line() const { return static_cast<std::uint32_t>(event_.start_mark.line + 1); }

 private:
  yaml_event_t event_{};
};

class YamlReader {
 public:
  YamlReader(std::string_view text, std::uint32_t file, std::string_view name) : text_(text), file_(file), name_(name) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  YamlReader(const YamlReader&) = delete;
  YamlReader& operator=(const YamlReader&) = delete;
  ~YamlReader() { yaml_parser_delete(&parser_); }

  std::expected<Value, ReadError> read() {
    Value value;
    if (!read_only_document(value)) return std::unexpected(std::move(error_));
    return value;
  }

 private:
  bool read_only_document(Value& value) {
    if (!next()) return false;  // the stream's start
    if (!next()) return false;
    if (event_->type == YAML_STREAM_END_EVENT) return fail("the file is empty", 0);
    if (!next() || !read_node(value, 0)) return false;
    if (!next() || !next()) return false;  // the document's end
    if (event_->type == YAML_STREAM_END_EVENT) return true;
    return fail("a second document begins here: a template is one document", event_.line());
  }

  bool next() {
    if (event_.next(parser_)) return true;
    std::uint32_t line = static_cast<std::uint32_t>(parser_.problem_mark.line + 1);
    if (parser_.error == YAML_READER_ERROR) {  // it knows an offset only
      const std::size_t end = std::min(parser_.problem_offset, text_.size());
      line = static_cast<std::uint32_t>(1 + std::ranges::count(text_.substr(0, end), '\n'));
    }
    const std::string_view what = parser_.problem == nullptr ? "no memory" : std::string_view(parser_.problem);
    const std::string_view context =
        parser_.context == nullptr ? std::string_view() : std::string_view(parser_.context);
    return fail(fmt::format("not YAML: {}{}{}", context, context.empty() ? "" : ", ", what), line);
  }

  bool fail(std::string reason, std::uint32_t line) {
    error_ = {std::string(name_), line, std::move(reason)};
    return false;
  }

  // The node that the current event begins, to its end.
  bool read_node(Value& out, std::size_t depth) {
    if (depth > deepest_document) {
      return fail(fmt::format("nested deeper than {} levels", deepest_document), event_.line());
    }
    out.at = {file_, event_.line()};
    switch (event_->type) {
      case YAML_ALIAS_EVENT:
        return read_alias(out);
      case YAML_SCALAR_EVENT: {
        const auto& scalar = event_->data.scalar;
        return finish(view(scalar.anchor), view(scalar.tag), out, [&] { return read_scalar(out); });
      }
      case YAML_SEQUENCE_START_EVENT: {
        const auto& sequence = event_->data.sequence_start;
        return finish(view(sequence.anchor), view(sequence.tag), out, [&] { return read_sequence(out, depth); });
      }
      case YAML_MAPPING_START_EVENT: {
        const auto& mapping = event_->data.mapping_start;
        return finish(view(mapping.anchor), view(mapping.tag), out, [&] { return read_mapping(out, depth); });
      }
      default:
        return fail("a value is missing", event_.line());
    }
  }

  // Reads the content, then lets the tag and the anchor do their work. Both views die with the event.
  template <class Read>
  bool finish(std::string_view anchor, std::string_view tag, Value& out, Read read) {
    const std::string anchor_name(anchor);
    const std::string tag_name(tag);
    const std::uint32_t line = event_.line();
    if (!read() || !apply_tag(tag_name, out, line)) return false;
    if (!anchor_name.empty()) anchors_[anchor_name] = {out, count_values(out)};
    return true;
  }

  bool read_alias(Value& out) {
    const std::string_view anchor = view(event_->data.alias.anchor);
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      return fail(fmt::format("the alias *{} names no anchor before it", anchor), event_.line());
    alias_values_ += found->second.size;
    if (alias_values_ > most_alias_values) {
      return fail(fmt::format("aliases repeat more than {} values", most_alias_values), event_.line());
    }
    const Location at = out.at;
    out = found->second.value;
    out.at = at;
    return true;
  }

  bool read_scalar(Value& out) {
    const auto& scalar = event_->data.scalar;
    const std::string_view content(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const Location at = out.at;
    if (scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.plain_implicit != 0) {
      out = plain_scalar(content);
    } else {
      out.kind = Kind::text;
      out.text = content;
    }
    out.at = at;
    return true;
  }

  bool read_sequence(Value& out, std::size_t depth) {
    out.kind = Kind::list;
    for (;;) {
      if (!next()) return false;
      if (event_->type == YAML_SEQUENCE_END_EVENT) return true;
      if (!read_node(out.items.emplace_back(), depth + 1)) return false;
    }
  }

  bool read_mapping(Value& out, std::size_t depth) {
    out.kind = Kind::object;
    std::vector<Value> merged;
    for (;;) {
      if (!next()) return false;
      if (event_->type == YAML_MAPPING_END_EVENT) break;
      Member member;
      member.at = {file_, event_.line()};
      bool is_merge = false;
      if (!read_name(member.name, is_merge) || !next() || !read_node(member.value, depth + 1)) return false;
      if (is_merge) {
        if (!add_merged(std::move(member.value), merged)) return false;
      } else {
        out.members.push_back(std::move(member));
      }
    }
    if (const Member* again = repeated(out.members)) {
      return fail(fmt::format("the key {} stands twice in one mapping", again->name), again->at.line);
    }
    merge(out, merged);
    return true;
  }

  // Keys are texts, as written: a mapping's `32` is looked up by "32".
  bool read_name(std::string& name, bool& is_merge) {
    if (event_->type == YAML_ALIAS_EVENT) {
      Value value;
      if (!read_alias(value)) return false;
      if (!value.is(Kind::text) && !value.is(Kind::number)) return fail("a key must be a text", event_.line());
      name = std::move(value.text);
      return true;
    }
    if (event_->type != YAML_SCALAR_EVENT) return fail("a key must be a text", event_.line());
    const auto& scalar = event_->data.scalar;
    name.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    is_merge = name == "<<" && scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (scalar.anchor != nullptr) anchors_[std::string(view(scalar.anchor))] = {estate::text(name), 1};
    return true;
  }

  // https://yaml.org/type/merge.html: a mapping or a list of them. The AWS CLI's `package` resolves these.
  bool add_merged(Value value, std::vector<Value>& merged) {
    if (value.is(Kind::object)) {
      merged.push_back(std::move(value));
      return true;
    }
    if (!value.is(Kind::list) || !std::ranges::all_of(value.items, [](const Value& v) { return v.is(Kind::object); })) {
      return fail("the merge key << takes a mapping or a list of mappings", value.at.line);
    }
    std::ranges::move(value.items, std::back_inserter(merged));
    return true;
  }

  // What the mapping says itself wins, then the earlier of those merged.
  static void merge(Value& out, std::vector<Value>& merged) {
    for (Value& each : merged) {
      for (Member& member : each.members) {
        if (std::ranges::find(out.members, member.name, &Member::name) == out.members.end()) {
          out.members.push_back(std::move(member));
        }
      }
    }
  }

  static const Member* repeated(const std::vector<Member>& members) {
    if (members.size() <= few_members) {
      for (auto at = members.begin(); at != members.end(); ++at) {
        if (std::find_if(members.begin(), at, [&](const Member& m) { return m.name == at->name; }) != at) return &*at;
      }
      return nullptr;
    }
    std::unordered_set<std::string_view> names;
    for (const Member& each : members) {
      if (!names.insert(each.name).second) return &each;
    }
    return nullptr;
  }

  // `!Sub x` is {"Fn::Sub": "x"} ("Intrinsic function reference" in the CloudFormation template reference).
  bool apply_tag(std::string_view tag, Value& value, std::uint32_t line) {
    if (tag.empty()) return true;
    if (tag == "!") return true;  // "not a plain scalar": a text, which it is already
    if (tag.starts_with(core)) return apply_core_tag(tag.substr(core.size()), value, line);
    if (!tag.starts_with('!')) return fail(fmt::format("the tag {} means nothing in a template", tag), line);
    tag.remove_prefix(1);
    std::string function = tag == "Ref" || tag == "Condition" ? std::string(tag) : fmt::format("Fn::{}", tag);
    if (tag == "GetAtt" && value.is(Kind::text)) {
      const std::size_t dot = std::min(value.text.find('.'), value.text.size());
      Value resource = text(std::string_view(value.text).substr(0, dot));
      Value attribute = text(std::string_view(value.text).substr(std::min(dot + 1, value.text.size())));
      resource.at = attribute.at = value.at;
      Value parts = list({std::move(resource), std::move(attribute)});
      parts.at = value.at;
      value = std::move(parts);
    }
    Value call;
    call.kind = Kind::object;
    call.at = {file_, line};
    call.members.push_back({std::move(function), std::move(value), call.at});
    value = std::move(call);
    return true;
  }

  bool apply_core_tag(std::string_view type, Value& value, std::uint32_t line) {
    const auto bad = [&] { return fail(fmt::format("this is not a YAML !!{}", type), line); };
    if (type == "map") return value.is(Kind::object) || bad();
    if (type == "seq") return value.is(Kind::list) || bad();
    if (type == "str") return value.is(Kind::text) || bad();
    if (type == "int" || type == "float" || type == "bool" || type == "null") {
      if (!value.is(Kind::text)) return bad();
      Value plain = plain_scalar(value.text);
      plain.at = value.at;
      const Kind wanted = type == "bool" ? Kind::boolean : type == "null" ? Kind::null : Kind::number;
      if (!plain.is(wanted)) return bad();
      value = std::move(plain);
      return true;
    }
    return fail(fmt::format("CloudFormation does not support the YAML type !!{}", type), line);
  }

  struct Anchored {
    Value value;
    std::size_t size = 0;
  };

  std::string_view text_;
  std::uint32_t file_;
  std::string_view name_;
  yaml_parser_t parser_{};
  Event event_;
  std::map<std::string, Anchored, std::less<>> anchors_;
  std::size_t alias_values_ = 0;
  ReadError error_;
};

}  // namespace

std::expected<Value, ReadError> read_yaml(std::string_view text, std::uint32_t file, std::string_view name) {
  return YamlReader(text, file, name).read();
}

}  // namespace redoubt::estate
