#include "redoubt/request_id.hpp"

#include <algorithm>

#include "guard/random_id.hpp"

namespace redoubt {
namespace {

constexpr std::size_t own_id_bytes = 16;

bool is_harmless(std::string_view id) noexcept {
  return !id.empty() && id.size() <= longest_request_id && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

}  // namespace

std::string request_id(const Fields& fields) {
  const auto given = fields.find(request_id_field);
  if (given && is_harmless(*given) && fields.count(request_id_field) == 1) return std::string(*given);
  return guard::random_id(own_id_bytes);
}

}  // namespace redoubt
