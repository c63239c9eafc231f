// Requests as `redoubt iam` shows them: to a person on one line, to a program in JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iam/request.hpp"
#include "redoubt/json.hpp"

namespace redoubt {

void write_request(json::Writer& writer, const iam::Request& request);
void write_strings(json::Writer& writer, const std::vector<std::string>& strings);

// As a person would write it, on one line; with what `beside` has in its context and this one has not.
[[nodiscard]] std::string text_of(const iam::Request& request, const std::optional<iam::Request>& beside = {});

}  // namespace redoubt
