// What an answer of AWS's API is in CloudFormation's vocabulary, as tables: which member becomes which property of
// which resource. Each snapshot_SERVICE.cpp holds the tables of its service, snapshot_reader.cpp applies them. Where
// CloudFormation has no name for what an answer says (a state, who else sees an address), the API's own name stands
// among the properties.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "estate.hpp"

namespace redoubt::estate::snapshot {

// What a member must be; anything else is an error in the answer. `null` is as good as no member, and so is an empty
// text: the API writes both for what is not set.
enum class Shape : std::uint8_t {
  text,
  number,       // or a text of digits
  flag,         // or the texts "true" and "false"
  texts,        // a list of texts
  as_is,        // taken over with everything in it
  capitalised,  // likewise, `containerPort` written `ContainerPort` as CloudFormation does
  document,     // a policy: an object, or a text that holds one as JSON
  tags,         // [{Key, Value}] in any of the API's spellings, or an object of names and values
};

// Paths: "Options.AmazonSideAsn" goes into an object, "Endpoints[0].Port" takes a list's first item, and
// "Groups[].GroupId" gathers a member of every item into a list. A name is found in either spelling of its first
// letter: services differ (`Tags`, `tags`).
struct Field {
  std::string_view from;
  std::string_view to = {};  // a path into the properties; empty: the same as `from`
  Shape shape = Shape::text;
};

// Where an answer was found, and the first error in it.
struct Reading {
  const Estate& estate;
  std::string account, region;  // of the folders, else empty
  std::string subject;          // what the answer is about, where Table::subject asks for it
  std::optional<ReadError> error;

  void fail(Location at, std::string reason);
};

// What one item of an answer turns into: a resource, and others that CloudFormation keeps apart from it.
struct Made {
  Resource resource;
  bool left_out = false;  // gone already (a deleted attachment)
  std::vector<Resource> others;
};

// One kind of item in the answers.
struct Table {
  std::string_view key = {};   // the answer's top-level member, which holds a list of them
  std::string_view type = {};  // CloudFormation's
  std::string_view id = {};    // the item's member by which other answers name it; empty: `more` says it
  std::string_view arn = {};   // the item's member that is its ARN; empty: none
  std::span<const Field> fields = {};
  void (*more)(const Value& item, Made& made, Reading& reading) = nullptr;  // what no table can say
  std::string_view mark = {};     // tells from other kinds under the same key: they lack this member; empty: `id`
  std::string_view subject = {};  // the request's parameter that the answer does not repeat, but depends on
};

// The member at a path, absent where there is none (or it is null).
[[nodiscard]] Value member(const Value& item, std::string_view path);
[[nodiscard]] std::string text_of(const Value& item, std::string_view path);  // "" where it is no text

// Sets properties by a table. Every error goes into the reading.
void apply(std::span<const Field> fields, const Value& item, Value& properties, Reading& reading);

// The items of a list member; none where there is no such member, an error where it is no list of objects.
[[nodiscard]] std::vector<Value> items_of(const Value& item, std::string_view path, Reading& reading);

// A resource that stands inside an item: in the same place, account and region as `parent`.
[[nodiscard]] Resource part_of(const Resource& parent, std::string_view type, std::string id, const Value& item,
                               std::span<const Field> fields, Reading& reading);

// A text as a value that stands where `at` does.
[[nodiscard]] Value text_at(std::string_view text, Location at);

[[nodiscard]] std::span<const Table> vpc_tables();
[[nodiscard]] std::span<const Table> gateway_tables();
[[nodiscard]] std::span<const Table> instance_tables();

}  // namespace redoubt::estate::snapshot
