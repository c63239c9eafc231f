// The answers in a snapshot's folder, found but not yet understood: which file says what of which account and region,
// and which answers failed or stop halfway. Used by snapshot_reader.cpp.
#pragma once

#include <deque>
#include <expected>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "estate.hpp"

namespace redoubt::estate::snapshot {

// An object with a member that Redoubt knows, in a file or within another answer.
struct Answer {
  const Value* content = nullptr;
  std::filesystem::path path;  // relative to the snapshot's folder
  std::string account, region;
};

// "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: …"
struct Refusal {
  std::string code, operation;  // the operation may be empty: it is not always said
  std::string text;
  Answer answer;
  Location at;
};

struct Answers {
  std::deque<Value> documents;  // never moved: the answers point here
  std::vector<Answer> answers;
  std::vector<Refusal> refusals;
  std::vector<Value> gaps;
  std::vector<Listed> listed;

  void list(std::string_view kind, const Answer& answer, std::string_view subject = {});
  std::vector<std::string> left_out;   // files that are no answers, each with the reason
  std::vector<std::string> templates;  // paths of CloudFormation's templates
};

// Adds the files' names to the estate, and nothing else. `is_known`: is there a table for this top-level member?
[[nodiscard]] std::expected<Answers, ReadError> find_answers(Estate& estate, const std::filesystem::path& folder,
                                                             const std::function<bool(std::string_view)>& is_known);

[[nodiscard]] bool is_account(std::string_view name);  // 12 digits
[[nodiscard]] bool is_region(std::string_view name);   // us-east-1, us-gov-west-1, ap-southeast-2

}  // namespace redoubt::estate::snapshot
