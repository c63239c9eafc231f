#include "template.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "tags.hpp"

namespace redoubt::stack {

Value object(std::initializer_list<Entry> entries) {
  Value out = estate::object({});
  for (const Entry& entry : entries)
    if (entry.item.value) out.set(entry.name, entry.item.value);
  return out;
}

Value list(std::initializer_list<Item> items) {
  Value out = estate::list({});
  for (const Item& item : items)
    if (item.value) out.items.push_back(item.value);
  return out;
}

Value list(const std::vector<std::string>& texts) {
  Value out = estate::list({});
  for (const std::string& text : texts) out.items.push_back(estate::text(text));
  return out;
}

Value ref_to(std::string_view id) {
  return object({{"Ref", id}});
}

Value get_att(std::string_view id, std::string_view attribute) {
  return object({{"Fn::GetAtt", list({id, attribute})}});
}

Value sub(std::string_view text) {
  return object({{"Fn::Sub", text}});
}

Value select(int index, Value from) {
  return object({{"Fn::Select", list({index, std::move(from)})}});
}

Value arn(std::string_view service, std::string_view rest) {
  return sub(fmt::format("arn:${{AWS::Partition}}:{}:${{AWS::Region}}:${{AWS::AccountId}}:{}", service, rest));
}

Resource& Resource::keep() {
  value_.set("DeletionPolicy", estate::text("Retain"));
  value_.set("UpdateReplacePolicy", estate::text("Retain"));
  return *this;
}

Resource& Resource::snapshot() {
  value_.set("DeletionPolicy", estate::text("Snapshot"));
  value_.set("UpdateReplacePolicy", estate::text("Snapshot"));
  return *this;
}

Resource& Resource::when(std::string_view condition) {
  value_.set("Condition", estate::text(condition));
  return *this;
}

Resource& Resource::after(std::initializer_list<std::string_view> ids) {
  Value all = estate::list({});
  for (const std::string_view id : ids) all.items.push_back(estate::text(id));
  value_.set("DependsOn", std::move(all));
  return *this;
}

Template::Template(std::string_view description, std::string_view scope, std::string_view environment)
    : description_(description), scope_(scope), environment_(environment) {}

Resource Template::add(std::string_view id, std::string_view type, std::initializer_list<Entry> properties) {
  return add(id, type, object(properties));
}

Resource Template::add(std::string_view id, std::string_view type, Value properties) {
  if (resources_[id]) throw std::logic_error(fmt::format("the template has a resource {} already", id));
  tag_environment(type, properties, environment_);
  Value resource = object({{"Type", type}});
  if (!properties.members.empty()) resource.set("Properties", std::move(properties));
  return Resource(resources_.set(id, std::move(resource)));
}

void Template::parameter(std::string_view name, Value definition) {
  parameters_.set(name, std::move(definition));
}

void Template::mapping(std::string_view name, Value definition) {
  mappings_.set(name, std::move(definition));
}

void Template::condition(std::string_view name, Value definition) {
  conditions_.set(name, std::move(definition));
}

void Template::output(std::string_view name, std::string_view description, Value value) {
  outputs_.set(name, object({{"Description", description}, {"Value", std::move(value)}}));
}

Value Template::document() const {
  return object({{"AWSTemplateFormatVersion", "2010-09-09"},
                 {"Description", description_},
                 {"Metadata", object({{"Redoubt", object({{"Scope", scope_}})}})},
                 {"Parameters", parameters_},
                 {"Mappings", mappings_},
                 {"Conditions", conditions_},
                 {"Resources", resources_},
                 {"Outputs", outputs_}});
}

}  // namespace redoubt::stack
