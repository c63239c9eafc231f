// The rules behind the codecs: one function per kind of value, shared by every type that has that kind. Error types and
// wording are pydantic's, which FastAPI's clients know.
#include <re2/re2.h>

#include <cmath>
#include <deque>
#include <mutex>

#include "redoubt/model.hpp"
#include "schema/unicode.hpp"

namespace redoubt::detail {

// ---- patterns

class CompiledPattern {
 public:
  explicit CompiledPattern(std::string_view pattern)
      : re_(re2::StringPiece(pattern.data(), pattern.size()), re2::RE2::Quiet) {}
  [[nodiscard]] const re2::RE2& re() const noexcept { return re_; }

 private:
  re2::RE2 re_;
};

const CompiledPattern& compile_pattern(std::string_view pattern) {
  static std::mutex mutex;
  static std::deque<CompiledPattern> compiled;
  const std::scoped_lock lock(mutex);
  const CompiledPattern& made = compiled.emplace_back(pattern);
  if (!made.re().ok())
    throw std::invalid_argument(fmt::format("the pattern {:?} is no RE2 expression: {}", pattern, made.re().error()));
  return made;
}

bool matches(const CompiledPattern& pattern, std::string_view text) noexcept {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern.re());
}

namespace {

std::string one_member(std::string_view name, const auto& value) {
  std::string out;
  json::Writer(out).begin_object().member(name, value).end_object();
  return out;
}

}  // namespace

// ---- text

std::optional<std::string_view> decode_string(const json::Value& value, const Location& at, ValidationErrors& errors) {
  if (value.is_string()) return value.string();
  errors.add(at, "string_type", "Input should be a valid string");
  return std::nullopt;
}

bool decode_text_rules(std::string_view text, const TextRules& rules, std::string& out, const Location& at,
                       ValidationErrors& errors) {
  // PostgreSQL cannot hold U+0000 and C strings end at it: no text may carry it anywhere.
  if (text.find('\0') != std::string_view::npos) {
    errors.add(at, "string_null_character", "String should not contain U+0000");
    return false;
  }
  const bool bounded = rules.min > 0 || rules.max != std::numeric_limits<std::size_t>::max();
  const std::size_t length = bounded ? count_code_points(text) : 0;
  const auto plural = [](std::size_t n) { return n == 1 ? "" : "s"; };
  if (length < rules.min) {
    errors.add(at, "string_too_short",
               fmt::format("String should have at least {} character{}", rules.min, plural(rules.min)),
               one_member("min_length", static_cast<std::uint64_t>(rules.min)));
    return false;
  }
  if (length > rules.max) {
    errors.add(at, "string_too_long",
               fmt::format("String should have at most {} character{}", rules.max, plural(rules.max)),
               one_member("max_length", static_cast<std::uint64_t>(rules.max)));
    return false;
  }
  if (rules.pattern != nullptr && !matches(*rules.pattern, text)) {
    errors.add(at, "string_pattern_mismatch", fmt::format("String should match pattern '{}'", rules.pattern_text),
               one_member("pattern", rules.pattern_text));
    return false;
  }
  out = text;
  return true;
}

// ---- numbers

namespace {

bool check_integer(std::int64_t value, const IntegerRules& rules, std::int64_t& out, const Location& at,
                   ValidationErrors& errors) {
  if (value < rules.min) {
    errors.add(at, "greater_than_equal", fmt::format("Input should be greater than or equal to {}", rules.min),
               one_member("ge", rules.min));
    return false;
  }
  if (value > rules.max) {
    errors.add(at, "less_than_equal", fmt::format("Input should be less than or equal to {}", rules.max),
               one_member("le", rules.max));
    return false;
  }
  if (value % rules.multiple_of != 0) {
    errors.add(at, "multiple_of", fmt::format("Input should be a multiple of {}", rules.multiple_of),
               one_member("multiple_of", rules.multiple_of));
    return false;
  }
  out = value;
  return true;
}

bool check_real(double value, const Bounds& bounds, double& out, const Location& at, ValidationErrors& errors) {
  const auto fail = [&](std::string_view type, std::string_view words, std::string_view name, double bound) {
    errors.add(at, type, fmt::format("Input should be {} {}", words, bound), one_member(name, bound));
    return false;
  };
  if (!std::isfinite(value)) {
    errors.add(at, "finite_number", "Input should be a finite number");
    return false;
  }
  if (value < bounds.ge) return fail("greater_than_equal", "greater than or equal to", "ge", bounds.ge);
  if (value <= bounds.gt) return fail("greater_than", "greater than", "gt", bounds.gt);
  if (value > bounds.le) return fail("less_than_equal", "less than or equal to", "le", bounds.le);
  if (value >= bounds.lt) return fail("less_than", "less than", "lt", bounds.lt);
  if (bounds.multiple_of != 0) {
    // As JSON Schema has it, the quotient is whole; 0.3 is no exact multiple of 0.1 in binary, so within an ulp or two.
    const double quotient = value / bounds.multiple_of;
    if (std::abs(quotient - std::round(quotient)) > 4 * std::numeric_limits<double>::epsilon() * std::abs(quotient))
      return fail("multiple_of", "a multiple of", "multiple_of", bounds.multiple_of);
  }
  out = value;
  return true;
}

}  // namespace

bool decode_integer(const json::Value& value, const IntegerRules& rules, std::int64_t& out, const Location& at,
                    ValidationErrors& errors) {
  if (!value.is_number()) {
    errors.add(at, "int_type", "Input should be a valid integer");
    return false;
  }
  const auto whole = value.integer();
  if (!whole) {
    const double number = value.number();
    if (number != std::trunc(number)) {
      errors.add(at, "int_from_float", "Input should be a valid integer, got a number with a fractional part");
    } else if (number < 0) {
      return check_integer(std::numeric_limits<std::int64_t>::min(),
                           {std::max(rules.min, std::numeric_limits<std::int64_t>::min() + 1), rules.max, 1}, out, at,
                           errors);
    } else {
      return check_integer(std::numeric_limits<std::int64_t>::max(),
                           {rules.min, std::min(rules.max, std::numeric_limits<std::int64_t>::max() - 1), 1}, out, at,
                           errors);
    }
    return false;
  }
  return check_integer(*whole, rules, out, at, errors);
}

bool decode_integer_text(std::string_view text, const IntegerRules& rules, std::int64_t& out, const Location& at,
                         ValidationErrors& errors) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    errors.add(at, "int_parsing", "Input should be a valid integer, unable to parse string as an integer");
    return false;
  }
  return check_integer(value, rules, out, at, errors);
}

bool decode_real(const json::Value& value, const Bounds& bounds, double& out, const Location& at,
                 ValidationErrors& errors) {
  if (!value.is_number()) {
    errors.add(at, "float_type", "Input should be a valid number");
    return false;
  }
  return check_real(value.number(), bounds, out, at, errors);
}

bool decode_real_text(std::string_view text, const Bounds& bounds, double& out, const Location& at,
                      ValidationErrors& errors) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    errors.add(at, "float_parsing", "Input should be a valid number, unable to parse string as a number");
    return false;
  }
  return check_real(value, bounds, out, at, errors);
}

// ---- truth

bool decode_boolean(const json::Value& value, bool& out, const Location& at, ValidationErrors& errors) {
  if (!value.is_boolean()) {
    errors.add(at, "bool_type", "Input should be a valid boolean");
    return false;
  }
  out = value.boolean();
  return true;
}

bool decode_boolean_text(std::string_view text, bool& out, const Location& at, ValidationErrors& errors) {
  if (text != "true" && text != "false") {
    errors.add(at, "bool_parsing", "Input should be a valid boolean: true or false");
    return false;
  }
  out = text == "true";
  return true;
}

// ---- structure

bool check_size(std::size_t size, std::size_t min, std::size_t max, const Location& at, ValidationErrors& errors) {
  if (size < min) {
    std::string context;
    json::Writer(context)
        .begin_object()
        .member("min_length", std::uint64_t{min})
        .member("actual_length", std::uint64_t{size})
        .end_object();
    errors.add(at, "too_short", fmt::format("Input should have at least {} items, not {}", min, size), context);
    return false;
  }
  if (size > max) {
    std::string context;
    json::Writer(context)
        .begin_object()
        .member("max_length", std::uint64_t{max})
        .member("actual_length", std::uint64_t{size})
        .end_object();
    errors.add(at, "too_long", fmt::format("Input should have at most {} items, not {}", max, size), context);
    return false;
  }
  return true;
}

std::size_t MemberNames::index_of(std::string_view name) const noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    if (names[i] == name) return i;
  }
  return count;
}

void add_type_error(const Location& at, ValidationErrors& errors, std::string_view type, std::string_view expected) {
  errors.add(at, type, expected);
}

void add_not_unique(const Location& at, ValidationErrors& errors) {
  errors.add(at, "not_unique", "Items should be unique");
}

bool expect_object(const json::Value& value, const Location& at, ValidationErrors& errors) {
  if (value.is_object()) return true;
  errors.add(at, "model_type", "Input should be a valid object");
  return false;
}

void add_unknown_member(const Location& at, ValidationErrors& errors) {
  errors.add(at, "extra_forbidden", "Extra inputs are not permitted");
}

void add_missing(const Location& at, ValidationErrors& errors) {
  errors.add(at, "missing", "Field required");
}

void add_bad_enum(const Location& at, ValidationErrors& errors, const MemberNames& allowed) {
  std::string expected;
  for (std::size_t i = 0; i < allowed.count; ++i) {
    if (i > 0) expected += i + 1 == allowed.count ? " or " : ", ";
    expected += fmt::format("'{}'", allowed.names[i]);
  }
  errors.add(at, "enum", "Input should be " + expected, one_member("expected", std::string_view(expected)));
}

void add_tag_missing(const Location& at, ValidationErrors& errors, std::string_view tag) {
  errors.add(at, "union_tag_not_found", fmt::format("Unable to extract tag using discriminator '{}'", tag),
             one_member("discriminator", tag));
}

void add_tag_invalid(const Location& at, ValidationErrors& errors, const MemberNames& allowed) {
  std::string expected;
  for (std::size_t i = 0; i < allowed.count; ++i)
    expected += fmt::format("{}'{}'", i == 0 ? "" : ", ", allowed.names[i]);
  errors.add(at, "union_tag_invalid", "The tag should be one of " + expected,
             one_member("expected_tags", std::string_view(expected)));
}

json::Document parse_or_fail(std::string text, std::string_view origin) {
  auto document = json::parse(std::move(text));
  if (document) return std::move(*document);
  ValidationErrors errors;
  const Location root{nullptr, origin};
  const json::Error& error = document.error();
  errors.add(root.element(error.offset), "json_invalid", "JSON decode error",
             one_member("error", std::string_view(
                                     fmt::format("{} (line {}, column {})", error.reason, error.line, error.column))));
  throw ValidationFailed(errors);
}

}  // namespace redoubt::detail
