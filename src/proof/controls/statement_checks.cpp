// IAM-2, IAM-3 and IAM-6 where they ask how a statement is written: wildcards, exceptions, principals.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "documents.hpp"
#include "estate/domain.hpp"
#include "iam/glob.hpp"
#include "iam/policy.hpp"
#include "property_checks.hpp"
#include "reading.hpp"
#include "unconfinable.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

// Asks one thing of every Allow statement. `offends` is known true where it is refuted; `what` is then filled in.
using Offends = Truth (*)(Inquiry&, const Value& statement, std::string& what);

void ask_statements(Inquiry& ask, const Resource& resource, const std::vector<Document>& documents, Offends offends,
                    std::string_view evidence) {
  if (documents.empty()) return;
  for (const Written& statement : statements_of(ask, documents)) {
    std::string what;
    const Truth wrong = statement.value.is(Kind::unknown) ? statement.allows
                                                          : both(statement.allows, offends(ask, statement.value, what));
    if (wrong.unknown())
      ask.unknown(&resource, statement.value.at, fmt::format("{}: {}", statement.name(ask), wrong.why));
    else if (surely(wrong))
      ask.refuted(&resource, statement.value.at, fmt::format("{} {}", statement.name(ask), what));
  }
  ask.proved(&resource, documents.front().value.at, std::string(evidence));
}

// Is one of these texts such? Unknown where one that is not known might be: with `only_wildcards`, where `*` in the
// place of its parameters makes it one. `exactly`: the only text that is such, which not every parameter can be.
template <class Is>
Truth any_text(Inquiry& ask, const Value& texts, std::string& found, Is is, bool only_wildcards = true,
               std::string_view exactly = {}) {
  if (texts.is(Kind::unknown)) return unknown_truth(texts.text);
  Truth out = truth(false);
  for (const Value& item : items_of(texts)) {
    const Known<estate::Rendered> text = ask.in().rendered(item);
    if (text.absent()) continue;
    if (text.unknown()) {
      out = either(out, unknown_truth(text.why));
      continue;
    }
    std::string widest = text.value.text;  // with the widest that a parameter can be
    bool open = false;
    for (const estate::Rendered::Hole& hole : text.value.holes) {
      if (hole.parameter == estate::no_index) continue;
      if (!exactly.empty() && text.value.text == hole.placeholder &&
          estate::admits(ask.estate().parameters[hole.parameter], exactly) == estate::Admits::no)
        continue;
      open = true;
      for (std::size_t at = widest.find(hole.placeholder); at != std::string::npos; at = widest.find(hole.placeholder))
        widest.replace(at, hole.placeholder.size(), "*");
    }
    if (open && (!only_wildcards || is(std::string_view(widest)))) {
      const Known<std::string> why = ask.in().text(item);
      out = either(out, unknown_truth(why.why));
    } else if (is(std::string_view(text.value.text))) {
      found = text.value.text;
      return truth(true);
    }
  }
  return out;
}

// Wildcards that stand for whatever is there: "*", "**", "?*".
bool is_anything(std::string_view pattern) {
  return pattern.find('*') != std::string_view::npos && pattern.find_first_not_of("*?") == std::string_view::npos;
}

bool is_every_action(std::string_view pattern) {
  const std::size_t colon = pattern.find(':');
  return is_anything(pattern.substr(0, colon)) &&
         (colon == std::string_view::npos || is_anything(pattern.substr(colon + 1)));
}

bool is_whole_service(std::string_view pattern) {
  const std::size_t colon = pattern.find(':');
  return is_anything(colon == std::string_view::npos ? pattern : pattern.substr(colon + 1));
}

// The part of an ARN's text behind that many colons; empty where there are fewer.
std::string_view behind_colons(std::string_view arn, int colons) {
  for (; colons > 0; --colons) {
    const std::size_t at = arn.find(':');
    if (at == std::string_view::npos) return {};
    arn.remove_prefix(at + 1);
  }
  return arn;
}

// "*", or an ARN of which nothing is said but the partition: "arn:aws:*".
bool is_every_resource(std::string_view pattern) {
  if (is_anything(pattern)) return true;
  if (!pattern.starts_with("arn:")) return false;
  const std::string_view rest = behind_colons(pattern, 2);
  return rest.find('*') != std::string_view::npos && rest.find_first_not_of("*?:") == std::string_view::npos;
}

Truth allows_every_action(Inquiry& ask, const Value& statement, std::string& what) {
  const Truth out = any_text(ask, statement["Action"], what, is_every_action);
  what = "allows every action";
  return out;
}

Truth names_whole_service(Inquiry& ask, const Value& statement, std::string& what) {
  std::string action;
  const Truth out = any_text(ask, statement["Action"], action, is_whole_service);
  what = fmt::format("allows {}", action);
  return out;
}

// What a NotAction does not name it allows: every other service whole, unless it names all that there is.
Truth allows_whole_service(Inquiry& ask, const Value& statement, std::string& what) {
  const Value& exceptions = statement["NotAction"];
  if (is_empty(exceptions)) return names_whole_service(ask, statement, what);
  std::string excepted;
  const Truth nothing_left = any_text(ask, exceptions, excepted, is_every_action);
  what = fmt::format("allows every action but {}", text_of(ask.estate(), exceptions));
  return negation(nothing_left);
}

Truth allows_everywhere(Inquiry& ask, const Value& statement, std::string& what) {
  std::string resource;
  const Truth everywhere = any_text(ask, statement["Resource"], resource, is_every_resource, true, "*");
  std::string action;
  Truth confinable = truth(!is_empty(statement["NotAction"]));
  if (surely(confinable)) action = "all actions but some";
  confinable = either(confinable, any_text(ask, statement["Action"], action,
                                           [](std::string_view text) { return !is_unconfinable(text); }));
  what = fmt::format("allows {} on every resource", action);
  return both(everywhere, confinable);
}

Truth allows_not_action(Inquiry& ask, const Value& statement, std::string& what) {
  what = fmt::format("allows every action but {}", text_of(ask.estate(), statement["NotAction"]));
  return truth(static_cast<bool>(statement["NotAction"]));
}

Truth allows_not_resource(Inquiry& ask, const Value& statement, std::string& what) {
  what = fmt::format("allows on everything but {}", text_of(ask.estate(), statement["NotResource"]));
  return truth(static_cast<bool>(statement["NotResource"]));
}

bool may_pass_role(std::string_view action) {
  const auto glob = iam::Glob::read(iam::Glob::Dialect::action, action, nullptr);
  return glob && glob->matches("iam:PassRole");
}

// Every role: "*", or an ARN whose role is a wildcard.
bool is_every_role(std::string_view resource) {
  if (is_every_resource(resource)) return true;
  const std::string_view service = behind_colons(resource, 2);
  if (!service.starts_with("iam:") && !service.starts_with('*')) return false;
  const std::string_view name = behind_colons(resource, 5);
  if (name.empty()) return resource.ends_with('*') && is_anything(resource.substr(resource.rfind(':') + 1));
  return is_anything(name) || name == "role*" || (name.starts_with("role/") && is_anything(name.substr(5)));
}

Truth passes_every_role(Inquiry& ask, const Value& statement, std::string& what) {
  std::string action;
  std::string resource;
  Truth passes = any_text(ask, statement["Action"], action, may_pass_role);
  if (statement["NotAction"]) {
    std::string excluded;
    passes = negation(any_text(ask, statement["NotAction"], excluded, may_pass_role));
    action = "iam:PassRole by its NotAction";
  }
  const Truth every = any_text(ask, statement["Resource"], resource, is_every_role);
  what = fmt::format("allows {} on {}", action, resource);
  return both(passes, every);
}

Check over_identities(std::string_view id, Offends offends, std::string_view evidence) {
  return {id,
          Method::policy,
          identity_types(),
          [=](Inquiry& ask, const Resource& resource) {
            ask_statements(ask, resource, identity_documents(ask, resource), offends, evidence);
          },
          {}};
}

Check over_trust(std::string_view id, Offends offends, std::string_view evidence) {
  return {id,
          Method::policy,
          {"AWS::IAM::Role"},
          [=](Inquiry& ask, const Resource& resource) {
            ask_statements(ask, resource, trust_documents(ask, resource), offends, evidence);
          },
          {}};
}

Truth allows_not_principal(Inquiry& ask, const Value& statement, std::string& what) {
  what = fmt::format("allows everyone but {}", text_of(ask.estate(), statement["NotPrincipal"]));
  return truth(static_cast<bool>(statement["NotPrincipal"]));
}

void attached_policies(Inquiry& ask, const Resource& resource, bool (*offends)(std::string_view),
                       std::string_view evidence) {
  const bool serverless = resource.type.starts_with("AWS::Serverless::");
  const std::string_view path = serverless                                   ? "Policies"
                                : resource.type == "AWS::SSO::PermissionSet" ? "ManagedPolicies"
                                                                             : "ManagedPolicyArns";
  Value list = ask.get(resource, path);
  if (is_empty(list)) return;
  if (serverless) {
    // A role that is named stands instead of the one that SAM makes. Objects are statements or templates of policies,
    // which are confined to what they name ("AWS SAM policy templates").
    if (!is_empty(ask.get(resource, "Role"))) return;
    if (!list.is(Kind::unknown)) {
      Value names = estate::list({});
      names.at = list.at;
      for (Value& item : items_of(list))
        if (!item.is(Kind::object)) names.items.push_back(std::move(item));
      list = std::move(names);
    }
  }
  std::string found;
  const Truth wrong = any_text(ask, list, found, offends, false);
  ask.expect(resource, list.at, negation(wrong), std::string(evidence), fmt::format("{} is attached to it", found));
}

bool is_administrator_policy(std::string_view arn) {
  return arn.ends_with(":iam::aws:policy/AdministratorAccess") || arn == "AdministratorAccess";
}

// AWS's policies whose name says full access, and those that come near to administration. SAM takes the name alone.
bool is_elevated_policy(std::string_view arn) {
  const std::size_t name_at = arn.find(":iam::aws:policy/");
  if (name_at == std::string_view::npos && arn.starts_with("arn:")) return false;
  std::string_view name =
      name_at == std::string_view::npos ? arn : arn.substr(name_at + std::string_view(":iam::aws:policy/").size());
  name = name.substr(name.rfind('/') == std::string_view::npos ? 0 : name.rfind('/') + 1);
  return name == "AdministratorAccess" || name == "PowerUserAccess" || name == "SystemAdministrator" ||
         name == "DatabaseAdministrator" || name == "NetworkAdministrator" || name.ends_with("FullAccess");
}

const std::vector<std::string_view> identities{"AWS::IAM::Role",
                                               "AWS::IAM::User",
                                               "AWS::IAM::Group",
                                               "AWS::SSO::PermissionSet",
                                               "AWS::Serverless::Function",
                                               "AWS::Serverless::StateMachine"};

void no_policy_on_user(Inquiry& ask, const Resource& user) {
  for (const std::string_view path : {"Policies", "ManagedPolicyArns"}) {
    const Value value = ask.get(user, path);
    if (value.is(Kind::unknown)) return ask.unknown(&user, value.at, value.text);
    if (!is_empty(value)) return ask.refuted(&user, value.at, fmt::format("{} are attached to it directly", path));
  }
  for (const std::string_view type : {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::UserPolicy"})
    for (const std::string_view path : {"Users", "UserName"})
      if (const auto policies = naming(ask, type, path, user); !policies.empty())
        return ask.refuted(&user, policies.front()->at,
                           fmt::format("{} is attached to it directly", policies.front()->id));
  ask.proved(&user, {}, "it has the policies of its groups only");
}

void policy_not_on_user(Inquiry& ask, const Resource& policy) {
  for (const std::string_view path : {"Users", "UserName"}) {
    const Value users = ask.get(policy, path);
    if (users.is(Kind::unknown)) return ask.unknown(&policy, users.at, users.text);
    if (!is_empty(users))
      return ask.refuted(&policy, users.at, fmt::format("it is attached to {} directly", text_of(ask.estate(), users)));
  }
  ask.proved(&policy, {}, "it is attached to no user");
}

void key_declared(Inquiry& ask, const Resource& key) {
  ask.refuted(&key, {}, "it makes an access key, which lasts until somebody deletes it");
}

void metadata_tokens(Inquiry& ask, const Resource& resource) {
  const std::string_view path =
      resource.type == "AWS::EC2::LaunchTemplate" ? "LaunchTemplateData.MetadataOptions" : "MetadataOptions";
  const Value options = ask.get(resource, path);
  if (options.is(Kind::unknown)) return ask.unknown(&resource, options.at, options.text);
  if (resource.type == "AWS::EC2::Instance" && is_empty(options)) {
    const Value launch = ask.get(resource, "LaunchTemplate");
    if (!is_empty(launch)) return;  // the template answers for it
  }
  for (const Value& option : items_of(options)) {
    const Known<std::string> endpoint = ask.in().text(option["HttpEndpoint"]);
    const Known<std::string> tokens = ask.in().text(option["HttpTokens"]);
    if (tokens.unknown()) return ask.unknown(&resource, option.at, tokens.why);
    if (endpoint.known() && endpoint.value == "disabled")
      return ask.proved(&resource, option.at, "its metadata service is switched off");
    if (tokens.known() && tokens.value == "required") return ask.proved(&resource, option.at, "HttpTokens is required");
    return ask.refuted(&resource, option.at,
                       tokens.known() ? fmt::format("HttpTokens is {}", tokens.value) : "HttpTokens is not given");
  }
  ask.refuted(&resource, {}, "MetadataOptions are not given, so that its image and the account decide");
}

void password_reset(Inquiry& ask, const Resource& user) {
  if (is_empty(ask.get(user, "LoginProfile"))) return;
  ask.expect_true(user, "LoginProfile.PasswordResetRequired");
}

void analyzer_declared(Inquiry& ask) {
  for (const Resource* analyzer : ask.resources("AWS::AccessAnalyzer::Analyzer")) {
    const Known<std::string> type = ask.text(*analyzer, "Type");
    if (type.unknown()) return ask.unknown(analyzer, {}, type.why);
    if (type.known() && (type.value == "ACCOUNT" || type.value == "ORGANIZATION"))
      return ask.proved(analyzer, {}, fmt::format("it is of the type {}", type.value));
  }
  ask.refuted(nullptr, {}, "no AWS::AccessAnalyzer::Analyzer of the type ACCOUNT or ORGANIZATION is declared");
}

// "Configuring Lambda permissions for a service principal": without a source, any customer of the service may invoke.
void permission_has_source(Inquiry& ask, const Resource& permission) {
  const Value value = ask.get(permission, "Principal");
  const Known<std::string> principal = ask.in().text(value);
  if (principal.unknown()) return;  // an account or an ARN of the stack
  if (!principal.known() || (!principal.value.ends_with(".amazonaws.com") && principal.value != "*")) return;
  for (const std::string_view name : {"SourceArn", "SourceAccount", "PrincipalOrgID"}) {
    const Value source = ask.get(permission, name);
    if (source.is(Kind::text) && is_anything(source.text)) continue;  // says nothing
    if (source.is(Kind::unknown) || !is_empty(source))
      return ask.proved(&permission, source.at, fmt::format("{} is {}", name, text_of(ask.estate(), source)));
  }
  ask.refuted(&permission, value.at,
              fmt::format("{} may invoke the function for anyone: neither SourceArn nor SourceAccount is given",
                          principal.value));
}

// A function that "*" may invoke can be invoked by every account, unless it has to be one of an organisation.
void permission_not_public(Inquiry& ask, const Resource& permission) {
  const Value value = ask.get(permission, "Principal");
  const Known<std::string> principal = ask.in().text(value);
  if (principal.unknown() && value.is(Kind::symbol)) return ask.unknown(&permission, value.at, principal.why);
  if (!principal.known() || principal.value != "*")
    return ask.proved(&permission, value.at, "it names who may invoke the function");
  const Value organisation = ask.get(permission, "PrincipalOrgID");
  if (organisation.is(Kind::unknown)) return ask.unknown(&permission, organisation.at, organisation.text);
  if (is_empty(organisation))
    ask.refuted(&permission, value.at, "Principal is *, and no PrincipalOrgID confines it");
  else
    ask.proved(&permission, organisation.at, fmt::format("PrincipalOrgID is {}", text_of(ask.estate(), organisation)));
}

// "Control access to Lambda function URLs": NONE asks nobody who calls.
void url_not_public(Inquiry& ask, const Resource& url, std::string_view path) {
  const Value value = ask.get(url, path);
  const Known<std::string> type = ask.in().text(value);
  if (type.unknown())
    ask.unknown(&url, value.at, type.why);
  else if (type.known() && type.value == "NONE")
    ask.refuted(&url, value.at, fmt::format("{} is NONE, so that everyone may call its URL", path));
  else
    ask.proved(&url, value.at, fmt::format("{} is {}", path, type.known() ? type.value : "not given"));
}

void function_url_not_public(Inquiry& ask, const Resource& function) {
  const Value configuration = ask.get(function, "FunctionUrlConfig");
  if (configuration.is(Kind::unknown)) return ask.unknown(&function, configuration.at, configuration.text);
  if (!is_empty(configuration)) url_not_public(ask, function, "FunctionUrlConfig.AuthType");
}

Check over_resources(std::string_view id, std::vector<std::string_view> types, Offends offends,
                     std::string_view evidence) {
  return {id,
          Method::policy,
          std::move(types),
          [=](Inquiry& ask, const Resource& resource) {
            ask_statements(ask, resource, resource_documents(ask, resource), offends, evidence);
          },
          {}};
}

}  // namespace

std::vector<Check> identity_checks() {
  return {
      over_identities("IAM-2.no-wildcard-action", allows_every_action, "no statement allows every action"),
      over_identities("IAM-2.no-whole-service", allows_whole_service, "no statement allows all actions of a service"),
      over_identities("IAM-2.no-wildcard-resource", allows_everywhere,
                      "no statement allows on every resource what could be confined"),
      over_identities("IAM-2.no-allow-not-action", allows_not_action, "no statement allows by NotAction"),
      over_identities("IAM-2.no-allow-not-resource", allows_not_resource, "no statement allows by NotResource"),
      over_identities("IAM-3.pass-role-confined", passes_every_role, "no statement allows to pass every role"),
      {"IAM-2.no-administrator-policy",
       Method::policy,
       identities,
       [](Inquiry& ask, const Resource& each) {
         attached_policies(ask, each, is_administrator_policy, "AdministratorAccess is not among its policies");
       },
       {}},
      {"IAM-2.no-elevated-policy",
       Method::policy,
       identities,
       [](Inquiry& ask, const Resource& each) {
         attached_policies(ask, each, is_elevated_policy, "no policy of AWS with full access is among its policies");
       },
       {}},
      by_type("IAM-2.no-policy-on-user", {{"AWS::IAM::User", no_policy_on_user},
                                          {"AWS::IAM::Policy", policy_not_on_user},
                                          {"AWS::IAM::ManagedPolicy", policy_not_on_user},
                                          {"AWS::IAM::UserPolicy", policy_not_on_user}}),
      over_trust("IAM-3.trust-no-exception", allows_not_principal, "no statement of its trust names NotPrincipal"),
      over_trust("IAM-3.trust-no-wildcard-action", names_whole_service, "its trust names actions"),
      over_trust("IAM-3.trust-no-not-action", allows_not_action, "no statement of its trust names NotAction"),
      over_resources("IAM-3.queue-policy-no-wildcard", {"AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy"},
                     names_whole_service, "every statement names actions"),
      over_resources("IAM-3.bucket-policy-no-wildcard", {"AWS::S3::BucketPolicy"}, names_whole_service,
                     "every statement names actions"),
      over_resources("IAM-3.resource-policy-no-exception", resource_policy_types(), allows_not_principal,
                     "no statement names NotPrincipal"),
      over_resources("IAM-3.resource-policy-no-not-action", resource_policy_types(), allows_not_action,
                     "no statement allows by NotAction"),
      by_type("IAM-3.function-permission-not-public",
              {{"AWS::Lambda::Permission", permission_not_public},
               {"AWS::Lambda::Url", [](Inquiry& ask, const Resource& each) { url_not_public(ask, each, "AuthType"); }},
               {"AWS::Serverless::Function", function_url_not_public}},
              Method::policy),
      {"IAM-3.function-permission-has-source", Method::policy, {"AWS::Lambda::Permission"}, permission_has_source},
      {"IAM-5.no-key-declared", Method::property, {"AWS::IAM::AccessKey"}, key_declared},
      {"IAM-5.instance-metadata-tokens",
       Method::property,
       {"AWS::EC2::Instance", "AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration"},
       metadata_tokens},
      {"IAM-6.password-reset-required", Method::property, {"AWS::IAM::User"}, password_reset},
      {"IAM-7.analyzer", Method::property, {}, {}, analyzer_declared},
  };
}

}  // namespace redoubt::controls
