// The HTTP vocabulary that handlers and guards share: methods, fields, errors, requests as they were received and
// responses as they will be sent. Values only; nothing here reads or writes a socket.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redoubt/runtime.hpp"
#include "redoubt/task.hpp"

namespace redoubt {

// RFC 9110 section 9, and PATCH (RFC 5789). `other`: a well-formed method that no route can have.
enum class Method : std::uint8_t { get, head, post, put, patch, del, options, trace, connect, other };
[[nodiscard]] std::string_view to_string(Method method) noexcept;

// The standard reason phrase of a status code, or "Unknown".
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

// Field names compare without regard to case (RFC 9110 section 5.1).
[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;

struct Field {
  std::string_view name;
  std::string_view value;
};

// A request's fields in the order received. Views into the connection's buffer.
class Fields {
 public:
  Fields() = default;
  explicit Fields(std::span<const Field> fields) noexcept : fields_(fields) {}

  // The first field of that name, none when absent.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
  // How many fields have that name: a field that must not repeat is refused by whoever reads it.
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  [[nodiscard]] auto begin() const noexcept { return fields_.begin(); }
  [[nodiscard]] auto end() const noexcept { return fields_.end(); }
  [[nodiscard]] std::size_t size() const noexcept { return fields_.size(); }

 private:
  std::span<const Field> fields_;
};

// An answer other than success, raised anywhere below a handler. The body is {"detail": detail}.
class HttpError : public std::runtime_error {
 public:
  HttpError(int status, std::string detail);

  // Adds a response field, as in `throw HttpError(401, "…").with("WWW-Authenticate", "Bearer")`.
  HttpError with(std::string name, std::string value) &&;

  [[nodiscard]] int status() const noexcept { return status_; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const noexcept { return fields_; }
  // The value of "detail" as JSON text.
  [[nodiscard]] const std::string& detail_json() const noexcept { return detail_json_; }

 protected:
  struct Json {
    std::string text;
  };
  HttpError(int status, const char* what, Json detail);

 private:
  int status_;
  std::string detail_json_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

// The dependency cannot be reached or is full: 503 with Retry-After.
class Unavailable : public HttpError {
 public:
  explicit Unavailable(std::string detail, std::chrono::seconds retry_after = std::chrono::seconds(1));
};

// Where the body of a streamed response is written to. Each write suspends until the peer has taken enough.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual Task<void> write(std::string_view bytes) = 0;
};

struct Response {
  int status = 200;
  std::string content_type{};  // empty: no Content-Type field
  std::vector<std::pair<std::string, std::string>> fields{};
  // Whole "Name: value" lines, each with its CRLF, that the application owns and that outlive the exchange (security
  // header fields, say): sent as they are.
  std::string_view prepared_fields{};
  std::string body{};
  // When set, the body is what this writes, sent in chunks (`body` is then ignored).
  std::move_only_function<Task<void>(BodyWriter&)> stream{};

  // Replaces any field of that name. CR, LF and NUL are refused by std::invalid_argument: no header can be injected.
  void set(std::string_view name, std::string value);
  // Adds a field even where one of that name exists (Set-Cookie).
  void add(std::string_view name, std::string value);
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
};

}  // namespace redoubt
