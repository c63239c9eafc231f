// How the ARNs of resources are made up ("Actions, resources, and condition keys for AWS services", resource types),
// and what Ref gives ("Return values" of each type in the CloudFormation template reference).
#pragma once

#include <cstdint>
#include <string_view>

namespace redoubt::rights {

enum class Ref : std::uint8_t { name, arn, other };

struct ArnForm {
  std::string_view type;
  // {region}, {account}, {path} and {name} stand for themselves.
  std::string_view arn;
  std::string_view name;  // the property that gives the name; empty: AWS makes it, always
  Ref ref = Ref::name;
  std::string_view suffix = {};  // what GetAtt adds to the ARN
};

// Null where the form is not known.
[[nodiscard]] const ArnForm* arn_form(std::string_view type);

// May AWS give this name to a resource of that logical id? AWS joins the stack's name, the logical id, both perhaps
// cut, and random characters, or makes an id of its own ("Name type" in the CloudFormation template reference).
[[nodiscard]] bool may_be_made(const ArnForm& form, std::string_view logical_id, std::string_view name);

}  // namespace redoubt::rights
