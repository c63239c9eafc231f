#include "environments.hpp"

#include <algorithm>
#include <array>

#include "reading.hpp"

namespace redoubt::controls {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

bool names_an_environment(const std::string& key) {
  static constexpr std::array keys{"environment", "env", "stage"};
  return std::ranges::find(keys, lower(key)) != keys.end();
}

bool is_development(const std::string& value) {
  const std::string is = lower(value);
  return is == "development" || is == "dev";
}

// A free parameter: the case asks whether it is the one value.
Truth says_development(Inquiry& ask, const Value& value) {
  if (value.is(Kind::symbol) && ask.in().text(value).unknown())
    return truth(ask.in().equals(value.index, "development") || ask.in().equals(value.index, "dev"));
  const Known<std::string> text = ask.in().text(value);
  return text.unknown() ? unknown_truth(text.why) : truth(text.known() && is_development(text.value));
}

// Does another resource of the same stack say in plain words that it is of another environment?
bool is_contradicted(const Estate& estate, const Resource& resource) {
  if (resource.stack == estate::no_index || estate.stacks[resource.stack].scope.empty()) return false;
  return std::ranges::any_of(estate.resources, [&](const Resource& other) {
    if (other.stack != resource.stack) return false;
    return std::ranges::any_of(unresolved(other, "Tags").items, [](const Value& tag) {
      return tag["Key"].is(Kind::text) && names_an_environment(tag["Key"].text) && tag["Value"].is(Kind::text) &&
             !is_development(tag["Value"].text);
    });
  });
}

}  // namespace

Known<bool> is_for_development(Inquiry& ask, const Resource& resource) {
  const Value tags = ask.get(resource, "Tags");
  if (tags.is(Kind::unknown)) return unknown_truth(tags.text);
  Truth out;  // absent: nothing said it yet
  for (const Value& tag : items_of(tags)) {
    const Known<std::string> key = ask.in().text(tag["Key"]);
    if (key.known() && !names_an_environment(key.value)) continue;
    Truth says =
        key.known() ? says_development(ask, tag["Value"]) : unknown_truth(tag.is(Kind::unknown) ? tag.text : key.why);
    out = out.absent() ? std::move(says) : both(out, says);
  }
  if (out.absent()) return truth(false);
  return surely(out) && is_contradicted(ask.estate(), resource) ? truth(false) : out;
}

}  // namespace redoubt::controls
