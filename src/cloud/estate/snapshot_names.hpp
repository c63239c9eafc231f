// What the names of a snapshot's files and folders say of its answers. Whoever saves an answer of the AWS CLI names the
// file by the operation, and often by what was asked about, which many answers leave out.
#pragma once

#include <string>
#include <string_view>

#include "estate.hpp"

namespace redoubt::estate::snapshot {

// Does a request's parameter name a thing: by its id, its ARN, or the last part of either?
[[nodiscard]] bool names(std::string_view parameter, const Resource& resource);

// Does a file's or folder's name carry a thing's name: alone, or between marks that no name continues over?
[[nodiscard]] bool carries(std::string_view file, std::string_view name);

// An operation's name, however it is written: getbucketpolicy of GetBucketPolicy and of get-bucket-policy.
[[nodiscard]] std::string squashed(std::string_view text);

// What a file's name (without its extension) says after the operation: "data" of get-bucket-policy-data. Empty where
// it says nothing or a number, which is none's name.
[[nodiscard]] std::string named_by_file(std::string_view operation, std::string_view stem);

}  // namespace redoubt::estate::snapshot
