// How C++ types meet JSON, parameters and JSON Schema. Codec<T> is the one place per type: decode from JSON (collecting
// every error), decode_text from a parameter, encode, and schema. A model is a struct described with
// BOOST_DESCRIBE_STRUCT; its members' types carry the rules (types.hpp). Specialise Codec for a type of your own.
//
//   struct ItemIn { Text<1, 255> title; std::optional<Text<0, 2000>> description; };
//   BOOST_DESCRIBE_STRUCT(ItemIn, (), (title, description))
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "redoubt/codec.hpp"

namespace redoubt {

// A model: described, and not an enumeration.
template <class T>
concept Model = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

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

namespace detail {

template <class T>
struct value_schema {
  static std::string of(Schemas& schemas) { return Codec<T>::schema(schemas); }
};

}  // namespace detail

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
  // `members`: those before the described ones, whose schemas `SchemaOf` gives.
  template <template <class> class SchemaOf = detail::value_schema>
  static std::string definition(Schemas& schemas, std::vector<detail::MemberSchema> members) {
    boost::mp11::mp_for_each<Members>([&](auto d) {
      using M = std::remove_cvref_t<decltype(std::declval<T&>().*d.pointer)>;
      std::string_view text;
      if constexpr (requires { Words<T>::fields; }) {
        for (const FieldText& field : Words<T>::fields) {
          if (field.name == d.name) text = field.text;
        }
      }
      members.push_back({d.name, SchemaOf<M>::of(schemas), !Omittable<M>, text});
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
