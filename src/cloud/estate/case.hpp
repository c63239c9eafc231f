// One way in which an estate can turn out. Parameters and conditions are open in a template; whoever asks something of
// an estate asks it through a Case, which decides a condition or chooses a parameter's value when, and only when, the
// question depends on it. `for_each_case` runs the question again until every combination that it depended on was
// covered, so that an answer holds for every value of every parameter, and a "no" names the values that make it one.
//
//   for_each_case(estate, 4096, [&](Case& c) {
//     for (const Resource* db : c.resources("AWS::RDS::DBInstance")) {
//       const Known<bool> encrypted = c.boolean(c.get(*db, "StorageEncrypted")).when_absent(false);
//       …
//
// The question must be deterministic, and remember nothing from one case to the next but its answers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "estate.hpp"

namespace redoubt::estate {

// A value that is there, is not there, or cannot be had.
template <class T>
struct Known {
  enum class State : std::uint8_t { known, absent, unknown };
  State state = State::absent;
  T value{};
  std::string why;  // unknown: the reason, for people

  [[nodiscard]] bool known() const { return state == State::known; }
  [[nodiscard]] bool absent() const { return state == State::absent; }
  [[nodiscard]] bool unknown() const { return state == State::unknown; }
  // What AWS takes where the property is not given. Unknown stays unknown.
  [[nodiscard]] Known when_absent(T fallback) && {
    if (absent()) *this = {State::known, std::move(fallback), {}};
    return std::move(*this);
  }
};

// A parameter's value in this case: equal to a text, or different from some; and where it was asked as a number, above
// one and at most another.
struct Choice {
  std::uint32_t parameter = 0;
  std::optional<std::string> value;
  std::vector<std::string> excluded;
  std::optional<double> above = {}, at_most = {};
};

// What a number can be: its least and its greatest value; the same where it is known.
struct Bounds {
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
};

// `Environment is "production"`; empty where it says nothing.
[[nodiscard]] std::string describe(const Estate& estate, const Choice& choice);
// The same of several: `Environment is "production", MultiAz is not "false"`.
[[nodiscard]] std::string describe(const Estate& estate, const std::vector<Choice>& choices);

// A text of which parts may not be known.
struct Rendered {
  struct Hole {
    std::string placeholder;             // as it stands in the text
    std::uint32_t parameter = no_index;  // a parameter that may be anything, `*` and `?` included; else no_index and
    const Resource* resource = nullptr;  // an attribute of this resource, which AWS makes, or a pseudo parameter
  };
  std::string text;
  std::vector<Hole> holes;  // one for each placeholder, in the order of their first place
};

struct Replay;  // of case.cpp: the decisions on the way, and what is remembered from one case to the next

class Case {
 public:
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  [[nodiscard]] const Estate& estate() const { return estate_; }

  // Does a stack's condition hold? Decides it where it is open.
  bool holds(std::uint32_t stack, std::string_view condition);

  // Does this resource exist in this case?
  bool exists(const Resource& resource);

  // Those of a type that exist here, in the order of the estate.
  std::vector<const Resource*> resources(std::string_view type);

  // A property by its path ("VpcConfig.SubnetIds"), resolved.
  Value get(const Resource& resource, std::string_view path);

  // Evaluates every call within, deciding conditions on the way: no call is left. Members and items that turn out to be
  // AWS::NoValue are gone. Symbols and references stay.
  Value resolve(const Value& value);

  // Concrete content; a symbol with allowed values becomes each of them in a case of its own. CloudFormation takes
  // "true" for true and "443" for 443, so do these. A symbol that may be anything, a reference or an unknown value is
  // unknown; but asked for a boolean, a free parameter is "true" in one case, "false" in another and unknown in a
  // third. AWS::AccountId, AWS::Region and their like stand in texts as `${AWS::Region}`.
  Known<bool> boolean(const Value& value);
  Known<double> number(const Value& value);
  Known<std::string> text(const Value& value);

  // A number as far as it is known without a decision: of a free parameter what its MinValue and MaxValue admit, and
  // what was decided.
  Known<Bounds> bounds(const Value& value);

  // The value as a text for what compares texts (policies, names): what is known of it, with `${Bucket.Arn}` and
  // `${Environment}` in the places of the rest.
  Known<Rendered> rendered(const Value& value);

  // Is the parameter this text? Decides it where that is open: whoever looks for one value asks for it by name.
  bool equals(std::uint32_t parameter, std::string_view text);

  // Is the parameter, a number, at most this? Decides it where that is open.
  bool at_most(std::uint32_t parameter, double limit);

  // The resource that a value names: by reference, by the id or ARN of a snapshot, or through an ARN joined around a
  // reference. nullptr if it names none that exists here.
  const Resource* target(const Value& value);

  // What was decided of parameters on the way to here.
  [[nodiscard]] const std::vector<Choice>& decided() const { return choices_; }
  // The same for people.
  [[nodiscard]] std::string choices() const;
  // Empty where `choices()` can really occur together. Otherwise why that is not certain (two free texts were assumed
  // equal, say): a refutation found here is then unknown, a proof still holds.
  [[nodiscard]] const std::string& inexact() const;
  // Whether the template's Rules forbid what was chosen: then this is no case, and what was found in it says nothing.
  [[nodiscard]] bool is_forbidden() const;

 private:
  friend bool for_each_case(const Estate&, std::size_t, const std::function<void(Case&)>&);
  Case(const Estate& estate, Replay& replay) : estate_(estate), replay_(replay) {}

  std::uint32_t decide(std::uint32_t alternatives);
  bool assume(std::string key, std::string_view why);
  void uncertain(std::string_view why);

  // Parameters.
  Choice& choice(std::uint32_t parameter);
  const std::string* chosen(std::uint32_t parameter) const;
  const std::string* choose(std::uint32_t parameter);
  void settle(Choice& choice);

  // Conditions.
  bool condition(const Value& value, std::uint32_t stack);
  bool equal(const Value& left, const Value& right);

  // Functions.
  Value evaluate(const Value& call);
  Value evaluate_join(const Value& call);
  Value evaluate_select(const Value& call);
  Value evaluate_split(const Value& call);
  Value evaluate_find_in_map(const Value& call);
  const Value* choose_key(std::uint32_t parameter, const Value& mapping, bool has_default);
  Value evaluate_import(const Value& call);
  Value evaluate_cidr(const Value& call);
  Value evaluate_reference(const Value& reference);
  Value concatenate(const std::vector<Value>& parts, std::string_view delimiter, Location at);
  Value concrete(const Value& value);
  Value head(const Value& value);

  const Estate& estate_;
  Replay& replay_;
  std::vector<Choice> choices_;
  std::map<std::pair<std::uint32_t, std::string>, bool, std::less<>> conditions_;
  std::map<std::string, bool, std::less<>> assumed_;
  std::string inexact_;
  std::size_t depth_ = 0;
};

// Runs `question` for every combination of what it asks to decide. False when `budget` cases were not enough: what was
// seen is then a part only, and the answer unknown unless a case refuted it.
bool for_each_case(const Estate& estate, std::size_t budget, const std::function<void(Case&)>& question);

}  // namespace redoubt::estate
