// How C++ types meet JSON, parameters and JSON Schema. Codec<T> is the one place per type: decode from JSON (collecting
// every error), decode_text from a parameter, encode, and schema. A model is a struct described with
// BOOST_DESCRIBE_STRUCT; its members' types carry the rules (types.hpp). Specialise Codec for a type of your own.
//
//   struct ItemIn { Text<1, 255> title; std::optional<Text<0, 2000>> description; };
//   BOOST_DESCRIBE_STRUCT(ItemIn, (), (title, description))
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

// A model: described, and not an enumeration.
template <class T>
concept Model = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

// What the documentation says of a model beyond its types. Specialise it beside the model, with any of:
//   template <> struct redoubt::Words<ItemIn> {
//     static constexpr std::string_view description = "An item to be created.";
//     static constexpr FieldText fields[] = {{"title", "Shown in lists."}};
//     static constexpr std::string_view example = R"({"title": "Lamp"})";
//   };
template <class T>
struct Words {};

struct FieldText {
  std::string_view name;
  std::string_view text;
};

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

// ---- arrays, maps

namespace detail {

template <class T>
bool decode_array(const json::Value& value, std::vector<T>& out, std::size_t min, std::size_t max, bool unique,
                  const Location& at, ValidationErrors& errors);

void add_type_error(const Location& at, ValidationErrors& errors, std::string_view type, std::string_view expected);
void add_not_unique(const Location& at, ValidationErrors& errors);

}  // namespace detail

template <class T, std::size_t Min, std::size_t Max, bool Unique>
struct Codec<List<T, Min, Max, Unique>> {
  using L = List<T, Min, Max, Unique>;
  static bool decode(const json::Value& value, L& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_array(value, out.value, Min, Max, Unique, at, errors);
  }
  static void encode(json::Writer& writer, const L& value) { Codec<std::vector<T>>::encode(writer, value.value); }
  static std::string schema(Schemas& schemas) {
    return detail::array_schema(Codec<T>::schema(schemas), Min, Max, Unique);
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static bool decode(const json::Value& value, std::vector<T>& out, const Location& at, ValidationErrors& errors) {
    return detail::decode_array(value, out, 0, default_max_elements, false, at, errors);
  }
  static void encode(json::Writer& writer, const std::vector<T>& value) {
    writer.begin_array();
    for (const auto& element : value) Codec<T>::encode(writer, element);
    writer.end_array();
  }
  static std::string schema(Schemas& schemas) {
    return R"({"type":"array","items":)" + Codec<T>::schema(schemas) + "}";
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static bool decode(const json::Value& value, std::map<std::string, T>& out, const Location& at,
                     ValidationErrors& errors) {
    if (!detail::expect_object(value, at, errors)) return false;
    if (!detail::check_size(value.size(), 0, default_max_elements, at, errors)) return false;
    bool good = true;
    for (const auto& [name, member] : value.members()) {
      const Location here = at.member(name);
      std::string key;
      good &= Codec<std::string>::decode_text(name, key, here, errors);
      good &= Codec<T>::decode(member, out[std::move(key)], here, errors);
    }
    return good;
  }
  static void encode(json::Writer& writer, const std::map<std::string, T>& value) {
    writer.begin_object();
    for (const auto& [name, member] : value) {
      writer.name(name);
      Codec<T>::encode(writer, member);
    }
    writer.end_object();
  }
  static std::string schema(Schemas& schemas) {
    return R"({"type":"object","additionalProperties":)" + Codec<T>::schema(schemas) + "}";
  }
};

// ---- models

template <Model T>
struct Codec<T> {
  using Members = detail::members_of<T>;
  static constexpr const auto& names = detail::member_names<T>;
  static_assert(names.size() <= 64);

  static bool decode(const json::Value& value, T& out, const Location& at, ValidationErrors& errors) {
    return decode(value, out, at, errors, {});
  }
  // `tag`: a member that the caller has read already (OneOf).
  static bool decode(const json::Value& value, T& out, const Location& at, ValidationErrors& errors,
                     std::string_view tag) {
    if (!detail::expect_object(value, at, errors)) return false;
    std::uint64_t seen = 0;
    bool good = true;
    for (const auto& [name, member] : value.members()) {
      const Location here = at.member(name);
      const std::size_t index = detail::MemberNames{names.data(), names.size()}.index_of(name);
      if (index == names.size()) {
        if (!tag.empty() && name == tag) continue;
        detail::add_unknown_member(here, errors);
        good = false;
        continue;
      }
      seen |= std::uint64_t{1} << index;
      good &= decode_member(index, member, out, here, errors);
    }
    std::size_t index = 0;
    boost::mp11::mp_for_each<Members>([&](auto d) {
      if ((seen >> index++ & 1) != 0) return;
      using M = std::remove_cvref_t<decltype(out.*d.pointer)>;
      if constexpr (Omittable<M>) {
        Codec<M>::omit(out.*d.pointer);
      } else {
        detail::add_missing(at.member(d.name), errors);
        good = false;
      }
    });
    return good;
  }

  static void encode(json::Writer& writer, const T& value) {
    writer.begin_object();
    encode_members(writer, value);
    writer.end_object();
  }
  static void encode_members(json::Writer& writer, const T& value) {
    boost::mp11::mp_for_each<Members>([&](auto d) {
      const auto& member = value.*d.pointer;
      using M = std::remove_cvref_t<decltype(member)>;
      if constexpr (requires { []<class U>(const Patch<U>&) {}(member); }) {
        if (!member.has_value()) return;
      }
      writer.name(d.name);
      Codec<M>::encode(writer, member);
    });
  }

  static std::string schema(Schemas& schemas) {
    return schemas.reference(detail::type_name<T>(), [&] { return definition(schemas, {}); });
  }
  // `extra`: members before the described ones.
  static std::string definition(Schemas& schemas, std::vector<detail::MemberSchema> members) {
    boost::mp11::mp_for_each<Members>([&](auto d) {
      using M = std::remove_cvref_t<decltype(std::declval<T&>().*d.pointer)>;
      std::string_view text;
      if constexpr (requires { Words<T>::fields; }) {
        for (const FieldText& field : Words<T>::fields) {
          if (field.name == d.name) text = field.text;
        }
      }
      members.push_back({d.name, Codec<M>::schema(schemas), !Omittable<M>, text});
    });
    std::string_view description;
    std::string_view example;
    if constexpr (requires { Words<T>::description; }) description = Words<T>::description;
    if constexpr (requires { Words<T>::example; }) example = Words<T>::example;
    return detail::object_schema(detail::type_name<T>(), description, example, members);
  }

 private:
  static bool decode_member(std::size_t index, const json::Value& value, T& out, const Location& at,
                            ValidationErrors& errors) {
    return boost::mp11::mp_with_index<names.size()>(index, [&](auto i) {
      using D = boost::mp11::mp_at_c<Members, i>;
      auto& member = out.*D::pointer;
      return Codec<std::remove_reference_t<decltype(member)>>::decode(value, member, at, errors);
    });
  }
};

namespace detail {
void add_tag_missing(const Location& at, ValidationErrors& errors, std::string_view tag);
void add_tag_invalid(const Location& at, ValidationErrors& errors, const MemberNames& allowed);
std::string one_of_schema(std::string_view tag, const std::vector<std::pair<std::string, std::string>>& alternatives);
std::string tag_schema(std::string_view tag_value);
}  // namespace detail

template <FixedString Tag, class... Alternatives>
struct Codec<OneOf<Tag, Alternatives...>> {
  using V = OneOf<Tag, Alternatives...>;
  static constexpr std::string_view tags[] = {Alternatives::tag...};

  static bool decode(const json::Value& value, V& out, const Location& at, ValidationErrors& errors) {
    if (!detail::expect_object(value, at, errors)) return false;
    const auto tag = value.find(Tag.view());
    if (!tag) {
      detail::add_tag_missing(at, errors, Tag.view());
      return false;
    }
    bool known = false;
    bool good = false;
    if (tag->is_string()) {
      const auto attempt = [&]<class A>(std::type_identity<A>) {
        if (known || tag->string() != A::tag) return;
        known = true;
        good = Codec<A>::decode(value, out.value.template emplace<A>(), at, errors, Tag.view());
      };
      (attempt(std::type_identity<Alternatives>{}), ...);
    }
    if (!known) detail::add_tag_invalid(at.member(Tag.view()), errors, {tags, std::size(tags)});
    return known && good;
  }
  static void encode(json::Writer& writer, const V& value) {
    writer.begin_object();
    std::visit(
        [&]<class A>(const A& alternative) {
          writer.member(Tag.view(), A::tag);
          Codec<A>::encode_members(writer, alternative);
        },
        value.value);
    writer.end_object();
  }
  static std::string schema(Schemas& schemas) {
    std::vector<std::pair<std::string, std::string>> alternatives;
    const auto add = [&]<class A>(std::type_identity<A>) {
      const std::string name = detail::type_name<A>() + "_" + std::string(A::tag);
      alternatives.emplace_back(A::tag, schemas.reference(name, [&] {
        return Codec<A>::definition(schemas, {{Tag.view(), detail::tag_schema(A::tag), true, {}}});
      }));
    };
    (add(std::type_identity<Alternatives>{}), ...);
    return detail::one_of_schema(Tag.view(), alternatives);
  }
};

// ---- whole values

template <class T>
std::string to_json(const T& value) {
  std::string out;
  json::Writer writer(out);
  Codec<T>::encode(writer, value);
  return out;
}

// Decodes a JSON text; throws ValidationFailed with every error, each located from `origin`.
template <class T>
T from_json(std::string text, std::string_view origin = "body");

// ---- implementation

namespace detail {
json::Document parse_or_fail(std::string text, std::string_view origin);

template <class T>
bool decode_array(const json::Value& value, std::vector<T>& out, std::size_t min, std::size_t max, bool unique,
                  const Location& at, ValidationErrors& errors) {
  if (!value.is_array()) {
    add_type_error(at, errors, "list_type", "Input should be a valid list");
    return false;
  }
  if (!check_size(value.size(), min, max, at, errors)) return false;
  out.clear();
  out.reserve(value.size());
  bool good = true;
  std::size_t index = 0;
  for (const json::Value element : value.elements()) {
    T decoded{};
    good &= Codec<T>::decode(element, decoded, at.element(index++), errors);
    out.push_back(std::move(decoded));
  }
  if (good && unique) {
    // By their JSON form, so that element types need no ordering of their own.
    std::vector<std::string> forms;
    forms.reserve(out.size());
    for (const T& element : out) forms.push_back(to_json(element));
    std::ranges::sort(forms);
    if (std::ranges::adjacent_find(forms) != forms.end()) {
      add_not_unique(at, errors);
      return false;
    }
  }
  return good;
}
}  // namespace detail

template <class T>
T from_json(std::string text, std::string_view origin) {
  const json::Document document = detail::parse_or_fail(std::move(text), origin);
  ValidationErrors errors;
  T out{};
  if (!Codec<T>::decode(document.root(), out, Location{nullptr, origin}, errors)) throw ValidationFailed(errors);
  return out;
}

}  // namespace redoubt
