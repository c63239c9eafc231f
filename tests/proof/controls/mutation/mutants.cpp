#include "mutants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "estate/document.hpp"

namespace redoubt::controls {
namespace {

using estate::Kind;
using estate::Value;

// Where a value stands: which member or item to take at each level.
using Steps = std::vector<std::size_t>;

Value& at(Value& root, const Steps& steps) {
  Value* out = &root;
  for (const std::size_t step : steps) out = out->is(Kind::list) ? &out->items[step] : &out->members[step].value;
  return *out;
}

void take_out(Value& root, Steps steps) {
  const std::size_t last = steps.back();
  steps.pop_back();
  Value& holder = at(root, steps);
  const auto offset = static_cast<std::ptrdiff_t>(last);
  if (holder.is(Kind::list))
    holder.items.erase(holder.items.begin() + offset);
  else
    holder.members.erase(holder.members.begin() + offset);
}

bool is_range(const Value& value) {
  return value.is(Kind::text) && value.text.find('/') != std::string::npos && value.text.find('.') < 4 &&
         value.text.find_first_not_of("0123456789./") == std::string::npos && value.text != "0.0.0.0/0";
}

// Words that are worse than others.
constexpr std::pair<std::string_view, std::string_view> worse[] = {
    {"IMMUTABLE", "MUTABLE"},
    {"ENABLED", "DISABLED"},
    {"Enabled", "Suspended"},
    {"FIFTEEN_MINUTES", "SIX_HOURS"},
    {"ALL", "ACCEPT"},
    {"HTTPS", "HTTP"},
    {"awslogs", "json-file"},
    {"enabled", "disabled"},
    {"enhanced", "disabled"},
    {"aws:kms", "AES256"},
    {"KMS", "AES256"},
    {"COMPLIANCE", "GOVERNANCE"},
    {"ENHANCED", "BASIC"},
    {"CONTINUOUS_SCAN", "MANUAL"},
    {"BucketOwnerEnforced", "ObjectWriter"},
    {"ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-2016-08"},
    {"ELBSecurityPolicy-TLS13-1-2-Res-2021-06", "ELBSecurityPolicy-2016-08"},
    {"awsvpc", "host"},
    {"defensive", "monitor"},
    {"Retain", "Delete"},
    {"RetainExceptOnCreate", "Delete"},
    {"Snapshot", "Delete"},
    {"All", "WriteOnly"},
    {"redirect", "forward"},
    {"true", "false"},
};

// Numbers that must not be small, or not be great, and what they become.
constexpr std::pair<std::string_view, std::string_view> weaker[] = {
    {"RetentionInDays", "1"},
    {"BackupRetentionPeriod", "0"},
    {"MinRetentionDays", "0"},
    {"DeleteAfterDays", "1"},
    {"DesiredCount", "0"},
    {"rds.force_ssl", "0"},
    {"AutomaticallyAfterDays", "90"},
    {"PasswordLength", "6"},
    {"Threshold", "100000"},
    {"EvaluationPeriods", "20"},
    {"MaxAggregationInterval", "6000"},
    {"RotationPeriodInDays", "2000"},
    {"PendingWindowInDays", "7"},
    {"Days", "1"},
    {"AutomaticBackupReplicationRetentionPeriod", "1"},
    // Ports and protocols, from one to all.
    {"FromPort", "0"},
    {"From", "0"},
    {"ToPort", "65535"},
    {"To", "65535"},
    {"IpProtocol", "-1"},
};

// Where a key of one's own is named.
constexpr std::string_view keys[] = {"KmsKeyId",       "KMSKeyId",         "KmsMasterKeyId",
                                     "KMSMasterKeyID", "EncryptionKeyArn", "KmsKeyArn",
                                     "S3KmsKeyArn",    "KmsKey",           "PerformanceInsightsKMSKeyId"};

// An account that is not the stack's.
constexpr std::string_view stranger = "arn:aws:iam::999999999999:root";

class Maker {
 public:
  Maker(const Value& document, const std::set<std::uint32_t>& evidence)
      : document_(document), evidence_(evidence), text_(estate::write_json(document)) {}

  std::vector<Mutant> make() {
    for (std::size_t i = 0; i < document_.members.size(); ++i)
      if (document_.members[i].name == "Resources") section_ = i;
    const Value& resources = document_.members[section_].value;
    for (std::size_t i = 0; i < resources.members.size(); ++i) {
      resource_ = resources.members[i].name;
      const Value& value = resources.members[i].value;
      type_ = value["Type"].text;
      const Steps here{section_, i};
      // CloudFormation refuses a template that refers to what is not there.
      if (stands_on(value) && !is_referred_to(resource_))
        add("remove", "", [here](Value& root) { take_out(root, here); });
      for (std::size_t j = 0; j < value.members.size(); ++j) {
        const std::string& name = value.members[j].name;
        Steps inner = here;
        inner.push_back(j);
        if (name == "DeletionPolicy" || name == "UpdateReplacePolicy") {
          add("remove", name, [inner](Value& root) { take_out(root, inner); });
          add("set Delete", name, [inner](Value& root) { at(root, inner) = estate::text("Delete"); });
        }
        if (name == "Properties") walk(value.members[j].value, inner, name, 0);
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_referred_to(const std::string& id) const {
    for (const std::string& form : {fmt::format("\"Ref\": \"{}\"", id), fmt::format("\"{}\",", id),
                                    fmt::format("${{{}}}", id), fmt::format("${{{}.", id), fmt::format("\"{}\"\n", id)})
      if (text_.find(form) != std::string::npos) return true;
    return false;
  }

  // Does the evidence of some verdict stand there?
  [[nodiscard]] bool stands_on(const Value& value) const { return evidence_.contains(value.at.line); }

  void add(std::string step, std::string path, const std::function<void(Value&)>& change) {
    Mutant out{std::move(step), resource_, type_, std::move(path), document_};
    change(out.document);
    if (!(out.document == document_)) out_.push_back(std::move(out));
  }

  void set(std::string step, const std::string& path, const Steps& steps, Value value) {
    add(std::move(step), path, [&](Value& root) { at(root, steps) = std::move(value); });
  }

  void walk(const Value& value, const Steps& steps, const std::string& path, int depth) {
    if (value.is(Kind::object)) {
      const bool is_call =
          value.members.size() == 1 && (value.members[0].name == "Ref" || value.members[0].name.starts_with("Fn::"));
      if (is_call) return;
      if (value["Effect"]) statement(value, steps, path);
      for (std::size_t i = 0; i < value.members.size(); ++i) {
        Steps inner = steps;
        inner.push_back(i);
        const std::string below = fmt::format("{}.{}", path, value.members[i].name);
        if (!value["Effect"] && stands_on(value.members[i].value))
          add("remove", below, [&](Value& root) { take_out(root, inner); });
        walk(value.members[i].value, inner, below, depth + 1);
        word(value.members[i].name, value.members[i].value, inner, below);
      }
    } else if (value.is(Kind::list)) {
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        Steps inner = steps;
        inner.push_back(i);
        const std::string below = path + "[]";
        const bool is_deny = value.items[i]["Effect"].text == "Deny";
        if (is_deny || stands_on(value.items[i]))
          add(is_deny ? "remove the denial" : "remove the item", below, [&](Value& root) { take_out(root, inner); });
        walk(value.items[i], inner, below, depth + 1);
      }
    } else if (value.is(Kind::boolean)) {
      set("flip", path, steps, estate::boolean(!value.boolean));
    } else if (is_range(value)) {
      set("widen", path, steps, estate::text("0.0.0.0/0"));
    }
  }

  void statement(const Value& value, const Steps& steps, const std::string& path) {
    if (value["Effect"].text != "Allow") return;
    for (std::size_t i = 0; i < value.members.size(); ++i) {
      const std::string& name = value.members[i].name;
      Steps inner = steps;
      inner.push_back(i);
      const std::string below = fmt::format("{}.{}", path, name);
      if (name == "Action" || name == "Resource") set("set *", below, inner, estate::text("*"));
      if (name == "Principal") {
        set("set *", below, inner, estate::object({{"AWS", estate::text("*")}}));
        set("set another account", below, inner, estate::object({{"AWS", estate::text(stranger)}}));
      }
      if (name == "Condition") {
        add("remove", below, [&](Value& root) { take_out(root, inner); });
        const std::string& key = value.members[i].value.members.front().value.members.front().name;
        set("let any value do", below, inner,
            estate::object({{"StringLike", estate::object({{key, estate::text("*")}})}}));
      }
    }
  }

  void word(std::string_view name, const Value& value, const Steps& steps, const std::string& path) {
    if (value.is(Kind::text))
      for (const auto& [from, to] : worse)
        if (value.text == from && (from != "ALL" || name == "TrafficType"))
          set(fmt::format("set {}", to), path, steps, estate::text(to));
    for (const auto& [from, to] : weaker)
      if (name == from && (value.is(Kind::number) || value.is(Kind::text))) {
        Value number = estate::number(0);
        number.text = to;
        set(fmt::format("set {}", to), path, steps, std::move(number));
      }
    if (std::ranges::find(keys, name) != std::end(keys) && value.is(Kind::object))
      set("set AWS's key", path, steps, estate::text("alias/aws/own"));
    // Of an access list by number: a listener's is a word.
    if (name == "Protocol" && value.is(Kind::number)) set("set -1", path, steps, estate::number(-1));
    // A rule for a group becomes one for everybody.
    if (name == "SourceSecurityGroupId" || name == "DestinationSecurityGroupId") {
      Steps holder = steps;
      holder.pop_back();
      add("open to everybody", path, [&](Value& root) {
        take_out(root, steps);
        at(root, holder).set("CidrIp", estate::text("0.0.0.0/0"));
      });
    }
  }

  const Value& document_;
  const std::set<std::uint32_t>& evidence_;
  std::string text_;
  std::size_t section_ = 0;
  std::string resource_, type_;
  std::vector<Mutant> out_;
};

}  // namespace

std::vector<Mutant> mutants_of(const Value& document, const std::set<std::uint32_t>& evidence) {
  return Maker(document, evidence).make();
}

}  // namespace redoubt::controls
