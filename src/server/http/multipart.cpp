#include "redoubt/multipart.hpp"

#include "http/multipart_parser.hpp"
#include "schema/unicode.hpp"

namespace redoubt {

using Event = http::MultipartParser::Event;

struct Multipart::Impl {
  BodyReader& body;
  http::MultipartParser parser;
  bool in_part = false;
  bool at_end = false;

  // The next event that a reader of the form cares for.
  Task<Event> next() {
    while (true) {
      Event event = parser.next();
      if (event == Event::need_more) {
        const std::string_view piece = co_await body.read();
        if (!piece.empty()) {
          parser.feed(piece);
          continue;
        }
        event = parser.finish();
      }
      if (event == Event::refused) throw HttpError(parser.refusal().status, std::string(parser.refusal().detail));
      co_return event;
    }
  }
};

namespace {

std::string boundary_or_fail(const Request& request) {
  auto boundary = http::boundary_of(request.header("Content-Type").value_or(""));
  if (!boundary) throw HttpError(400, "The form's Content-Type should have one boundary.");
  return *std::move(boundary);
}

}  // namespace

Multipart::Multipart(Request& request)
    : impl_(new Impl{.body = *request.body, .parser = http::MultipartParser(boundary_or_fail(request))}) {}
Multipart::Multipart(Multipart&&) noexcept = default;
Multipart& Multipart::operator=(Multipart&&) noexcept = default;
Multipart::~Multipart() = default;

void Multipart::limit(const MultipartLimits& limits) {
  impl_->parser.limit(limits);
}

Task<std::optional<Part>> Multipart::next() {
  while (impl_->in_part) (void)co_await read_part();
  if (impl_->at_end) co_return std::nullopt;
  if (co_await impl_->next() == Event::end) {
    impl_->at_end = true;
    co_return std::nullopt;
  }
  impl_->in_part = true;
  co_return Part(*this, impl_->parser.head());
}

Task<std::string_view> Multipart::read_part() {
  if (!impl_->in_part) co_return std::string_view();
  if (co_await impl_->next() == Event::data) co_return impl_->parser.data();
  impl_->in_part = false;
  co_return std::string_view();
}

Task<std::string_view> Part::read() {
  return form_->read_part();
}

Task<std::string> Part::text(std::size_t limit) {
  std::string text;
  while (true) {
    const std::string_view piece = co_await read();
    if (piece.empty()) break;
    if (piece.size() > limit - text.size())
      throw HttpError(413, fmt::format("A field of the form is larger than {} bytes.", limit));
    text += piece;
  }
  if (!is_valid_utf8(text) || text.find('\0') != std::string::npos)
    throw ValidationFailed({"body", name()}, "Input should be valid UTF-8 without U+0000", "string_unicode");
  co_return text;
}

}  // namespace redoubt
