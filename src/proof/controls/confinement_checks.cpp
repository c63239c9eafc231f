// Grants that have to be confined by a condition, since whom they name acts for many: a service for all its customers
// ("The confused deputy problem" of the IAM user guide, cross-service), everybody who passes an endpoint, whoever a key
// is granted to.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "documents.hpp"
#include "estate/document.hpp"
#include "iam/glob.hpp"
#include "iam/policy.hpp"
#include "reading.hpp"
#include "value_text.hpp"

namespace redoubt::controls {
namespace {

// One value of a condition, with X in the places of what AWS makes and * in those of parameters.
struct Pattern {
  std::string text;
  bool is_open = false;         // a parameter stands in it
  bool names_resource = false;  // of the estate itself
};

Pattern pattern_of(const estate::Rendered& rendered) {
  Pattern out{rendered.text};
  for (const estate::Rendered::Hole& hole : rendered.holes) {
    const bool is_parameter = hole.parameter != estate::no_index;
    out.is_open = out.is_open || is_parameter;
    out.names_resource = out.names_resource || hole.resource != nullptr;
    for (std::size_t at = out.text.find(hole.placeholder); at != std::string::npos;
         at = out.text.find(hole.placeholder))
      out.text.replace(at, hole.placeholder.size(), is_parameter ? "*" : "X");
  }
  return out;
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

// Does the ARN name an account, or where its service's ARNs have none (buckets) a name?
bool names_owner_of_arn(std::string_view arn) {
  std::array<std::string_view, 5> fields;
  for (std::string_view& field : fields) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return false;
    field = arn.substr(0, colon);
    arn.remove_prefix(colon + 1);
  }
  return fields[4].empty() ? !arn.empty() && !has_wildcard(arn.substr(0, 1)) : !has_wildcard(fields[4]);
}

bool is_named(std::string_view key, const Pattern& pattern) {
  if (pattern.names_resource) return true;
  if (key.ends_with("arn")) return names_owner_of_arn(pattern.text);
  return pattern.text.find_first_not_of("*?") != std::string::npos;
}

// Operators that no request without the key satisfies; ForAllValues and …IfExists let those through.
bool asks_for(std::string_view operation, bool& takes_wildcards) {
  if (operation.starts_with("foranyvalue:")) operation.remove_prefix(std::string_view("foranyvalue:").size());
  takes_wildcards = operation == "stringlike" || operation == "arnlike" || operation == "arnequals";
  return takes_wildcards || operation == "stringequals" || operation == "stringequalsignorecase" || operation == "bool";
}

Truth all_named(Inquiry& ask, const Value& values, const std::string& key, bool takes_wildcards) {
  Truth out = truth(!items_of(values).empty());
  for (const Value& item : items_of(values)) {
    const Known<estate::Rendered> text = ask.in().rendered(item);
    if (!text.known()) {
      out = both(out, unknown_truth(text.absent() ? "a value of the condition is absent" : text.why));
      continue;
    }
    if (key == "kms:grantisforawsresource") {
      out = both(out, text.value.holes.empty() ? truth(text.value.text == "true") : unknown_truth("a parameter"));
      continue;
    }
    const Pattern pattern = pattern_of(text.value);
    if (!takes_wildcards || is_named(key, pattern)) continue;
    out = both(out, pattern.is_open ? unknown_truth(ask.in().text(item).why) : truth(false));
  }
  return out;
}

// Does one of the condition's parts ask one of these keys for named values?
Truth is_confined(Inquiry& ask, const Value& condition, std::span<const std::string_view> keys) {
  if (condition.is(Kind::unknown)) return unknown_truth(condition.text);
  Truth out = truth(false);
  for (const estate::Member& operation : condition.members) {
    bool takes_wildcards = false;
    if (!asks_for(iam::lower(operation.name), takes_wildcards)) continue;
    if (operation.value.is(Kind::unknown)) out = either(out, unknown_truth(operation.value.text));
    for (const estate::Member& member : operation.value.members) {
      const std::string key = iam::lower(member.name);
      if (std::ranges::find(keys, key) != keys.end())
        out = either(out, all_named(ask, member.value, key, takes_wildcards));
    }
  }
  return out;
}

// Services whose documentation ("Cross-service confused deputy prevention" of each, or the policy that it shows) says
// that they tell for whom they act: in policies of resources, and when they take a role. Lambda, EC2 and AWS Backup do
// not when they take a role; of services that are not here nothing is said.
struct Sender {
  std::string_view name;
  bool taking_role;
};
constexpr std::array senders{
    Sender{"backup", false},
    Sender{"bedrock", true},
    Sender{"budgets", false},
    Sender{"chatbot", true},
    Sender{"cloudfront", false},
    Sender{"cloudtrail", true},
    Sender{"cloudwatch", false},
    Sender{"codebuild", true},
    Sender{"config", true},
    Sender{"delivery.logs", false},
    Sender{"ecs-tasks", true},
    Sender{"events", true},
    Sender{"events.rds", false},
    Sender{"firehose", true},
    Sender{"guardduty", false},
    Sender{"logdelivery.elasticloadbalancing", false},
    Sender{"logging.s3", false},
    Sender{"logs", true},
    Sender{"monitoring.rds", true},
    Sender{"pipes", true},
    Sender{"rds", true},
    Sender{"s3", false},
    Sender{"scheduler", true},
    Sender{"ses", false},
    Sender{"sns", false},
    Sender{"ssm", true},
    Sender{"states", true},
    Sender{"transfer", true},
    Sender{"vpc-flow-logs", true},
};
// Keys that only CloudWatch Logs and CloudTrail send to a key tell the same ("Encrypt log data in CloudWatch Logs using
// AWS KMS", "Configure AWS KMS key policies for CloudTrail").
constexpr std::array<std::string_view, 8> source_keys{"aws:sourceaccount",
                                                      "aws:sourcearn",
                                                      "aws:sourceorgid",
                                                      "aws:sourceorgpaths",
                                                      "aws:principalorgid",
                                                      "aws:principalaccount",
                                                      "kms:encryptioncontext:aws:logs:arn",
                                                      "kms:encryptioncontext:aws:cloudtrail:arn"};

// "logs" of logs.eu-central-1.amazonaws.com.
std::string service_name(std::string text) {
  for (const std::string_view suffix : {".amazonaws.com", ".amazonaws.com.cn", ".${AWS::URLSuffix}"})
    if (text.ends_with(suffix)) text.resize(text.size() - suffix.size());
  const std::size_t dot = text.rfind('.');
  if (dot == std::string::npos) return text;
  const std::string_view last = std::string_view(text).substr(dot + 1);
  const bool is_region = last == "${AWS::Region}" || (last.contains('-') && last.back() >= '0' && last.back() <= '9');
  if (is_region) text.resize(dot);
  return text;
}

// The services of a statement that tell for whom they act; unknown where one is not known.
Truth names_sender(Inquiry& ask, const Value& principals, bool taking_role, std::string& found) {
  Truth out = truth(false);
  for (const Value& item : items_of(principals)) {
    const Known<estate::Rendered> text = ask.in().rendered(item);
    const bool is_open = !text.known() || std::ranges::any_of(text.value.holes, [](const estate::Rendered::Hole& hole) {
      return hole.parameter != estate::no_index;
    });
    if (is_open) {
      out = either(out, unknown_truth(text.known() ? ask.in().text(item).why : text.why));
      continue;
    }
    const std::string name = service_name(text.value.text);
    const auto* const sender = std::ranges::find(senders, name, &Sender::name);
    if (sender == senders.end() || (taking_role && !sender->taking_role)) continue;
    found = text.value.text;
    out = truth(true);
  }
  return out;
}

void services_confined(Inquiry& ask, const Resource& resource, const std::vector<Document>& documents,
                       bool taking_role) {
  Location judged;
  for (const Written& statement : statements_of(ask, documents)) {
    std::string found;
    const Truth names =
        statement.value.is(Kind::unknown)
            ? statement.allows
            : both(statement.allows, names_sender(ask, statement.value["Principal"]["Service"], taking_role, found));
    if (!names.unknown() && !surely(names)) continue;
    judged = statement.value.at;
    const Truth wrong = both(names, negation(is_confined(ask, statement.value["Condition"], source_keys)));
    if (wrong.unknown())
      ask.unknown(&resource, judged, fmt::format("{}: {}", statement.name(ask), wrong.why));
    else if (surely(wrong))
      ask.refuted(&resource, judged,
                  fmt::format("{} lets {} act for any account: no Condition asks aws:SourceAccount, aws:SourceArn or "
                              "aws:SourceOrgID for a named one",
                              statement.name(ask), found));
  }
  if (judged.line != 0) ask.proved(&resource, judged, "every service that it names acts for named accounts only");
}

constexpr std::array<std::string_view, 7> trusted_keys{
    "aws:principalaccount", "aws:principalorgid", "aws:principalorgpaths", "aws:principalarn",
    "aws:resourceaccount",  "aws:resourceorgid",  "aws:resourceorgpaths"};

bool names_everybody(Inquiry& ask, const Value& principal) {
  for (const Value* place : {&principal, &principal["AWS"]})
    for (const Value& item : items_of(*place))
      if (const Known<std::string> text = ask.in().text(item); text.known() && text.value == "*") return true;
  return false;
}

// "Control access to VPC endpoints using endpoint policies", "Building a data perimeter on AWS". A gateway's may have
// to admit those who come with a signed address, as to the layers of images.
void endpoint_confined(Inquiry& ask, const Resource& endpoint) {
  const Known<std::string> type = ask.text(endpoint, "VpcEndpointType");
  if (type.unknown()) return ask.unknown(&endpoint, {}, type.why);
  if (!type.known() || type.value != "Interface") return;
  Value policy = ask.get(endpoint, "PolicyDocument");
  if (policy.is(Kind::text)) {
    auto read = estate::read_document(policy.text, policy.at.file, "policy");
    policy = read ? *std::move(read) : estate::unknown(read.error().reason, policy.at);
  }
  if (is_empty(policy)) return;  // NET-13.endpoint-policy tells
  const std::vector<Document> documents{{endpoint.id, policy}};
  for (const Written& statement : statements_of(ask, documents)) {
    Truth wrong = statement.allows;
    if (!statement.value.is(Kind::unknown)) {
      wrong = both(wrong, truth(names_everybody(ask, statement.value["Principal"])));
      wrong = both(wrong, negation(is_confined(ask, statement.value["Condition"], trusted_keys)));
    }
    if (wrong.unknown())
      ask.unknown(&endpoint, statement.value.at, fmt::format("{}: {}", statement.name(ask), wrong.why));
    else if (surely(wrong))
      ask.refuted(&endpoint, statement.value.at,
                  fmt::format("{} admits the principals of every account", statement.name(ask)));
  }
  ask.proved(&endpoint, policy.at, "it admits principals, or reaches resources, of named accounts only");
}

constexpr std::array<std::string_view, 4> grant_keys{"kms:grantisforawsresource", "kms:granteeprincipal",
                                                     "kms:viaservice", "kms:grantoperations"};

Truth allows_grants(Inquiry& ask, const Value& actions) {
  Truth out = truth(false);
  for (const Value& item : items_of(actions)) {
    const Known<std::string> text = ask.in().text(item);
    if (!text.known()) {
      if (text.unknown()) out = either(out, unknown_truth(text.why));
      continue;
    }
    const auto glob = iam::Glob::read(iam::Glob::Dialect::action, text.value, nullptr);
    // IAM-2.no-wildcard-action tells of "*".
    if (text.value != "*" && glob && glob->matches("kms:CreateGrant")) return truth(true);
  }
  return out;
}

// "Condition keys for AWS KMS", kms:GrantIsForAWSResource: whoever creates grants may let others use the key.
void grants_confined(Inquiry& ask, const Resource& resource) {
  Location judged;
  const std::vector<Document> documents = identity_documents(ask, resource);
  for (const Written& statement : statements_of(ask, documents)) {
    if (statement.value.is(Kind::unknown)) {
      ask.unknown(&resource, statement.value.at, statement.allows.why);
      continue;
    }
    const Truth allows = both(statement.allows, allows_grants(ask, statement.value["Action"]));
    if (!allows.unknown() && !surely(allows)) continue;
    judged = statement.value.at;
    const Truth wrong = both(allows, negation(is_confined(ask, statement.value["Condition"], grant_keys)));
    if (wrong.unknown())
      ask.unknown(&resource, judged, fmt::format("{}: {}", statement.name(ask), wrong.why));
    else if (surely(wrong))
      ask.refuted(&resource, judged,
                  fmt::format("{} allows kms:CreateGrant to whomever: no Condition asks for kms:GrantIsForAWSResource",
                              statement.name(ask)));
  }
  if (judged.line != 0) ask.proved(&resource, judged, "grants of keys go to services of AWS, or to whom it names");
}

}  // namespace

std::vector<Check> confinement_checks() {
  return {
      {"IAM-3.services-act-for-named-accounts",
       Method::policy,
       resource_policy_types(),
       [](Inquiry& ask, const Resource& each) { services_confined(ask, each, resource_documents(ask, each), false); },
       {}},
      {"IAM-3.services-act-for-named-accounts",
       Method::policy,
       {"AWS::IAM::Role"},
       [](Inquiry& ask, const Resource& each) { services_confined(ask, each, trust_documents(ask, each), true); },
       {}},
      {"IAM-3.key-grants-confined", Method::policy, identity_types(), grants_confined},
      {"NET-13.endpoint-confined", Method::policy, {"AWS::EC2::VPCEndpoint"}, endpoint_confined},
  };
}

}  // namespace redoubt::controls
