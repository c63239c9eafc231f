// Codec<T>: the one place where a type meets JSON, text and JSON Schema. Here it is for scalars and for what may be
// left out; arrays, maps and models are in model.hpp. Specialise Codec for a type of your own.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "redoubt/json.hpp"
#include "redoubt/types.hpp"
#include "redoubt/validation.hpp"

namespace redoubt {

// The component schemas that a document refers to, by name and in the order of the names: the same types give the same
// bytes.
class Schemas {
 public:
  // Gives {"$ref": …} to the named schema, which `make` writes when it is met first.
  template <class Make>
  std::string reference(const std::string& name, Make make) {
    if (const auto [entry, is_new] = definitions_.try_emplace(name); is_new) {
      std::string schema = make();
      definitions_[name] = std::move(schema);
    }
    return R"({"$ref":"#/components/schemas/)" + name + R"("})";
  }
  void define(const std::string& name, std::string schema) { definitions_.insert_or_assign(name, std::move(schema)); }
  [[nodiscard]] const std::map<std::string, std::string>& definitions() const noexcept { return definitions_; }

 private:
  std::map<std::string, std::string> definitions_;
};

template <class T>
struct Codec;

// A member or parameter of this type may be left out; Codec<T>::omit(out) gives it its value then.
template <class T>
concept Omittable = requires(T& out) { Codec<T>::omit(out); };

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

// ---- what the codecs share, out of line

namespace detail {

class CompiledPattern;
// Compiles an RE2 pattern once for the program's life; a malformed one throws std::invalid_argument.
const CompiledPattern& compile_pattern(std::string_view pattern);
bool matches(const CompiledPattern& pattern, std::string_view text) noexcept;

template <FixedString Pattern>
const CompiledPattern* pattern_of() {
  if constexpr (Pattern.empty()) {
    return nullptr;
  } else {
    static const CompiledPattern& compiled = compile_pattern(Pattern.view());
    return &compiled;
  }
}

struct TextRules {
  std::size_t min = 0;
  std::size_t max = std::numeric_limits<std::size_t>::max();
  const CompiledPattern* pattern = nullptr;
  std::string_view pattern_text;
};
bool decode_text_rules(std::string_view text, const TextRules& rules, std::string& out, const Location& at,
                       ValidationErrors& errors);
std::string text_schema(const TextRules& rules);

struct IntegerRules {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::int64_t multiple_of = 1;
};
bool decode_integer(const json::Value& value, const IntegerRules& rules, std::int64_t& out, const Location& at,
                    ValidationErrors& errors);
bool decode_integer_text(std::string_view text, const IntegerRules& rules, std::int64_t& out, const Location& at,
                         ValidationErrors& errors);
std::string integer_schema(const IntegerRules& rules);

bool decode_real(const json::Value& value, const Bounds& bounds, double& out, const Location& at,
                 ValidationErrors& errors);
bool decode_real_text(std::string_view text, const Bounds& bounds, double& out, const Location& at,
                      ValidationErrors& errors);
std::string real_schema(const Bounds& bounds);

bool decode_boolean(const json::Value& value, bool& out, const Location& at, ValidationErrors& errors);
bool decode_boolean_text(std::string_view text, bool& out, const Location& at, ValidationErrors& errors);

// The string of a value, or an error `string_type`. The view lives as long as the document.
std::optional<std::string_view> decode_string(const json::Value& value, const Location& at, ValidationErrors& errors);

bool decode_email(std::string_view text, std::string& out, const Location& at, ValidationErrors& errors);
bool decode_url(std::string_view text, std::string& out, const Location& at, ValidationErrors& errors);
bool decode_uuid(std::string_view text, Uuid& out, const Location& at, ValidationErrors& errors);
bool decode_timestamp(std::string_view text, Timestamp& out, const Location& at, ValidationErrors& errors);

bool check_size(std::size_t size, std::size_t min, std::size_t max, const Location& at, ValidationErrors& errors);
std::string array_schema(std::string_view element, std::size_t min, std::size_t max, bool unique);
std::string nullable_schema(std::string_view schema);
std::string with_default(std::string_view schema, std::string_view default_json);

// "title" and so on of one struct, found by a linear look: at most 52 short names.
struct MemberNames {
  const std::string_view* names;
  std::size_t count;
  [[nodiscard]] std::size_t index_of(std::string_view name) const noexcept;  // `count` when unknown
};
// Errors for what is wrong with an object as such.
bool expect_object(const json::Value& value, const Location& at, ValidationErrors& errors);
void add_unknown_member(const Location& at, ValidationErrors& errors);
void add_missing(const Location& at, ValidationErrors& errors);
void add_bad_enum(const Location& at, ValidationErrors& errors, const MemberNames& allowed);
std::string enum_schema(const MemberNames& names);

struct MemberSchema {
  std::string_view name;
  std::string schema;
  bool required;
  std::string_view text;  // documentation, or empty
};
std::string object_schema(std::string_view title, std::string_view description, std::string_view example,
                          const std::vector<MemberSchema>& members);

// "redoubt::(anonymous namespace)::Item<int>" → "Item_int": a component name (letters, digits, . _ -).
std::string schema_name(std::string_view pretty_function);

template <class T>
std::string type_name() {
  return schema_name(__PRETTY_FUNCTION__);
}

template <class T>
using members_of = boost::describe::describe_members<T, static_cast<unsigned>(boost::describe::mod_public) |
                                                            static_cast<unsigned>(boost::describe::mod_inherited)>;

// The names of a struct's described members, or of an enumeration's values, in their order.
template <class... D>
constexpr auto names_of(boost::mp11::mp_list<D...>) {
  return std::array<std::string_view, sizeof...(D)>{std::string_view(D::name)...};
}
template <template <class...> class L, class... D>
constexpr auto names_in(L<D...>) {
  return std::array<std::string_view, sizeof...(D)>{std::string_view(D::name)...};
}

template <class T>
inline constexpr auto member_names = names_in(members_of<T>{});

}  // namespace detail

// ---- scalars

template <class T>
struct TextCodec {  // for types that are read from one piece of text, in JSON a string
  static bool decode(const json::Value& value, T& out, const Location& at, ValidationErrors& errors) {
    const auto text = detail::decode_string(value, at, errors);
    return text && Codec<T>::decode_text(*text, out, at, errors);
  }
};

template <>
struct Codec<std::string> : TextCodec<std::string> {
  static bool decode_text(std::string_view text, std::string& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_text_rules(text, {}, out, at, errors);
  }
  static void encode(json::Writer& writer, const std::string& value) { writer.value(std::string_view(value)); }
  static std::string schema(Schemas&) { return R"({"type":"string"})"; }
};

template <std::size_t Min, std::size_t Max, FixedString Pattern>
struct Codec<Text<Min, Max, Pattern>> : TextCodec<Text<Min, Max, Pattern>> {
  using T = Text<Min, Max, Pattern>;
  static detail::TextRules rules() { return {Min, Max, detail::pattern_of<Pattern>(), Pattern.view()}; }
  static bool decode_text(std::string_view text, T& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_text_rules(text, rules(), out.value, at, errors);
  }
  static void encode(json::Writer& writer, const T& value) { writer.value(std::string_view(value.value)); }
  static std::string schema(Schemas&) { return detail::text_schema(rules()); }
};

template <>
struct Codec<Email> : TextCodec<Email> {
  static bool decode_text(std::string_view text, Email& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_email(text, out.value, at, errors);
  }
  static void encode(json::Writer& writer, const Email& value) { writer.value(std::string_view(value.value)); }
  static std::string schema(Schemas&) { return R"({"type":"string","format":"email","maxLength":254})"; }
};

template <>
struct Codec<Url> : TextCodec<Url> {
  static bool decode_text(std::string_view text, Url& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_url(text, out.value, at, errors);
  }
  static void encode(json::Writer& writer, const Url& value) { writer.value(std::string_view(value.value)); }
  static std::string schema(Schemas&) { return R"({"type":"string","format":"uri","maxLength":2083})"; }
};

template <>
struct Codec<Uuid> : TextCodec<Uuid> {
  static bool decode_text(std::string_view text, Uuid& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_uuid(text, out, at, errors);
  }
  static void encode(json::Writer& writer, const Uuid& value) { writer.value(std::string_view(value.to_string())); }
  static std::string schema(Schemas&) { return R"({"type":"string","format":"uuid"})"; }
};

template <>
struct Codec<Timestamp> : TextCodec<Timestamp> {
  static bool decode_text(std::string_view text, Timestamp& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_timestamp(text, out, at, errors);
  }
  static void encode(json::Writer& writer, const Timestamp& value) {
    writer.value(std::string_view(value.to_string()));
  }
  static std::string schema(Schemas&) { return R"({"type":"string","format":"date-time"})"; }
};

template <>
struct Codec<bool> {
  static bool decode(const json::Value& value, bool& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_boolean(value, out, at, errors);
  }
  static bool decode_text(std::string_view text, bool& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_boolean_text(text, out, at, errors);
  }
  static void encode(json::Writer& writer, bool value) { writer.value(value); }
  static std::string schema(Schemas&) { return R"({"type":"boolean"})"; }
};

// Any integer type that fits into 64 signed bits; its own range is its rule.
template <class T>
  requires std::integral<T> && (!std::same_as<T, bool>) && (!std::same_as<T, std::uint64_t>)
struct Codec<T> {
  static constexpr detail::IntegerRules rules{std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), 1};
  static bool decode(const json::Value& value, T& out, const Location& at, ValidationErrors& errors) {
    std::int64_t wide = 0;
    const bool good = detail::decode_integer(value, rules, wide, at, errors);
    out = static_cast<T>(wide);
    return good;
  }
  static bool decode_text(std::string_view text, T& out, const Location& at, ValidationErrors& errors) {
    std::int64_t wide = 0;
    const bool good = detail::decode_integer_text(text, rules, wide, at, errors);
    out = static_cast<T>(wide);
    return good;
  }
  static void encode(json::Writer& writer, T value) { writer.value(static_cast<std::int64_t>(value)); }
  static std::string schema(Schemas&) { return detail::integer_schema(rules); }
};

template <std::int64_t Min, std::int64_t Max, std::int64_t MultipleOf>
struct Codec<Integer<Min, Max, MultipleOf>> {
  using T = Integer<Min, Max, MultipleOf>;
  static constexpr detail::IntegerRules rules{Min, Max, MultipleOf};
  static bool decode(const json::Value& value, T& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_integer(value, rules, out.value, at, errors);
  }
  static bool decode_text(std::string_view text, T& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_integer_text(text, rules, out.value, at, errors);
  }
  static void encode(json::Writer& writer, const T& value) { writer.value(value.value); }
  static std::string schema(Schemas&) { return detail::integer_schema(rules); }
};

template <>
struct Codec<double> {
  static bool decode(const json::Value& value, double& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_real(value, {}, out, at, errors);
  }
  static bool decode_text(std::string_view text, double& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_real_text(text, {}, out, at, errors);
  }
  static void encode(json::Writer& writer, double value) { writer.value(value); }
  static std::string schema(Schemas&) { return R"({"type":"number"})"; }
};

template <Bounds B>
struct Codec<Real<B>> {
  static bool decode(const json::Value& value, Real<B>& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_real(value, B, out.value, at, errors);
  }
  static bool decode_text(std::string_view text, Real<B>& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_real_text(text, B, out.value, at, errors);
  }
  static void encode(json::Writer& writer, const Real<B>& value) { writer.value(value.value); }
  static std::string schema(Schemas&) { return detail::real_schema(B); }
};

template <DescribedEnum T>
struct Codec<T> : TextCodec<T> {
  using Enumerators = boost::describe::describe_enumerators<T>;
  static constexpr auto names = detail::names_in(Enumerators{});

  static bool decode_text(std::string_view text, T& out, const Location& at, ValidationErrors& errors) {
    bool found = false;
    boost::mp11::mp_for_each<Enumerators>([&](auto d) {
      if (!found && text == d.name) {
        out = d.value;
        found = true;
      }
    });
    if (!found) detail::add_bad_enum(at, errors, {names.data(), names.size()});
    return found;
  }
  static void encode(json::Writer& writer, T value) {
    writer.value(std::string_view(boost::describe::enum_to_string(value, "")));
  }
  static std::string schema(Schemas& schemas) {
    return schemas.reference(detail::type_name<T>(), [] { return detail::enum_schema({names.data(), names.size()}); });
  }
};

// ---- what may be left out

template <class T>
struct Codec<std::optional<T>> {
  static void omit(std::optional<T>& out) { out.reset(); }
  static bool decode(const json::Value& value, std::optional<T>& out, const Location& at, ValidationErrors& errors) {
    out.reset();
    return value.is_null() || Codec<T>::decode(value, out.emplace(), at, errors);
  }
  static bool decode_text(std::string_view text, std::optional<T>& out, const Location& at, ValidationErrors& errors)
    requires requires(T& t) { Codec<T>::decode_text(text, t, at, errors); }
  {
    return Codec<T>::decode_text(text, out.emplace(), at, errors);
  }
  static void encode(json::Writer& writer, const std::optional<T>& value) {
    if (value) {
      Codec<T>::encode(writer, *value);
    } else {
      writer.null();
    }
  }
  static std::string schema(Schemas& schemas) { return detail::nullable_schema(Codec<T>::schema(schemas)); }
};

template <class T>
struct Codec<Nullable<T>> {
  static bool decode(const json::Value& value, Nullable<T>& out, const Location& at, ValidationErrors& errors) {
    out.reset();
    return value.is_null() || Codec<T>::decode(value, out.emplace(), at, errors);
  }
  static void encode(json::Writer& writer, const Nullable<T>& value) { Codec<std::optional<T>>::encode(writer, value); }
  static std::string schema(Schemas& schemas) { return detail::nullable_schema(Codec<T>::schema(schemas)); }
};

template <class T>
struct Codec<Patch<T>> {
  static void omit(Patch<T>& out) { out.reset(); }
  static bool decode(const json::Value& value, Patch<T>& out, const Location& at, ValidationErrors& errors) {
    return Codec<T>::decode(value, out.emplace(), at, errors);
  }
  static bool decode_text(std::string_view text, Patch<T>& out, const Location& at, ValidationErrors& errors)
    requires requires(T& t) { Codec<T>::decode_text(text, t, at, errors); }
  {
    return Codec<T>::decode_text(text, out.emplace(), at, errors);
  }
  static void encode(json::Writer& writer, const Patch<T>& value) { Codec<T>::encode(writer, *value); }
  static std::string schema(Schemas& schemas) { return Codec<T>::schema(schemas); }
};

template <class T, auto Value>
struct Codec<Default<T, Value>> {
  using D = Default<T, Value>;
  static void omit(D& out) {
    if constexpr (requires { Value.view(); }) {
      out.value = T{std::string(Value.view())};
    } else {
      out.value = T{Value};
    }
  }
  static bool decode(const json::Value& value, D& out, const Location& at, ValidationErrors& errors) {
    return Codec<T>::decode(value, out.value, at, errors);
  }
  static bool decode_text(std::string_view text, D& out, const Location& at, ValidationErrors& errors)
    requires requires(T& t) { Codec<T>::decode_text(text, t, at, errors); }
  {
    return Codec<T>::decode_text(text, out.value, at, errors);
  }
  static void encode(json::Writer& writer, const D& value) { Codec<T>::encode(writer, value.value); }
  static std::string schema(Schemas& schemas) {
    D made;
    omit(made);
    std::string text;
    json::Writer writer(text);
    encode(writer, made);
    return detail::with_default(Codec<T>::schema(schemas), text);
  }
};

// A secret is read like what it holds and can never be written: there is no encode.
template <class T>
struct Codec<Secret<T>> {
  static bool decode(const json::Value& value, Secret<T>& out, const Location& at, ValidationErrors& errors) {
    return Codec<T>::decode(value, out.reveal(), at, errors);
  }
  static bool decode_text(std::string_view text, Secret<T>& out, const Location& at, ValidationErrors& errors)
    requires requires(T& t) { Codec<T>::decode_text(text, t, at, errors); }
  {
    return Codec<T>::decode_text(text, out.reveal(), at, errors);
  }
  static std::string schema(Schemas& schemas) {
    std::string inner = Codec<T>::schema(schemas);
    inner.pop_back();
    return inner + R"(,"format":"password","writeOnly":true})";
  }
};

}  // namespace redoubt
