// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/
#include <fmt/format.h>

#include <map>
#include <string>

#include "redoubt/json.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Outcome;
using controls::Severity;
using controls::Verdict;

// Section 3.27.10: "error" is a serious problem, "warning" a problem, "note" an opportunity to improve.
std::string_view level_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
    case Severity::high:
      return "error";
    case Severity::medium:
      return "warning";
    case Severity::low:
      return "note";
  }
  return "warning";
}

// GitHub's `security-severity` takes CVSS's bands: above 9.0 critical, 7.0 high, 4.0 medium, else low.
std::string_view security_severity(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return "9.5";
    case Severity::high:
      return "8.0";
    case Severity::medium:
      return "5.5";
    case Severity::low:
      return "2.0";
  }
  return "5.5";
}

// Section 3.27.9. "open": the tool concluded that there was not enough to decide.
std::string_view kind_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::proved:
      return "pass";
    case Outcome::refuted:
    case Outcome::waived:
      return "fail";
    case Outcome::unknown:
      return "open";
    case Outcome::not_applicable:
      return "notApplicable";
  }
  return "open";
}

// A relative reference (RFC 3986): a path's own characters but those that would end or change it.
std::string uri_of(std::string_view path) {
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char each : path) {
    const bool plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') || (each >= '0' && each <= '9') ||
                       std::string_view("-._~/!$&'()*+,;=@").contains(each);
    if (plain)
      out += each;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(each));
  }
  return out;
}

void write_message(json::Writer& writer, std::string_view name, std::string_view text) {
  writer.name(name).begin_object().member("text", text).end_object();
}

void write_rule(json::Writer& writer, const Verdict& verdict) {
  const controls::Control* control = controls::find_control(verdict.control);
  writer.begin_object().member("id", std::string_view(verdict.check));
  write_message(writer, "shortDescription", title_of(verdict));
  if (control != nullptr) write_message(writer, "fullDescription", control->requirement);
  if (!verdict.remedy.empty()) write_message(writer, "help", verdict.remedy);
  writer.name("defaultConfiguration").begin_object().member("level", level_of(verdict.severity)).end_object();
  writer.name("properties").begin_object().member("security-severity", security_severity(verdict.severity));
  writer.member("precision", "very-high").name("tags").begin_array().value("security");
  if (control != nullptr)
    for (const controls::FrameworkReference& reference : control->frameworks)
      for (const std::string& requirement : reference.requirements)
        writer.value(std::string_view(fmt::format("{}/{}", reference.framework, requirement)));
  writer.end_array().end_object().end_object();
}

void write_result(json::Writer& writer, const Verdict& verdict, std::size_t rule) {
  const std::string_view kind = kind_of(verdict.outcome);
  writer.begin_object()
      .member("ruleId", std::string_view(verdict.check))
      .member("ruleIndex", static_cast<std::uint64_t>(rule))
      .member("kind", kind)
      // Section 3.27.10: anything but a failure has the level "none".
      .member("level", kind == "fail" ? level_of(verdict.severity) : std::string_view("none"));
  const std::string reason = reason_of(verdict);
  write_message(writer, "message", reason.empty() ? title_of(verdict) : reason);
  writer.name("locations").begin_array().begin_object();
  if (!verdict.file.empty()) {
    writer.name("physicalLocation").begin_object();
    writer.name("artifactLocation").begin_object().member("uri", std::string_view(uri_of(verdict.file))).end_object();
    if (verdict.line > 0) writer.name("region").begin_object().member("startLine", verdict.line).end_object();
    writer.end_object();
  }
  if (!verdict.resource.empty()) {
    writer.name("logicalLocations").begin_array().begin_object();
    writer.member("name", std::string_view(verdict.resource)).member("kind", "resource").end_object().end_array();
  }
  writer.end_object().end_array();
  writer.name("partialFingerprints")
      .begin_object()
      .member("redoubtVerdict/v1", std::string_view(fingerprint(verdict)))
      .end_object();
  if (verdict.outcome == Outcome::waived) {
    writer.name("suppressions").begin_array().begin_object();
    writer.member("kind", "external").member("justification", std::string_view(verdict.evidence));
    writer.end_object().end_array();
  }
  writer.end_object();
}

}  // namespace

std::string sarif(const controls::Findings& findings, const Context& context) {
  std::map<std::string_view, std::size_t> rules;
  std::string out;
  json::Writer writer(out);
  writer.begin_object()
      .member("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json")
      .member("version", "2.1.0");
  writer.name("runs").begin_array().begin_object();
  writer.name("tool").begin_object().name("driver").begin_object();
  writer.member("name", "redoubt").member("version", std::string_view(context.version)).name("rules").begin_array();
  for (const Verdict& verdict : findings.verdicts)
    if (rules.emplace(verdict.check, rules.size()).second) write_rule(writer, verdict);
  writer.end_array().end_object().end_object();
  writer.name("invocations").begin_array().begin_object().member("executionSuccessful", true);
  writer.member("endTimeUtc", std::string_view(timestamp(context.time))).end_object().end_array();
  writer.name("results").begin_array();
  for (const Verdict& verdict : findings.verdicts) write_result(writer, verdict, rules.at(verdict.check));
  writer.end_array().end_object().end_array().end_object();
  return out += '\n';
}

}  // namespace redoubt::report
