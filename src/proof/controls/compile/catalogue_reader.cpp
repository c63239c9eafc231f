#include "catalogue_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>

namespace redoubt::controls {
namespace {

constexpr std::array<std::string_view, 4> levels = {"implemented", "recommended", "checklist", "added"};

class Refused : public std::runtime_error {
  using runtime_error::runtime_error;
};

[[noreturn]] void refuse(const std::string& file, const toml::node& node, const std::string& why) {
  throw Refused(fmt::format("{}:{}: {}", file, node.source().begin.line, why));
}

// A table whose members are taken one by one; what is left at the end is unknown.
class Members {
 public:
  Members(const std::string& file, const toml::table& table, std::string what)
      : file_(file), table_(table), what_(std::move(what)) {}

  const toml::node& take(std::string_view name) {
    const toml::node* const node = table_.get(name);
    if (!node) refuse(file_, table_, fmt::format("{} has no `{}` (add it)", what_, name));
    taken_.insert(std::string(name));
    return *node;
  }

  std::string text(std::string_view name) {
    const toml::node& node = take(name);
    std::optional<std::string> text = node.value_exact<std::string>();
    if (!text) refuse(file_, node, fmt::format("`{}` is not a text", name));
    if (text->empty() || text->front() == ' ' || text->back() == ' ' || text->find('\n') != std::string::npos)
      refuse(file_, node, fmt::format("`{}` is empty, begins or ends with a space, or has a line break", name));
    return *std::move(text);
  }

  // One of the values of an enumeration, by its name.
  template <class T>
  T one_of(std::string_view name, std::initializer_list<T> all) {
    const std::string text = this->text(name);
    for (const T value : all)
      if (name_of(value) == text) return value;
    std::vector<std::string_view> names;
    for (const T value : all) names.push_back(name_of(value));
    refuse(file_, take(name), fmt::format("`{}` is \"{}\", not one of {}", name, text, fmt::join(names, ", ")));
  }

  const toml::array& tables(std::string_view name) {
    const toml::node& node = take(name);
    const toml::array* const array = node.as_array();
    if (!array || array->empty() || !array->is_homogeneous(toml::node_type::table))
      refuse(file_, node, fmt::format("`{}` is not a list of tables", name));
    return *array;
  }

  void nothing_else() const {
    for (const auto& [key, node] : table_)
      if (!taken_.contains(key.str()))
        refuse(file_, node, fmt::format("{} has a member `{}` that is not known (remove it)", what_, key.str()));
  }

 private:
  const std::string& file_;
  const toml::table& table_;
  std::string what_;
  std::set<std::string, std::less<>> taken_;
};

class Reader {
 public:
  void read(const CatalogueFile& file) {
    file_ = file.name;
    const toml::table document = toml::parse(std::string_view(file.text), std::string_view(file.name));
    Members members(file_, document, "the file");
    const std::string section = members.text("section");
    for (const toml::node& node : members.tables("control")) read_control(*node.as_table(), section);
    members.nothing_else();
  }

  std::vector<Control> take() { return std::move(controls_); }

 private:
  void read_control(const toml::table& table, const std::string& section) {
    Members members(file_, table, "the control");
    Control control;
    control.id = members.text("id");
    control.section = section;
    if (!RE2::FullMatch(control.id, R"([A-Z]+-[1-9]\d*)"))
      refuse(file_, table, fmt::format("\"{}\" is not a control's id, such as ENC-1", control.id));
    if (!ids_.insert(control.id).second) refuse(file_, table, fmt::format("{} occurs a second time", control.id));
    control.title = members.text("title");
    control.level = read_level(members);
    control.requirement = members.text("requirement");
    control.why = members.text("why");
    control.realised = members.text("realised");
    control.frameworks = read_frameworks(members.take("frameworks"), control.id);
    for (const toml::node& node : members.tables("check"))
      control.checks.push_back(read_check(*node.as_table(), control.id));
    members.nothing_else();
    controls_.push_back(std::move(control));
  }

  // "implemented", or several as in "implemented, recommended".
  std::string read_level(Members& members) {
    std::string text = members.text("level");
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t comma = std::min(rest.find(", "), rest.size());
      if (std::ranges::find(levels, rest.substr(0, comma)) == levels.end())
        refuse(file_, members.take("level"), fmt::format("`level` is not one of {}", fmt::join(levels, ", ")));
      rest.remove_prefix(std::min(comma + 2, rest.size()));
    }
    return text;
  }

  CheckEntry read_check(const toml::table& table, const std::string& control) {
    Members members(file_, table, "the check");
    CheckEntry check;
    check.id = members.text("id");
    if (!check.id.starts_with(control + ".") || !RE2::FullMatch(check.id, R"([A-Z]+-\d+\.[a-z][a-z0-9]*(-[a-z0-9]+)*)"))
      refuse(file_, table, fmt::format("\"{}\" is not a check's id, such as {}.encrypted", check.id, control));
    if (!ids_.insert(check.id).second) refuse(file_, table, fmt::format("{} occurs a second time", check.id));
    check.title = members.text("title");
    check.source = members.one_of<Source>(
        "source", {Source::estate, Source::account, Source::service, Source::image, Source::document});
    check.least_scope = members.one_of<Scope>("scope", {Scope::fragment, Scope::stack, Scope::account});
    check.severity =
        members.one_of<Severity>("severity", {Severity::critical, Severity::high, Severity::medium, Severity::low});
    check.remedy = members.text("remedy");
    members.nothing_else();
    return check;
  }

  // In the order of frameworks(), whatever the order of the file.
  std::vector<FrameworkReference> read_frameworks(const toml::node& node, const std::string& control) {
    const toml::table* const table = node.as_table();
    if (!table || table->empty())
      refuse(file_, node, fmt::format("{}: `frameworks` is not a table with members", control));
    std::vector<FrameworkReference> out;
    std::size_t known = 0;
    for (const Framework& framework : frameworks()) {
      const toml::node* const member = table->get(framework.name);
      if (!member) continue;
      ++known;
      out.push_back({std::string(framework.name), read_requirements(*member, framework)});
    }
    if (known != table->size())
      for (const auto& [key, member] : *table)
        if (std::ranges::find(frameworks(), key.str(), &Framework::name) == frameworks().end())
          refuse(file_, member, fmt::format("\"{}\" is not a framework that Redoubt knows", key.str()));
    return out;
  }

  std::vector<std::string> read_requirements(const toml::node& node, const Framework& framework) {
    const toml::array* const array = node.as_array();
    if (!array || array->empty())
      refuse(file_, node, fmt::format("`{}` is not a list of requirements", framework.name));
    std::vector<std::string> out;
    for (const toml::node& item : *array) {
      const std::optional<std::string> text = item.value_exact<std::string>();
      if (!text || !RE2::FullMatch(*text, RE2(re2::StringPiece(framework.pattern.data(), framework.pattern.size()))))
        refuse(file_, item,
               fmt::format("{} is not the number of a requirement of {}", text.value_or("this"), framework.name));
      if (std::ranges::find(out, *text) != out.end()) refuse(file_, item, fmt::format("{} stands there twice", *text));
      out.push_back(*text);
    }
    return out;
  }

  std::string file_;
  std::vector<Control> controls_;
  std::set<std::string, std::less<>> ids_;
};

}  // namespace

std::expected<std::vector<Control>, std::string> read_catalogue(std::span<const CatalogueFile> files) {
  Reader reader;
  for (const CatalogueFile& file : files) {
    try {
      reader.read(file);
    } catch (const Refused& refused) {
      return std::unexpected(refused.what());
    } catch (const toml::parse_error& error) {
      return std::unexpected(fmt::format("{}:{}: {}", file.name, error.source().begin.line, error.description()));
    }
  }
  return reader.take();
}

}  // namespace redoubt::controls
