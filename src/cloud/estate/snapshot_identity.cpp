// IAM's answers about credentials. The credential report's rows are AWS::IAM::CredentialReport here, a user each under
// the report's own names; the account's summary and password policy are AWS::IAM::AccountSummary and
// AWS::IAM::AccountPasswordPolicy.
#include <fmt/format.h>

#include "snapshot_table.hpp"

namespace redoubt::estate::snapshot {
namespace {

using enum Shape;

constexpr Field summary_fields[] = {{"SummaryMap", {}, as_is}};

void only_one(std::string_view name, Made& made, Reading& reading) {
  made.resource.id = reading.account.empty() ? std::string(name) : fmt::format("{}/{}", reading.account, name);
}

void summary_more(const Value&, Made& made, Reading& reading) {
  made.resource.properties = made.resource.properties["SummaryMap"];
  only_one("AccountSummary", made, reading);
}

constexpr Field password_policy_fields[] = {
    {"MinimumPasswordLength", {}, number},
    {"RequireSymbols", {}, flag},
    {"RequireNumbers", {}, flag},
    {"RequireUppercaseCharacters", {}, flag},
    {"RequireLowercaseCharacters", {}, flag},
    {"AllowUsersToChangePassword", {}, flag},
    {"ExpirePasswords", {}, flag},
    {"MaxPasswordAge", {}, number},
    {"PasswordReusePrevention", {}, number},
    {"HardExpiry", {}, flag},
};

void password_policy_more(const Value&, Made& made, Reading& reading) {
  only_one("AccountPasswordPolicy", made, reading);
}

// RFC 4648, section 4. Nothing where it is no base64.
std::optional<std::string> base64_decoded(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a' + 26);
    else if (c >= '0' && c <= '9')
      value = static_cast<std::uint32_t>(c - '0' + 52);
    else if (c == '+')
      value = 62;
    else if (c == '/')
      value = 63;
    else if (c == '=' || c == '\n' || c == '\r')
      continue;
    else
      return std::nullopt;
    bits = bits << 6 | value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out;
  for (;;) {
    const std::size_t cut = text.find(at);
    out.emplace_back(text.substr(0, cut));
    if (cut == std::string_view::npos) return out;
    text.remove_prefix(cut + 1);
  }
}

// "Getting credential reports", IAM user guide: comma-separated values, no quotes; `N/A`, `not_supported` and
// `no_information` stand for nothing to say.
void report_more(const Value& item, Made& made, Reading& reading) {
  const std::optional<std::string> report = base64_decoded(text_of(item, "Content"));
  if (!report) return reading.fail(item.at, "the credential report's Content is not base64");
  std::vector<std::string> lines = split(*report, '\n');
  const std::vector<std::string> names = split(lines[0], ',');
  if (names.size() < 2 || names[0] != "user")
    return reading.fail(item.at, "the credential report does not begin with the names of its columns");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].ends_with('\r')) lines[i].pop_back();
    if (lines[i].empty()) continue;
    const std::vector<std::string> values = split(lines[i], ',');
    if (values.size() != names.size())
      return reading.fail(item.at, fmt::format("line {} of the credential report has {} columns, not {}", i + 1,
                                               values.size(), names.size()));
    Resource row = part_of(made.resource, "AWS::IAM::CredentialReport", values[0], item, {}, reading);
    for (std::size_t column = 0; column < names.size(); ++column)
      row.properties.set(names[column], text_at(values[column], item.at));
    if (const Value time = member(item, "GeneratedTime")) row.properties.set("GeneratedTime", time);
    row.arn = values[1];
    made.others.push_back(std::move(row));
  }
  if (made.others.empty()) return reading.fail(item.at, "the credential report has no row, not even the root user's");
  made.resource = std::move(made.others.front());
  made.others.erase(made.others.begin());
}

constexpr Field device_fields[] = {{"SerialNumber"}, {"EnableDate"}};

void device_more(const Value& item, Made& made, Reading&) {
  std::string user = text_of(item, "UserName");
  if (user.empty()) user = text_of(item, "User.UserName");
  if (user.empty() && text_of(item, "User.Arn").ends_with(":root")) user = "<root_account>";
  made.resource.properties.set("Users", user.empty() ? list({}) : list({text_at(user, item.at)}));
}

constexpr Field access_key_fields[] = {{"UserName"}, {"Status"}, {"CreateDate"}};

constexpr Table tables[] = {
    {.key = "SummaryMap",
     .type = "AWS::IAM::AccountSummary",
     .fields = summary_fields,
     .more = summary_more,
     .mark = "SummaryMap",
     .whole = true},
    {.key = "PasswordPolicy",
     .type = "AWS::IAM::AccountPasswordPolicy",
     .fields = password_policy_fields,
     .more = password_policy_more,
     .mark = "RequireSymbols"},
    {.key = "ReportFormat",
     .type = "AWS::IAM::CredentialReport",
     .more = report_more,
     .mark = "Content",
     .whole = true},
    {.key = "MFADevices",
     .type = "AWS::IAM::VirtualMFADevice",
     .id = "SerialNumber",
     .fields = device_fields,
     .more = device_more},
    {.key = "VirtualMFADevices",
     .type = "AWS::IAM::VirtualMFADevice",
     .id = "SerialNumber",
     .fields = device_fields,
     .more = device_more},
    {.key = "AccessKeyMetadata", .type = "AWS::IAM::AccessKey", .id = "AccessKeyId", .fields = access_key_fields},
};

}  // namespace

Service identity_service() {
  return {tables};
}

}  // namespace redoubt::estate::snapshot
