// SQL as compile-time text, the values bound to it, and rows read back into described structs. Handlers meet it through
// Database's calls (database.hpp). No string made at run time can become SQL: a Statement converts from a literal only,
// and a mistake in its quotes, placeholders or number of arguments does not compile.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace redoubt::sql {

// What a value may be. The order is that of the alternatives of Value and Cell.
enum class Kind : std::uint8_t { null, boolean, integer, real, text, bytes };

// A value on its way to the database, owned: it may outlive the expression that made it.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::byte>>;
// A value as the database gave it; a view that lives as long as the row.
using Cell = std::variant<std::monostate, bool, std::int64_t, double, std::string_view, std::span<const std::byte>>;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// The kind of a C++ type, an optional's being that of what it holds; Kind::null for types that cannot be bound or read.
template <class T>
consteval Kind kind_of() {
  if constexpr (is_optional<T>)
    return kind_of<typename T::value_type>();
  else if constexpr (std::same_as<T, bool>)
    return Kind::boolean;
  else if constexpr (std::integral<T> && sizeof(T) >= sizeof(std::int16_t))
    return Kind::integer;
  else if constexpr (std::same_as<T, double>)
    return Kind::real;
  else if constexpr (std::convertible_to<const T&, std::string_view>)
    return Kind::text;
  else if constexpr (std::convertible_to<const T&, std::span<const std::byte>>)
    return Kind::bytes;
  else
    return Kind::null;
}

template <class T>
concept Bindable = kind_of<std::remove_cvref_t<T>>() != Kind::null;

// Text that holds U+0000, which PostgreSQL cannot store, and integers above INT64_MAX throw std::invalid_argument.
Value text_value(std::string text);
Value integer_value(std::uint64_t integer);

template <Bindable T>
Value to_value(T&& argument) {
  using Plain = std::remove_cvref_t<T>;
  constexpr Kind kind = kind_of<Plain>();
  if constexpr (is_optional<Plain>) {
    if (!argument) return {};
    return to_value(*std::forward<T>(argument));
  } else if constexpr (kind == Kind::text && std::same_as<Plain, std::string>) {
    return text_value(std::forward<T>(argument));
  } else if constexpr (kind == Kind::text) {
    return text_value(std::string(std::string_view(argument)));
  } else if constexpr (kind == Kind::bytes) {
    const std::span<const std::byte> bytes(argument);
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  } else if constexpr (kind == Kind::integer && std::unsigned_integral<Plain>) {
    return integer_value(argument);
  } else if constexpr (kind == Kind::integer) {
    return static_cast<std::int64_t>(argument);
  } else {
    return argument;
  }
}

// ---- statements

namespace detail {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_word(char c) {
  return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

// Calls plain(index) for each byte of `sql` outside quotes and comments, and placeholder(index, end, number) for each
// $N. What the two databases would read differently is refused by throwing a sentence, which in a constant expression
// is a compile error that shows it.
template <class Plain, class Placeholder>
constexpr void walk(std::string_view sql, Plain plain, Placeholder placeholder) {
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    const char next = i + 1 < sql.size() ? sql[i + 1] : '\0';
    if (c == '\'' || c == '"') {
      if (c == '\'' && i > 0 && (is_word(sql[i - 1]) || sql[i - 1] == '&'))
        throw "SQL: prefixed strings (E'', X'', U&'') are read differently by PostgreSQL and SQLite: bind a value";
      const std::size_t end = sql.find(c, i + 1);  // a doubled quote is read as two strings side by side
      if (end == std::string_view::npos) throw "SQL: a quote is not closed";
      i = end;
    } else if (c == '-' && next == '-') {
      while (i < sql.size() && sql[i] != '\n') ++i;
    } else if (c == '/' && next == '*') {
      throw "SQL: block comments nest in PostgreSQL and not in SQLite: use -- comments";
    } else if (c == '$') {
      std::size_t end = i + 1;
      std::size_t number = 0;
      while (end < sql.size() && is_digit(sql[end]) && number < 1000)
        number = number * 10 + static_cast<std::size_t>(sql[end++] - '0');
      if (number == 0 || sql[i + 1] == '0' || (end < sql.size() && is_word(sql[end])) || (i > 0 && is_word(sql[i - 1])))
        throw "SQL: after $ comes a placeholder's number, counted from 1";
      placeholder(i, end, number);
      i = end - 1;
    } else if (c == '?' || c == ':' || c == '@') {
      throw "SQL: ? : @ begin parameters in SQLite; write placeholders as $1 and casts as CAST(x AS type)";
    } else if (c == '\0' || c == '\\') {
      throw "SQL: NUL and backslash have no place outside quotes";
    } else {
      plain(i);
    }
  }
}

constexpr std::string_view first_word(std::string_view sql, std::span<char> upper) {
  std::size_t begin = 0;
  while (begin < sql.size() && (is_space(sql[begin]) || sql[begin] == '(' || sql[begin] == '-')) {
    if (sql[begin] == '-')
      while (begin < sql.size() && sql[begin] != '\n') ++begin;
    else
      ++begin;
  }
  std::size_t size = 0;
  for (; begin + size < sql.size() && size < upper.size() && is_word(sql[begin + size]); ++size) {
    const char c = sql[begin + size];
    upper[size] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return {upper.data(), size};
}

// Checks the text against the number of arguments; gives whether it only reads.
constexpr bool check(std::string_view sql, std::size_t arguments) {
  std::array<bool, 100> used{};
  std::size_t highest = 0;
  bool ended = false;
  walk(
      sql,
      [&](std::size_t i) {
        if (ended && !is_space(sql[i])) throw "SQL: one statement at a time";
        ended = ended || sql[i] == ';';
      },
      [&](std::size_t, std::size_t, std::size_t number) {
        if (ended) throw "SQL: one statement at a time";
        if (number >= used.size()) throw "SQL: too many placeholders";
        used[number] = true;
        highest = number > highest ? number : highest;
      });
  for (std::size_t number = 1; number <= highest; ++number)
    if (!used[number]) throw "SQL: the placeholders leave a number out";
  if (highest > arguments) throw "SQL: there are more placeholders than arguments";
  if (highest < arguments) throw "SQL: there are more arguments than placeholders";

  std::array<char, 16> buffer{};
  const std::string_view verb = first_word(sql, buffer);
  if (verb.empty()) throw "SQL: the statement is empty";
  for (const std::string_view control :
       {"BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"})
    if (verb == control) throw "SQL: transactions are Database::transaction's business";
  return verb == "SELECT" || verb == "VALUES";
}

template <Kind... kinds>
inline constexpr std::array<Kind, sizeof...(kinds)> kinds_of{kinds...};

}  // namespace detail

// One SQL statement for both databases. Placeholders are $1 to $n, one for each argument, in any order.
template <class... Args>
class BasicStatement {
 public:
  // Not explicit: a literal is meant to convert.
  template <std::size_t N>
  consteval BasicStatement(const char (&literal)[N])
      : sql_(literal, N - 1), reads_(detail::check(sql_, sizeof...(Args))) {}

  // The literal: its address identifies the statement for the life of the process.
  [[nodiscard]] constexpr std::string_view sql() const { return sql_; }
  // It begins with SELECT or VALUES, and is taken to change nothing. (Calling a function that writes, by SELECT, is
  // therefore for transactions: outside of one, a lost connection would repeat it.)
  [[nodiscard]] constexpr bool reads() const { return reads_; }
  [[nodiscard]] static constexpr std::span<const Kind> kinds() {
    return detail::kinds_of<kind_of<std::remove_cvref_t<Args>>()...>;
  }

 private:
  std::string_view sql_;
  bool reads_;
};

// As std::format_string: the arguments' types are deduced from the arguments alone.
template <class... Args>
using Statement = BasicStatement<std::type_identity_t<Args>...>;

// ---- rows

// One row as a driver holds it. Drivers derive from it.
class RowSource {
 public:
  virtual ~RowSource() = default;
  [[nodiscard]] virtual Cell cell(std::size_t column) const = 0;
  [[nodiscard]] virtual std::string_view column_name(std::size_t column) const = 0;
  // Throws DatabaseError that names the statement and the column.
  [[noreturn]] void refuse(std::size_t column, std::string_view why) const;

  std::string_view sql;
  std::span<const std::uint16_t> columns;  // for each member of the row's struct, its column
};

// What a driver must know of the type that rows are read into.
struct RowType {
  std::span<const std::string_view> members;  // empty: a bare value, from a single column
  void (*append)(void* rows, const RowSource& source);
};

namespace detail {

template <class T>
void read(T& target, const RowSource& source, std::size_t column) {
  static_assert(Bindable<T>,
                "a row's members are bool, integers, double, std::string, std::vector<std::byte>, or "
                "std::optional of those");
  const Cell cell = source.cell(column);
  if constexpr (is_optional<T>) {
    if (std::holds_alternative<std::monostate>(cell))
      target.reset();
    else
      read(target.emplace(), source, column);
  } else {
    if (std::holds_alternative<std::monostate>(cell))
      source.refuse(column, "is NULL, and the member that reads it is not optional");
    if constexpr (std::same_as<T, bool>) {
      if (const auto* boolean = std::get_if<bool>(&cell)) {
        target = *boolean;
        return;
      }
      // SQLite's booleans are the integers 0 and 1.
      const auto* integer = std::get_if<std::int64_t>(&cell);
      if (integer == nullptr || (*integer != 0 && *integer != 1)) source.refuse(column, "is no boolean");
      target = *integer == 1;
    } else if constexpr (std::integral<T>) {
      const auto* integer = std::get_if<std::int64_t>(&cell);
      if (integer == nullptr) source.refuse(column, "is no integer");
      if (!std::in_range<T>(*integer)) source.refuse(column, "is out of the member's range");
      target = static_cast<T>(*integer);
    } else if constexpr (std::same_as<T, double>) {
      constexpr std::int64_t exact = std::int64_t{1} << 53;  // integers up to here are doubles without loss
      if (const auto* real = std::get_if<double>(&cell)) {
        target = *real;
      } else if (const auto* integer = std::get_if<std::int64_t>(&cell);
                 integer != nullptr && *integer <= exact && *integer >= -exact) {
        target = static_cast<double>(*integer);
      } else {
        source.refuse(column, "is no double");
      }
    } else if constexpr (std::same_as<T, std::string>) {
      const auto* text = std::get_if<std::string_view>(&cell);
      if (text == nullptr) source.refuse(column, "is no text");
      target.assign(*text);
    } else {
      static_assert(std::same_as<T, std::vector<std::byte>>, "bytes are read into std::vector<std::byte>");
      const auto* bytes = std::get_if<std::span<const std::byte>>(&cell);
      if (bytes == nullptr) source.refuse(column, "is no byte string");
      target.assign(bytes->begin(), bytes->end());
    }
  }
}

template <class Row>
using described_members =
    boost::describe::describe_members<Row, static_cast<unsigned>(boost::describe::mod_public) |
                                               static_cast<unsigned>(boost::describe::mod_inherited)>;

template <class Row>
struct RowReader {
  static constexpr bool bare = Bindable<Row>;

  static consteval auto names() {
    if constexpr (bare) {
      return std::array<std::string_view, 0>{};
    } else {
      static_assert(boost::describe::has_describe_members<Row>::value, "describe the row: BOOST_DESCRIBE_STRUCT");
      return []<class... Members>(boost::mp11::mp_list<Members...>) {
        return std::array<std::string_view, sizeof...(Members)>{Members::name...};
      }(boost::mp11::mp_rename<described_members<Row>, boost::mp11::mp_list>());
    }
  }

  static void append(void* rows, const RowSource& source) {
    Row row{};
    if constexpr (bare) {
      read(row, source, 0);
    } else {
      std::size_t member = 0;
      boost::mp11::mp_for_each<described_members<Row>>(
          [&](auto described) { read(row.*described.pointer, source, source.columns[member++]); });
    }
    static_cast<std::vector<Row>*>(rows)->push_back(std::move(row));
  }

  static constexpr auto member_names = names();
  static constexpr RowType type{.members = member_names, .append = append};
};

}  // namespace detail

// Which column each member is read from. A missing, surplus or repeated column throws DatabaseError.
std::vector<std::uint16_t> map_columns(std::string_view sql, const RowType& type,
                                       std::span<const std::string_view> column_names);

}  // namespace redoubt::sql
