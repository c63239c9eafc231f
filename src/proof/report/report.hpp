// What was found, in the forms that others read: SARIF for code hosts, JUnit for build servers, OCSF for security data
// lakes, ASFF for Security Hub. Each is a function of the findings alone, so that the same findings at the same time
// give the same bytes.
#pragma once

#include <chrono>
#include <string>

#include "controls/verdict.hpp"

namespace redoubt::report {

struct Context {
  std::string version;              // Redoubt's own
  std::chrono::sys_seconds time{};  // when it was looked at
};

// SARIF 2.1.0 (OASIS). Refuted is "fail", proved "pass", unknown "open", waived "fail" with a suppression.
[[nodiscard]] std::string sarif(const controls::Findings& findings, const Context& context);

// JUnit's XML as Jenkins's junit-10.xsd has it: a test suite a control, a test case a verdict. Refuted is a failure,
// unknown an error, waived and not applicable are skipped.
[[nodiscard]] std::string junit(const controls::Findings& findings, const Context& context);

// A JSON array of OCSF 1.3.0 Compliance Findings (class 2003), as a file source of Amazon Security Lake takes them.
[[nodiscard]] std::string ocsf(const controls::Findings& findings, const Context& context);

// A JSON array in the AWS Security Finding Format, for `aws securityhub batch-import-findings` (100 of them a call).
// What stands in no account yet, a template, has the account 000000000000 and the region us-east-1.
[[nodiscard]] std::string asff(const controls::Findings& findings, const Context& context);

}  // namespace redoubt::report
