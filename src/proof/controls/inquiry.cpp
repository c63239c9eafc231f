#include <fmt/format.h>

#include <algorithm>

#include "check.hpp"
#include "listing.hpp"
#include "value_text.hpp"

namespace redoubt::controls {

std::vector<const Resource*> Inquiry::resources(std::string_view type) {
  if (std::ranges::find(looked_for_, type) == looked_for_.end()) looked_for_.push_back(type);
  return case_.resources(type);
}

void Inquiry::tell(const Resource* resource, Outcome outcome, Location at, std::string text) {
  // Of a resource in a template the templates alone are asked.
  const bool of_account = resource == nullptr || resource->stack == estate::no_index;
  if (outcome == Outcome::refuted && of_account)
    for (const std::string_view type : looked_for_)
      if (const std::string why = not_listed(estate(), type); !why.empty()) {
        outcome = Outcome::unknown;
        text += fmt::format("; but {}", why);
        break;
      }
  if (at.line == 0 && resource != nullptr) at = resource->at;
  findings_.push_back({resource, outcome, at, std::move(text)});
}

void Inquiry::expect(const Resource& resource, Location at, const Known<bool>& holds, std::string evidence,
                     std::string counterexample) {
  if (!holds.known())
    unknown(&resource, at, holds.why);
  else if (holds.value)
    proved(&resource, at, std::move(evidence));
  else
    refuted(&resource, at, std::move(counterexample));
}

void Inquiry::expect_boolean(const Resource& resource, std::string_view path, bool wanted, bool by_default) {
  const Value value = get(resource, path);
  Known<bool> is = value.is(Kind::null) ? Known<bool>{} : case_.boolean(value);
  const std::string text = is.absent() ? fmt::format("{} is absent, which AWS takes as {}", path, by_default)
                                       : fmt::format("{} is {}", path, is.value);
  is = std::move(is).when_absent(by_default);
  if (is.known()) is.value = is.value == wanted;
  expect(resource, value.at, is, text, text);
}

void Inquiry::expect_given(const Resource& resource, std::string_view path) {
  const Value value = get(resource, path);
  if (value.is(Kind::unknown)) return unknown(&resource, value.at, value.text);
  if (is_empty(value)) return refuted(&resource, value.at, fmt::format("{} is not given", path));
  proved(&resource, value.at, fmt::format("{} is {}", path, text_of(estate(), value)));
}

void Inquiry::expect_one_of(const Resource& resource, std::string_view path, std::span<const std::string_view> wanted,
                            std::string_view by_default) {
  const Value value = get(resource, path);
  const Known<std::string> is = case_.text(value);
  if (is.unknown()) return unknown(&resource, value.at, is.why);
  const std::string_view effective = is.absent() ? by_default : std::string_view(is.value);
  const std::string text = is.known()           ? fmt::format("{} is \"{}\"", path, is.value)
                           : by_default.empty() ? fmt::format("{} is not given", path)
                                                : fmt::format("{} is absent, which AWS takes as {}", path, by_default);
  if (std::ranges::find(wanted, effective) != wanted.end())
    proved(&resource, value.at, text);
  else
    refuted(&resource, value.at, text);
}

void Inquiry::expect_at_least(const Resource& resource, std::string_view path, double least, double by_default) {
  const Value value = get(resource, path);
  const Known<double> is = case_.number(value);
  if (is.unknown()) {
    // Of a parameter the bounds may settle it.
    const Known<estate::Bounds> bounds = case_.bounds(value);
    if (!bounds.known() || (bounds.value.least < least && bounds.value.most >= least))
      return unknown(&resource, value.at, is.why);
    if (bounds.value.least >= least)
      return proved(&resource, value.at, fmt::format("{} is {} or more", path, bounds.value.least));
    return refuted(&resource, value.at, fmt::format("{} is {} or less, less than {}", path, bounds.value.most, least));
  }
  const std::string text = is.known() ? fmt::format("{} is {}", path, is.value)
                                      : fmt::format("{} is absent, which AWS takes as {}", path, by_default);
  if ((is.known() ? is.value : by_default) >= least)
    proved(&resource, value.at, text);
  else
    refuted(&resource, value.at, fmt::format("{}, less than {}", text, least));
}

}  // namespace redoubt::controls
