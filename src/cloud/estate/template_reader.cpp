#include "template_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "binder.hpp"
#include "domain.hpp"
#include "loops.hpp"

namespace redoubt::estate {
namespace {

// "Template sections" in the CloudFormation user guide; Hooks belongs to AWS::CodeDeployBlueGreen.
constexpr std::array<std::string_view, 11> sections{"AWSTemplateFormatVersion",
                                                    "Description",
                                                    "Metadata",
                                                    "Parameters",
                                                    "Rules",
                                                    "Mappings",
                                                    "Conditions",
                                                    "Transform",
                                                    "Resources",
                                                    "Outputs",
                                                    "Hooks"};

constexpr std::string_view language_extensions = "AWS::LanguageExtensions";

// Macros of AWS that leave resources of other types as they stand.
bool leaves_the_rest(std::string_view macro) {
  return macro == "AWS::Serverless-2016-10-31" || macro == "AWS::Include" || macro == "AWS::CodeDeployBlueGreen" ||
         macro.starts_with("AWS::SecretsManager-") || macro == "AWS::ServiceCatalog";
}

// Types whose resources stand in another template.
bool holds_other_resources(std::string_view type) {
  return type == "AWS::CloudFormation::Stack" || type == "AWS::Serverless::Application" || type.ends_with("::MODULE");
}

std::optional<double> number_of(const Value& value) {
  const auto text = scalar_text(value);
  if (!text) return std::nullopt;
  double number = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
  if (read.ec != std::errc() || read.ptr != text->data() + text->size()) return std::nullopt;
  return number;
}

class TemplateReader {
 public:
  TemplateReader(const Estate& estate, const Value& document, std::string_view name)
      : document_(document),
        stack_index_(static_cast<std::uint32_t>(estate.stacks.size())),
        first_parameter_(static_cast<std::uint32_t>(estate.parameters.size())),
        first_resource_(static_cast<std::uint32_t>(estate.resources.size())),
        name_(name),
        binder_(declarations_, parameters_, stack_index_, first_parameter_) {}

  std::optional<ReadError> read() {
    stack_.file = document_.at.file;
    for (const Member& each : document_["Rules"].members) stack_.rules.push_back(each.value);
    read_transforms();
    check_sections();
    declare();
    if (error_) return error_;
    read_parameters();
    read_conditions();
    read_resources();
    read_outputs();
    if (!error_) check_circles();
    return error_;
  }

  void add_gap(const Value& gap) { gaps_.push_back(gap); }

  void add_to(Estate& estate) && {
    std::ranges::move(parameters_, std::back_inserter(estate.parameters));
    std::ranges::move(resources_, std::back_inserter(estate.resources));
    estate.stacks.push_back(std::move(stack_));
    std::ranges::move(gaps_, std::back_inserter(estate.gaps));
    std::ranges::move(binder_.faults(), std::back_inserter(estate.faults));
  }

 private:
  // The first thing that cannot be read stays as the error.
  void fail(std::string reason, Location at) {
    if (!error_) error_ = ReadError{std::string(name_), at.line, std::move(reason)};
  }

  using Members = std::vector<const Member*>;

  // A section's members but for macros' calls; null counts as empty.
  Members section(std::string_view name) {
    Members out;
    const Value& value = document_[name];
    if (value && !value.is(Kind::null) && !value.is(Kind::object))
      fail(fmt::format("{} must be an object", name), value.at);
    for (const Member& each : value.members) {
      if (!each.name.starts_with("Fn::")) {
        out.push_back(&each);
      } else if (each.name == "Fn::Transform") {
        gaps_.push_back(unknown(fmt::format("Fn::Transform may add to {}", name), each.at));
      } else if (each.name.starts_with("Fn::ForEach::")) {
        fail("Fn::ForEach needs \"Transform: AWS::LanguageExtensions\"", each.at);
      } else {
        fail(fmt::format("{} cannot stand in {}", each.name, name), each.at);
      }
    }
    return out;
  }

  void check_sections() {
    for (const Member& each : document_.members) {
      if (std::ranges::find(sections, each.name) != sections.end() || !stack_.transforms.empty()) continue;
      binder_.wrong(fmt::format("a template has no section {}", each.name), each.at);
    }
  }

  void read_transforms() {
    const Value& transform = document_["Transform"];
    const auto add = [&](const Value& value) {
      const Value& name = value.is(Kind::object) ? value["Name"] : value;
      if (!name.is(Kind::text)) {
        fail("Transform takes the names of macros", value.at);
      } else if (name.text != language_extensions) {
        stack_.transforms.push_back(name.text);
        gaps_.push_back(unknown(fmt::format("the macro {} may add resources", name.text), value.at));
        if (!leaves_the_rest(name.text) && changing_macro_.empty()) changing_macro_ = name.text;
      }
    };
    if (transform.is(Kind::list)) {
      for (const Value& each : transform.items) add(each);
    } else if (transform) {
      add(transform);
    }
    if (!stack_.transforms.empty()) declarations_.open = fmt::format("the macro {} may add it", stack_.transforms[0]);
  }

  // Names first: a resource may refer to one that stands below it.
  void declare() {
    in_parameters_ = section("Parameters");
    in_mappings_ = section("Mappings");
    in_conditions_ = section("Conditions");
    in_resources_ = section("Resources");
    in_outputs_ = section("Outputs");
    for (const Member* each : in_parameters_) {
      declarations_.parameters[each->name] =
          first_parameter_ + static_cast<std::uint32_t>(declarations_.parameters.size());
    }
    for (const Member* each : in_mappings_) declarations_.mappings[each->name] = &each->value;
    for (const Member* each : in_conditions_) declarations_.conditions[each->name] = &each->value;
    for (const Member* each : in_resources_) {
      if (declarations_.parameters.contains(each->name)) {
        fail(fmt::format("{} is a parameter and a resource", each->name), each->at);
      }
      declarations_.resources[each->name] =
          first_resource_ + static_cast<std::uint32_t>(declarations_.resources.size());
      const Value& type = each->value["Type"];
      if (type.is(Kind::text) && type.text.ends_with("::MODULE") && declarations_.open.empty()) {
        declarations_.open = fmt::format("the module {} may hold it", each->name);
      }
    }
    for (const Value& gap : gaps_) {
      if (declarations_.open.empty()) declarations_.open = gap.text;
    }
  }

  void read_parameters() {
    for (const Member* each : in_parameters_) {
      // Pseudo parameters come behind these, with the first reference to them.
      parameters_.push_back(read_parameter(*each));
    }
  }

  Parameter read_parameter(const Member& member) {
    Parameter out;
    out.name = member.name;
    out.stack = stack_index_;
    out.at = member.at;
    const Value& value = member.value;
    if (!value.is(Kind::object) || !value["Type"].is(Kind::text)) {
      fail(fmt::format("the parameter {} has no Type", member.name), member.at);
      return out;
    }
    out.type = value["Type"].text;
    out.default_value = scalar_text(value["Default"]);
    if (const Value& allowed = value["AllowedValues"]; allowed) {
      for (const Value& each : allowed.items) {
        if (auto content = scalar_text(each)) out.allowed_values.push_back(std::move(*content));
      }
      if (out.allowed_values.empty() || out.allowed_values.size() != allowed.items.size()) {
        fail(fmt::format("AllowedValues of the parameter {} must be a list of values", member.name), allowed.at);
      }
    }
    out.allowed_pattern = scalar_text(value["AllowedPattern"]).value_or("");
    out.min_value = limit(value, "MinValue");
    out.max_value = limit(value, "MaxValue");
    const auto length = [&](std::string_view name) -> std::optional<std::uint32_t> {
      const auto number = limit(value, name);
      if (!number || *number < 0 || *number > no_index) return std::nullopt;
      return static_cast<std::uint32_t>(*number);
    };
    out.min_length = length("MinLength");
    out.max_length = length("MaxLength");
    const auto no_echo = scalar_text(value["NoEcho"]);
    out.no_echo = no_echo && (*no_echo == "true" || *no_echo == "True");
    narrow(out);
    return out;
  }

  std::optional<double> limit(const Value& parameter, std::string_view name) {
    const Value& value = parameter[name];
    if (!value) return std::nullopt;
    const auto number = number_of(value);
    if (!number) fail(fmt::format("{} must be a number", name), value.at);
    return number;
  }

  void read_conditions() {
    for (const Member* each : in_conditions_) {
      stack_.conditions[each->name] = binder_.bind_condition(each->value);
    }
    for (const Member* each : in_mappings_) stack_.mappings[each->name] = read_mapping(*each);
  }

  // Two levels of keys, and below them texts or lists of texts: "You can't include parameters, pseudo parameters, or
  // intrinsic functions" ("Mappings section structure").
  Value read_mapping(const Member& mapping) {
    Value out = mapping.value;
    for (Member& top : out.members) {
      if (top.name.starts_with("Fn::")) continue;  // a macro
      for (Member& second : top.value.members)
        if (second.value.is(Kind::object) && !second.name.starts_with("Fn::"))
          second.value =
              binder_.wrong(fmt::format("{} holds texts and lists, not objects or functions", mapping.name), second.at);
    }
    return out;
  }

  void read_resources() {
    const Value& redoubt = document_["Metadata"]["Redoubt"];
    if (redoubt["Scope"].is(Kind::text)) stack_.scope = redoubt["Scope"].text;
    for (const Member* each : in_resources_) {
      resources_.push_back(read_resource(*each));
    }
  }

  Resource read_resource(const Member& member) {
    Resource out;
    out.id = member.name;
    out.stack = stack_index_;
    out.at = member.at;
    const Value& value = member.value;
    if (!value.is(Kind::object) || !value["Type"].is(Kind::text)) {
      fail(fmt::format("the resource {} has no Type", member.name), member.at);
      return out;
    }
    out.type = value["Type"].text;
    out.properties = read_properties(value, out.type);
    out.metadata = value["Metadata"];
    out.condition = read_condition(value);
    out.deletion_policy = read_policy(value, "DeletionPolicy");
    out.update_replace_policy = read_policy(value, "UpdateReplacePolicy");
    read_depends_on(value["DependsOn"], out.depends_on);
    if (holds_other_resources(out.type)) {
      gaps_.push_back(unknown(fmt::format("{} {} holds resources of another template", out.type, out.id), out.at));
    }
    return out;
  }

  Value read_properties(const Value& resource, std::string_view type) {
    if (!changing_macro_.empty()) {
      return unknown(fmt::format("the macro {} may change it", changing_macro_), resource.at);
    }
    const Value& properties = resource["Properties"];
    if (!properties || properties.is(Kind::null)) {
      Value none = object({});
      none.at = resource.at;
      return with_globals(std::move(none), type);
    }
    if (!properties.is(Kind::object)) fail(fmt::format("Properties of {} must be an object", type), properties.at);
    return with_globals(binder_.bind(properties), type);
  }

  // AWS::Serverless adds its Globals to resources of its own types. How it merges what both say is left open.
  Value with_globals(Value properties, std::string_view type) {
    constexpr std::string_view serverless = "AWS::Serverless::";
    if (!type.starts_with(serverless)) return properties;
    for (const Member& each : document_["Globals"][type.substr(serverless.size())].members) {
      if (!properties[each.name]) {
        properties.set(each.name, binder_.bind(each.value));
      } else if (each.value.is(Kind::object) || each.value.is(Kind::list)) {
        properties.set(each.name, unknown("the macro merges it with Globals", each.at));
      }
    }
    return properties;
  }

  std::string read_condition(const Value& value) {
    const Value& condition = value["Condition"];
    if (!condition) return {};
    if (!condition.is(Kind::text)) {
      fail("Condition takes the name of a condition", condition.at);
      return {};
    }
    if (!declarations_.conditions.contains(condition.text) && declarations_.open.empty()) {
      binder_.wrong(fmt::format("the template has no condition {}", condition.text), condition.at);
    }
    return condition.text;
  }

  std::string read_policy(const Value& value, std::string_view name) {
    const Value& policy = value[name];
    if (!policy || policy.is(Kind::text)) return policy.text;
    binder_.bind(policy);  // what it names must exist
    return "unknown";
  }

  void read_depends_on(const Value& value, std::vector<std::string>& out) {
    const auto add = [&](const Value& name) {
      if (!name.is(Kind::text)) {
        fail("DependsOn takes the names of resources", name.at);
      } else if (!declarations_.resources.contains(name.text) && declarations_.open.empty()) {
        binder_.wrong(fmt::format("DependsOn {} names no resource of this template", name.text), name.at);
      } else {
        out.push_back(name.text);
      }
    };
    if (value.is(Kind::list)) {
      for (const Value& each : value.items) add(each);
    } else if (value) {
      add(value);
    }
  }

  void read_outputs() {
    for (const Member* each : in_outputs_) {
      if (!each->value.is(Kind::object) || !each->value["Value"]) {
        fail(fmt::format("the output {} has no Value", each->name), each->at);
        continue;
      }
      read_condition(each->value);
      Value output = object({});
      output.at = each->at;
      for (const Member& part : each->value.members) {
        output.set(part.name, part.name == "Condition" ? part.value : binder_.bind(part.value));
      }
      stack_.outputs[each->name] = std::move(output);
    }
  }

  // A condition that needs itself has no value.
  void check_circles() {
    std::set<std::string, std::less<>> done, open;
    for (const auto& [name, value] : stack_.conditions) check_circle(name, done, open);
  }

  void check_circle(std::string_view name, std::set<std::string, std::less<>>& done,
                    std::set<std::string, std::less<>>& open) {
    const auto found = stack_.conditions.find(name);
    if (found == stack_.conditions.end() || done.contains(name)) return;
    if (!open.emplace(name).second) {
      fail(fmt::format("the condition {} depends on itself", name), found->second.at);
      return;
    }
    check_circle_in(found->second, done, open);
    open.erase(open.find(name));
    done.emplace(name);
  }

  void check_circle_in(const Value& value, std::set<std::string, std::less<>>& done,
                       std::set<std::string, std::less<>>& open) {
    if (error_) return;
    if (++depth_ > deepest_condition) {
      fail(fmt::format("conditions nest deeper than {} levels", deepest_condition), value.at);
    } else if (value.is(Kind::call) && (value.text == "Condition" || value.text == "Fn::If")) {
      check_circle(value.items[0].text, done, open);
    }
    for (const Value& each : value.items) check_circle_in(each, done, open);
    --depth_;
  }

  static constexpr std::size_t deepest_condition = 1000;  // through all that it refers to: evaluating it recurses

  const Value& document_;
  Members in_parameters_, in_mappings_, in_conditions_, in_resources_, in_outputs_;
  std::uint32_t stack_index_, first_parameter_, first_resource_;
  Declarations declarations_;
  std::vector<Parameter> parameters_;
  std::vector<Resource> resources_;
  std::vector<Value> gaps_;
  Stack stack_;
  std::string changing_macro_;
  std::size_t depth_ = 0;
  std::string_view name_;
  std::optional<ReadError> error_;
  Binder binder_;
};

bool uses_language_extensions(const Value& document) {
  const Value& transform = document["Transform"];
  const auto is_it = [](const Value& value) { return value.is(Kind::text) && value.text == language_extensions; };
  return is_it(transform) || std::ranges::any_of(transform.items, is_it);
}

}  // namespace

bool is_template(const Value& document) {
  return document.is(Kind::object) && document["Resources"].is(Kind::object);
}

std::expected<void, ReadError> add_template(Estate& estate, const Value& document, std::string_view name) {
  const auto refuse = [&](std::string reason, Location at) {
    return std::unexpected(ReadError{std::string(name), at.line, std::move(reason)});
  };
  if (!document.is(Kind::object)) return refuse("a template is an object with Resources", document.at);
  if (!is_template(document)) return refuse("a template has an object Resources", document.at);

  Unrolled unrolled;
  const bool has_loops = uses_language_extensions(document);
  if (has_loops) {
    auto done = unroll_loops(document, name);
    if (!done) return std::unexpected(std::move(done.error()));
    unrolled = std::move(*done);
  }
  TemplateReader reader(estate, has_loops ? unrolled.document : document, name);
  for (const Value& gap : unrolled.gaps) reader.add_gap(gap);
  if (auto error = reader.read()) return std::unexpected(std::move(*error));
  std::move(reader).add_to(estate);
  if (estate.files.size() <= document.at.file) {
    estate.files.resize(document.at.file);
    estate.files.emplace_back(name);
  }
  return {};
}

}  // namespace redoubt::estate
