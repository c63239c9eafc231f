// Policy documents of an estate as the policy engine takes them. What is open or unknown in one is read twice: as
// generously and as strictly as it may turn out. What both readings allow, or neither, holds whatever it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "iam/policy.hpp"
#include "rights/texts.hpp"

namespace redoubt::rights {

enum class Lean : std::uint8_t {
  generous,  // a grant is as wide as it may be, a denial as narrow
  strict,    // the other way
};

// Reads policies in one case. What was open in any of them is remembered.
class Documents {
 public:
  // Read strictly, a text with an open part still matches the same text elsewhere; without `keeps_open_names` it
  // matches nothing, for questions that go over all resources.
  Documents(Texts& texts, Lean lean, bool keeps_open_names = true)
      : texts_(texts), lean_(lean), keeps_open_names_(keeps_open_names) {}

  // `value` is the policy, resolved: an object, or a text in JSON. `name` is what answers call it.
  [[nodiscard]] iam::Policy read(const estate::Value& value, const std::string& name, bool of_resource);

  // A policy that may say anything.
  [[nodiscard]] iam::Policy unknown(const std::string& name, std::string why, bool of_resource);

  [[nodiscard]] Texts& texts() const { return texts_; }
  [[nodiscard]] Lean lean() const { return lean_; }
  [[nodiscard]] bool keeps_open_names() const { return keeps_open_names_; }
  // Why the two readings may differ; empty where they do not.
  [[nodiscard]] const std::string& open() const { return open_; }
  void note(std::string why) {
    if (open_.empty()) open_ = std::move(why);
  }

 private:
  Texts& texts_;
  Lean lean_;
  bool keeps_open_names_;
  std::string open_;
};

// A policy property as an object: many take it as a text in JSON too.
[[nodiscard]] estate::Value as_document(estate::Value value);

}  // namespace redoubt::rights
