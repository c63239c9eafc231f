#include "estate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace redoubt::estate {

const Resource* Estate::find(std::string_view id, std::uint32_t stack) const {
  const auto found =
      std::ranges::find_if(resources, [&](const Resource& each) { return each.stack == stack && each.id == id; });
  return found == resources.end() ? nullptr : &*found;
}

std::string Estate::place(Location at) const {
  const std::string_view file = at.file < files.size() ? std::string_view(files[at.file]) : std::string_view("?");
  return at.line == 0 ? std::string(file) : fmt::format("{}:{}", file, at.line);
}

}  // namespace redoubt::estate
