#include "iam/key_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "iam/cells.hpp"
#include "iam/conditions.hpp"
#include "iam/contains.hpp"
#include "iam/values.hpp"

namespace redoubt::iam {
namespace {

enum class Kind { none, text, boolean, number, date, address };

Kind kind_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::null:
      return Kind::none;
    case Comparison::boolean:
      return Kind::boolean;
    case Comparison::numeric_equals:
    case Comparison::numeric_less_than:
    case Comparison::numeric_less_than_equals:
    case Comparison::numeric_greater_than:
    case Comparison::numeric_greater_than_equals:
      return Kind::number;
    case Comparison::date_equals:
    case Comparison::date_less_than:
    case Comparison::date_less_than_equals:
    case Comparison::date_greater_than:
    case Comparison::date_greater_than_equals:
      return Kind::date;
    case Comparison::ip_address:
      return Kind::address;
    default:
      return Kind::text;
  }
}

// The policy's value with its variables filled in; none when one has no value.
std::optional<std::string> filled_in(const std::string& value, const Context* context) {
  if (!context || value.find("${") == std::string::npos) return value;
  const auto text = Glob::read(Glob::Dialect::exact, value, context);
  if (!text) return std::nullopt;
  std::string out;
  for (const Symbol& symbol : text->symbols()) out += symbol.byte;
  return out;
}

// The limits themselves, one value between neighbours, one below and one above.
std::vector<std::string> numbers(const std::set<double>& limits) {
  std::vector<std::string> out;
  const double* before = nullptr;
  for (const double& limit : limits) {
    out.push_back(fmt::format("{}", before ? *before + (limit - *before) / 2 : limit - 1));
    out.push_back(fmt::format("{}", limit));
    before = &limit;
  }
  if (before) out.push_back(fmt::format("{}", *before + 1));
  return out;
}

// Whole seconds: a limit, and the seconds beside it.
std::vector<std::string> dates(const std::set<std::int64_t>& limits) {
  std::set<std::int64_t> seconds;
  for (const std::int64_t limit : limits) seconds.insert({limit - 1, limit, limit + 1});
  std::vector<std::string> out;
  for (const std::int64_t second : seconds) out.push_back(format_date(second));
  return out;
}

// Each range's ends and their neighbours, in both families.
std::vector<std::string> addresses(const std::vector<AddressRange>& ranges) {
  std::set<IpAddress> all{*parse_address("0.0.0.0"), *parse_address("255.255.255.255"), *parse_address("::"),
                          *parse_address("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")};
  const auto neighbour = [](IpAddress address, int step) {
    const std::size_t first = address.v6 ? 0 : 12;
    for (std::size_t i = 16; i-- > first;) {
      const auto byte = static_cast<std::uint8_t>(address.bytes[i] + step);
      address.bytes[i] = byte;
      if (byte != (step > 0 ? 0 : 0xff)) break;
    }
    return address;
  };
  for (const AddressRange& range : ranges)
    all.insert({range.first, range.last, neighbour(range.first, -1), neighbour(range.last, 1)});
  std::vector<std::string> out;
  for (const IpAddress& address : all) out.push_back(format_address(address));
  return out;
}

// What the text of a key can be: an ARN where its name says so, else anything but nothing.
const std::vector<Glob>& universe_of(std::string_view key) {
  static const std::vector<Glob> arns{Glob::read(Glob::Dialect::arn, "arn:?*:?*:*:*:?*", nullptr)->loosened()};
  static const std::vector<Glob> texts{Glob::read(Glob::Dialect::like, "?*", nullptr)->loosened()};
  return key.ends_with("arn") ? arns : texts;
}

}  // namespace

bool may_be_multivalued(std::string_view key, const std::vector<const Condition*>& conditions) {
  static constexpr std::array<std::string_view, 7> multivalued{
      "aws:calledvia",        "aws:principalorgpaths", "aws:principalservicenameslist",
      "aws:resourceorgpaths", "aws:sourceorgpaths",    "aws:tagkeys",
      "aws:vpceorgpaths"};
  if (key.starts_with("aws:")) return contains(multivalued, key);
  return std::ranges::any_of(conditions, [](const Condition* c) { return c->set != SetOperator::none; });
}

std::optional<KeyValues> telling_values(std::string_view key, const std::vector<const Condition*>& conditions,
                                        const std::vector<const Context*>& context, Budget& budget,
                                        const std::vector<Glob>& universe) {
  std::vector<Glob> patterns;
  std::set<double> number_limits;
  std::set<std::int64_t> date_limits;
  std::vector<AddressRange> ranges;
  std::set<Kind> kinds;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition& condition = *conditions[i];
    const Kind kind = kind_of(condition.comparison);
    if (kind == Kind::none) continue;
    kinds.insert(kind);
    for (const std::string& written : condition.values) {
      if (const auto dialect = dialect_of(condition.comparison)) {
        if (auto pattern = Glob::read(*dialect, written, context[i]);
            pattern && !pattern->is_everything() && !contains(patterns, *pattern))
          patterns.push_back(std::move(*pattern));
        continue;
      }
      const auto text = filled_in(written, context[i]);
      if (!text) continue;
      if (kind == Kind::number) {
        if (const auto limit = parse_number(*text)) number_limits.insert(*limit);
      } else if (kind == Kind::date) {
        if (const auto limit = parse_date(*text)) date_limits.insert(*limit);
      } else if (const auto range = parse_address_range(*text)) {
        ranges.push_back(*range);
      }
    }
  }

  KeyValues out;
  const auto add = [&](std::vector<std::string> values) {
    out.values.insert(out.values.end(), values.begin(), values.end());
  };
  if (kinds == std::set{Kind::boolean}) {
    out.values = {"true", "false"};
    return out;
  }
  const bool text = kinds.empty() || kinds.contains(Kind::text) || kinds.contains(Kind::boolean);
  if (text) {
    auto divided = cells(patterns, universe.empty() ? universe_of(key) : universe, budget);
    if (!divided) return std::nullopt;
    for (Cell& cell : *divided) out.values.push_back(std::move(cell.witness));
  }
  if (kinds.contains(Kind::number)) add(numbers(number_limits));
  if (kinds.contains(Kind::date)) add(dates(date_limits));
  if (kinds.contains(Kind::address)) add(addresses(ranges));
  kinds.erase(Kind::boolean);
  out.complete = kinds.size() <= 1;
  return out;
}

}  // namespace redoubt::iam
