// OCSF 1.3.0, class Compliance Finding: https://schema.ocsf.io/1.3.0/classes/compliance_finding
#include <fmt/format.h>

#include <string>

#include "redoubt/json.hpp"
#include "report/report.hpp"
#include "report/text.hpp"

namespace redoubt::report {
namespace {

using controls::Outcome;
using controls::Severity;
using controls::Verdict;

struct Coded {
  int id;
  std::string_view name;
};

Coded severity_of(const Verdict& verdict) {
  if (verdict.outcome == Outcome::proved || verdict.outcome == Outcome::not_applicable) return {1, "Informational"};
  switch (verdict.severity) {
    case Severity::critical:
      return {5, "Critical"};
    case Severity::high:
      return {4, "High"};
    case Severity::medium:
      return {3, "Medium"};
    case Severity::low:
      return {2, "Low"};
  }
  return {0, "Unknown"};
}

// Of the finding: does anybody still have to look at it?
Coded status_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::proved:
    case Outcome::not_applicable:
      return {4, "Resolved"};
    case Outcome::waived:
      return {3, "Suppressed"};
    case Outcome::refuted:
    case Outcome::unknown:
      break;
  }
  return {1, "New"};
}

// Of compliance.
Coded compliance_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::proved:
      return {1, "Pass"};
    case Outcome::refuted:
    case Outcome::waived:
      return {3, "Fail"};
    case Outcome::unknown:
      return {0, "Unknown"};
    case Outcome::not_applicable:
      break;
  }
  return {99, "Not Applicable"};
}

void write_coded(json::Writer& writer, std::string_view name, Coded coded) {
  writer.member(fmt::format("{}_id", name), coded.id).member(name, coded.name);
}

void write_compliance(json::Writer& writer, const Verdict& verdict) {
  const controls::Control* control = controls::find_control(verdict.control);
  writer.name("compliance").begin_object().member("control", std::string_view(verdict.control));
  write_coded(writer, "status", compliance_of(verdict.outcome));
  writer.name("standards").begin_array().value("Redoubt");
  if (control != nullptr)
    for (const controls::Framework& framework : controls::frameworks())
      for (const controls::FrameworkReference& reference : control->frameworks)
        if (reference.framework == framework.name && !reference.requirements.empty()) writer.value(framework.title);
  writer.end_array().name("requirements").begin_array();
  if (control != nullptr)
    for (const controls::FrameworkReference& reference : control->frameworks)
      for (const std::string& requirement : reference.requirements)
        writer.value(std::string_view(fmt::format("{} {}", reference.framework, requirement)));
  writer.end_array().end_object();
}

void write_resource(json::Writer& writer, const Verdict& verdict) {
  writer.name("resources").begin_array().begin_object();
  const std::string_view name = verdict.resource.empty() ? std::string_view(verdict.file) : verdict.resource;
  writer.member("uid", name).member("name", name).member("cloud_partition", "aws");
  if (!verdict.resource_type.empty()) writer.member("type", std::string_view(verdict.resource_type));
  if (!verdict.region.empty()) writer.member("region", std::string_view(verdict.region));
  if (!verdict.file.empty()) {
    writer.name("data").begin_object().member("file", std::string_view(verdict.file)).member("line", verdict.line);
    writer.end_object();
  }
  writer.end_object().end_array();
}

void write_cloud(json::Writer& writer, const Verdict& verdict) {
  writer.name("cloud").begin_object().member("provider", "AWS");
  if (!verdict.region.empty()) writer.member("region", std::string_view(verdict.region));
  if (!verdict.account.empty()) {
    writer.name("account").begin_object().member("uid", std::string_view(verdict.account));
    write_coded(writer, "type", {10, "AWS Account"});
    writer.end_object();
  }
  writer.end_object();
}

void write_finding(json::Writer& writer, const Verdict& verdict, const Context& context) {
  const auto milliseconds = static_cast<std::int64_t>(context.time.time_since_epoch().count()) * 1000;
  writer.begin_object().member("class_uid", 2003).member("class_name", "Compliance Finding");
  writer.member("category_uid", 2).member("category_name", "Findings");
  writer.member("activity_id", 1).member("activity_name", "Create");
  writer.member("type_uid", 200301).member("type_name", "Compliance Finding: Create").member("time", milliseconds);
  write_coded(writer, "severity", severity_of(verdict));
  write_coded(writer, "status", status_of(verdict.outcome));
  const std::string reason = reason_of(verdict);
  if (!reason.empty())
    writer.member("message", std::string_view(reason)).member("status_detail", std::string_view(reason));
  writer.name("metadata").begin_object().member("version", "1.3.0");
  writer.name("profiles").begin_array().value("cloud").end_array();
  writer.name("product").begin_object().member("name", "Redoubt").member("vendor_name", "Redoubt");
  writer.member("version", std::string_view(context.version)).end_object().end_object();
  writer.name("finding_info").begin_object().member("uid", std::string_view(fingerprint(verdict)));
  writer.member("title", std::string_view(title_of(verdict))).member("created_time", milliseconds);
  if (!reason.empty()) writer.member("desc", std::string_view(reason));
  writer.name("types").begin_array().value(std::string_view(verdict.check)).end_array().end_object();
  if (!verdict.remedy.empty())
    writer.name("remediation").begin_object().member("desc", std::string_view(verdict.remedy)).end_object();
  write_compliance(writer, verdict);
  write_resource(writer, verdict);
  write_cloud(writer, verdict);
  writer.end_object();
}

}  // namespace

std::string ocsf(const controls::Findings& findings, const Context& context) {
  std::string out;
  json::Writer writer(out);
  writer.begin_array();
  for (const Verdict& verdict : findings.verdicts) write_finding(writer, verdict, context);
  writer.end_array();
  return out += '\n';
}

}  // namespace redoubt::report
