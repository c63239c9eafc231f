// IAM-4 to IAM-7 from an account: its credential report, its summary, its password policy, and what Access Analyzer
// found. The columns are those of "Getting credential reports" in the IAM user guide.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "listing.hpp"
#include "reading.hpp"
#include "regions.hpp"
#include "times.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

constexpr std::string_view report_type = "AWS::IAM::CredentialReport";
constexpr std::string_view summary_type = "AWS::IAM::AccountSummary";
constexpr std::string_view root_user = "<root_account>";

bool is_root(const Resource& row) {
  return row.id == root_user;
}

// A column of truth; "not_supported" and its like are absent.
Truth flag(Inquiry& ask, const Resource& row, std::string_view column) {
  const Value value = ask.get(row, column);
  const Known<std::string> text = ask.in().text(value);
  if (text.unknown()) return unknown_truth(text.why);
  if (text.absent()) return unknown_truth(fmt::format("the credential report has no column {}", column));
  if (text.value == "true" || text.value == "TRUE") return truth(true);
  if (text.value == "false" || text.value == "FALSE") return truth(false);
  return {};
}

// A column of times. "N/A", "no_information" and "not_supported" are absent: it never was.
Known<Time> moment(Inquiry& ask, const Resource& row, std::string_view column) {
  const Value value = ask.get(row, column);
  const Known<std::string> text = ask.in().text(value);
  if (text.absent())
    return {Known<Time>::State::unknown, {}, fmt::format("the credential report has no column {}", column)};
  if (text.known() && (text.value == "N/A" || text.value == "no_information" || text.value == "not_supported"))
    return {};
  return time_of(ask, value);
}

// When the report was made; what it says is true of then.
Known<Time> report_time(Inquiry& ask, const Resource& row) {
  Known<Time> made = time_of(ask, ask.get(row, "GeneratedTime"));
  if (made.absent()) made = {Known<Time>::State::unknown, {}, "the credential report does not say when it was made"};
  return made;
}

// Of each account: the row of its root user.
std::vector<const Resource*> root_rows(Inquiry& ask) {
  std::vector<const Resource*> out;
  for (const Resource* row : ask.in().resources(report_type))  // one answer of two is enough
    if (is_root(*row)) out.push_back(row);
  return out;
}

// A question to the root user: the credential report answers it, or the account's summary.
void ask_root(Inquiry& ask, Truth (*of_row)(Inquiry&, const Resource&), std::string_view summary_key,
              double wanted_in_summary, std::string_view yes, std::string_view no) {
  bool any = false;
  for (const Resource* row : root_rows(ask)) {
    any = true;
    const Truth is = of_row(ask, *row);
    if (is.absent())
      ask.unknown(row, {}, "the credential report does not say it of the root user");
    else
      ask.expect(*row, {}, is, std::string(yes), std::string(no));
  }
  if (any) return;
  for (const Resource* summary : ask.resources(summary_type)) {
    any = true;
    const Known<double> is = ask.number(*summary, summary_key);
    if (!is.known())
      ask.unknown(summary, {}, is.unknown() ? is.why : fmt::format("the account's summary has no {}", summary_key));
    else
      ask.expect(*summary, {}, truth(is.value == wanted_in_summary),
                 fmt::format("{} is {}: {}", summary_key, is.value, yes),
                 fmt::format("{} is {}: {}", summary_key, is.value, no));
  }
  if (!any)
    ask.unknown(nullptr, {},
                "the snapshot holds neither the answer of `aws iam get-credential-report` nor that of "
                "`aws iam get-account-summary`");
}

Truth row_mfa(Inquiry& ask, const Resource& row) {
  return flag(ask, row, "mfa_active");
}

Truth row_has_no_key(Inquiry& ask, const Resource& row) {
  const Truth first = flag(ask, row, "access_key_1_active");
  const Truth second = flag(ask, row, "access_key_2_active");
  return negation(either(first, second));
}

void root_mfa(Inquiry& ask) {
  ask_root(ask, row_mfa, "AccountMFAEnabled", 1, "the root user has a second factor",
           "the root user has no second factor");
}

void no_root_key(Inquiry& ask) {
  ask_root(ask, row_has_no_key, "AccountAccessKeysPresent", 0, "the root user has no active access key",
           "the root user has an access key");
}

// A virtual device of the root user is among the account's, under its name or as "root-account-mfa-device".
void root_hardware_mfa(Inquiry& ask) {
  for (const Resource* device : ask.resources("AWS::IAM::VirtualMFADevice")) {
    bool of_root = device->id.ends_with(":mfa/root-account-mfa-device");
    for (const Value& user : items_of(ask.get(*device, "Users"))) {
      const Known<std::string> name = ask.in().text(user);
      of_root = of_root || (name.known() && name.value == root_user);
    }
    if (of_root) return ask.refuted(device, {}, "the root user's second factor is a virtual device");
  }
  if (const std::string why = not_listed(ask.estate(), "AWS::IAM::VirtualMFADevice"); !why.empty())
    return ask.unknown(nullptr, {}, why);
  root_mfa(ask);
}

void user_mfa(Inquiry& ask, const Resource& row) {
  if (is_root(row)) return;
  const Truth password = flag(ask, row, "password_enabled");
  if (password.unknown()) return ask.unknown(&row, {}, password.why);
  if (!surely(password)) return;
  Truth mfa = flag(ask, row, "mfa_active");
  if (mfa.absent()) mfa = truth(false);
  ask.expect(row, {}, mfa, "it has a password and a second factor", "it has a password and no second factor");
}

// Uses of the root user before the report, in its columns.
void root_not_used(Inquiry& ask) {
  constexpr double days = 90;
  const auto rows = root_rows(ask);
  if (rows.empty())
    return ask.unknown(nullptr, {}, "the snapshot does not hold the answer of `aws iam get-credential-report`");
  for (const Resource* row : rows) {
    const Known<Time> made = report_time(ask, *row);
    if (!made.known()) {
      ask.unknown(row, {}, made.why);
      continue;
    }
    for (const std::string_view column :
         {"password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date"}) {
      const Known<Time> used = moment(ask, *row, column);
      if (used.unknown())
        ask.unknown(row, {}, used.why);
      else if (used.known() && days_between(used.value, made.value) < days)
        ask.refuted(
            row, {},
            fmt::format("{} is {}, and the report is of {}", column, date_text(used.value), date_text(made.value)));
    }
    ask.proved(row, {}, fmt::format("it was not used in the {} days before {}", days, date_text(made.value)));
  }
}

constexpr std::array keys{"access_key_1", "access_key_2"};

void no_old_key(Inquiry& ask, const Resource& row) {
  constexpr double most = 90;
  const Known<Time> made = report_time(ask, row);
  bool any = false;
  for (const std::string_view key : keys) {
    const Truth active = flag(ask, row, fmt::format("{}_active", key));
    if (active.unknown()) ask.unknown(&row, {}, active.why);
    if (!surely(active)) continue;
    any = true;
    const Known<Time> rotated = moment(ask, row, fmt::format("{}_last_rotated", key));
    if (!made.known() || !rotated.known()) {
      ask.unknown(&row, {},
                  !made.known()       ? made.why
                  : rotated.unknown() ? rotated.why
                                      : fmt::format("when {} was made is not said", key));
      continue;
    }
    const double age = days_between(rotated.value, made.value);
    const std::string text = fmt::format("{} was {:.0f} days old on {}", key, age, date_text(made.value));
    if (age <= most)
      ask.proved(&row, {}, text);
    else
      ask.refuted(&row, {}, text);
  }
  if (!any && made.known()) ask.proved(&row, {}, "it has no active access key");
}

void no_old_listed_key(Inquiry& ask, const Resource& key) {
  constexpr double most = 90;
  const Known<std::string> status = ask.text(key, "Status");
  if (status.unknown()) return ask.unknown(&key, {}, status.why);
  if (status.known() && status.value == "Inactive") return;
  const Known<Time> created = time_of(ask, ask.get(key, "CreateDate"));
  if (!created.known()) return ask.unknown(&key, {}, created.unknown() ? created.why : "when it was made is not said");
  const std::string text = fmt::format("it is of {}", date_text(created.value));
  if (days_between(created.value, ask.now()) <= most)
    ask.proved(&key, {}, text);
  else
    ask.refuted(&key, {}, text);
}

// CIS 1.12: what was not used for 45 days is disabled. What was never used counts from when it was made.
void no_unused_credential(Inquiry& ask, const Resource& row) {
  if (is_root(row)) return;
  constexpr double most = 45;
  const Known<Time> made = report_time(ask, row);
  struct Credential {
    std::string_view name, active, used, changed;
  };
  static constexpr std::array all{
      Credential{"its password", "password_enabled", "password_last_used", "password_last_changed"},
      Credential{"access_key_1", "access_key_1_active", "access_key_1_last_used_date", "access_key_1_last_rotated"},
      Credential{"access_key_2", "access_key_2_active", "access_key_2_last_used_date", "access_key_2_last_rotated"},
  };
  for (const Credential& each : all) {
    const Truth active = flag(ask, row, each.active);
    if (active.unknown()) ask.unknown(&row, {}, active.why);
    if (!surely(active)) continue;
    const Known<Time> used = moment(ask, row, each.used);
    const Known<Time> changed = moment(ask, row, each.changed);
    if (!made.known() || used.unknown() || (used.absent() && !changed.known())) {
      ask.unknown(&row, {},
                  !made.known()    ? made.why
                  : used.unknown() ? used.why
                                   : fmt::format("when {} was made is not said", each.name));
      continue;
    }
    // Something new may not have been used yet.
    Time last = used.known() ? used.value : changed.value;
    if (changed.known()) last = std::max(last, changed.value);
    const double idle = days_between(last, made.value);
    const std::string text =
        fmt::format("{} was last used or changed {:.0f} days before {}", each.name, idle, date_text(made.value));
    if (idle <= most)
      ask.proved(&row, {}, text);
    else
      ask.refuted(&row, {}, text);
  }
  ask.proved(&row, {}, "no password or access key of it is active and unused");
}

void one_key_a_user(Inquiry& ask, const Resource& row) {
  if (is_root(row)) return;
  const Truth both_active = both(flag(ask, row, "access_key_1_active"), flag(ask, row, "access_key_2_active"));
  ask.expect(row, {}, both_active.unknown() ? both_active : negation(both_active),
             "at most one of its access keys is active", "both of its access keys are active");
}

// One property of the account's password policy.
struct PasswordRule {
  std::string_view property;
  bool (*holds)(const Known<double>&);
  std::string_view by_default;  // what AWS takes where it is absent
};

void password_rule(Inquiry& ask, const PasswordRule& rule) {
  const auto policies = ask.resources("AWS::IAM::AccountPasswordPolicy");
  if (policies.empty())
    return ask.refuted(
        nullptr, {},
        fmt::format("the account has no password policy of its own, so that {} is {}", rule.property, rule.by_default));
  for (const Resource* policy : policies) {
    const Value value = ask.get(*policy, rule.property);
    const Known<bool> flag = ask.in().boolean(value);
    const Known<double> number =
        flag.known() ? Known<double>{Known<double>::State::known, flag.value ? 1.0 : 0.0, {}} : ask.in().number(value);
    if (number.unknown())
      ask.unknown(policy, value.at, number.why);
    else
      ask.expect(*policy, value.at, truth(rule.holds(number)),
                 fmt::format("{} is {}", rule.property, text_of(ask.estate(), value)),
                 number.known() ? fmt::format("{} is {}", rule.property, text_of(ask.estate(), value))
                                : fmt::format("{} is absent, which AWS takes as {}", rule.property, rule.by_default));
  }
}

Check password_check(std::string_view id, PasswordRule rule) {
  return {id, Method::property, {}, {}, [rule](Inquiry& ask) { password_rule(ask, rule); }};
}

bool is_on(const Known<double>& number) {
  return number.known() && number.value != 0;
}

void analyzer_active(Inquiry& ask) {
  in_every_region(ask, "AWS::AccessAnalyzer::Analyzer", [](Inquiry& inner, const Resource& analyzer) {
    const Known<std::string> status = inner.text(analyzer, "Status");
    const Known<std::string> type = inner.text(analyzer, "Type");
    if (status.unknown()) return unknown_truth(status.why);
    if (type.unknown()) return unknown_truth(type.why);
    // Those of unused access look at something else.
    const bool external = type.value == "ACCOUNT" || type.value == "ORGANIZATION";
    return truth(external && (status.value == "ACTIVE" || analyzer.stack != estate::no_index));
  });
}

void no_open_finding(Inquiry& ask) {
  const auto findings = ask.resources("AWS::AccessAnalyzer::Finding");
  for (const Resource* finding : findings) {
    const Known<std::string> status = ask.text(*finding, "Status");
    if (!status.known())
      ask.unknown(finding, {}, status.unknown() ? status.why : "it does not say whether it is open");
    else if (status.value == "ACTIVE")
      ask.refuted(finding, {},
                  fmt::format("it is open: {} can be reached from outside",
                              text_of(ask.estate(), ask.get(*finding, "Resource"))));
    else
      ask.proved(finding, {}, fmt::format("it is {}", status.value));
  }
  if (!findings.empty()) return;
  if (const std::string why = not_listed(ask.estate(), "AWS::AccessAnalyzer::Finding"); !why.empty())
    return ask.unknown(nullptr, {}, why);
  // Other services call their lists of findings the same; an empty one does not say whose it is.
  const bool is_said = std::ranges::any_of(
      ask.estate().files, [](const std::string& file) { return file.find("nalyzer") != std::string::npos; });
  if (is_said)
    ask.proved(nullptr, {}, "the analyzers' list of findings is empty");
  else
    ask.unknown(nullptr, {}, "whose the empty list of findings is is not said (name its file accessanalyzer-…)");
}

}  // namespace

std::vector<Check> credential_checks() {
  const std::vector<std::string_view> rows{report_type};
  return {
      {"IAM-4.root-mfa", Method::property, {}, {}, root_mfa},
      {"IAM-4.root-hardware-mfa", Method::property, {}, {}, root_hardware_mfa},
      {"IAM-4.user-mfa", Method::property, rows, user_mfa},
      {"IAM-5.no-root-key", Method::property, {}, {}, no_root_key},
      {"IAM-5.root-not-used", Method::property, {}, {}, root_not_used},
      {"IAM-5.no-old-key", Method::property, rows, no_old_key},
      {"IAM-5.no-old-key", Method::property, {"AWS::IAM::AccessKey"}, no_old_listed_key},
      {"IAM-5.no-unused-credential", Method::property, rows, no_unused_credential},
      {"IAM-5.one-key-a-user", Method::property, rows, one_key_a_user},
      password_check("IAM-6.minimum-length",
                     {"MinimumPasswordLength", [](const Known<double>& n) { return n.known() && n.value >= 14; }, "8"}),
      password_check("IAM-6.symbols", {"RequireSymbols", is_on, "false"}),
      password_check("IAM-6.numbers", {"RequireNumbers", is_on, "false"}),
      password_check("IAM-6.uppercase", {"RequireUppercaseCharacters", is_on, "false"}),
      password_check("IAM-6.lowercase", {"RequireLowercaseCharacters", is_on, "false"}),
      password_check("IAM-6.maximum-age",
                     {"MaxPasswordAge",
                      [](const Known<double>& n) { return n.known() && n.value >= 1 && n.value <= 90; }, "never"}),
      password_check(
          "IAM-6.reuse-prevented",
          {"PasswordReusePrevention", [](const Known<double>& n) { return n.known() && n.value >= 24; }, "none"}),
      {"IAM-7.analyzer-active", Method::property, {}, {}, analyzer_active},
      {"IAM-7.no-open-finding", Method::property, {}, {}, no_open_finding},
  };
}

}  // namespace redoubt::controls
