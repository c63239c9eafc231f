// The functions of a Case: what a call yields where parameters and conditions are as they were decided ("Intrinsic
// function reference" in the CloudFormation template reference).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "binder.hpp"
#include "case.hpp"
#include "domain.hpp"
#include "functions.hpp"

namespace redoubt::estate {
namespace {

constexpr std::size_t deepest_value = 1000;  // through exports and attributes that lead to other values

// Attributes that AWS copies from a property, and that lead on to something else than the resource.
struct Copied {
  std::string_view type, name;
};
constexpr std::array<Copied, 7> copied_attributes{{
    {"AWS::EC2::VPC", "CidrBlock"},
    {"AWS::EC2::Subnet", "AvailabilityZone"},
    {"AWS::EC2::Subnet", "CidrBlock"},
    {"AWS::EC2::Subnet", "VpcId"},
    {"AWS::EC2::SecurityGroup", "VpcId"},
    {"AWS::EC2::Instance", "AvailabilityZone"},
    {"AWS::ElasticLoadBalancingV2::LoadBalancer", "SecurityGroups"},
}};

Value at_place(Value value, Location at) {
  value.at = at;
  return value;
}

// A database's port is the stated one, else its engine's; where it is made of another, that one's; of an instance of a
// cluster the cluster says it.
Value port_of(Case& in, const Value& reference) {
  const Resource& database = in.estate().resources[reference.index];
  if (database.type != "AWS::RDS::DBInstance" && database.type != "AWS::RDS::DBCluster") return reference;
  if (database.type == "AWS::RDS::DBInstance" && in.get(database, "DBClusterIdentifier")) return reference;
  if (Value stated = in.get(database, "Port")) return stated;
  for (const std::string_view origin :
       {"DBSnapshotIdentifier", "DBClusterSnapshotIdentifier", "SnapshotIdentifier", "SourceDBInstanceIdentifier",
        "SourceDBClusterIdentifier", "SourceDbiResourceId", "SourceDBInstanceAutomatedBackupsArn",
        "SourceDbClusterResourceId"})
    if (in.get(database, origin)) return reference;
  const Known<std::string> engine = in.text(in.get(database, "Engine"));
  const auto port = engine.known() ? default_port(engine.value) : std::nullopt;
  if (!port) return reference;
  return at_place(estate::number(*port), reference.at);
}

std::optional<std::uint32_t> index_of(const Value& value) {
  const auto text = scalar_text(value);
  if (!text) return std::nullopt;
  std::uint32_t index = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), index);
  if (read.ec != std::errc() || read.ptr != text->data() + text->size()) return std::nullopt;
  return index;
}

Value texts(const std::vector<std::string>& from, Location at) {
  std::vector<Value> items;
  for (const std::string& each : from) items.push_back(at_place(text(each), at));
  return at_place(list(std::move(items)), at);
}

// The members of a list that a parameter gives as one text: "a, b".
std::vector<std::string> list_members(std::string_view text) {
  std::vector<std::string> out = split(text, ",");
  for (std::string& each : out) {
    const std::size_t first = each.find_first_not_of(' ');
    each = first == std::string::npos ? std::string() : each.substr(first, each.find_last_not_of(' ') - first + 1);
  }
  return out;
}

}  // namespace

Value Case::resolve(const Value& value) {
  if (depth_ > deepest_value) return unknown("the value depends on itself", value.at);
  ++depth_;
  Value out;
  switch (value.kind) {
    case Kind::symbol:
      if (const std::string* content = chosen(value.index)) {
        const bool is_several = is_list(estate_.parameters[value.index]);
        out = is_several ? texts(list_members(*content), value.at) : at_place(estate::text(*content), value.at);
      } else {
        out = value;
      }
      break;
    case Kind::list:
      out.kind = Kind::list;
      out.at = value.at;
      out.items.reserve(value.items.size());
      for (const Value& each : value.items) {
        if (Value item = resolve(each)) out.items.push_back(std::move(item));
      }
      break;
    case Kind::object:
      out.kind = Kind::object;
      out.at = value.at;
      out.members.reserve(value.members.size());
      for (const Member& each : value.members) {
        if (Value member = resolve(each.value)) out.members.push_back({each.name, std::move(member), each.at});
      }
      break;
    case Kind::joined:
      out = concatenate(value.items, {}, value.at);
      break;
    case Kind::call:
      out = evaluate(value);
      break;
    case Kind::reference:
      out = evaluate_reference(value);
      break;
    default:
      out = value;
  }
  --depth_;
  return out;
}

// Resolved, with every parameter whose values are listed chosen.
Value Case::concrete(const Value& value) {
  Value out = resolve(value);
  const bool is_open = out.is(Kind::symbol) || out.is(Kind::joined);
  if (!is_open) return out;
  bool has_chosen = out.is(Kind::symbol) && choose(out.index) != nullptr;
  for (const Value& part : out.items) {
    if (part.is(Kind::symbol) && choose(part.index) != nullptr) has_chosen = true;
  }
  return has_chosen ? resolve(out) : out;
}

// A call's value with all within it as it stands, where that can be: whoever asks for one member decides no more
// conditions than that needs.
Value Case::head(const Value& value) {
  const Value* at = &value;
  while (at->is(Kind::call) && at->text == "Fn::If") {
    at = &at->items[holds(at->index, at->items[0].text) ? 1 : 2];
  }
  return at->is(Kind::call) ? resolve(*at) : *at;
}

Value Case::evaluate(const Value& call) {
  const std::string_view function = call.text;
  const auto argument = [&](std::size_t i) -> Value { return concrete(call.items[i]); };
  if (function == "Fn::If") return resolve(call.items[holds(call.index, call.items[0].text) ? 1 : 2]);
  if (function == "Fn::Sub") return concatenate(call.items, {}, call.at);
  if (function == "Fn::Join") return evaluate_join(call);
  if (function == "Fn::Select") return evaluate_select(call);
  if (function == "Fn::Split") return evaluate_split(call);
  if (function == "Fn::FindInMap") return evaluate_find_in_map(call);
  if (function == "Fn::ImportValue") return evaluate_import(call);
  if (function == "Fn::Cidr") return evaluate_cidr(call);
  if (function == "Fn::Base64") {
    Value content = argument(0);
    if (content.is(Kind::unknown)) return content;
    const auto plain = scalar_text(content);
    return plain ? at_place(estate::text(base64(*plain)), call.at)
                 : unknown("Fn::Base64 of what is not known before the stack is made", call.at);
  }
  if (function == "Fn::Length") {
    const Value content = argument(0);
    if (content.is(Kind::list)) return at_place(estate::number(std::ssize(content.items)), call.at);
    return content.is(Kind::unknown) ? content : unknown("Fn::Length of a list that is not known", call.at);
  }
  if (function == "Fn::ToJsonString") {
    const auto json = json_string(argument(0));
    return json ? at_place(estate::text(*json), call.at) : unknown("Fn::ToJsonString of what is not known", call.at);
  }
  if (function == "Fn::GetAZs") return unknown("the Availability Zones of a region are not known", call.at);
  return unknown(fmt::format("Redoubt does not evaluate {}", function), call.at);
}

// One text of all parts, as far as it is known.
Value Case::concatenate(const std::vector<Value>& parts, std::string_view delimiter, Location at) {
  Value out;
  out.kind = Kind::joined;
  out.at = at;
  const auto add = [&](Value part) {
    if (const auto content = scalar_text(part)) {
      if (content->empty()) return;
      if (!out.items.empty() && out.items.back().is(Kind::text)) {
        out.items.back().text += *content;
      } else {
        out.items.push_back(at_place(estate::text(*content), part.at));
      }
    } else {
      out.items.push_back(std::move(part));
    }
  };
  bool first = true;
  for (const Value& each : parts) {
    Value part = resolve(each);
    if (part.is(Kind::unknown)) return part;
    if (!std::exchange(first, false)) add(estate::text(delimiter));
    if (part.is(Kind::joined)) {
      for (Value& inner : part.items) add(std::move(inner));
    } else if (part.is(Kind::list) || part.is(Kind::object)) {
      return unknown("a list cannot stand inside a text", at);
    } else if (part.is(Kind::symbol) && is_list(estate_.parameters[part.index])) {
      return unknown(fmt::format("the members of the parameter {} are not known", estate_.parameters[part.index].name),
                     at);
    } else if (part && !part.is(Kind::null)) {
      add(std::move(part));
    }
  }
  if (out.items.empty()) return at_place(estate::text(""), at);
  if (out.items.size() == 1) return at_place(std::move(out.items[0]), at);
  return out;
}

Value Case::evaluate_join(const Value& call) {
  const auto delimiter = scalar_text(resolve(call.items[0]));
  if (!delimiter) return unknown("Fn::Join with a delimiter that is not known", call.at);
  Value members = resolve(call.items[1]);
  if (members.is(Kind::unknown)) return members;
  if (members.is(Kind::symbol)) {
    return unknown(fmt::format("the members of the parameter {}, joined by \"{}\", are not known",
                               estate_.parameters[members.index].name, *delimiter),
                   call.at);
  }
  if (!members.is(Kind::list)) return unknown("Fn::Join of what is no list", call.at);
  return concatenate(members.items, *delimiter, call.at);
}

Value Case::evaluate_select(const Value& call) {
  const Value position = concrete(call.items[0]);
  const auto index = index_of(position);
  Value members = concrete(call.items[1]);
  if (members.is(Kind::unknown)) return members;
  if (!index) return unknown("Fn::Select at an index that is not known", call.at);
  if (members.is(Kind::symbol)) {
    return unknown(
        fmt::format("member {} of the parameter {} is not known", *index, estate_.parameters[members.index].name),
        call.at);
  }
  if (!members.is(Kind::list)) return unknown("Fn::Select from what is no list", call.at);
  if (*index >= members.items.size()) return unknown("Fn::Select beyond the end of its list", call.at);
  return members.items[*index];
}

Value Case::evaluate_split(const Value& call) {
  const auto delimiter = scalar_text(resolve(call.items[0]));
  Value content = concrete(call.items[1]);
  if (content.is(Kind::unknown)) return content;
  const auto plain = scalar_text(content);
  if (!delimiter || delimiter->empty() || !plain) return unknown("Fn::Split of a text that is not known", call.at);
  return texts(split(*plain, *delimiter), call.at);
}

Value Case::evaluate_find_in_map(const Value& call) {
  const bool has_default = call.items.size() == 4;
  const Value& fallback = has_default ? call.items[3]["DefaultValue"] : call;
  const auto missing = [&](std::string_view what) {
    return has_default ? resolve(fallback) : unknown(fmt::format("Fn::FindInMap: {}", what), call.at);
  };
  const auto name = scalar_text(concrete(call.items[0]));
  if (!name) return unknown("Fn::FindInMap in a mapping that is not known", call.at);
  const auto& mappings = estate_.stacks[call.index].mappings;
  const auto mapping = mappings.find(*name);
  if (mapping == mappings.end()) return missing(fmt::format("no mapping {} is in the template", *name));

  const Value* at = &mapping->second;
  for (std::size_t i = 1; i < 3; ++i) {
    Value key = resolve(call.items[i]);
    if (key.is(Kind::unknown)) return key;
    if (!at->is(Kind::object)) return missing("the mapping has too few levels");
    if ((*at)["Fn::Transform"]) return unknown("a macro of Fn::Transform may fill the mapping", call.at);
    if (key.is(Kind::symbol) && chosen(key.index) == nullptr) {
      const Value* found = choose_key(key.index, *at, has_default);
      if (found == nullptr) return missing("the mapping has none of the keys that its parameter admits");
      at = found;
      continue;
    }
    const auto plain = scalar_text(concrete(key));
    if (!plain) return unknown("Fn::FindInMap by a key that is not known", call.at);
    const Value& found = (*at)[*plain];
    if (!found) return missing(fmt::format("the mapping {} has no key {}", *name, *plain));
    at = &found;
  }
  return at_place(*at, call.at);
}

// CloudFormation refuses a key that is not in the mapping, so the parameter is one of them.
const Value* Case::choose_key(std::uint32_t parameter, const Value& mapping, bool has_default) {
  std::vector<const Member*> keys;
  const Choice& made = choice(parameter);
  for (const Member& each : mapping.members) {
    const bool is_open = std::ranges::find(made.excluded, each.name) == made.excluded.end() &&
                         admits(estate_.parameters[parameter], each.name) != Admits::no;
    if (is_open) keys.push_back(&each);
  }
  if (has_default) {
    for (const Member* each : keys) {
      if (equals(parameter, each->name)) return &each->value;
    }
    return nullptr;
  }
  if (keys.empty()) return nullptr;
  const Member& key = *keys[decide(static_cast<std::uint32_t>(keys.size()))];
  if (admits(estate_.parameters[parameter], key.name) == Admits::unsure) {
    uncertain(fmt::format("the AllowedPattern of {} could not be checked", estate_.parameters[parameter].name));
  }
  choice(parameter).value = key.name;
  return &key.value;
}

// An export of a template of this estate; of any other stack nothing is known.
Value Case::evaluate_import(const Value& call) {
  Value name = concrete(call.items[0]);
  if (name.is(Kind::unknown)) return name;
  const auto plain = scalar_text(name);
  if (!plain) return unknown("Fn::ImportValue of a name that is not known", call.at);
  for (std::uint32_t stack = 0; stack < estate_.stacks.size(); ++stack) {
    for (const auto& [output_name, output] : estate_.stacks[stack].outputs) {
      const Value& exported = output["Export"]["Name"];
      if (!exported || scalar_text(concrete(exported)) != plain) continue;
      const Value& condition_name = output["Condition"];
      if (condition_name.is(Kind::text) && !holds(stack, condition_name.text)) continue;
      return resolve(output["Value"]);
    }
  }
  return unknown(fmt::format("no template that was given exports {}", *plain), call.at);
}

Value Case::evaluate_cidr(const Value& call) {
  Value block = concrete(call.items[0]);
  if (block.is(Kind::unknown)) return block;
  const auto plain = scalar_text(block);
  const auto count = index_of(concrete(call.items[1]));
  const Value given_bits = call.items.size() == 3 ? concrete(call.items[2]) : estate::number(8);
  const auto bits = index_of(given_bits);
  if (!plain || !count || !bits) return unknown("Fn::Cidr of a block that is not known", call.at);
  const auto blocks = cidr(*plain, *count, *bits);
  return blocks
             ? texts(*blocks, call.at)
             : unknown(fmt::format("Fn::Cidr: {} does not hold {} blocks of {} bits", *plain, *count, *bits), call.at);
}

Value Case::evaluate_reference(const Value& reference) {
  const Resource& resource = estate_.resources[reference.index];
  const auto is_it = [&](const Copied& each) { return each.type == resource.type && each.name == reference.text; };
  if (reference.text == "Endpoint.Port") return port_of(*this, reference);
  if (!std::ranges::any_of(copied_attributes, is_it)) return reference;
  Value copied = get(resource, reference.text);
  return copied ? copied : reference;
}

}  // namespace redoubt::estate
