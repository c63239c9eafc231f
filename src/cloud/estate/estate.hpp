// The single model of AWS: resources in CloudFormation's vocabulary, read from templates (template_reader.hpp) or from
// snapshots of an account (snapshot_reader.hpp), asked by the engines and the checks through a Case (case.hpp). An
// estate is read once and never changes afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "value.hpp"

namespace redoubt::estate {

inline constexpr std::uint32_t no_index = 0xFFFF'FFFF;

// A template's parameter, or a pseudo parameter (AWS::AccountId, AWS::Region, AWS::StackName …), which any stack has.
struct Parameter {
  std::string name;
  std::string type = "String";
  std::uint32_t stack = 0;
  Location at;
  std::optional<std::string> default_value;
  std::vector<std::string> allowed_values;  // empty: any that the rest admits
  std::string allowed_pattern;              // a regular expression that the whole value matches; empty: none
  std::optional<double> min_value, max_value;
  std::optional<std::uint32_t> min_length, max_length;
  bool no_echo = false;
};

// One template as it was read. A snapshot has no stack.
struct Stack {
  std::uint32_t file = 0;
  std::map<std::string, Value, std::less<>> conditions;  // bound; Fn::And, Fn::Equals …, {"Condition": name}
  std::map<std::string, Value, std::less<>> mappings;
  std::map<std::string, Value, std::less<>> outputs;  // name → {Value, Export, Condition}, bound
  std::vector<std::string> transforms;  // macros that Redoubt does not know: whatever they may add is unknown
  std::vector<Value> rules;             // {RuleCondition, Assertions}, as written: see rules.hpp
  std::string scope;                    // "stack" or "account" where Metadata.Redoubt.Scope says so; else empty
};

struct Resource {
  std::string
      id;  // logical id in a template; in a snapshot the id by which other answers name it (subnet-1a2b, an ARN)
  std::string type;  // AWS::EC2::Subnet
  std::string arn;   // where the source says it, else empty
  std::uint32_t stack = no_index;
  Location at;
  Value properties;                                    // an object; calls stand unresolved: read it through a Case
  std::string condition;                               // exists only where it holds; empty: always
  std::string deletion_policy, update_replace_policy;  // "unknown" where a function yields it
  std::vector<std::string> depends_on;
  Value metadata;
  std::string account, region;  // where the source says it, else empty: those of the stack
};

// One kind of answer in a snapshot: all that there is of that kind in one account and region, or of one thing in them.
struct Listed {
  std::string kind;             // the answer's top-level member: "DBInstances"
  std::string account, region;  // as the folder says, else empty
  std::string subject;          // of answers about one thing, its id or ARN ("tgw-rtb-1")
  bool operator==(const Listed&) const = default;
};

struct Estate {
  std::vector<std::string> files;  // by Location::file
  std::vector<Stack> stacks;
  std::vector<Parameter> parameters;
  std::vector<Resource> resources;
  // What could not be read, and so may hold anything: "service.yaml:12: Fn::Transform". A check that something does
  // not exist is unknown while this names the place where it might.
  std::vector<Value> gaps;
  // What CloudFormation would refuse in a template, though it could be read: a reference that names nothing, a function
  // with wrong arguments. The values there are unknown.
  std::vector<Value> faults;
  // Which answers a snapshot holds: what is not there was not looked at.
  std::vector<Listed> listed;

  [[nodiscard]] std::uint32_t index_of(const Resource& resource) const {
    return static_cast<std::uint32_t>(&resource - resources.data());
  }
  // By id; in the given stack (no_index: the snapshots), nullptr if none.
  [[nodiscard]] const Resource* find(std::string_view id, std::uint32_t stack) const;
  // "service.yaml:12"
  [[nodiscard]] std::string place(Location at) const;
};

}  // namespace redoubt::estate
