#include "iam_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "estate/source.hpp"
#include "exit_code.hpp"
#include "iam/access.hpp"
#include "iam/account.hpp"
#include "iam/compare.hpp"
#include "iam/contains.hpp"
#include "iam/decide.hpp"
#include "iam/escalation.hpp"
#include "iam/plain_request.hpp"
#include "iam_answers.hpp"
#include "iam_question.hpp"
#include "iam_requests.hpp"
#include "redoubt/json.hpp"
#include "rights/comparison.hpp"
#include "rights/questions.hpp"
#include "sources.hpp"

namespace redoubt {
namespace {

using namespace iam;

std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw std::runtime_error(fmt::format("{}: it is a folder (give a file)", path));
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("{}: it cannot be opened (check the path and its rights)", path));
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Options {
  std::string principal, action, resource, left, right;
  std::vector<std::string> context, absent;
  std::vector<std::string> sources;  // templates, snapshots
  std::vector<std::string> parameters;
  std::vector<std::string> accounts, scps, rcps, resource_policies, session_policies, endpoint_policies;
  bool strict = false, json = false, outside = false;
  long budget = default_budget.count();

  [[nodiscard]] Account account() const {
    Account out;
    const auto read = [&](const std::vector<std::string>& files, Account::Result (Account::*add)(std::string)) {
      for (const std::string& file : files)
        if (const auto result = (out.*add)(read_file(file)); !result)
          throw std::runtime_error(
              fmt::format("{}: {} (see `redoubt iam --help` for the files' forms)", file, result.error()));
    };
    read(accounts, &Account::add_account);
    read(scps, &Account::add_scp);
    read(rcps, &Account::add_rcp);
    read(resource_policies, &Account::add_resource_policy);
    read(session_policies, &Account::add_session_policy);
    read(endpoint_policies, &Account::add_endpoint_policy);
    return out;
  }

  // All that the command line gives, for questions about it.
  [[nodiscard]] rights::Known known() const { return rights::Known(read_sources(sources, parameters), account()); }

  [[nodiscard]] rights::Question question(const rights::Known& known) const {
    check_action(action);
    return {principal, action, resource_of(resource, known.estate()), context_of(context, absent, strict),
            std::chrono::milliseconds(budget)};
  }

  // Why something is undecided, and what to do where time ran out.
  [[nodiscard]] std::string undecided(const std::string& why) const {
    return why.find("the budget is spent") == std::string::npos
               ? why
               : fmt::format("{} (give it more than these {} ms with --budget)", why, budget);
  }
};

void add_policies(CLI::App& command, Options& options) {
  command.add_option("source", options.sources, "Templates, and folders with templates or with answers of the AWS CLI");
  add_parameter_option(command, options.parameters);
  command.add_option("--account", options.accounts, "The answer of get-account-authorization-details")
      ->allow_extra_args(false);
  command.add_option("--scp", options.scps, "A service control policy, or an organisation tree")
      ->allow_extra_args(false);
  command.add_option("--rcp", options.rcps, "A resource control policy, or an organisation tree")
      ->allow_extra_args(false);
  command
      .add_option("--resource-policy", options.resource_policies, "{\"Resource\", \"Policy\", \"Account\"}, or a list")
      ->allow_extra_args(false);
  command.add_option("--session-policy", options.session_policies, "A session policy")->allow_extra_args(false);
  command.add_option("--endpoint-policy", options.endpoint_policies, "A VPC endpoint's policy")
      ->allow_extra_args(false);
}

void add_question(CLI::App& command, Options& options) {
  command.add_option("--action", options.action, "SERVICE:ACTION")->required();
  command.add_option("--resource", options.resource, "An ARN")->required();
  command.add_option("--context", options.context, "KEY=VALUE; several times for several values")
      ->allow_extra_args(false);
  command.add_option("--absent", options.absent, "A key that the request does not have")->allow_extra_args(false);
  command.add_flag("--strict", options.strict, "Every key that is not given is absent");
}

int can_i(const Options& options) {
  const rights::Known known = options.known();
  const Decision decision = rights::can(known, options.question(known));
  if (options.json) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().member("answer", name_of(decision.answer)).name("because");
    write_strings(writer, decision.because);
    writer.member("condition", std::string_view(decision.condition));
    if (!decision.why_undecided.empty())
      writer.member("undecided", std::string_view(options.undecided(decision.why_undecided)));
    if (decision.when_allowed) write_request(writer.name("when_allowed"), *decision.when_allowed);
    if (decision.when_denied) write_request(writer.name("when_denied"), *decision.when_denied);
    writer.end_object();
    fmt::print("{}\n", out);
  } else {
    fmt::print("{}\n", name_of(decision.answer));
    for (const std::string& origin : decision.because) fmt::print("  {}\n", origin);
    if (!decision.condition.empty()) fmt::print("  {}\n", decision.condition);
    if (!decision.why_undecided.empty()) fmt::print("  {}\n", options.undecided(decision.why_undecided));
    if (decision.answer == Answer::conditional) print_both(decision);
  }
  if (decision.answer == Answer::allowed) return exit_yes;
  return decision.answer == Answer::denied ? exit_no : exit_unknown;
}

// Whom the sources speak for: the accounts of their users and roles, and of the resource.
std::vector<std::string> own_accounts(const rights::Known& known, const Options& options) {
  std::vector<std::string> out = rights::accounts(known, options.resource);
  if (out.empty())
    throw std::runtime_error(
        fmt::format("--outside: neither the sources nor {} say of which account they are (give an account's details, a "
                    "snapshot, or --resource-policy with its \"Account\")",
                    options.resource));
  return out;
}

// AWS's own services are nobody's: they do not count as outside.
bool is_inside(const Principal& principal, const std::vector<std::string>& accounts) {
  return principal.kind == Principal::Kind::service || contains(accounts, principal.account);
}

int who_can(const Options& options) {
  std::vector<Accessor> who;
  std::vector<Unsettled> unsettled;
  const rights::Known known = options.known();
  const rights::Question question = options.question(known);
  const std::vector<std::string> own = options.outside ? own_accounts(known, options) : std::vector<std::string>();
  for (Accessor& one : rights::who_can(known, question)) {
    if (options.outside && is_inside(one.principal, own)) continue;
    if (one.decision.when_allowed)
      who.push_back(std::move(one));
    else
      unsettled.push_back({one.principal.name, options.undecided(one.decision.why_undecided)});
  }
  if (options.json) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().name("principals").begin_array();
    for (const Accessor& one : who) writer.value(std::string_view(one.principal.name));
    writer.end_array().name("undecided").begin_array();
    for (const Unsettled& one : unsettled) writer.value(std::string_view(one.name));
    writer.end_array().end_object();
    fmt::print("{}\n", out);
  } else {
    print_principals(who);
    if (who.empty() && unsettled.empty())
      fmt::print(stderr, "redoubt: nobody {}may do {} on {}\n", options.outside ? "outside " : "", options.action,
                 options.resource);
  }
  print_unsettled(unsettled);
  if (!who.empty()) return exit_yes;
  return unsettled.empty() ? exit_no : exit_unknown;
}

// A policy's file, or SOURCE#NAME: what a template or a snapshot holds under that name.
std::vector<rights::PolicyInCase> policy_at(const std::string& path) {
  const std::size_t mark = path.rfind('#');
  std::error_code error;
  if (mark == std::string::npos || std::filesystem::exists(path, error)) {
    auto policy = parse_policy(read_file(path), path);
    if (!policy)
      throw std::runtime_error(fmt::format(
          "{}: {} ({})", path, policy.error().text(),
          policy.error().place.empty()
              ? "mend the JSON at that place"
              : "AWS would refuse it or read it otherwise: give a policy document by the grammar of IAM policies, with "
                "Version and Statement; a role's or a user's policies are SOURCE#NAME"));
    return rights::policy_alone(std::move(*policy));
  }
  const std::string source = path.substr(0, mark), name = path.substr(mark + 1);
  auto loaded = estate::load({source});
  if (!loaded) throw std::runtime_error(loaded.error().text());
  auto policy = rights::policy_of(rights::Known(std::move(loaded->estate)), name);
  if (policy.empty())
    throw std::runtime_error(fmt::format(
        "{}: {} has no policy of that name (give a role, a user or a policy by its logical id)", path, source));
  return policy;
}

struct Compared {
  Difference difference;
  std::optional<bool> is_contained;
};

Compared compare_cases(const std::vector<rights::PolicyInCase>& left, const std::vector<rights::PolicyInCase>& right,
                       std::chrono::milliseconds budget) {
  const auto [forth, where_forth] = rights::contained(left, right, budget);
  const auto [back, where_back] = rights::contained(right, left, budget);
  Difference out;
  out.only_left = forth.counterexample;
  out.only_right = back.counterexample;
  if (forth.holds && back.holds && *forth.holds) {
    out.order = *back.holds ? Order::equivalent : Order::narrower;
  } else if (forth.holds && back.holds) {
    out.order = *back.holds ? Order::broader : Order::incomparable;
  } else {
    out.why_undecided = forth.holds ? back.why_undecided : forth.why_undecided;
    const std::string& where = forth.holds ? where_back : where_forth;
    if (!where.empty()) out.why_undecided = fmt::format("where {}: {}", where, out.why_undecided);
  }
  return {std::move(out), forth.holds};
}

int compare_files(const Options& options) {
  const std::vector<rights::PolicyInCase> left = policy_at(options.left), right = policy_at(options.right);
  const std::chrono::milliseconds budget(options.budget);
  const bool alone = left.size() == 1 && right.size() == 1 && left[0].where.empty() && right[0].where.empty() &&
                     left[0].why_open.empty() && right[0].why_open.empty() && left[0].why_undecided.empty() &&
                     right[0].why_undecided.empty();
  auto [difference, contained] =
      alone ? Compared{compare(left[0].most, right[0].most, budget), {}} : compare_cases(left, right, budget);
  if (alone) {
    const Policy& one = left[0].most;
    const Policy& other = right[0].most;
    contained = difference.is_contained();
    if (difference.only_left) difference.only_left = plainly(*difference.only_left, one, other);
    if (difference.only_right) difference.only_right = plainly(*difference.only_right, other, one);
  }
  if (options.json) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().member("answer", name_of(difference.order));
    if (difference.only_left) write_request(writer.name("only_left"), *difference.only_left);
    if (difference.only_right) write_request(writer.name("only_right"), *difference.only_right);
    if (!difference.why_undecided.empty())
      writer.member("undecided", std::string_view(options.undecided(difference.why_undecided)));
    writer.end_object();
    fmt::print("{}\n", out);
  } else {
    fmt::print("{}\n", name_of(difference.order));
    if (difference.only_left) fmt::print("  only {} allows: {}\n", options.left, text_of(*difference.only_left));
    if (difference.only_right) fmt::print("  only {} allows: {}\n", options.right, text_of(*difference.only_right));
    if (!difference.why_undecided.empty()) fmt::print("  {}\n", options.undecided(difference.why_undecided));
  }
  if (!contained) return exit_unknown;
  return *contained ? exit_yes : exit_no;
}

int escalate(const Options& options) {
  if (const auto principal = Principal::parse(options.principal); principal && principal->account.empty())
    throw std::runtime_error(fmt::format(
        "{}: it is no principal of an account, and has no rights there that could grow (give the ARN, or the "
        "logical id, of a user or a role)",
        options.principal));
  const auto [found, where, where_administrator, missing] =
      rights::find_escalation(options.known(), options.principal, std::chrono::milliseconds(options.budget));
  if (options.json) {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().member("administrator", found.is_administrator).name("paths").begin_array();
    for (const OpenPath& path : found.paths) {
      writer.begin_object().member("id", std::string_view(path.id)).member("how", std::string_view(path.how));
      writer.member("assumes", std::string_view(path.assumes)).member("through", std::string_view(path.through));
      writer.name("steps").begin_array();
      for (const OpenStep& step : path.steps) {
        writer.begin_object().member("permission", std::string_view(step.request.action)).name("request");
        write_request(writer, step.request);
        write_strings(writer.name("because"), step.because);
        writer.end_object();
      }
      writer.end_array();
      if (!path.where.empty()) writer.member("where", std::string_view(path.where));
      writer.end_object();
    }
    writer.end_array();
    if (!where_administrator.empty()) writer.member("where_administrator", std::string_view(where_administrator));
    write_strings(writer.name("undecided"), found.undecided);
    if (!where.empty()) writer.member("where", std::string_view(where));
    if (!missing.empty()) writer.member("missing", std::string_view(missing));
    writer.end_object();
    fmt::print("{}\n", out);
  } else {
    const auto in = [](const std::string& cases) { return cases.empty() ? "" : fmt::format(", where {}", cases); };
    if (found.is_administrator)
      fmt::print("{} is an administrator already{}\n", options.principal, in(where_administrator));
    for (const OpenPath& path : found.paths) {
      fmt::print("{}: {}{}\n", path.id, path.how, in(path.where));
      for (const OpenStep& step : path.steps)
        fmt::print("  {}\n    {}\n", text_of(step.request), fmt::join(step.because, "\n    "));
      if (!path.assumes.empty()) fmt::print("  given {}\n", path.assumes);
      if (!path.through.empty()) fmt::print("  through {}\n", path.through);
    }
    for (const std::string& id : found.undecided) fmt::print("{}: undecided\n", id);
    if (!found.is_administrator && found.paths.empty() && found.undecided.empty() && missing.empty())
      fmt::print(
          "no known way leads {} to all rights; of the kinds of which the sources list any (users, roles, groups, "
          "policies), those listed are taken to be all\n",
          options.principal);
    if (!missing.empty()) fmt::print("{}\n", missing);
  }
  if (found.is_administrator || !found.paths.empty()) return exit_no;
  return found.undecided.empty() && missing.empty() ? exit_yes : exit_unknown;
}

}  // namespace

void add_iam_command(CLI::App& app, int& exit_code) {
  CLI::App& command = *app.add_subcommand("iam", "Exact answers about policies");
  command.require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& help, const std::string& example,
                       int (*run)(const Options&)) -> std::pair<CLI::App*, std::shared_ptr<Options>> {
    CLI::App* const one = command.add_subcommand(name, help);
    one->footer("Example:\n  redoubt iam " + example);
    const auto options = std::make_shared<Options>();  // the callback outlives this function
    one->add_flag("--json", options->json, "Answer in JSON");
    one->add_option("--budget", options->budget, "Milliseconds before the answer is undecided")
        ->check(CLI::Range(1L, 86'400'000L));
    one->callback([options, run, &exit_code] { exit_code = run(*options); });
    return {one, options};
  };
  {
    const auto [one, options] =
        add("can-i", "May a principal do something? (0 allowed, 1 denied, 3 conditional)",
            "can-i stack.yaml --principal AppRole --action s3:GetObject --resource DataBucket/key", can_i);
    one->add_option("--principal", options->principal, "An ARN, a service, or anonymous")->required();
    add_question(*one, *options);
    add_policies(*one, *options);
  }
  {
    const auto [one, options] = add("who-can", "Who may do something? (0 somebody, 1 nobody)",
                                    "who-can --account details.json --action kms:Decrypt "
                                    "--resource arn:aws:kms:eu-west-1:123456789012:key/1234",
                                    who_can);
    one->add_flag("--outside", options->outside,
                  "Only those outside of the accounts of the sources and of the resource");
    add_question(*one, *options);
    add_policies(*one, *options);
  }
  {
    const auto [one, options] = add("compare", "Does one policy allow more than another? (0 no, 1 yes)",
                                    "compare new.json old.json", compare_files);
    one->add_option("left", options->left, "A policy's file, or SOURCE#NAME: of a role, a user or a policy there")
        ->required();
    one->add_option("right", options->right, "Another, likewise")->required();
  }
  {
    const auto [one, options] =
        add("escalate", "Can a principal become administrator? (0 no, 1 yes)",
            "escalate --account details.json --principal arn:aws:iam::123456789012:user/ci", escalate);
    one->add_option("--principal", options->principal, "An ARN")->required();
    add_policies(*one, *options);
  }
}

}  // namespace redoubt
