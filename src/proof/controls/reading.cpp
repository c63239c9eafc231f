#include "reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "iam/values.hpp"
#include "value_text.hpp"

namespace redoubt::controls {

Value part(const Value& value, std::string_view path) {
  const Value* at = &value;
  while (!path.empty()) {
    const std::size_t dot = path.find('.');
    at = &(*at)[path.substr(0, dot)];
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  }
  return *at;
}

std::vector<Value> parts(const Value& value, std::string_view path) {
  if (value.is(Kind::list)) {
    std::vector<Value> out;
    for (const Value& item : value.items)
      for (Value& each : parts(item, path)) out.push_back(std::move(each));
    return out;
  }
  if (path.empty()) return {value};
  const std::size_t dot = path.find('.');
  return parts(value[path.substr(0, dot)], dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1));
}

Value unresolved(const Resource& resource, std::string_view path) {
  return part(resource.properties, path);
}

std::vector<Value> items_of(const Value& value) {
  if (value.is(Kind::list)) return value.items;
  if (value.is(Kind::absent) || value.is(Kind::null)) return {};
  return {value};
}

Value value_for(Inquiry& ask, const Value& list, std::string_view key, std::string_view key_member,
                std::string_view value_member) {
  Value unknown_item;
  Value found;
  for (const Value& item : items_of(list)) {
    const Known<std::string> is = ask.in().text(item[key_member]);
    if (is.known() && is.value == key) {
      const Value& value = item[value_member];
      if (found && !(found == value)) return estate::unknown(fmt::format("{} is given twice", key), item.at);
      found = value;
      continue;
    }
    if (item.is(Kind::unknown)) unknown_item = item;
    if (is.unknown() && !unknown_item) unknown_item = estate::unknown(is.why, item.at);
  }
  return found ? found : unknown_item;
}

Truth is_customer_key(Inquiry& ask, const Value& value) {
  if (is_empty(value)) return {};
  if (value.is(Kind::reference)) return truth(true);
  const Known<std::string> name = ask.in().text(value);
  if (name.absent() || (name.known() && name.value.empty())) return {};
  if (name.known())
    return truth(!name.value.starts_with("alias/aws/") && name.value.find(":alias/aws/") == std::string::npos);
  // Joined around a reference to a key or an alias: an ARN of one's own.
  if (ask.in().target(value) != nullptr) return truth(true);
  return unknown_truth(name.why);
}

void expect_customer_key(Inquiry& ask, const Resource& resource, std::string_view path) {
  const Value value = ask.get(resource, path);
  const Known<bool> own = is_customer_key(ask, value);
  if (own.absent()) return ask.refuted(&resource, value.at, fmt::format("{} is not given", path));
  const std::string text = fmt::format("{} is {}", path, text_of(ask.estate(), value));
  ask.expect(resource, value.at, own, text, fmt::format("{}, a key that AWS manages", text));
}

Truth is_everywhere(Inquiry& ask, const Value& range) {
  if (is_empty(range)) return {};
  const Known<std::string> text = ask.in().text(range);
  if (text.absent()) return {};
  if (text.unknown()) return unknown_truth(text.why);
  const auto addresses = iam::parse_address_range(text.value);
  if (!addresses) return unknown_truth(fmt::format("\"{}\" is no range of addresses", text.value));
  const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
  const auto& first = addresses->first.bytes;
  const auto& last = addresses->last.bytes;
  const std::size_t from = addresses->first.v6 ? 0 : first.size() - 4;
  const auto begin = static_cast<std::ptrdiff_t>(from);
  return truth(std::all_of(first.begin() + begin, first.end(), is_zero) &&
               std::all_of(last.begin() + begin, last.end(), [](std::uint8_t byte) { return byte == 0xFF; }));
}

namespace {

// The property in which a template may give a resource its name, by which other resources can name it.
std::string_view name_property(std::string_view type) {
  struct Row {
    std::string_view type, property;
  };
  static constexpr std::array rows{Row{"AWS::S3::Bucket", "BucketName"},
                                   Row{"AWS::IAM::Role", "RoleName"},
                                   Row{"AWS::IAM::User", "UserName"},
                                   Row{"AWS::IAM::Group", "GroupName"},
                                   Row{"AWS::Logs::LogGroup", "LogGroupName"},
                                   Row{"AWS::ECS::Cluster", "ClusterName"},
                                   Row{"AWS::ECR::Repository", "RepositoryName"},
                                   Row{"AWS::SecretsManager::Secret", "Name"},
                                   Row{"AWS::Backup::BackupVault", "BackupVaultName"},
                                   Row{"AWS::RDS::DBInstance", "DBInstanceIdentifier"},
                                   Row{"AWS::RDS::DBCluster", "DBClusterIdentifier"},
                                   Row{"AWS::RDS::DBSubnetGroup", "DBSubnetGroupName"},
                                   Row{"AWS::RDS::DBParameterGroup", "DBParameterGroupName"}};
  const auto* const row = std::ranges::find(rows, type, &Row::type);
  return row == rows.end() ? std::string_view() : row->property;
}

}  // namespace

bool names_resource(Inquiry& ask, const Value& value, const Resource& resource) {
  if (const Resource* const target = ask.in().target(value)) return target == &resource;
  const std::string_view property = name_property(resource.type);
  if (property.empty() || resource.stack == estate::no_index || is_empty(value)) return false;
  const Value own = ask.get(resource, property);
  return !is_empty(own) && !own.is(Kind::unknown) && own == ask.in().resolve(value);
}

std::vector<const Resource*> naming(Inquiry& ask, std::string_view type, std::string_view path,
                                    const Resource& target) {
  std::vector<const Resource*> out;
  for (const Resource* resource : ask.resources(type))
    for (const Value& item : items_of(ask.get(*resource, path)))
      if (names_resource(ask, item, target)) {
        out.push_back(resource);
        break;
      }
  return out;
}

}  // namespace redoubt::controls
