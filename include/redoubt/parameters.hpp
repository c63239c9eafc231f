// The inputs of a handler: what stands in the path, the query, a header, a cookie or the body. Their types carry the
// rules; every error of all of them is answered together (422).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/argument.hpp"
#include "redoubt/exchange.hpp"
#include "redoubt/fixed_string.hpp"
#include "redoubt/model.hpp"
#include "redoubt/operation.hpp"

namespace redoubt {

// {Name} of the route's pattern.
template <FixedString Name, class T>
struct Path : Wrapped<T> {
  static constexpr std::string_view name = Name.view();
};

// A query parameter: Query<"q", std::optional<Text<1, 100>>>. std::vector<T> takes repeated ones.
template <FixedString Name, class T>
struct Query : Wrapped<T> {};

// A request field: Header<"x-client-version", std::optional<std::string>>.
template <FixedString Name, class T>
struct Header : Wrapped<T> {};

template <FixedString Name, class T>
struct Cookie : Wrapped<T> {};

// A JSON body.
template <class T>
struct Body : Wrapped<T> {
  T* operator->() noexcept { return &this->value; }
  const T* operator->() const noexcept { return &this->value; }
};

// An application/x-www-form-urlencoded body.
template <class T>
struct Form : Wrapped<T> {};

// ---- how they are read

namespace detail {

template <class T>
struct from_texts {  // one value
  static constexpr bool required = !Omittable<T>;
  static bool decode(std::span<const std::string_view> values, T& out, const Location& at, ValidationErrors& errors) {
    if (values.empty()) {
      if constexpr (Omittable<T>) {
        Codec<T>::omit(out);
        return true;
      } else {
        add_missing(at, errors);
        return false;
      }
    }
    if (values.size() > 1) {
      errors.add(at, "duplicate", "Input should be given once");
      return false;
    }
    return Codec<T>::decode_text(values.front(), out, at, errors);
  }
};

template <class T, std::size_t Max>
bool decode_repeated(std::span<const std::string_view> values, std::vector<T>& out, std::size_t min, const Location& at,
                     ValidationErrors& errors) {
  if (!check_size(values.size(), min, Max, at, errors)) return false;
  bool good = true;
  std::size_t index = 0;
  for (const std::string_view value : values)
    good &= Codec<T>::decode_text(value, out.emplace_back(), at.element(index++), errors);
  return good;
}

template <class T>
struct from_texts<std::vector<T>> {
  static constexpr bool required = false;
  static bool decode(std::span<const std::string_view> values, std::vector<T>& out, const Location& at,
                     ValidationErrors& errors) {
    return decode_repeated<T, default_max_elements>(values, out, 0, at, errors);
  }
};

template <class T, std::size_t Min, std::size_t Max, bool Unique>
struct from_texts<List<T, Min, Max, Unique>> {
  static constexpr bool required = Min > 0;
  static bool decode(std::span<const std::string_view> values, List<T, Min, Max, Unique>& out, const Location& at,
                     ValidationErrors& errors) {
    return decode_repeated<T, Max>(values, out.value, Min, at, errors);
  }
};

// A model from form fields: like a JSON object of strings.
template <Model T>
bool decode_form_model(const std::vector<std::pair<std::string_view, std::string_view>>& fields, T& out,
                       const Location& at, ValidationErrors& errors) {
  constexpr const auto& names = member_names<T>;
  bool good = true;
  for (const auto& [name, value] : fields) {
    if (MemberNames{names.data(), names.size()}.index_of(name) == names.size()) {
      add_unknown_member(at.member(name), errors);
      good = false;
    }
  }
  boost::mp11::mp_for_each<members_of<T>>([&](auto d) {
    std::vector<std::string_view> values;
    for (const auto& [name, value] : fields) {
      if (name == d.name) values.push_back(value);
    }
    auto& member = out.*d.pointer;
    good &= from_texts<std::remove_reference_t<decltype(member)>>::decode(values, member, at.member(d.name), errors);
  });
  return good;
}

void describe_parameter(Operation& operation, std::string_view in, std::string_view name, bool required,
                        std::string schema);

// The schema of a parameter that may be left out does not also allow null.
template <class T>
struct parameter_schema {
  static std::string of(Schemas& schemas) { return Codec<T>::schema(schemas); }
};
template <class T>
struct parameter_schema<std::optional<T>> : parameter_schema<T> {};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T, template <class...> class L, class... D>
constexpr bool has_optional(L<D...>) {
  return (is_optional<std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>> || ...);
}

// A form has no null: where members may be left out its schema is another than that of the same model in JSON.
template <Model T>
std::string form_schema(Schemas& schemas) {
  if constexpr (has_optional<T>(members_of<T>{})) {
    return schemas.reference(type_name<T>() + "Form",
                             [&] { return Codec<T>::template definition<parameter_schema>(schemas, {}); });
  } else {
    return Codec<T>::schema(schemas);
  }
}

// All values that the request has for a parameter of that name, where it may stand.
std::vector<std::string_view> query_values(Exchange& exchange, std::string_view name);
std::vector<std::string_view> header_values(Exchange& exchange, std::string_view name);
std::vector<std::string_view> cookie_values(Exchange& exchange, std::string_view name);

// What Query, Header and Cookie have in common: only where the values come from differs.
template <class P, FixedString In, FixedString Name, auto values_of>
struct ParameterArgument {
  using T = typename P::wrapped_type;
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body;
  static std::optional<P> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, In.view()};
    std::optional<P> made(std::in_place);
    const auto values = values_of(exchange, Name.view());
    if (!from_texts<T>::decode(values, made->value, origin.member(Name.view()), exchange.errors)) made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    describe_parameter(operation, In.view(), Name.view(), from_texts<T>::required,
                       parameter_schema<T>::of(operation.schemas));
  }
};

}  // namespace detail

template <FixedString Name, class T>
struct Argument<Query<Name, T>> : detail::ParameterArgument<Query<Name, T>, "query", Name, detail::query_values> {};
template <FixedString Name, class T>
struct Argument<Header<Name, T>> : detail::ParameterArgument<Header<Name, T>, "header", Name, detail::header_values> {};
template <FixedString Name, class T>
struct Argument<Cookie<Name, T>> : detail::ParameterArgument<Cookie<Name, T>, "cookie", Name, detail::cookie_values> {};

template <FixedString Name, class T>
struct Argument<Path<Name, T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body;
  static std::optional<Path<Name, T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("path")};
    std::optional<Path<Name, T>> made(std::in_place);
    if (!Codec<T>::decode_text(exchange.path_value(Name.view()), made->value, origin.member(Name.view()),
                               exchange.errors))
      made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    detail::describe_parameter(operation, "path", Name.view(), true, Codec<T>::schema(operation.schemas));
  }
};

template <class T>
struct Argument<Body<T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body = "application/json";
  static std::optional<Body<T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("body")};
    // JSON that does not parse has no parts to be wrong: that is the only error then.
    const json::Document document = detail::parse_or_fail(std::move(exchange.body), "body");
    std::optional<Body<T>> made(std::in_place);
    if (!Codec<T>::decode(document.root(), made->value, origin, exchange.errors)) made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    operation.body_media_type = needs_body;
    operation.body_schema = Codec<T>::schema(operation.schemas);
    operation.errors.insert({400, 413, 415, 422});
  }
};

template <class T>
struct Argument<Form<T>> {
  static constexpr Phase phase = Phase::input;
  static constexpr std::string_view needs_body = "application/x-www-form-urlencoded";
  static std::optional<Form<T>> resolve(Exchange& exchange) {
    static constexpr Location origin{nullptr, std::string_view("body")};
    std::optional<Form<T>> made(std::in_place);
    if (!detail::decode_form_model(decode_form(exchange.body, exchange), made->value, origin, exchange.errors))
      made.reset();
    return made;
  }
  static void describe(Operation& operation) {
    operation.body_media_type = needs_body;
    operation.body_schema = detail::form_schema<T>(operation.schemas);
    operation.errors.insert({400, 413, 415, 422});
  }
};

}  // namespace redoubt
