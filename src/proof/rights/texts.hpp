// Values of an estate as the texts that policies compare: ARNs, names, actions. What a question names (an account, a
// region, an ARN) is asked for in cases of its own, so that an open value that matters becomes a concrete one; what
// stays open keeps a name of its own in the text, and says so. Called by documents.hpp and accounts.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "estate/case.hpp"

namespace redoubt::rights {

// What stands for the account or the region of a stack that no source says, in cases in which it is none of those that
// the question names.
inline constexpr std::string_view some_account = "000000000000";
inline constexpr std::string_view some_region = "own-region-1";

// What a question names, by what an open value may turn out to be of it.
struct Hints {
  using Names = std::vector<std::string>;
  Names accounts, regions;
  Names actions, resources, principals;
  Names names;            // of the principal, the resource and what this lies in
  bool any_name = false;  // the question is of all resources: a name that AWS will make may be any

  void add_action(std::string_view action);
  void add_resource(std::string_view arn);
  void add_principal(std::string_view arn);

 private:
  void add_names(std::string_view arn);
};

struct Text {
  std::string text;
  // Why it is not certain; empty where it is. The text then holds a name in the place of what is open: two texts that
  // are the same are so whatever that is, two that differ may be the same.
  std::string open;
  std::string widest;  // where it is open: a pattern that matches whatever the text, itself a pattern, may match

  [[nodiscard]] bool is_certain() const { return open.empty(); }
};

class Texts {
 public:
  Texts(estate::Case& in, const Hints& hints) : case_(in), hints_(hints) {}

  [[nodiscard]] estate::Case& in() const { return case_; }

  // With `wanted`, open parameters are asked for values with which the text, or the pattern, is one of those.
  [[nodiscard]] Text of(const estate::Value& value, const Hints::Names& wanted = {});
  [[nodiscard]] const Hints& hints() const { return hints_; }

  // What AWS names is called by its logical id: no name that AWS makes is one. Where the question may speak of the name
  // that AWS will make, the text is open.
  [[nodiscard]] Text arn(const estate::Resource& resource);
  [[nodiscard]] Text name(const estate::Resource& resource);

  // Empty where a snapshot does not say it.
  [[nodiscard]] std::string account(const estate::Resource& resource);
  [[nodiscard]] std::string region(const estate::Resource& resource);

 private:
  estate::Value decided(const estate::Value& value, const Hints::Names& wanted);
  Text of(const estate::Value& value, const Hints::Names& wanted, bool is_name);
  enum class Solved : std::uint8_t { never, not_here, here };
  Solved solve(const estate::Value& value, std::string_view wanted);
  std::string pseudo(std::uint32_t stack, std::string_view name);
  Text attribute(const estate::Resource& resource, std::string_view attribute);
  Text attribute_of(const estate::Resource& resource, std::string_view attribute);

  static constexpr std::size_t most_names = 12;  // that a name is made of, one within another

  estate::Case& case_;
  const Hints& hints_;
  std::size_t depth_ = 0;
};

// The service in the ARNs of a type: "s3" of AWS::S3::Bucket.
[[nodiscard]] std::string service_of(const estate::Resource& resource);

}  // namespace redoubt::rights
