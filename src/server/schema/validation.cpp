#include "redoubt/validation.hpp"

#include <vector>

#include "redoubt/json.hpp"

namespace redoubt {

namespace {

// A client chooses the names of unknown members: only the beginning of a long one is repeated.
constexpr std::size_t max_step_bytes = 64;

void append_step(json::Writer& writer, const std::variant<std::string_view, std::size_t>& step) {
  if (const auto* index = std::get_if<std::size_t>(&step)) {
    writer.value(static_cast<std::uint64_t>(*index));
    return;
  }
  std::string_view name = std::get<std::string_view>(step);
  if (name.size() > max_step_bytes) {
    std::size_t end = max_step_bytes;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    name = name.substr(0, end);
  }
  writer.value(name);
}

void append_error(std::string& out, std::string_view type, const std::vector<const Location*>& path,
                  std::string_view message, std::string_view context) {
  json::Writer writer(out);
  writer.begin_object().member("type", type).name("loc").begin_array();
  for (auto frame = path.rbegin(); frame != path.rend(); ++frame) append_step(writer, (*frame)->step);
  writer.end_array().member("msg", message);
  if (!context.empty()) writer.name("ctx").raw(context);
  writer.end_object();
}

}  // namespace

void ValidationErrors::add(const Location& location, std::string_view type, std::string_view message,
                           std::string_view context) {
  if (++count_ > max_reported) return;
  std::vector<const Location*> path;
  for (const Location* frame = &location; frame != nullptr; frame = frame->parent) path.push_back(frame);
  if (!json_.empty()) json_ += ',';
  append_error(json_, type, path, message, context);
}

ValidationFailed::ValidationFailed(std::initializer_list<std::string_view> location, std::string_view message,
                                   std::string_view type)
    : HttpError(422, "validation failed", Json{[&] {
                  std::vector<Location> frames(location.size());
                  std::vector<const Location*> path;
                  std::size_t i = location.size();
                  for (const std::string_view step : location) {
                    frames[--i].step = step;
                  }
                  for (const Location& frame : frames) path.push_back(&frame);
                  std::string out = "[";
                  append_error(out, type, path, message, {});
                  return out + "]";
                }()}) {}

}  // namespace redoubt
