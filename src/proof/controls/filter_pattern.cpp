#include "filter_pattern.hpp"

#include <algorithm>
#include <vector>

namespace redoubt::controls {

struct FilterPattern::Node {
  enum class Is : std::uint8_t { all, any, equal, unequal, missing, present };
  Is is = Is::all;
  std::vector<std::shared_ptr<const Node>> parts;  // of all and any
  std::string path;                                // of the others, without "$."
  std::string value;                               // of equal and unequal; `*` stands for any text

  [[nodiscard]] Truth holds(const LogEvent& event) const;
};

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// `*` at any place stands for any text.
bool is_like(std::string_view text, std::string_view pattern) {
  std::size_t star = std::string_view::npos, resume = 0, at = 0, in = 0;
  while (at < text.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      resume = at;
    } else if (in < pattern.size() && pattern[in] == text[at]) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (in < pattern.size() && pattern[in] == '*') ++in;
  return in == pattern.size();
}

}  // namespace

Truth FilterPattern::Node::holds(const LogEvent& event) const {
  if (is == Is::all || is == Is::any) {
    Truth out = truth(is == Is::all);
    for (const auto& each : parts)
      out = is == Is::all ? both(out, each->holds(event)) : either(out, each->holds(event));
    return out;
  }
  const auto member = event.find(path);
  const bool there = member != event.end();
  switch (is) {
    case Is::missing:
      return truth(!there);
    case Is::present:
      return truth(there);
    case Is::equal:
      return truth(there && is_like(member->second, value));
    default:
      if (!there) return unknown_truth("it compares $." + path + ", which the event does not have");
      return truth(!is_like(member->second, value));
  }
}

class FilterPatternReader {
 public:
  using Node = FilterPattern::Node;
  using Pointer = std::shared_ptr<const Node>;

  explicit FilterPatternReader(std::string_view text) : text_(text) {}

  std::optional<FilterPattern> read() {
    if (!take("{")) return std::nullopt;
    Pointer root = any_of();
    if (!root || !take("}")) return std::nullopt;
    skip_space();
    if (!text_.empty()) return std::nullopt;
    FilterPattern out;
    out.root_ = std::move(root);
    return out;
  }

 private:
  void skip_space() {
    while (!text_.empty() && is_space(text_.front())) text_.remove_prefix(1);
  }

  bool take(std::string_view token) {
    skip_space();
    if (!text_.starts_with(token)) return false;
    text_.remove_prefix(token.size());
    return true;
  }

  // && binds more tightly than ||.
  Pointer any_of() {
    return joined("||", Node::Is::any, [this] { return joined("&&", Node::Is::all, [this] { return one(); }); });
  }

  template <class Inner>
  Pointer joined(std::string_view by, Node::Is is, Inner inner) {
    auto out = std::make_shared<Node>();
    out->is = is;
    do {
      Pointer each = inner();
      if (!each) return nullptr;
      out->parts.push_back(std::move(each));
    } while (take(by));
    return out;
  }

  Pointer one() {
    constexpr int deepest = 64;
    if (take("(")) {
      if (++depth_ > deepest) return nullptr;
      Pointer inner = any_of();
      --depth_;
      return inner && take(")") ? inner : nullptr;
    }
    return comparison();
  }

  Pointer comparison() {
    if (!take("$.")) return nullptr;
    auto out = std::make_shared<Node>();
    out->path = word("=!<> \t\n\r()&|{}");
    if (out->path.empty() || out->path.find_first_of("[]*\"") != std::string::npos) return nullptr;
    if (take("NOT EXISTS")) {
      out->is = Node::Is::missing;
      return out;
    }
    if (take("EXISTS")) {
      out->is = Node::Is::present;
      return out;
    }
    if (take("!="))
      out->is = Node::Is::unequal;
    else if (take("="))
      out->is = Node::Is::equal;
    else
      return nullptr;  // numbers, IS NULL, IS TRUE
    skip_space();
    if (text_.starts_with('"')) {
      const std::size_t end = text_.find('"', 1);
      if (end == std::string_view::npos) return nullptr;
      out->value = text_.substr(1, end - 1);
      text_.remove_prefix(end + 1);
      if (out->value.find('\\') != std::string::npos) return nullptr;
      return out;
    }
    out->value = word(" \t\n\r()&|{}");
    const bool is_expression = out->value.starts_with('%');
    return out->value.empty() || is_expression ? nullptr : out;
  }

  std::string word(std::string_view ends) {
    const std::size_t end = std::min(text_.find_first_of(ends), text_.size());
    std::string out(text_.substr(0, end));
    text_.remove_prefix(end);
    return out;
  }

  std::string_view text_;
  int depth_ = 0;
};

std::optional<FilterPattern> FilterPattern::read(std::string_view text) {
  return FilterPatternReader(text).read();
}

Truth FilterPattern::matches(const LogEvent& event) const {
  return root_->holds(event);
}

}  // namespace redoubt::controls
