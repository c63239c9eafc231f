// Under which reason a refusal by the gate is counted.
#pragma once

#include "redoubt/server.hpp"

namespace redoubt::net {

[[nodiscard]] constexpr Refused reason_of(int status) noexcept {
  switch (status) {
    case 408:
      return Refused::timed_out;
    case 413:
    case 414:
    case 431:
      return Refused::too_large;
    case 417:
      return Refused::unmet_expectation;
    case 501:
    case 505:
      return Refused::not_implemented;
    default:
      return Refused::malformed;
  }
}

}  // namespace redoubt::net
