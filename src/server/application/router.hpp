// Finds the route for a method and a path. A tree of path segments: literals before parameters, so "/users/me" wins
// over
// "/users/{id}". Built once; finding allocates nothing but the values that need percent-decoding.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redoubt/route.hpp"

namespace redoubt {

class Router {
 public:
  // The routes must stay where they are. Two routes with the same method and the same shape throw std::logic_error.
  void build(std::deque<Route>& routes);

  struct Match {
    const Route* route = nullptr;  // null: none for this method (see allow), or none at all (allow empty)
    std::string_view allow;        // the methods of this path, for 405 and OPTIONS: "GET, HEAD, POST"
    std::span<const Method> methods;
    // The pattern's names with their raw (still encoded) values.
    std::array<std::pair<std::string_view, std::string_view>, 16> values{};
    std::size_t value_count = 0;
  };
  [[nodiscard]] Match find(Method method, std::string_view path) const noexcept;

 private:
  static constexpr std::size_t method_count = 8;

  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> parameter;
    std::array<const Route*, method_count> routes{};
    std::array<std::vector<std::string>, method_count> names;  // of each route's own parameters
    std::string allow;
    std::vector<Method> methods;
  };

  using Raw = std::array<std::string_view, 16>;
  static const Node* descend(const Node& node, std::string_view rest, Raw& raw, std::size_t depth) noexcept;
  static void finish(Node& node);

  Node root_;
};

}  // namespace redoubt
