// What an answer of AWS's API is in CloudFormation's vocabulary, as tables: which member becomes which property of
// which resource. Each snapshot_SERVICE.cpp holds the tables of its service, snapshot_reader.cpp applies them. Where
// CloudFormation has no name for what an answer says (a state, who else sees an address), the API's own name stands
// among the properties.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document.hpp"
#include "estate.hpp"

namespace redoubt::estate::snapshot {

// What a member must be; anything else is an error in the answer. `null` is as good as no member, and so is an empty
// text: the API writes both for what is not set.
enum class Shape : std::uint8_t {
  text,
  number,       // or a text of digits
  flag,         // or the texts "true" and "false"
  texts,        // a list of texts
  as_is,        // taken over with everything in it
  capitalised,  // likewise, `containerPort` written `ContainerPort` as CloudFormation does
  document,     // a policy: an object, or a text that holds one as JSON
  tags,         // [{Key, Value}] in any of the API's spellings, or an object of names and values
};

// Paths: "Options.AmazonSideAsn" goes into an object, "Endpoints[0].Port" takes a list's first item, and
// "Groups[].GroupId" gathers a member of every item into a list. A name is found in either spelling of its first
// letter: services differ (`Tags`, `tags`).
struct Field {
  std::string_view from;
  std::string_view to = {};  // a path into the properties; empty: the same as `from`
  Shape shape = Shape::text;
};

// Where an answer was found, and the first error in it.
struct Reading {
  const Estate& estate;
  std::string account, region;  // of the folders, else empty
  std::string subject;          // what the answer is about, where Table::subject asks for it
  std::optional<ReadError> error;

  void fail(Location at, std::string reason);
};

// What one item of an answer turns into: a resource, and others that CloudFormation keeps apart from it.
struct Made {
  Resource resource;
  bool left_out = false;  // gone already (a deleted attachment)
  std::vector<Resource> others;
};

// One kind of item in the answers: the members of a list, or one object alone.
struct Table {
  std::string_view key = {};   // the answer's top-level member that holds them
  std::string_view type = {};  // CloudFormation's
  std::string_view id = {};    // the item's member by which other answers name it; empty: `more` says it
  std::string_view arn = {};   // the item's member that is its ARN; empty: none
  std::span<const Field> fields = {};
  void (*more)(const Value& item, Made& made, Reading& reading) = nullptr;  // what no table can say
  std::string_view mark = {};      // tells from other kinds under the same key: they lack this member; empty: `id`
  std::string_view subject = {};   // the request's parameter that the answer does not repeat, but depends on
  std::string_view asked_of = {};  // the request's parameter that the items repeat, and that may stand beside them
  bool whole = false;              // the answer itself is the item, `key` only tells it from others
};

// An answer about one thing that another answer lists (get-bucket-policy, get-key-rotation-status). Where it was not
// asked for, what it would tell is unknown.
struct Part {
  std::string_view key = {};      // the answer's top-level member
  std::string_view type = {};     // of the resource that it is about
  std::string_view subject = {};  // the member that names that, or the request's parameter, written beside the answer
  std::span<const Field> fields = {};  // of the whole answer
  std::string_view property = {};      // what it tells; empty: nothing that is unknown without it
  std::string_view question = {};      // the operation: "GetBucketPolicy"
  std::string_view none = {};          // the error by which AWS says that there is none
  std::string_view separate = {};      // CloudFormation has a resource of its own for it: its type, and
  std::string_view link = {};          // its property that names the one that it is about
  void (*more)(const Value& answer, Value& properties, Reading& reading) = nullptr;
  std::string_view mark = {};  // tells from other answers with the same key: they lack this member
};

// The member at a path, absent where there is none (or it is null).
[[nodiscard]] Value member(const Value& item, std::string_view path);
[[nodiscard]] std::string text_of(const Value& item, std::string_view path);  // "" where it is no text

// Sets properties by a table. Every error goes into the reading.
void apply(std::span<const Field> fields, const Value& item, Value& properties, Reading& reading);

// The items of a list member; none where there is no such member, an error where it is no list of objects.
[[nodiscard]] std::vector<Value> items_of(const Value& item, std::string_view path, Reading& reading);

// A resource that stands inside an item: in the same place, account and region as `parent`.
[[nodiscard]] Resource part_of(const Resource& parent, std::string_view type, std::string id, const Value& item,
                               std::span<const Field> fields, Reading& reading);

// A text as a value that stands where `at` does.
[[nodiscard]] Value text_at(std::string_view text, Location at);

// A flag that stands where `at` does.
[[nodiscard]] Value flag_at(bool value, Location at);

// What a list's short answer does not tell, where nothing else told it.
void not_told(Value& properties, std::initializer_list<std::string_view> names, std::string_view question, Location at);

// "arn:aws:iam::1:role/path/name" → "name"
[[nodiscard]] std::string_view last_of_arn(std::string_view arn);

// Are two names the same but for the case of their first letter?
[[nodiscard]] bool same_name(std::string_view left, std::string_view right);

// Puts inline policies that were asked for one by one (get-role-policy) into the users, groups and roles whose lists
// (list-role-policies) name them, as CloudFormation has them; last, when all answers were read.
void join_inline_policies(std::vector<Resource>& resources);

// Puts the rules of security groups that were listed by themselves into their groups: where the groups' own answer
// lacks them. Where both tell them and differ, they are unknown.
void join_group_rules(std::vector<Resource>& resources);

struct Service {
  std::span<const Table> tables;
  std::span<const Part> parts = {};
};
[[nodiscard]] Service vpc_service();
[[nodiscard]] Service group_rule_service();
[[nodiscard]] Service gateway_service();
[[nodiscard]] Service instance_service();
[[nodiscard]] Service load_balancing_service();
[[nodiscard]] Service database_service();
[[nodiscard]] Service bucket_service();
[[nodiscard]] Service key_service();
[[nodiscard]] Service principal_service();
[[nodiscard]] Service organisation_service();
[[nodiscard]] Service identity_service();
[[nodiscard]] Service monitoring_service();
[[nodiscard]] Service messaging_service();
[[nodiscard]] Service container_service();
[[nodiscard]] Service security_service();
[[nodiscard]] Service backup_service();

}  // namespace redoubt::estate::snapshot
