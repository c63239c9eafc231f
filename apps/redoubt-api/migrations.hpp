// The schema of the service's database, as the steps that lead to it.
#pragma once

#include <span>

#include "redoubt/migrations.hpp"

namespace redoubt::api {

[[nodiscard]] std::span<const Migration> migrations() noexcept;

}  // namespace redoubt::api
