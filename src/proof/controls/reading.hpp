// How checks read the values of a case: parts by path, lists, keys, addresses. Nothing here judges.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "truth.hpp"

namespace redoubt::controls {

// A part of a resolved value: "Ebs.Encrypted". Absent where a member is.
[[nodiscard]] Value part(const Value& value, std::string_view path);

// The same, where lists stand on the way: what each of their items has there.
[[nodiscard]] std::vector<Value> parts(const Value& value, std::string_view path);

// A property by its path as it was written, no function evaluated: for what looks at texts wherever they stand.
[[nodiscard]] Value unresolved(const Resource& resource, std::string_view path);

// The items of a list. A value that is no list stands for a list of one, as CloudFormation takes it; absent, null:
// none.
[[nodiscard]] std::vector<Value> items_of(const Value& value);

// The item of a list of {Key, Value} (or Name, Value) objects whose Key is that; its Value, or absent.
[[nodiscard]] Value value_for(Inquiry& ask, const Value& list, std::string_view key,
                              std::string_view key_member = "Key", std::string_view value_member = "Value");

// Is this the name of a key of the customer's own (an id, an ARN, an alias, a reference), not AWS's alias/aws/…?
// Absent where no key is named.
[[nodiscard]] Truth is_customer_key(Inquiry& ask, const Value& value);

// A property that must name a key of the customer's own.
void expect_customer_key(Inquiry& ask, const Resource& resource, std::string_view path);

// Does an IPv4 or IPv6 range hold every address (0.0.0.0/0, ::/0)? Absent where no range is given.
[[nodiscard]] Truth is_everywhere(Inquiry& ask, const Value& range);

// Does the value name the resource, by a reference or by the name that its template gives it?
[[nodiscard]] bool names_resource(Inquiry& ask, const Value& value, const Resource& resource);

// The resources of a type that name `target` in the property at `path`, in a list or alone.
[[nodiscard]] std::vector<const Resource*> naming(Inquiry& ask, std::string_view type, std::string_view path,
                                                  const Resource& target);

}  // namespace redoubt::controls
