#include "snapshot_names.hpp"

namespace redoubt::estate::snapshot {
namespace {

constexpr std::string_view marks = ".-_@ =";

bool is_mark(char c) {
  return marks.find(c) != std::string_view::npos;
}

// The text without the operation at its beginning, however that is written; empty where it begins otherwise.
std::string_view without(std::string_view operation, std::string_view text) {
  const std::string wanted = squashed(operation);
  std::size_t matched = 0;
  while (matched < wanted.size() && !text.empty()) {
    if (text.front() != '-' && text.front() != '_' && squashed(text.substr(0, 1)) != wanted.substr(matched++, 1))
      return {};
    text.remove_prefix(1);
  }
  return matched == wanted.size() ? text : std::string_view();
}

}  // namespace

bool names(std::string_view parameter, const Resource& resource) {
  const auto ends = [](std::string_view whole, std::string_view end) {
    return whole.size() > end.size() + 1 && whole.ends_with(end) &&
           (whole[whole.size() - end.size() - 1] == '/' || whole[whole.size() - end.size() - 1] == ':');
  };
  return parameter == resource.id || parameter == resource.arn || ends(resource.arn, parameter) ||
         ends(resource.id, parameter) || ends(parameter, resource.id);
}

bool carries(std::string_view file, std::string_view name) {
  if (name.empty()) return false;
  for (std::size_t at = file.find(name); at != std::string_view::npos; at = file.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || is_mark(file[at - 1])) && (end == file.size() || is_mark(file[end]))) return true;
  }
  return false;
}

std::string squashed(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != '-' && c != '_') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::string named_by_file(std::string_view operation, std::string_view stem) {
  for (std::size_t at = 0; at < stem.size(); ++at) {
    if (at > 0 && !is_mark(stem[at - 1])) continue;
    const std::string_view rest = without(operation, stem.substr(at));
    if (rest.size() < 2 || !is_mark(rest.front())) continue;
    const std::string_view name = rest.substr(1);
    return name.find_first_not_of("0123456789") == std::string_view::npos ? std::string() : std::string(name);
  }
  return {};
}

}  // namespace redoubt::estate::snapshot
