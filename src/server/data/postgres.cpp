#include <stdexcept>

#include "data/drivers.hpp"

namespace redoubt::data {

std::unique_ptr<detail::Driver> make_postgres_driver(const std::string&, DatabaseOptions) {
  throw std::invalid_argument("PostgreSQL is not supported yet");
}

}  // namespace redoubt::data
