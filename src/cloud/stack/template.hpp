// A CloudFormation template while it is being written. Every part of the stack adds its resources to one; a property is
// written as it would stand in the template: {"CidrBlock", "10.0.0.0/16"}, {"VpcId", ref_to("Vpc")}. Members keep the
// order in which they were added, so the same configuration gives the same bytes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "estate/value.hpp"

namespace redoubt::stack {

using estate::Value;

// Whatever may stand on the right of a property. Its constructors are not explicit: that is its purpose.
struct Item {
  Item(const char* content) : value(estate::text(content)) {}
  Item(std::string_view content) : value(estate::text(content)) {}
  Item(const std::string& content) : value(estate::text(content)) {}
  Item(bool content) : value(estate::boolean(content)) {}
  Item(int content) : value(estate::number(content)) {}
  Item(std::int64_t content) : value(estate::number(content)) {}
  Item(Value content) : value(std::move(content)) {}
  Value value;
};

struct Entry {
  std::string_view name;
  Item item;
};

// Entries whose value is absent are left out: {"KmsKeyId", encrypted ? ref_to("Key") : nothing()}.
[[nodiscard]] Value object(std::initializer_list<Entry> entries);
[[nodiscard]] Value list(std::initializer_list<Item> items);
[[nodiscard]] Value list(const std::vector<std::string>& texts);
[[nodiscard]] inline Value nothing() {
  return {};
}

// Intrinsic functions.
[[nodiscard]] Value ref_to(std::string_view id);
[[nodiscard]] Value get_att(std::string_view id, std::string_view attribute);
[[nodiscard]] Value sub(std::string_view text);  // ${AWS::Region}, ${Id}, ${Id.Attribute}
[[nodiscard]] Value select(int index, Value from);

// arn:${AWS::Partition}:SERVICE:${AWS::Region}:${AWS::AccountId}:REST
[[nodiscard]] Value arn(std::string_view service, std::string_view rest);

// A resource that was just added; valid until the next one is.
class Resource {
 public:
  explicit Resource(Value& value) : value_(value) {}
  // Left alone when the stack, or the resource's place in it, goes.
  Resource& keep();
  // A last snapshot is made then.
  Resource& snapshot();
  Resource& when(std::string_view condition);
  Resource& after(std::initializer_list<std::string_view> ids);

 private:
  Value& value_;
};

class Template {
 public:
  // `scope`: "account" or "stack", what a prover may expect to find in this template as a whole. `environment`: what
  // every resource that takes tags is tagged with.
  Template(std::string_view description, std::string_view scope, std::string_view environment);

  Resource add(std::string_view id, std::string_view type, std::initializer_list<Entry> properties);
  Resource add(std::string_view id, std::string_view type, Value properties);
  void parameter(std::string_view name, Value definition);
  void mapping(std::string_view name, Value definition);
  void condition(std::string_view name, Value definition);
  void output(std::string_view name, std::string_view description, Value value);

  // The whole document.
  [[nodiscard]] Value document() const;

 private:
  std::string description_, scope_, environment_;
  Value parameters_, mappings_, conditions_, resources_, outputs_;
};

}  // namespace redoubt::stack
