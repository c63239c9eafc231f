#include "snapshot_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "snapshot_answers.hpp"
#include "snapshot_names.hpp"
#include "snapshot_policies.hpp"
#include "snapshot_table.hpp"

namespace redoubt::estate {
namespace {

using snapshot::Answer;
using snapshot::Answers;
using snapshot::carries;
using snapshot::Made;
using snapshot::named_by_file;
using snapshot::names;
using snapshot::Part;
using snapshot::Reading;
using snapshot::same_name;
using snapshot::squashed;
using snapshot::Table;
using snapshot::text_of;

// In an order in which what says more of a thing comes before what says less.
std::vector<snapshot::Service> services() {
  return {snapshot::vpc_service(),
          snapshot::group_rule_service(),
          snapshot::gateway_service(),
          snapshot::instance_service(),
          snapshot::load_balancing_service(),
          snapshot::database_service(),
          snapshot::bucket_service(),
          snapshot::key_service(),
          snapshot::principal_service(),
          snapshot::identity_service(),
          snapshot::organisation_service(),
          snapshot::monitoring_service(),
          snapshot::messaging_service(),
          snapshot::container_service(),
          snapshot::security_service(),
          snapshot::backup_service()};
}

// arn:PARTITION:SERVICE:REGION:ACCOUNT:REST
std::string_view arn_part(std::string_view arn, int index) {
  if (!arn.starts_with("arn:")) return {};
  for (int i = 0; i < index; ++i) {
    const std::size_t colon = arn.find(':');
    if (colon == std::string_view::npos) return {};
    arn.remove_prefix(colon + 1);
  }
  return arn.substr(0, arn.find(':'));
}

const Member* member_named(const Value& answer, std::string_view key) {
  const auto found = std::ranges::find_if(
      answer.members, [&](const Member& each) { return same_name(each.name, key) && !each.value.is(Kind::null); });
  return found == answer.members.end() ? nullptr : &*found;
}

// Operations whose answer is a resource's policy and does not say whose: their file's name may.
constexpr std::array<std::string_view, 3> policy_questions{"GetBucketPolicy", "GetKeyPolicy", "GetRepositoryPolicy"};

class SnapshotReader {
  // By type and id: where they stand.
  using Names = std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>;

 public:
  explicit SnapshotReader(Estate& estate) : estate_(estate) {
    for (const snapshot::Service& service : services()) {
      for (const Table& table : service.tables) tables_.push_back(&table);
      for (const Part& part : service.parts) parts_.push_back(&part);
    }
  }

  std::expected<Beside, ReadError> read(const std::filesystem::path& folder) {
    const std::size_t files_before = estate_.files.size();
    auto found = snapshot::find_answers(estate_, folder, [&](std::string_view key) { return is_known(key); });
    if (!found)
      error_ = std::move(found.error());
    else
      found_ = *std::move(found);
    if (!error_ && found_.answers.empty() && found_.refusals.empty() && found_.gaps.empty() && found_.templates.empty())
      refuse_empty(folder);
    if (error_ || !make_resources() || !add_parts()) {
      estate_.files.resize(files_before);
      return std::unexpected(*std::move(error_));
    }
    commit();
    return Beside{.left_out = std::move(found_.left_out), .templates = std::move(found_.templates)};
  }

 private:
  // A folder that answers nothing is most likely another than was meant: it must not pass for one in which all is well.
  void refuse_empty(const std::filesystem::path& folder) {
    std::string reason = "no file in this folder is a template or an answer of the AWS CLI that Redoubt knows";
    if (!found_.left_out.empty())
      reason += fmt::format(" ({} of another kind, such as {})",
                            found_.left_out.size() == 1 ? "one is" : fmt::format("{} are", found_.left_out.size()),
                            found_.left_out.front());
    error_ = ReadError{.file = folder.string(), .line = 0, .reason = std::move(reason)};
  }

  [[nodiscard]] bool is_known(std::string_view key) const {
    return std::ranges::any_of(tables_, [&](const Table* table) { return same_name(table->key, key); }) ||
           std::ranges::any_of(parts_, [&](const Part* part) { return same_name(part->key, key); });
  }

  bool malformed(std::string_view name, const Value& value, std::string_view why) {
    error_ = ReadError{
        .file = estate_.place({value.at.file, 0}), .line = value.at.line, .reason = fmt::format("{}: {}", name, why)};
    return false;
  }

  bool make_resources() {
    // What lists things comes first: answers about one thing may name it by their file's name only.
    for (const bool with_subject : {false, true})
      for (const Table* table : tables_)
        if (table->subject.empty() != with_subject)
          for (const Answer& answer : found_.answers)
            if (!make_resources(*table, answer)) return false;
    return true;
  }

  bool make_resources(const Table& table, const Answer& answer) {
    const Member* content = member_named(*answer.content, table.key);
    if (!content) return true;
    const Value& value = table.whole ? *answer.content : content->value;
    Reading reading{.estate = estate_, .account = answer.account, .region = answer.region, .subject = {}, .error = {}};
    const bool is_list = value.is(Kind::list);
    if (!is_list && !value.is(Kind::object)) {
      if (!table.mark.empty() || has_part(table.key)) return true;  // of another kind
      return malformed(content->name, value, "a list was expected");
    }
    std::vector<Value> texts;  // a list of names is as good as a list of objects with nothing else
    if (is_list)
      for (const Value& item : value.items) {
        if (!item.is(Kind::text) || table.id.empty()) break;
        Value named = object({{std::string(table.id), item}});
        named.at = item.at;
        texts.push_back(std::move(named));
      }
    const std::size_t count = is_list ? value.items.size() : 1;
    note_subject(table, answer);
    for (std::size_t i = 0; i < count; ++i) {
      const Value& item = !is_list ? value : texts.size() == count ? texts[i] : value.items[i];
      if (!item.is(Kind::object)) {
        if (!table.mark.empty()) return true;
        return malformed(content->name, item, "a list of objects was expected");
      }
      const std::string_view mark = table.mark.empty() ? table.id : table.mark;
      if (!snapshot::member(item, mark)) {
        if (!table.mark.empty()) continue;  // of another kind
        return malformed(content->name, item, fmt::format("an item has no {}", mark));
      }
      if (!table.subject.empty() && reading.subject.empty()) {
        reading.subject = subject_of(table, answer);
        if (reading.subject.empty()) {
          found_.gaps.push_back(unknown(fmt::format("{}: the answer does not say whose it is (write \"{}\" beside it)",
                                                    content->name, table.subject),
                                        content->at));
          return true;
        }
      }
      if (!make_resource(table, item, answer, reading)) return false;
    }
    return true;
  }

  // An answer about one thing tells that it was asked about even where it is empty.
  void note_subject(const Table& table, const Answer& answer) {
    const std::string subject =
        table.subject.empty() ? text_of(*answer.content, table.asked_of) : subject_of(table, answer);
    if (!subject.empty()) found_.list(table.key, answer, subject);
  }

  [[nodiscard]] bool has_part(std::string_view key) const {
    return std::ranges::any_of(parts_, [&](const Part* part) { return same_name(part->key, key); });
  }

  bool make_resource(const Table& table, const Value& item, const Answer& answer, Reading& reading) {
    Made made;
    Resource& resource = made.resource;
    resource.type = table.type;
    resource.at = item.at;
    if (!table.id.empty()) resource.id = text_of(item, table.id);
    if (!table.arn.empty()) resource.arn = text_of(item, table.arn);
    resource.properties = object({});
    resource.properties.at = item.at;
    place(resource, item, answer);
    snapshot::apply(table.fields, item, resource.properties, reading);
    if (table.more) table.more(item, made, reading);
    if (reading.error) {
      error_ = std::move(reading.error);
      return false;
    }
    if (made.left_out) return true;
    if (resource.id.empty())
      return malformed(table.key, item, fmt::format("an item has no {}", table.id.empty() ? table.mark : table.id));
    add(std::move(resource));
    for (Resource& other : made.others) add(std::move(other));
    return true;
  }

  // Account and region: the owner's that the item states, whoever else may see it; else its ARN's; else its folder's.
  static void place(Resource& resource, const Value& item, const Answer& answer) {
    resource.account = answer.account;
    resource.region = answer.region;
    if (const std::string_view account = arn_part(resource.arn, 4); snapshot::is_account(account))
      resource.account = account;
    for (const Value* of : std::array{answer.content, &item})
      for (const std::string_view name : {"OwnerId", "registryId"})
        if (std::string owner = text_of(*of, name); snapshot::is_account(owner)) resource.account = std::move(owner);
    if (const std::string_view region = arn_part(resource.arn, 3); !region.empty()) resource.region = region;
    if (!resource.region.empty()) return;
    if (std::string zone = text_of(item, "AvailabilityZone"); !zone.empty()) {
      zone.pop_back();
      if (snapshot::is_region(zone)) resource.region = std::move(zone);
    }
  }

  // The request's parameter: beside the answer, or in the name of its file or folder.
  std::string subject_of(const Table& table, const Answer& answer) const {
    if (std::string stated = text_of(*answer.content, table.subject); !stated.empty()) return stated;
    constexpr std::pair<std::string_view, std::string_view> types[] = {
        {"TransitGatewayRouteTableId", "AWS::EC2::TransitGatewayRouteTable"},
        {"WebACLArn", "AWS::WAFv2::WebACL"},
    };
    for (const auto& [parameter, type] : types)
      if (parameter == table.subject)
        if (const Resource* named = named_by_path(type, answer)) return named->arn.empty() ? named->id : named->arn;
    return {};
  }

  // The resource of a type whose name the file carries, else one of its folders; the longest name of those.
  [[nodiscard]] const Resource* named_by_path(std::string_view type, const Answer& answer) const {
    std::vector<std::string> names_in_path{answer.path.stem().string(), answer.path.filename().string()};
    for (auto folder = answer.path.parent_path(); !folder.empty() && folder.has_filename();
         folder = folder.parent_path())
      names_in_path.push_back(folder.filename().string());
    for (const std::string& name : names_in_path) {
      const Resource* best = nullptr;
      std::size_t length = 0;
      for (const Resource& each : resources_) {
        if (each.type != type || !fits(each.account, answer.account) || !fits(each.region, answer.region)) continue;
        for (const std::string_view candidate : {std::string_view(each.id), snapshot::last_of_arn(each.id)})
          if (candidate.size() > length && carries(name, candidate)) {
            best = &each;
            length = candidate.size();
          }
      }
      if (best) return best;
    }
    return nullptr;
  }

  bool add_parts() {
    for (const Answer& answer : found_.answers) {
      if (add_resource_policies(answer)) continue;
      if (error_) return false;
      bool asked_of_nobody = false;
      bool used = false;
      std::vector<const Part*> fitting;
      for (const Part* part : parts_)
        if (member_named(*answer.content, part->key) &&
            (part->mark.empty() || snapshot::member(*answer.content, part->mark)))
          fitting.push_back(part);
      keep_the_named(fitting, answer);
      for (const Part* part : fitting) {
        const std::size_t index = subject_of(*part, answer);
        if (index == resources_.size()) {
          asked_of_nobody = true;
          continue;
        }
        used = true;
        if (!add_part(*part, answer, index)) return false;
      }
      if (!asked_of_nobody || used) continue;
      const bool says_policy = std::ranges::any_of(fitting, [&](const Part* part) { return is_policy(*part, answer); });
      place_nowhere(fitting, answer);
      if (says_policy || !has_table(*answer.content))
        found_.left_out.push_back(fmt::format("{}: it does not say what it is about", answer.path.string()));
    }
    for (const snapshot::Refusal& refusal : found_.refusals) {
      if (!says_none(refusal) && !says_empty(refusal))
        found_.gaps.push_back(unknown(fmt::format("the answer is an error: {}", refusal.text), refusal.at));
    }
    mark_unasked();
    snapshot::join_inline_policies(resources_);
    snapshot::join_group_rules(resources_);
    return true;
  }

  // Those of what no table lists.
  bool add_resource_policies(const Answer& answer) {
    Reading reading{.estate = estate_, .account = answer.account, .region = answer.region, .subject = {}, .error = {}};
    std::vector<Resource> policies = snapshot::resource_policies(answer, reading);
    error_ = std::move(reading.error);
    for (Resource& policy : policies) {
      place(policy, *answer.content, answer);
      policy.arn.clear();  // its owner's
      add(std::move(policy));
    }
    return !policies.empty();
  }

  [[nodiscard]] static bool is_policy_question(const Part& part) {
    return std::ranges::find(policy_questions, part.question) != policy_questions.end();
  }

  // Does the file's name say that the answer is that policy? Others look like it.
  [[nodiscard]] static bool is_policy(const Part& part, const Answer& answer) {
    return is_policy_question(part) &&
           squashed(answer.path.filename().string()).find(squashed(part.question)) != std::string::npos;
  }

  // A bucket's or a repository's policy that does not say whose it is may be any one's.
  void place_nowhere(const std::vector<const Part*>& parts, const Answer& answer) {
    for (const Part* part : parts) {
      const bool is_repository = part->question == "GetRepositoryPolicy";  // nothing else has its member
      if (!is_repository && (part->question != "GetBucketPolicy" || !is_policy(*part, answer))) continue;
      Reading reading{
          .estate = estate_, .account = answer.account, .region = answer.region, .subject = {}, .error = {}};
      Resource out;
      out.type = is_repository ? "AWS::ECR::RepositoryPolicy" : part->separate;
      out.id = answer.path.filename().string();
      out.at = answer.content->at;
      out.properties = object({});
      out.properties.at = out.at;
      snapshot::apply(part->fields, *answer.content, out.properties, reading);
      out.properties.set(
          is_repository ? "ResourceArn" : part->link,
          unknown(fmt::format("{} does not say of which {} it is", out.id, is_repository ? "repository" : "bucket"),
                  out.at));
      place(out, *answer.content, answer);
      if (!reading.error && out.properties[part->property]) add(std::move(out));
    }
  }

  // Several operations answer alike (list-attached-role-policies, list-attached-user-policies). Where the answer does
  // not say what it is about, but its path says the operation, it is of that one.
  void keep_the_named(std::vector<const Part*>& parts, const Answer& answer) {
    const std::string path = squashed(answer.path.string());
    const auto is_meant = [&](const Part* part) {
      return path.find(squashed(part->question)) != std::string::npos ||
             !text_of(*answer.content, part->subject).empty();
    };
    const auto is_found = [&](const Part* part) {
      return is_meant(part) && subject_of(*part, answer) != resources_.size();
    };
    if (parts.size() > 1 && std::ranges::any_of(parts, is_found)) std::erase_if(parts, std::not_fn(is_meant));
  }

  [[nodiscard]] bool has_table(const Value& content) const {
    return std::ranges::any_of(tables_, [&](const Table* table) { return member_named(content, table->key); });
  }

  // Where the resource stands that a part is about; resources_.size() if nobody says.
  std::size_t subject_of(const Part& part, const Answer& answer) {
    std::string stated = answer.content ? text_of(*answer.content, part.subject) : std::string();
    if (stated.empty()) {
      if (const Resource* named = named_by_path(part.type, answer))
        return static_cast<std::size_t>(named - resources_.data());
      if (answer.content && is_policy_question(part))
        stated = named_by_file(part.question, answer.path.stem().string());
      if (stated.empty()) return resources_.size();
    }
    for (std::size_t i = 0; i < resources_.size(); ++i)
      if (resources_[i].type == part.type && names(stated, resources_[i]) &&
          fits(resources_[i].account, answer.account) && fits(resources_[i].region, answer.region))
        return i;
    Resource unlisted;
    unlisted.type = part.type;
    unlisted.id = stated;
    if (stated.starts_with("arn:")) unlisted.arn = stated;
    unlisted.at = answer.content->at;
    unlisted.properties = object({});
    unlisted.properties.at = unlisted.at;
    place(unlisted, *answer.content, answer);
    add(std::move(unlisted));
    return resources_.size() - 1;
  }

  bool add_part(const Part& part, const Answer& answer, std::size_t index) {
    Reading reading{.estate = estate_, .account = answer.account, .region = answer.region, .subject = {}, .error = {}};
    Value properties = object({});
    properties.at = answer.content->at;
    snapshot::apply(part.fields, *answer.content, properties, reading);
    if (part.more) part.more(*answer.content, properties, reading);
    if (reading.error) {
      error_ = std::move(reading.error);
      return false;
    }
    asked_.insert({part.question, index});
    if (part.separate.empty()) {
      for (Member& each : properties.members) resources_[index].properties.set(each.name, std::move(each.value));
    } else if (properties[part.property]) {
      add(separate(part, index, std::move(properties)));
    }
    return true;
  }

  [[nodiscard]] Resource separate(const Part& part, std::size_t index, Value properties) const {
    const Resource& about = resources_[index];
    Resource out;
    out.type = part.separate;
    out.id = about.id;
    out.at = properties.at;
    out.account = about.account;
    out.region = about.region;
    properties.set(part.link, snapshot::text_at(about.id, properties.at));
    out.properties = std::move(properties);
    return out;
  }

  bool says_none(const snapshot::Refusal& refusal) {
    for (const Part* part : parts_) {
      if (part->none.empty() || part->none != refusal.code) continue;
      if (!refusal.operation.empty() && refusal.operation != part->question) continue;
      const std::size_t index = subject_of(*part, refusal.answer);
      if (index == resources_.size()) continue;
      asked_.insert({part->question, index});
      return true;
    }
    return false;
  }

  // Errors by which AWS says that the account has no such thing: an answer like an empty list.
  bool says_empty(const snapshot::Refusal& refusal) {
    struct Empty {
      std::string_view code, operation, said, key;
    };
    constexpr Empty all[] = {
        {"NoSuchEntity", "GetAccountPasswordPolicy", "", "PasswordPolicy"},
        {"InvalidAccessException", "DescribeHub", "not subscribed", "HubArn"},
        {"InvalidAccessException", "GetEnabledStandards", "not subscribed", "StandardsSubscriptions"},
    };
    for (const Empty& each : all)
      if (each.code == refusal.code && each.operation == refusal.operation &&
          refusal.text.find(each.said) != std::string::npos) {
        found_.list(each.key, refusal.answer);
        return true;
      }
    return false;
  }

  void mark_unasked() {
    const std::size_t count = resources_.size();
    for (const Part* part : parts_)
      for (std::size_t i = 0; i < count; ++i) {
        if (resources_[i].type != part->type || part->property.empty() || asked_.contains({part->question, i}))
          continue;
        if (part->separate.empty()) {
          snapshot::not_told(resources_[i].properties, {part->property}, part->question, resources_[i].at);
        } else if (!by_name_.contains({std::string(part->separate), resources_[i].id})) {
          Value properties = object({});
          properties.at = resources_[i].at;
          snapshot::not_told(properties, {part->property}, part->question, resources_[i].at);
          add(separate(*part, i, std::move(properties)));
        }
      }
  }

  static bool fits(std::string_view left, std::string_view right) {
    return left == right || left.empty() || right.empty();
  }

  // Several answers may speak of one resource: what the first says stands, others add to it. An answer that does not
  // say its account or region may speak of any.
  static Resource* same(std::vector<Resource>& among, const std::vector<std::size_t>& candidates, const Resource& as) {
    for (const std::size_t each : candidates)
      if (fits(among[each].account, as.account) && fits(among[each].region, as.region)) return &among[each];
    return nullptr;
  }

  void add(Resource resource) {
    std::vector<std::size_t>& candidates = by_name_[{resource.type, resource.id}];
    if (Resource* known = same(resources_, candidates, resource)) {
      complete(*known, std::move(resource));
    } else {
      candidates.push_back(resources_.size());
      resources_.push_back(std::move(resource));
    }
  }

  static void complete(Resource& known, Resource&& more) {
    if (known.arn.empty()) known.arn = std::move(more.arn);
    if (known.account.empty()) known.account = std::move(more.account);
    if (known.region.empty()) known.region = std::move(more.region);
    for (Member& each : more.properties.members) {
      if (each.value.is(Kind::unknown)) continue;  // the fuller answer came first, and says what there is
      const Value& present = known.properties[each.name];
      if (!present || present.is(Kind::unknown)) known.properties.set(each.name, std::move(each.value));
    }
  }

  void commit() {
    Names earlier;
    for (std::size_t i = 0; i < estate_.resources.size(); ++i)
      if (const Resource& each = estate_.resources[i]; each.stack == no_index)
        earlier[{each.type, each.id}].push_back(i);
    for (Resource& each : resources_) {
      const auto known = earlier.find({each.type, each.id});
      Resource* there = known == earlier.end() ? nullptr : same(estate_.resources, known->second, each);
      if (there)
        complete(*there, std::move(each));
      else
        estate_.resources.push_back(std::move(each));
    }
    std::ranges::move(found_.gaps, std::back_inserter(estate_.gaps));
    for (Listed& each : found_.listed)
      if (!has_part(each.kind) && std::ranges::find(estate_.listed, each) == estate_.listed.end())
        estate_.listed.push_back(std::move(each));
  }

  Estate& estate_;
  std::vector<const Table*> tables_;
  std::vector<const Part*> parts_;
  Answers found_;
  std::vector<Resource> resources_;
  Names by_name_;
  std::set<std::pair<std::string_view, std::size_t>> asked_;
  std::optional<ReadError> error_;
};

}  // namespace

std::expected<Beside, ReadError> add_snapshot(Estate& estate, const std::filesystem::path& folder) {
  return SnapshotReader(estate).read(folder);
}

}  // namespace redoubt::estate
