// One request on its way through a route: what the arguments of a handler are made from. Handlers do not see it; a type
// that makes itself from a request (Argument<T>) does.
#pragma once

#include <forward_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "redoubt/json.hpp"
#include "redoubt/request.hpp"
#include "redoubt/validation.hpp"

namespace redoubt {

// What an application provides to its handlers, by type: see Application::provide and State<T>.
class States {
 public:
  void set(std::type_index type, void* object) { objects_[type] = object; }
  [[nodiscard]] void* find(std::type_index type) const noexcept {
    const auto found = objects_.find(type);
    return found == objects_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::type_index, void*> objects_;
};

class Exchange {
 public:
  Exchange(Request& received, const States& provided) : request(received), states(provided) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Request& request;
  const States& states;
  ValidationErrors errors;
  // Fields that a handler added to its answer, whatever it returns.
  std::vector<std::pair<std::string, std::string>> answer_fields;
  // The values of the pattern's {names}, percent-decoded, in the order of the pattern.
  std::vector<std::pair<std::string_view, std::string_view>> path_values;

  [[nodiscard]] std::string_view path_value(std::string_view name) const noexcept;
  // All values of that query parameter, decoded (+ is a space), in order. Malformed encoding was refused before.
  [[nodiscard]] std::vector<std::string_view> query_values(std::string_view name);
  // The cookie of that name (RFC 6265 section 5.4), none when absent or sent twice.
  [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const noexcept;

  // Reads the whole body, refusing (415) a Content-Type other than `media_type` (or a "+json" one for JSON). A
  // multipart/form-data body, and one of any media type ("*/*"), are left to be read piece by piece.
  Task<void> read_body(std::string_view media_type);
  // The body read before, to be moved from.
  std::string body;

  // Keeps a decoded string alive as long as the exchange.
  std::string_view keep(std::string text) { return kept_.emplace_front(std::move(text)); }

  // Whether dependencies are made once and copied to all who ask for them: only where some are asked for repeatedly, so
  // that nobody else pays for it.
  bool shares_dependencies = false;
  // What was made for the first who asked for this type; null before.
  template <class T>
  [[nodiscard]] const T* shared() const noexcept {
    for (const auto& [type, object] : shared_) {
      if (type == typeid(T)) return static_cast<const T*>(object.get());
    }
    return nullptr;
  }
  template <class T>
  void share(const T& object) {
    shared_.emplace_back(typeid(T), std::make_shared<T>(object));
  }

 private:
  using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;
  std::optional<Pairs> query_;
  std::forward_list<std::string> kept_;
  std::vector<std::pair<std::type_index, std::shared_ptr<void>>> shared_;  // shared_ptr: it knows how to destroy
};

// Decodes application/x-www-form-urlencoded text (WHATWG URL section 5.1), strictly: an incomplete percent-encoding,
// bytes that are not UTF-8 or U+0000 throw HttpError 400. Strings that need decoding are kept by the exchange.
std::vector<std::pair<std::string_view, std::string_view>> decode_form(std::string_view text, Exchange& exchange);

// Percent-decodes a path segment: none when malformed or not UTF-8.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

// The media type of a Content-Type field in lower case, without parameters; "" when there is none. A charset other than
// UTF-8 gives none.
std::optional<std::string> media_type_of(const Fields& fields);

}  // namespace redoubt
