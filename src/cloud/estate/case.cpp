#include "case.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "binder.hpp"
#include "domain.hpp"
#include "replay.hpp"
#include "rules.hpp"

namespace redoubt::estate {
namespace {

template <class T>
Known<T> known(T value) {
  return {Known<T>::State::known, std::move(value), {}};
}

template <class T>
Known<T> not_known(std::string why) {
  return {Known<T>::State::unknown, T{}, std::move(why)};
}

// Takes over what is not known.
template <class T, class From>
Known<T> same_state(const Known<From>& from) {
  return from.absent() ? Known<T>{} : not_known<T>(from.why);
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(a) == lower(b);
  });
}

std::optional<double> number_of(std::string_view digits) {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return number;
}

// Only of the type Number do MinValue and MaxValue say anything.
Bounds bounds_of(const Parameter& parameter, const Choice& made) {
  Bounds out;
  if (parameter.type == "Number") {
    out.least = parameter.min_value.value_or(out.least);
    out.most = parameter.max_value.value_or(out.most);
  }
  if (made.above) out.least = std::max(out.least, std::floor(*made.above) + 1);  // ports and their like are whole
  out.most = std::min(out.most, made.at_most.value_or(out.most));
  return out;
}

// Does an attribute of GetAtt name the resource itself (its ARN or id), not another one? An attribute that does is
// called after the last words of the type, or after nothing: Arn, GroupId of a SecurityGroup, TopicArn, KeyId; but not
// VpcId of a SecurityGroup.
bool names_itself(const Resource& resource, std::string_view attribute) {
  if (attribute.empty()) return true;
  if (resource.type == "AWS::EC2::EIP" && attribute == "AllocationId") return true;
  const std::string_view type = std::string_view(resource.type).substr(resource.type.rfind(':') + 1);
  for (const std::string_view end : {"Arn", "Id", "Identifier", "Name"}) {
    if (!attribute.ends_with(end)) continue;
    const std::string_view word = attribute.substr(0, attribute.size() - end.size());
    if (word.size() <= type.size() && equals_ignoring_case(type.substr(type.size() - word.size()), word)) return true;
  }
  return false;
}

}  // namespace

bool for_each_case(const Estate& estate, std::size_t budget, const std::function<void(Case&)>& question) {
  Replay replay(estate);
  for (std::size_t cases = 0; cases < budget; ++cases) {
    Case each(estate, replay);
    question(each);
    if (!replay.advance()) return true;
  }
  return false;
}

std::uint32_t Case::decide(std::uint32_t alternatives) {
  if (alternatives < 2) return 0;
  if (replay_.next == replay_.path.size()) replay_.path.push_back({0, alternatives});
  return replay_.path[replay_.next++].taken;
}

void Case::uncertain(std::string_view why) {
  if (inexact_.empty()) inexact_ = why;
}

bool Case::assume(std::string key, std::string_view why) {
  const auto [found, is_new] = assumed_.try_emplace(std::move(key), false);
  if (is_new) {
    found->second = decide(2) == 0;
    uncertain(why);
  }
  return found->second;
}

Choice& Case::choice(std::uint32_t parameter) {
  const auto found = std::ranges::find(choices_, parameter, &Choice::parameter);
  return found != choices_.end() ? *found : choices_.emplace_back(Choice{parameter, {}, {}});
}

const std::string* Case::chosen(std::uint32_t parameter) const {
  const auto found = std::ranges::find(choices_, parameter, &Choice::parameter);
  return found != choices_.end() && found->value ? &*found->value : nullptr;
}

// Where exclusions leave one value, it is that.
void Case::settle(Choice& made) {
  const std::vector<std::string>& values = finite_values(estate_.parameters[made.parameter]);
  const std::string* left = nullptr;
  for (const std::string& each : values) {
    if (std::ranges::find(made.excluded, each) != made.excluded.end() || (left != nullptr && *left == each)) continue;
    if (left != nullptr) return;
    left = &each;
  }
  if (left != nullptr) made.value = *left;
}

// The parameter's value, chosen among those that are left; nullptr where it may be anything.
const std::string* Case::choose(std::uint32_t parameter) {
  if (const std::string* value = chosen(parameter)) return value;
  const std::vector<std::string>& values = finite_values(estate_.parameters[parameter]);
  if (values.empty()) return nullptr;
  Choice& made = choice(parameter);
  std::vector<const std::string*> left;
  for (const std::string& each : values) {
    const bool is_open = std::ranges::find(made.excluded, each) == made.excluded.end() &&
                         std::ranges::none_of(left, [&](const std::string* earlier) { return *earlier == each; });
    if (is_open) left.push_back(&each);
  }
  made.value = *left[decide(static_cast<std::uint32_t>(left.size()))];
  return &*made.value;
}

bool Case::equals(std::uint32_t parameter, std::string_view text) {
  if (const std::string* value = chosen(parameter)) return *value == text;
  if (const auto made = std::ranges::find(choices_, parameter, &Choice::parameter); made != choices_.end()) {
    const bool bounded = made->above || made->at_most;
    const auto number = bounded ? number_of(text) : std::nullopt;
    if (bounded &&
        (!number || *number <= made->above.value_or(*number - 1) || *number > made->at_most.value_or(*number)))
      return false;
  }
  const Admits admitted = admits(estate_.parameters[parameter], text);
  if (admitted == Admits::no) return false;
  Choice& made = choice(parameter);
  settle(made);
  if (made.value) return *made.value == text;
  if (std::ranges::find(made.excluded, text) != made.excluded.end()) return false;
  if (decide(2) == 0) {
    made.value = text;
    if (admitted == Admits::unsure) {
      uncertain(fmt::format("the AllowedPattern of {} could not be checked", estate_.parameters[parameter].name));
    }
    return true;
  }
  made.excluded.emplace_back(text);
  settle(made);
  return false;
}

bool Case::at_most(std::uint32_t parameter, double limit) {
  if (const std::string* value = choose(parameter)) {
    const auto number = number_of(*value);
    return number && *number <= limit;
  }
  const Parameter& of = estate_.parameters[parameter];
  Choice& made = choice(parameter);
  const Bounds now = bounds_of(of, made);
  if (now.most <= limit) return true;
  if (now.least > limit || (made.above && *made.above >= limit)) return false;
  if (!of.allowed_pattern.empty())
    uncertain(fmt::format("which numbers the AllowedPattern of {} admits was not settled", of.name));
  if (decide(2) == 0) {
    made.at_most = limit;
    return true;
  }
  made.above = limit;
  return false;
}

bool Case::exists(const Resource& resource) {
  return resource.condition.empty() || holds(resource.stack, resource.condition);
}

std::vector<const Resource*> Case::resources(std::string_view type) {
  std::vector<const Resource*> out;
  const auto found = replay_.index().by_type.find(type);
  if (found == replay_.index().by_type.end()) return out;
  std::ranges::copy_if(found->second, std::back_inserter(out), [&](const Resource* each) { return exists(*each); });
  return out;
}

Value Case::get(const Resource& resource, std::string_view path) {
  const Value* at = &resource.properties;
  Value held;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('.'), path.size());
    const std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (at->is(Kind::call)) {
      Value result = head(*at);
      held = std::move(result);
      at = &held;
    }
    at = &(*at)[name];
  }
  return resolve(*at);
}

Known<Rendered> Case::rendered(const Value& value) {
  const Value whole = concrete(value);
  if (!whole) return {};
  if (whole.is(Kind::unknown)) return not_known<Rendered>(whole.text);
  if (whole.is(Kind::list) || whole.is(Kind::object)) return not_known<Rendered>("the value is no text");
  Rendered out;
  const auto add = [&](const Value& part) {
    if (auto content = scalar_text(part)) {
      out.text += *content;
      return;
    }
    Rendered::Hole hole;
    if (part.is(Kind::symbol)) {
      const Parameter& parameter = estate_.parameters[part.index];
      hole.placeholder = fmt::format("${{{}}}", parameter.name);
      if (!is_pseudo(parameter)) hole.parameter = part.index;
    } else {
      const Resource& resource = estate_.resources[part.index];
      hole.placeholder = fmt::format("${{{}{}{}}}", resource.id, part.text.empty() ? "" : ".", part.text);
      hole.resource = &resource;
    }
    out.text += hole.placeholder;
    if (std::ranges::find(out.holes, hole.placeholder, &Rendered::Hole::placeholder) == out.holes.end()) {
      out.holes.push_back(std::move(hole));
    }
  };
  if (whole.is(Kind::joined)) {
    for (const Value& part : whole.items) add(part);
  } else if (whole.is(Kind::symbol) && is_list(estate_.parameters[whole.index])) {
    return not_known<Rendered>(fmt::format("the parameter {} is a list", estate_.parameters[whole.index].name));
  } else if (!whole.is(Kind::null)) {
    add(whole);
  }
  return known(std::move(out));
}

Known<std::string> Case::text(const Value& value) {
  Known<Rendered> whole = rendered(value);
  if (!whole.known()) return same_state<std::string>(whole);
  for (const Rendered::Hole& hole : whole.value.holes) {
    if (hole.parameter != no_index) {
      const Parameter& parameter = estate_.parameters[hole.parameter];
      return not_known<std::string>(fmt::format("the parameter {} {}", parameter.name, describe(parameter)));
    }
    if (hole.resource != nullptr) {
      return not_known<std::string>(
          fmt::format("{} is known only when AWS made {}", hole.placeholder, hole.resource->id));
    }
  }
  return known(std::move(whole.value.text));
}

Known<bool> Case::boolean(const Value& value) {
  const Value resolved = resolve(value);
  if (resolved.is(Kind::symbol) && finite_values(estate_.parameters[resolved.index]).empty() &&
      !is_pseudo(estate_.parameters[resolved.index]) && !is_list(estate_.parameters[resolved.index])) {
    // With any other text AWS refuses the resource.
    if (equals(resolved.index, "true")) return known(true);
    if (equals(resolved.index, "false")) return known(false);
  }
  const Known<std::string> content = text(resolved);
  if (!content.known()) return same_state<bool>(content);
  if (equals_ignoring_case(content.value, "true")) return known(true);
  if (equals_ignoring_case(content.value, "false")) return known(false);
  return not_known<bool>(fmt::format("\"{}\" is neither true nor false", content.value));
}

Known<double> Case::number(const Value& value) {
  const Known<std::string> content = text(value);
  if (!content.known()) return same_state<double>(content);
  if (const auto number = number_of(content.value)) return known(*number);
  return not_known<double>(fmt::format("\"{}\" is no number", content.value));
}

Known<Bounds> Case::bounds(const Value& value) {
  const Value whole = concrete(value);
  const bool is_free = whole.is(Kind::symbol) && !is_list(estate_.parameters[whole.index]) &&
                       !is_pseudo(estate_.parameters[whole.index]);
  if (is_free) {
    const auto made = std::ranges::find(choices_, whole.index, &Choice::parameter);
    return known(bounds_of(estate_.parameters[whole.index], made == choices_.end() ? Choice{} : *made));
  }
  const Known<double> only = number(whole);
  return only.known() ? known(Bounds{only.value, only.value}) : same_state<Bounds>(only);
}

const Resource* Case::target(const Value& value) {
  const Value resolved = concrete(value);
  const Resource* out = nullptr;
  const auto take = [&](const Value& part) {
    const Resource& named = estate_.resources[part.index];
    if (names_itself(named, part.text)) out = &named;
  };
  if (resolved.is(Kind::reference)) {
    take(resolved);
  } else if (resolved.is(Kind::text)) {
    const auto found = replay_.index().by_name.find(resolved.text);
    if (found != replay_.index().by_name.end()) out = found->second;
  } else if (resolved.is(Kind::joined)) {
    const auto is_reference = [](const Value& part) { return part.is(Kind::reference); };
    const Value& first = resolved.items[0];
    const bool is_arn = first.is(Kind::reference) || first.text.starts_with("arn:");
    if (is_arn && std::ranges::count_if(resolved.items, is_reference) == 1) {
      take(*std::ranges::find_if(resolved.items, is_reference));
    }
  }
  return out != nullptr && exists(*out) ? out : nullptr;
}

std::string describe(const Estate& estate, const Choice& choice) {
  const Parameter& parameter = estate.parameters[choice.parameter];
  std::string name = parameter.name;
  if (estate.stacks.size() > 1) {
    name += fmt::format(" of {}", estate.place({estate.stacks[parameter.stack].file, 0}));
  }
  if (choice.value) return fmt::format("{} is \"{}\"", name, *choice.value);
  if (choice.above && choice.at_most)
    return fmt::format("{} is above {} and at most {}", name, *choice.above, *choice.at_most);
  if (choice.above) return fmt::format("{} is above {}", name, *choice.above);
  if (choice.at_most) return fmt::format("{} is at most {}", name, *choice.at_most);
  if (choice.excluded.empty()) return {};
  return fmt::format("{} is not \"{}\"", name, fmt::join(choice.excluded, "\" or \""));
}

std::string describe(const Estate& estate, const std::vector<Choice>& choices) {
  std::vector<std::string> out;
  for (const Choice& each : choices) {
    if (std::string text = describe(estate, each); !text.empty()) out.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(out, ", "));
}

std::string Case::choices() const {
  return describe(estate_, choices_);
}

bool Case::is_forbidden() const {
  return keep_rules(estate_, choices_) == Admits::no;
}

const std::string& Case::inexact() const {
  static const std::string rules = "whether the template's Rules forbid these values could not be settled";
  if (inexact_.empty() && keep_rules(estate_, choices_) != Admits::yes) return rules;
  return inexact_;
}

}  // namespace redoubt::estate
