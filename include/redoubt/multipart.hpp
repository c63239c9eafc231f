// An uploaded form (multipart/form-data, RFC 7578) and a plain body, read piece by piece as they come in: nothing is
// held but one piece, so a handler may take what would never fit into memory. The total is bounded by the route's body
// limit. Whatever two readers could understand differently is refused with 400.
//
//   app.post("/files", [](Multipart form) -> Task<Stored> {
//     while (auto part = co_await form.next()) {
//       if (part->name() == "title") { title = co_await part->text(200); continue; }
//       while (true) { const auto piece = co_await part->read(); if (piece.empty()) break; … }
//     }
//   }).body_limit(50 << 20);
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "redoubt/arguments.hpp"

namespace redoubt {

struct MultipartLimits {
  std::size_t parts = 100;                   // beyond, 413
  std::size_t part_header_bytes = 4 * 1024;  // of one part: beyond, 413
};

// What a part's header fields say.
struct PartHead {
  std::string name;  // of the form's field
  // What the client calls the file: the last component of a path, at most 255 bytes, without control characters; empty
  // where nothing usable is left. A hint to show to people: never a place to write to. None: the part is no file.
  std::optional<std::string> file_name;
  std::string content_type = "text/plain";  // as declared: not what the bytes are
};

class Multipart;

// One part of a form, until the next one is asked for.
class Part {
 public:
  [[nodiscard]] const std::string& name() const noexcept { return head_->name; }
  [[nodiscard]] const std::optional<std::string>& file_name() const noexcept { return head_->file_name; }
  [[nodiscard]] const std::string& content_type() const noexcept { return head_->content_type; }

  // The next piece, empty at the end; it lives until the next call. Throws HttpError: 400 for a malformed or cut-off
  // form, 413 beyond the body limit, 408 when the client is too slow.
  Task<std::string_view> read();
  // All of it as text; throws HttpError 413 for more than `limit` bytes, and 422 for what is not UTF-8 or has U+0000.
  Task<std::string> text(std::size_t limit);

 private:
  friend class Multipart;
  Part(Multipart& form, const PartHead& head) noexcept : form_(&form), head_(&head) {}

  Multipart* form_;
  const PartHead* head_;
};

// The argument for multipart/form-data. It stays where it is while its parts are read.
class Multipart {
 public:
  // Throws HttpError 400 when the request's Content-Type has no usable boundary.
  explicit Multipart(Request& request);
  Multipart(Multipart&&) noexcept;
  Multipart& operator=(Multipart&&) noexcept;
  ~Multipart();

  // Before the first part is asked for.
  void limit(const MultipartLimits& limits);
  // The next part; what is left of the present one is skipped. None after the last. Throws as Part::read does.
  Task<std::optional<Part>> next();

 private:
  friend class Part;
  Task<std::string_view> read_part();

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The argument for a body of any media type, unread.
class BodyStream {
 public:
  explicit BodyStream(BodyReader& body) noexcept : body_(&body) {}
  // The next piece, empty at the end; it lives until the next call. Throws as Part::read does.
  Task<std::string_view> read() const { return body_->read(); }

 private:
  BodyReader* body_;
};

template <>
struct Argument<Multipart> {
  static constexpr Phase phase = Phase::late;
  static constexpr std::string_view needs_body = "multipart/form-data";
  static std::optional<Multipart> resolve(Exchange& exchange) { return Multipart(exchange.request); }
  static void describe(Operation& operation) {
    operation.body_media_type = needs_body;
    operation.body_schema = R"({"type":"object","additionalProperties":{"type":"string"}})";
    operation.errors.insert({400, 408, 413, 415, 422});
  }
};

template <>
struct Argument<BodyStream> {
  static constexpr Phase phase = Phase::late;
  static constexpr std::string_view needs_body = "*/*";
  static std::optional<BodyStream> resolve(Exchange& exchange) { return BodyStream(*exchange.request.body); }
  static void describe(Operation& operation) {
    operation.body_media_type = needs_body;
    operation.body_schema = R"({"type":"string","format":"binary"})";
    operation.body_required = false;
    operation.errors.insert({400, 408, 413});
  }
};

}  // namespace redoubt
