// Requests as `redoubt iam` takes and shows them: to a person on one line, to a program in JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "estate/estate.hpp"
#include "iam/request.hpp"
#include "redoubt/json.hpp"

namespace redoubt {

void write_request(json::Writer& writer, const iam::Request& request);
void write_strings(json::Writer& writer, const std::vector<std::string>& strings);

// As a person would write it, on one line; with what `beside` has in its context and this one has not.
[[nodiscard]] std::string text_of(const iam::Request& request, const std::optional<iam::Request>& beside = {});

// A question is about one action: what is no action's name is allowed by nothing, and would be answered wrongly. Throws
// std::runtime_error where it is none.
void check_action(const std::string& action);

// Throws std::runtime_error where the text is no resource of a question: an ARN, the logical id of something that the
// estate declares with what follows of the ARN, or *.
void check_resource(const std::string& resource, const estate::Estate& estate);

}  // namespace redoubt
