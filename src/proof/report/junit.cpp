// JUnit's XML, as https://github.com/jenkinsci/xunit-plugin's junit-10.xsd describes it.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <string>

#include "markup.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Outcome;
using controls::Verdict;

std::string place_of(const Verdict& verdict) {
  return verdict.line > 0 ? fmt::format("{}:{}", verdict.file, verdict.line) : verdict.file;
}

std::string details_of(const Verdict& verdict) {
  std::string out = reason_of(verdict);
  if (!verdict.file.empty()) out += fmt::format("\nat {}", place_of(verdict));
  if (!verdict.remedy.empty()) out += fmt::format("\nremedy: {}", verdict.remedy);
  return out;
}

std::string test_case(const Verdict& verdict) {
  std::string out = fmt::format(
      R"(    <testcase classname="{}" name="{}" time="0")", markup_escaped(verdict.check),
      markup_escaped(verdict.resource.empty() ? title_of(verdict)
                                              : fmt::format("{}: {}", verdict.resource, title_of(verdict))));
  const auto outcome = [&](std::string_view element) {
    return fmt::format(">\n      <{} message=\"{}\" type=\"{}\">{}</{}>\n    </testcase>\n", element,
                       markup_escaped(reason_of(verdict)), controls::name_of(verdict.severity),
                       markup_escaped(details_of(verdict)), element);
  };
  switch (verdict.outcome) {
    case Outcome::proved:
      return out + "/>\n";
    case Outcome::refuted:
      return out + outcome("failure");
    case Outcome::unknown:
      return out + outcome("error");
    case Outcome::waived:
    case Outcome::not_applicable:
      break;
  }
  return out + fmt::format(">\n      <skipped message=\"{}: {}\"/>\n    </testcase>\n",
                           controls::name_of(verdict.outcome), markup_escaped(reason_of(verdict)));
}

}  // namespace

std::string junit(const controls::Findings& findings, const Context& context) {
  std::string suites;
  std::size_t failures = 0, errors = 0;
  for (auto first = findings.verdicts.begin(); first != findings.verdicts.end();) {
    std::string cases;
    std::size_t tests = 0, failed = 0, open = 0, skipped = 0;
    auto next = first;
    for (; next != findings.verdicts.end() && next->control == first->control; ++next) {
      cases += test_case(*next);
      ++tests;
      failed += next->outcome == Outcome::refuted ? 1 : 0;
      open += next->outcome == Outcome::unknown ? 1 : 0;
      skipped += next->outcome == Outcome::waived || next->outcome == Outcome::not_applicable ? 1 : 0;
    }
    const controls::Control* control = controls::find_control(first->control);
    suites += fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\" "
        "timestamp=\"{:%Y-%m-%dT%H:%M:%S}\">\n{}  </testsuite>\n",
        markup_escaped(control == nullptr ? first->control : fmt::format("{} {}", control->id, control->title)), tests,
        failed, open, skipped, fmt::gmtime(std::chrono::system_clock::to_time_t(context.time)), cases);
    failures += failed;
    errors += open;
    first = next;
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"redoubt {}\" tests=\"{}\" failures=\"{}\" "
      "errors=\"{}\" time=\"0\">\n{}</testsuites>\n",
      markup_escaped(context.version), findings.verdicts.size(), failures, errors, suites);
}

}  // namespace redoubt::report
