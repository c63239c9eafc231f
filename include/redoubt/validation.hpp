// What is wrong with an input, all of it at once, in the shape that FastAPI's clients know:
// {"detail": [{"type", "loc", "msg", "ctx"}]}. The input itself is never echoed: it may be a password.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "redoubt/http.hpp"

namespace redoubt {

// Where a value stands: "body" → "items" → 3 → "title". A chain of frames on the stack; no allocation.
struct Location {
  const Location* parent = nullptr;
  std::variant<std::string_view, std::size_t> step;

  [[nodiscard]] Location member(std::string_view name) const noexcept { return {this, name}; }
  [[nodiscard]] Location element(std::size_t index) const noexcept { return {this, index}; }
};

class ValidationErrors {
 public:
  // More than these are counted no further: an input cannot make the answer grow without bound.
  static constexpr std::size_t max_reported = 100;

  // `type` is machine-readable (pydantic's names), `message` for people, `context` a JSON object or empty.
  void add(const Location& location, std::string_view type, std::string_view message, std::string_view context = {});

  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  // The errors as a JSON array.
  [[nodiscard]] std::string to_json() const { return "[" + json_ + "]"; }

 private:
  std::string json_;
  std::size_t count_ = 0;
};

// 422 with the errors as its detail.
class ValidationFailed : public HttpError {
 public:
  explicit ValidationFailed(const ValidationErrors& errors)
      : HttpError(422, "validation failed", Json{errors.to_json()}) {}
  // One error about one place, for rules that a type cannot say: ValidationFailed({"body", "password"}, "…").
  ValidationFailed(std::initializer_list<std::string_view> location, std::string_view message,
                   std::string_view type = "value_error");
};

}  // namespace redoubt
