// The references and functions of one template, bound: `{"Ref": "Vpc"}` becomes a reference to that resource,
// `{"Fn::If": …}` a call whose condition is known to exist. Called by the template reader; evaluates nothing but texts
// that need no evaluation. What CloudFormation
// would refuse becomes unknown and is named.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "estate.hpp"

namespace redoubt::estate {

// What a template declares: names, and their indices in the estate.
struct Declarations {
  std::unordered_map<std::string_view, std::uint32_t> parameters, resources;
  std::unordered_map<std::string_view, const Value*> conditions, mappings;  // not bound
  // Macros, modules or loops that cannot be unrolled may declare more: a name that is not here is unknown then, no
  // error. Says why.
  std::string open;
};

// Text, number or boolean as CloudFormation turns it into a string.
[[nodiscard]] std::optional<std::string> scalar_text(const Value& value);

// "Fn::If" and its like, or "Ref", where an object is a call of that; else empty.
[[nodiscard]] std::string_view function_of(const Value& value);

class Binder {
 public:
  // `stack` and `first_parameter` are what the template's stack and the first of `parameters` will have for indices.
  Binder(const Declarations& declarations, std::vector<Parameter>& parameters, std::uint32_t stack,
         std::uint32_t first_parameter);

  // A value of a resource or of an output.
  Value bind(const Value& value);
  // The definition of a condition, or an assertion of a rule.
  Value bind_condition(const Value& value);

  // What CloudFormation would refuse; what depends on it is unknown.
  Value wrong(std::string reason, Location at);
  [[nodiscard]] std::vector<Value>& faults() { return faults_; }

 private:
  Value bind_function(std::string_view function, const Value& argument, Location at);
  Value bind_ref(const Value& argument, Location at);
  Value bind_get_att(const Value& argument, Location at);
  Value bind_sub(const Value& argument, Location at);
  Value bind_if(const Value& argument, Location at);
  Value bind_select(const Value& argument, Location at);
  Value bind_find_in_map(const Value& argument, Location at);
  Value call(std::string_view function, const Value& argument, std::size_t least, std::size_t most, Location at);
  [[nodiscard]] Value begin_call(std::string_view function, Location at) const;
  Value named(std::string_view name, Location at, std::string_view in);
  Value attribute(std::string_view resource, std::string_view attribute, Location at, std::string_view in);
  Value pseudo(std::string_view name, Location at);
  Value symbol(std::uint32_t index, Location at);
  void check_condition(std::string_view name, Location at);

  const Declarations& declarations_;
  std::vector<Parameter>& parameters_;
  std::unordered_map<std::string, std::uint32_t> pseudo_;
  std::uint32_t stack_;
  std::uint32_t first_parameter_;
  bool in_condition_ = false;
  std::vector<Value> faults_;
};

}  // namespace redoubt::estate
