#include "iam_question.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "iam/contains.hpp"
#include "iam/policy.hpp"
#include "iam/request.hpp"
#include "iam/values.hpp"

namespace redoubt {

using namespace iam;

namespace {

std::string with_characters(std::string text, std::string_view star, std::string_view mark) {
  for (const auto& [written, meant] : {std::pair<std::string_view, std::string_view>{"${*}", star}, {"${?}", mark}})
    for (std::size_t at = 0; (at = text.find(written, at)) != std::string::npos; at += meant.size())
      text.replace(at, written.size(), meant);
  return text;
}

// A global key whose values are not any text.
struct TypedKey {
  std::string_view key;
  bool (*holds)(std::string_view value);
  std::string_view what;
};

bool is_boolean(std::string_view value) {
  return lower(value) == "true" || lower(value) == "false";
}
bool is_address(std::string_view value) {
  return parse_address(value).has_value();
}
bool is_date(std::string_view value) {
  return parse_date(value).has_value();
}
bool is_number(std::string_view value) {
  return parse_number(value).has_value();
}

constexpr std::string_view one_address = "one IP address (such as 203.0.113.7)";
constexpr std::string_view a_date = "a date (such as 2030-01-31T12:00:00Z)";
constexpr std::string_view true_or_false = "true or false";

// "AWS global condition context keys", the value type of each.
constexpr std::array typed_keys{
    TypedKey{"aws:currenttime", is_date, a_date},
    TypedKey{"aws:epochtime", is_date, "a date or the seconds since 1970"},
    TypedKey{"aws:multifactorauthage", is_number, "a number of seconds"},
    TypedKey{"aws:multifactorauthpresent", is_boolean, true_or_false},
    TypedKey{"aws:principalisawsservice", is_boolean, true_or_false},
    TypedKey{"aws:securetransport", is_boolean, true_or_false},
    TypedKey{"aws:sourceip", is_address, one_address},
    TypedKey{"aws:tokenissuetime", is_date, a_date},
    TypedKey{"aws:viaawsservice", is_boolean, true_or_false},
    TypedKey{"aws:vpcsourceip", is_address, one_address},
};

}  // namespace

void check_action(const std::string& action) {
  const auto is_name = [](std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
    });
  };
  const std::string_view text = action, service = text.substr(0, text.find(':'));
  if (text.find_first_of("*?") != std::string_view::npos)
    throw std::runtime_error(
        fmt::format("--action {}: a question is about one action (give it by its name, such as s3:GetObject; `redoubt "
                    "iam compare` answers for all actions at once)",
                    action));
  if (service.size() == text.size())
    throw std::runtime_error(
        fmt::format("--action {}: it has no service (give SERVICE:ACTION, such as s3:GetObject)", action));
  if (!is_name(service) || !is_name(text.substr(service.size() + 1)))
    throw std::runtime_error(
        fmt::format("--action {}: it is no action (give SERVICE:ACTION, such as s3:GetObject)", action));
}

std::string resource_of(const std::string& given, const estate::Estate& estate) {
  if (given == "*") return given;
  const auto refuse = [&](std::string_view why) {
    throw std::runtime_error(fmt::format("--resource {}: {}", given.empty() ? "\"\"" : given, why));
  };
  if (given.empty())
    refuse(
        "it is empty (give an ARN, a logical id with what follows of the ARN, or * for an action without a resource)");
  // What stands for itself has no part in the checks below.
  const std::string plain = with_characters(given, "x", "x");
  // The ARN of a log group ends in :*.
  std::string_view text = plain;
  if (arn_field(text, 2) == "logs" && text.ends_with(":*")) text.remove_suffix(2);
  if (text.find_first_of("*?") != std::string_view::npos)
    refuse(
        "a question is about one resource (give its ARN without wildcards, `${*}` and `${?}` for these characters "
        "themselves, or * alone for an action without a resource)");
  if (text.starts_with("arn:")) {
    if (arn_field(text, 1).empty() || arn_field(text, 2).empty() || arn_field(text, 5).empty())
      refuse("it is no ARN (give arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE)");
    return with_characters(given, "*", "?");
  }
  const std::string_view id = text.substr(0, text.find_first_of("/:"));
  if (!contains(estate.resources, id, &estate::Resource::id))
    refuse("it is no ARN, and no source declares anything of that name (give an ARN, or a logical id of the template)");
  return with_characters(given, "*", "?");
}

Pins context_of(const std::vector<std::string>& given, const std::vector<std::string>& absent, bool strict) {
  Pins out;
  out.others_absent = strict;
  for (const std::string& pair : given) {
    const auto refuse = [&](std::string_view why) {
      throw std::runtime_error(fmt::format("--context {}: {}", pair, why));
    };
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) refuse("it is no KEY=VALUE (for example aws:SourceIp=203.0.113.7)");
    const std::string key = lower(pair.substr(0, equals)), value = pair.substr(equals + 1);
    const auto* const typed = std::ranges::find(typed_keys, key, &TypedKey::key);
    if (typed != typed_keys.end() && !typed->holds(value)) refuse(fmt::format("a request has {} there", typed->what));
    out.context[key].push_back(value);
  }
  for (const std::string& key : absent) {
    if (out.context.contains(lower(key)))
      throw std::runtime_error(fmt::format("--absent {}: --context gives it a value (give one of the two)", key));
    out.absent.insert(lower(key));
  }
  return out;
}

}  // namespace redoubt
