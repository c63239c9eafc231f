// A value as the estate holds it: JSON's kinds, numbers as they were written, and what a template adds to them, a
// reference to a resource, a symbol (a parameter not chosen yet) and a function call. Documents (see document.hpp) use
// JSON's kinds only; `bind` (see template_reader.hpp) turns `{"Ref": …}` and its like into the others; `Case` (see
// case.hpp) turns calls into what they yield. A value owns all that it contains and never changes what it was read
// from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace redoubt::estate {

// Where a value stands: evidence for people. File is an index into Estate::files; lines count from 1, 0 is unknown.
struct Location {
  std::uint32_t file = 0;
  std::uint32_t line = 0;

  bool operator==(const Location&) const = default;
};

enum class Kind : std::uint8_t {
  null,
  boolean,
  number,  // text: as written, so that 0 and 0.0, and 12 digits of an account, stay what they are
  text,
  list,       // items
  object,     // members, in the order of the document
  reference,  // index: a resource of the estate; text: the attribute of GetAtt, empty for Ref
  symbol,     // index: a parameter of the estate (pseudo parameters such as AWS::Region are parameters too)
  joined,     // items: texts, references and symbols that stand one after the other in one string
  call,       // text: the function ("Fn::If"); items: its arguments, bound; index: the stack whose names it uses
  absent,     // AWS::NoValue, or no such property
  unknown,    // text: why the value cannot be had ("the macro Foo may have changed it")
};

struct Member;

struct Value {
  Kind kind = Kind::absent;
  bool boolean = false;
  std::uint32_t index = 0;
  Location at;
  std::string text;
  std::vector<Value> items;
  std::vector<Member> members;

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }
  [[nodiscard]] explicit operator bool() const { return kind != Kind::absent; }

  // The member of that name, or an absent value: `value["VpcConfig"]["SubnetIds"]` is safe on every kind. A member of
  // an unknown value is that unknown value.
  [[nodiscard]] const Value& operator[](std::string_view name) const;

  // Sets a member of an object (an absent value becomes one), in place where it exists already.
  Value& set(std::string_view name, Value value);

  // The same content, wherever it stands.
  bool operator==(const Value& other) const;
};

struct Member {
  std::string name;
  Value value;
  Location at;  // of the name

  bool operator==(const Member& other) const { return name == other.name && value == other.value; }
};

// Building, for what writes documents: object({{"Ref", "Vpc"}}).
[[nodiscard]] Value null();
[[nodiscard]] Value boolean(bool value);
[[nodiscard]] Value number(std::int64_t value);
[[nodiscard]] Value text(std::string_view value);
[[nodiscard]] Value list(std::vector<Value> items);
[[nodiscard]] Value object(std::vector<std::pair<std::string, Value>> members);
[[nodiscard]] Value unknown(std::string why, Location at);

}  // namespace redoubt::estate
