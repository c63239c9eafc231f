#include "json_report.hpp"

#include "redoubt/json.hpp"

namespace redoubt::report {

using controls::Findings;
using controls::Verdict;

std::string as_json(const Findings& findings, std::string_view version) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("redoubt", version).name("sources").begin_array();
  for (const std::string& source : findings.sources) writer.value(std::string_view(source));
  writer.end_array().name("verdicts").begin_array();
  const auto text = [&](std::string_view name, const std::string& value) {
    writer.name(name);
    value.empty() ? writer.null() : writer.value(std::string_view(value));
  };
  for (const Verdict& verdict : findings.verdicts) {
    writer.begin_object().member("check", std::string_view(verdict.check));
    writer.member("control", std::string_view(verdict.control)).member("severity", name_of(verdict.severity));
    text("resource", verdict.resource);
    writer.name("location").begin_object();
    text("file", verdict.file);
    writer.name("line");
    verdict.line == 0 ? writer.null() : writer.value(verdict.line);
    writer.end_object().member("verdict", name_of(verdict.outcome)).member("method", name_of(verdict.method));
    text("evidence", verdict.evidence);
    text("counterexample", verdict.counterexample);
    text("remedy", verdict.remedy);
    writer.end_object();
  }
  const auto& sum = findings.summary;
  const auto number = [&](std::string_view name, std::size_t value) {
    writer.member(name, static_cast<std::uint64_t>(value));
  };
  writer.end_array().name("summary").begin_object();
  number("proved", sum.proved);
  number("refuted", sum.refuted);
  number("unknown", sum.unknown);
  number("waived", sum.waived);
  number("not_applicable", sum.not_applicable);
  number("not_asked", sum.not_asked);
  writer.end_object().end_object();
  out += '\n';
  return out;
}

}  // namespace redoubt::report
