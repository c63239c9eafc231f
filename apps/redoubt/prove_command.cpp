#include "prove_command.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "controls/baseline.hpp"
#include "controls/prove.hpp"
#include "controls/waivers.hpp"
#include "exit_code.hpp"
#include "iam/access.hpp"
#include "reach/network_of.hpp"
#include "reach/picture.hpp"
#include "report/html.hpp"
#include "report/json_report.hpp"
#include "report/report.hpp"
#include "report/table_report.hpp"
#include "rights/questions.hpp"
#include "rights/texts.hpp"
#include "sources.hpp"

namespace redoubt {
namespace {

// The control about what may leave; the other refuted ones of the network are about what may enter.
constexpr std::string_view outbound_control = "NET-6";

struct Options {
  std::vector<std::string> sources, controls, parameters;
  std::string scope, framework, format = "table", out, waivers, baseline;
  bool json = false, evidence = false;
  std::size_t budget = controls::Question{}.budget;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("{}: it cannot be opened (check the path and its rights)", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string today() {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())};
  return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()), unsigned(date.day()));
}

report::TableStyle style(bool to_file, bool evidence) {
  report::TableStyle out{.evidence = evidence};
  winsize size{};
  const bool terminal = !to_file && isatty(STDOUT_FILENO) == 1;
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) out.columns = size.ws_col;
  if (const char* const columns = std::getenv("COLUMNS"))
    if (const long wanted = std::strtol(columns, nullptr, 10); wanted > 0) out.columns = std::size_t(wanted);
  out.colour = terminal && std::getenv("NO_COLOR") == nullptr;
  return out;
}

controls::Question question_of(const Options& options) {
  controls::Question out;
  if (options.scope == "fragment") out.scope = controls::Scope::fragment;
  if (options.scope == "stack") out.scope = controls::Scope::stack;
  if (options.scope == "account") out.scope = controls::Scope::account;
  out.controls = options.controls;
  out.framework = options.framework;
  out.budget = options.budget;
  if (const std::string wrong = what_is_wrong(out); !wrong.empty()) throw std::runtime_error(wrong);
  return out;
}

// Of one case: the first, whose choices the caption names.
std::string network_of(const estate::Estate& estate, const controls::Findings& findings) {
  std::vector<reach::Mark> marks;
  for (const controls::Verdict& each : findings.verdicts)
    if (each.outcome == controls::Outcome::refuted && each.control.starts_with("NET-"))
      marks.push_back({each.resource, each.control == outbound_control});
  std::string out;
  estate::for_each_case(estate, 1, [&](estate::Case& in) {
    if (out.empty()) out = reach::draw_network(reach::network_of(in), marks);
  });
  return out;
}

// For people. A template stands in no account yet, and its principals in one that has a number for the engine alone.
std::string reader_of(const iam::Accessor& accessor) {
  std::string name = accessor.principal.name;
  if (const std::string prefix = fmt::format("arn:aws:iam::{}:", rights::some_account); name.starts_with(prefix))
    name = fmt::format("{} of this account", name.substr(prefix.size()));
  return accessor.decision.when_allowed ? name : name + " (undecided)";
}

report::Pictures pictures_of(const estate::Estate& estate, const controls::Findings& findings) {
  report::Pictures out;
  out.network = network_of(estate, findings);
  const rights::Known known(estate);
  for (const estate::Resource& secret : estate.resources) {
    if (secret.type != "AWS::SecretsManager::Secret") continue;
    std::vector<std::string> readers;
    for (const iam::Accessor& each : rights::who_can(
             known, {.principal = {}, .action = "secretsmanager:GetSecretValue", .resource = secret.id, .context = {}}))
      readers.push_back(reader_of(each));
    out.secret_readers.emplace_back(secret.id, std::move(readers));
  }
  return out;
}

std::string report_of(const estate::Estate& estate, const controls::Findings& findings, const Options& options) {
  const std::string_view format = options.json ? "json" : std::string_view(options.format);
  const report::Context context{REDOUBT_VERSION,
                                std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
  if (format == "json") return report::as_json(findings, context.version);
  if (format == "sarif") return report::sarif(findings, context);
  if (format == "junit") return report::junit(findings, context);
  if (format == "ocsf") return report::ocsf(findings, context);
  if (format == "asff") return report::asff(findings, context);
  if (format == "html") return report::html(findings, context, pictures_of(estate, findings));
  return report::as_table(findings, style(!options.out.empty(), options.evidence));
}

int prove(const Options& options) {
  const controls::Question question = question_of(options);
  std::vector<controls::Waiver> waivers;
  if (!options.waivers.empty()) {
    auto read = controls::read_waivers(read_file(options.waivers), options.waivers);
    if (!read) throw std::runtime_error(read.error());
    waivers = std::move(*read);
  }
  const estate::Estate estate = read_sources(options.sources, options.parameters);
  controls::Findings findings = controls::prove(estate, question);
  findings.sources = options.sources;
  for (const std::string& note : controls::apply(findings, waivers, today()))
    fmt::print(stderr, "redoubt: {}: {}\n", options.waivers, note);
  if (!options.baseline.empty()) {
    const auto left_out = controls::keep_changes(findings, read_file(options.baseline));
    if (!left_out) throw std::runtime_error(fmt::format("{}: {}", options.baseline, left_out.error()));
    fmt::print(stderr, "redoubt: {} verdicts are as in {} and left out\n", *left_out, options.baseline);
  }

  const std::string report = report_of(estate, findings, options);
  if (!options.out.empty()) {
    std::ofstream file(options.out, std::ios::binary);
    file << report;
    if (!file.flush())
      throw std::runtime_error(fmt::format("{}: it cannot be written (check the path and its rights)", options.out));
  } else {
    fmt::print("{}", report);
  }
  if (findings.summary.refuted != 0) return exit_no;
  return findings.summary.unknown != 0 ? exit_unknown : exit_yes;
}

}  // namespace

void add_prove_command(CLI::App& app, int& exit_code) {
  CLI::App* const one = app.add_subcommand("prove", "Which controls hold? (0 all, 1 some do not, 3 some are unknown)");
  one->footer(
      "Example:\n"
      "  redoubt prove build/stack/account.template.json build/stack/service.template.json\n"
      "  redoubt prove template.yaml --controls ENC-1,NET-14 --json");
  const auto options = std::make_shared<Options>();  // the callback outlives this function
  one->add_option("source", options->sources, "Templates, and folders with templates or with answers of the AWS CLI")
      ->required();
  one->add_option("--scope", options->scope,
                  "What the sources hold together: with stack or account, what should exist and does not is refuted "
                  "(default: as a template that Redoubt wrote says, a snapshot is an account, else a fragment)")
      ->check(CLI::IsMember({"fragment", "stack", "account"}));
  one->add_option("--format", options->format, "How to report")
      ->check(CLI::IsMember({"table", "json", "sarif", "junit", "ocsf", "asff", "html"}))
      ->capture_default_str();
  one->add_flag("--evidence", options->evidence, "In the table, also what proves each verdict that is proved");
  one->add_flag("--json", options->json, "The same as --format json");
  one->add_option("--out", options->out, "The file to write (default: standard output)");
  one->add_option("--controls", options->controls, "Only these controls or checks: ENC-1,NET-14.admin-ports")
      ->delimiter(',')
      ->allow_extra_args(false);
  one->add_option("--framework", options->framework, "Only controls that answer a requirement of it: cis-5.0");
  add_parameter_option(*one, options->parameters);
  one->add_option("--waivers", options->waivers, "A TOML file of [[waiver]] tables");
  one->add_option("--baseline", options->baseline, "An earlier JSON report: show only what changed");
  one->add_option("--budget", options->budget, "Combinations of parameter values to try for one resource")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000'000}))
      ->capture_default_str();
  one->callback([options, &exit_code] { exit_code = prove(*options); });
}

}  // namespace redoubt
