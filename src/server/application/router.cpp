#include "application/router.hpp"

#include <stdexcept>

namespace redoubt {

namespace {

// Splits "/a/b" into "a" and "/b".
std::pair<std::string_view, std::string_view> first_segment(std::string_view path) {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  return {path.substr(0, end), path.substr(end)};
}

}  // namespace

void Router::build(std::deque<Route>& routes) {
  for (const Route& route : routes) {
    Node* node = &root_;
    std::vector<std::string> names;
    std::string_view rest = route.pattern_;
    while (!rest.empty()) {
      const auto [segment, after] = first_segment(rest);
      rest = after;
      if (segment.starts_with('{')) {
        names.emplace_back(segment.substr(1, segment.size() - 2));
        if (!node->parameter) node->parameter = std::make_unique<Node>();
        node = node->parameter.get();
      } else {
        auto& child = node->literals[std::string(segment)];
        if (!child) child = std::make_unique<Node>();
        node = child.get();
      }
    }
    const auto slot = static_cast<std::size_t>(route.method_);
    if (node->routes.at(slot) != nullptr)
      throw std::logic_error(
          fmt::format("two routes answer {} {}: remove one", to_string(route.method_), route.pattern_));
    node->routes.at(slot) = &route;
    node->names.at(slot) = std::move(names);
  }
  finish(root_);
}

void Router::finish(Node& node) {
  const auto has = [&](Method method) { return node.routes.at(static_cast<std::size_t>(method)) != nullptr; };
  constexpr std::array order = {Method::get,   Method::head, Method::post,   Method::put,
                                Method::patch, Method::del,  Method::options};
  bool any = false;
  for (const Method method : order) any = any || has(method);
  for (const Method method : order) {
    const bool implied = (method == Method::head && has(Method::get)) || (method == Method::options && any);
    if (!has(method) && !implied) continue;
    node.allow += (node.allow.empty() ? "" : ", ") + std::string(to_string(method));
    node.methods.push_back(method);
  }
  for (auto& [segment, child] : node.literals) finish(*child);
  if (node.parameter) finish(*node.parameter);
}

const Router::Node* Router::descend(const Node& node, std::string_view rest, Raw& raw, std::size_t depth) noexcept {
  if (rest.empty()) return node.allow.empty() ? nullptr : &node;
  const auto [segment, after] = first_segment(rest);
  if (const auto child = node.literals.find(segment); child != node.literals.end()) {
    if (const Node* found = descend(*child->second, after, raw, depth)) return found;
  }
  if (node.parameter && !segment.empty() && depth < raw.size()) {
    raw[depth] = segment;
    return descend(*node.parameter, after, raw, depth + 1);
  }
  return nullptr;
}

Router::Match Router::find(Method method, std::string_view path) const noexcept {
  Match match;
  if (!path.starts_with('/')) return match;
  Raw raw;
  const Node* node = descend(root_, path, raw, 0);
  if (node == nullptr) return match;
  match.allow = node->allow;
  match.methods = node->methods;
  auto slot = static_cast<std::size_t>(method);
  if (slot >= method_count) return match;
  if (method == Method::head && node->routes[slot] == nullptr) slot = static_cast<std::size_t>(Method::get);
  match.route = node->routes[slot];
  if (match.route != nullptr) {
    const auto& names = node->names[slot];
    match.value_count = names.size();
    for (std::size_t i = 0; i < names.size(); ++i) match.values[i] = {names[i], raw[i]};
  }
  return match;
}

}  // namespace redoubt
