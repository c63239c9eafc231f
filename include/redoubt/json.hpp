// JSON (RFC 8259), strict: invalid UTF-8, lone surrogates, duplicate members (section 4 leaves them open; two readers
// would see two documents), trailing bytes and nesting beyond a limit are refused with their place. Reading gives a
// Document, a compact tree that views the parsed text; Writer appends to a string. Numbers keep full precision.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redoubt::json {

enum class Kind : std::uint8_t { null, boolean, integer, unsigned_integer, real, string, array, object };

// What was wrong, and where: `offset` counts bytes from 0, `line` and `column` (bytes) from 1.
struct Error {
  std::string reason;
  std::size_t offset = 0;
  std::size_t line = 1;
  std::size_t column = 1;
};

namespace detail {
struct Node {
  Kind kind = Kind::null;
  bool boolean = false;
  std::uint32_t size = 0;    // bytes of a string; elements of an array; members of an object
  std::uint32_t next = 0;    // index of the node after this whole value
  std::uint32_t offset = 0;  // where the value begins in the text
  union {
    const char* text;
    std::int64_t integer;
    std::uint64_t unsigned_integer;
    double real;
  };
  Node() : integer(0) {}
};
}  // namespace detail

struct Member;

// A view of one value inside a Document; two words, copied freely, valid while the Document lives.
class Value {
 public:
  [[nodiscard]] Kind kind() const noexcept { return node().kind; }
  [[nodiscard]] bool is_null() const noexcept { return kind() == Kind::null; }
  [[nodiscard]] bool is_boolean() const noexcept { return kind() == Kind::boolean; }
  [[nodiscard]] bool is_string() const noexcept { return kind() == Kind::string; }
  [[nodiscard]] bool is_array() const noexcept { return kind() == Kind::array; }
  [[nodiscard]] bool is_object() const noexcept { return kind() == Kind::object; }
  // Any of the three number kinds.
  [[nodiscard]] bool is_number() const noexcept { return kind() >= Kind::integer && kind() <= Kind::real; }

  // Each of these asks for its own kind only.
  [[nodiscard]] bool boolean() const noexcept { return node().boolean; }
  [[nodiscard]] std::string_view string() const noexcept { return {node().text, node().size}; }
  // The number as a double, from any number kind.
  [[nodiscard]] double number() const noexcept;
  // The number as a signed 64-bit integer: none when it has a fraction or does not fit (1.0 and 1e2 are integers).
  [[nodiscard]] std::optional<std::int64_t> integer() const noexcept;
  // Asks for the kind unsigned_integer only: an integer above what 63 bits hold.
  [[nodiscard]] std::uint64_t unsigned_integer() const noexcept { return node().unsigned_integer; }

  // Elements of an array, or members of an object.
  [[nodiscard]] std::size_t size() const noexcept { return node().size; }
  // The member of that name; none when absent or when this is no object.
  [[nodiscard]] std::optional<Value> find(std::string_view name) const noexcept;
  // Byte offset of the value in the text that was parsed.
  [[nodiscard]] std::size_t offset() const noexcept { return node().offset; }

  class Elements;
  class Members;
  [[nodiscard]] Elements elements() const noexcept;  // for an array
  [[nodiscard]] Members members() const noexcept;    // for an object, in the order of the text

  Value(const std::vector<detail::Node>& nodes, std::uint32_t index) noexcept : nodes_(&nodes), index_(index) {}

 private:
  [[nodiscard]] const detail::Node& node() const noexcept { return (*nodes_)[index_]; }

  const std::vector<detail::Node>* nodes_;
  std::uint32_t index_;
};

struct Member {
  std::string_view name;
  Value value;
};

class Value::Elements {
 public:
  struct iterator {
    const std::vector<detail::Node>* nodes;
    std::uint32_t index;
    Value operator*() const noexcept { return {*nodes, index}; }
    iterator& operator++() noexcept {
      index = (*nodes)[index].next;
      return *this;
    }
    bool operator==(const iterator&) const = default;
  };
  [[nodiscard]] iterator begin() const noexcept { return {nodes, first}; }
  [[nodiscard]] iterator end() const noexcept { return {nodes, last}; }

  const std::vector<detail::Node>* nodes;
  std::uint32_t first;
  std::uint32_t last;
};

class Value::Members {
 public:
  struct iterator {
    const std::vector<detail::Node>* nodes;
    std::uint32_t index;  // of the name; the value follows it
    Member operator*() const noexcept { return {Value(*nodes, index).string(), Value(*nodes, index + 1)}; }
    iterator& operator++() noexcept {
      index = (*nodes)[index + 1].next;
      return *this;
    }
    bool operator==(const iterator&) const = default;
  };
  [[nodiscard]] iterator begin() const noexcept { return {nodes, first}; }
  [[nodiscard]] iterator end() const noexcept { return {nodes, last}; }

  const std::vector<detail::Node>* nodes;
  std::uint32_t first;
  std::uint32_t last;
};

inline Value::Elements Value::elements() const noexcept {
  return {nodes_, index_ + 1, node().next};
}
inline Value::Members Value::members() const noexcept {
  return {nodes_, index_ + 1, node().next};
}

// Owns the text (strings are decoded in place) and the tree.
class Document {
 public:
  [[nodiscard]] Value root() const noexcept { return {content_->nodes, 0}; }

 private:
  friend std::expected<Document, Error> parse(std::string text, std::size_t max_depth);
  struct Content {
    std::string text;
    std::vector<detail::Node> nodes;
  };
  explicit Document(std::unique_ptr<Content> content) noexcept : content_(std::move(content)) {}
  std::unique_ptr<Content> content_;
};

inline constexpr std::size_t default_max_depth = 64;
inline constexpr std::size_t deepest = 1000;  // reading recurses: a limit beyond this counts as this

// Parses one JSON text. Never throws for bad input.
[[nodiscard]] std::expected<Document, Error> parse(std::string text, std::size_t max_depth = default_max_depth);

// Appends JSON to a string. Commas are its own business; the caller keeps names and values in turn.
class Writer {
 public:
  explicit Writer(std::string& out) noexcept : out_(out) {}

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }
  Writer& name(std::string_view name);

  Writer& null();
  Writer& value(bool boolean);
  Writer& value(std::int64_t integer);
  Writer& value(std::uint64_t integer);
  Writer& value(int integer) { return value(static_cast<std::int64_t>(integer)); }
  Writer& value(unsigned integer) { return value(static_cast<std::uint64_t>(integer)); }
  Writer& value(double real);  // shortest form that reads back the same; not finite: null
  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const Value& parsed);  // copies a parsed value
  Writer& raw(std::string_view json);  // a value that is JSON already

  template <class T>
  Writer& member(std::string_view member_name, const T& member_value) {
    name(member_name);
    return value(member_value);
  }

 private:
  Writer& open(char bracket);
  Writer& close(char bracket);
  void separate();

  std::string& out_;
  bool needs_comma_ = false;
};

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

}  // namespace redoubt::json
