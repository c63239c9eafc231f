#include "controls_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "controls/catalogue.hpp"
#include "controls/catalogue_page.hpp"
#include "controls/coverage.hpp"
#include "exit_code.hpp"
#include "redoubt/json.hpp"

namespace redoubt {
namespace {

using namespace controls;

constexpr std::size_t columns = 100;

struct Options {
  std::vector<std::string> ids;
  std::string framework, page;
  bool json = false;
};

// Breaks a text at spaces; lines after the first begin with `indent` spaces.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (column != indent && column + 1 + word.size() > columns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column != indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

template <class T, class Text>
std::string joined(const std::vector<T>& all, std::string_view separator, Text text) {
  std::string out;
  for (const T& one : all) {
    if (!out.empty()) out += separator;
    out += text(one);
  }
  return out;
}

std::string requirements_text(const FrameworkReference& reference) {
  return joined(reference.requirements, ", ", [](const std::string& number) { return number; });
}

// The kinds of source that the control's checks look at, in the order of the enumeration.
std::string sources_of(const Control& control) {
  std::string out;
  for (const Source source : {Source::estate, Source::account, Source::service, Source::image, Source::document})
    if (std::ranges::find(control.checks, source, &CheckEntry::source) != control.checks.end())
      out += fmt::format("{}{}", out.empty() ? "" : " ", name_of(source));
  return out;
}

void print_list() {
  std::string_view section;
  std::size_t checks = 0;
  for (const Control& control : catalogue()) {
    if (control.section != section) {
      fmt::print("{}{:<83}CHECKS FROM\n", section.empty() ? "" : "\n", control.section);
      section = control.section;
    }
    checks += control.checks.size();
    fmt::print("  {:<7} {:<74}{:>5} {}\n", control.id, control.title, control.checks.size(), sources_of(control));
  }
  fmt::print("\n{} controls, {} checks (redoubt controls ID tells all about one)\n", catalogue().size(), checks);
}

void print_one(const Control& control) {
  fmt::print("{}  {}\n{}, {}\n\n", control.id, control.title, control.section, control.level);
  fmt::print("Demanded    {}\n", wrapped(control.requirement, 12));
  fmt::print("Why         {}\n", wrapped(control.why, 12));
  fmt::print("Realised    {}\n\n", wrapped(control.realised, 12));
  for (const FrameworkReference& reference : control.frameworks)
    fmt::print("{:<16} {}\n", reference.framework, wrapped(requirements_text(reference), 17));
  for (const CheckEntry& check : control.checks) {
    fmt::print("\n{}  [{}, {}, from scope {} on]\n", check.id, name_of(check.severity), name_of(check.source),
               name_of(check.least_scope));
    fmt::print("  {}\n  Remedy: {}\n", wrapped(check.title, 2), wrapped(check.remedy, 10));
  }
}

void print_framework(const Framework& framework) {
  const std::vector<Requirement> requirements = requirements_of(framework);
  fmt::print("{}\n\n", framework.title);
  std::size_t width = 0;
  for (const Requirement& requirement : requirements) width = std::max(width, requirement.number.size());
  for (const Requirement& requirement : requirements) {
    std::string_view number = requirement.number;
    for (const Control* control : requirement.controls) {
      fmt::print("  {:<{}}  {:<7} {}\n", number, width, control->id, control->title);
      number = {};
    }
  }
  fmt::print("\n{} requirements that controls answer\n", requirements.size());
}

void write_control(json::Writer& writer, const Control& control) {
  writer.begin_object();
  for (const auto& [name, text] :
       std::initializer_list<std::pair<std::string_view, const std::string&>>{{"id", control.id},
                                                                              {"section", control.section},
                                                                              {"title", control.title},
                                                                              {"requirement", control.requirement},
                                                                              {"level", control.level},
                                                                              {"why", control.why},
                                                                              {"realised", control.realised}})
    writer.member(name, std::string_view(text));
  writer.name("frameworks").begin_object();
  for (const FrameworkReference& reference : control.frameworks) {
    writer.name(reference.framework).begin_array();
    for (const std::string& number : reference.requirements) writer.value(std::string_view(number));
    writer.end_array();
  }
  writer.end_object().name("checks").begin_array();
  for (const CheckEntry& check : control.checks) {
    writer.begin_object();
    writer.member("id", std::string_view(check.id)).member("title", std::string_view(check.title));
    writer.member("source", name_of(check.source)).member("scope", name_of(check.least_scope));
    writer.member("severity", name_of(check.severity)).member("remedy", std::string_view(check.remedy));
    writer.end_object();
  }
  writer.end_array().end_object();
}

std::string as_json(const std::vector<const Control*>& controls, const Framework* framework) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  if (framework != nullptr) {
    writer.member("framework", framework->name).member("title", framework->title);
    writer.name("requirements").begin_array();
    for (const Requirement& requirement : requirements_of(*framework)) {
      writer.begin_object().member("requirement", std::string_view(requirement.number)).name("controls").begin_array();
      for (const Control* control : requirement.controls) writer.value(std::string_view(control->id));
      writer.end_array().end_object();
    }
    writer.end_array();
  }
  writer.name("controls").begin_array();
  for (const Control* control : controls) write_control(writer, *control);
  writer.end_array().end_object();
  return out + '\n';
}

// A control by its id, or by that of one of its checks.
const Control& control_of(const std::string& id) {
  const Control* const control = find_control(std::string_view(id).substr(0, id.find('.')));
  if (control == nullptr || (id.find('.') != std::string::npos && find_check(id) == nullptr))
    throw std::runtime_error(fmt::format("{}: there is no such control (redoubt controls lists them)", id));
  return *control;
}

bool answers(const Control& control, const Framework& framework) {
  return std::ranges::find(control.frameworks, framework.name, &FrameworkReference::framework) !=
         control.frameworks.end();
}

void list(const Options& options) {
  if (!options.page.empty()) {
    fmt::print("{}", options.page == "frameworks" ? frameworks_page() : controls_page());
    return;
  }
  const Framework* framework = nullptr;
  if (!options.framework.empty()) {
    framework = find_framework(options.framework);
    if (framework == nullptr)
      throw std::runtime_error(
          fmt::format("{}: there is no such framework (use one of {})", options.framework, framework_names()));
  }
  std::vector<const Control*> controls;
  for (const std::string& id : options.ids) controls.push_back(&control_of(id));
  if (options.json) {
    if (options.ids.empty())
      for (const Control& control : catalogue())
        if (framework == nullptr || answers(control, *framework)) controls.push_back(&control);
    fmt::print("{}", as_json(controls, framework));
  } else if (framework != nullptr) {
    print_framework(*framework);
  } else if (controls.empty()) {
    print_list();
  } else {
    for (std::size_t i = 0; i < controls.size(); ++i) {
      if (i != 0) fmt::print("\n");
      print_one(*controls[i]);
    }
  }
}

}  // namespace

void add_controls_command(CLI::App& app, int& exit_code) {
  CLI::App* const one =
      app.add_subcommand("controls", "The controls: what they demand, and which frameworks they answer");
  one->footer(
      "Example:\n"
      "  redoubt controls\n"
      "  redoubt controls ENC-1\n"
      "  redoubt controls --framework cis-5.0 --json");
  const auto options = std::make_shared<Options>();  // the callback outlives this function
  const auto ids = one->add_option("id", options->ids, "Controls or checks to tell all about: ENC-1 NET-14");
  const auto framework =
      one->add_option("--framework", options->framework,
                      "The requirements of a framework and the controls that answer them: " + framework_names());
  const auto json = one->add_flag("--json", options->json, "As JSON");
  one->add_option("--markdown", options->page, "The page of the documentation: controls, or frameworks")
      ->expected(0, 1)
      ->default_str("controls")
      ->check(CLI::IsMember({"controls", "frameworks"}))
      ->excludes(ids)
      ->excludes(framework)
      ->excludes(json);
  framework->excludes(ids);
  one->callback([options, &exit_code] {
    list(*options);
    exit_code = exit_yes;
  });
}

}  // namespace redoubt
