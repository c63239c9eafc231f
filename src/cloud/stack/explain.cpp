#include "explain.hpp"
namespace redoubt::stack {
std::string explain(const Configuration&) {
  return {};
}
}  // namespace redoubt::stack
