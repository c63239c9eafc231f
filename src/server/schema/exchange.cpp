#include "redoubt/exchange.hpp"

#include "schema/blanks.hpp"
#include "schema/unicode.hpp"

namespace redoubt {

namespace {

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char low = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (!is_valid_utf8(out)) return std::nullopt;
  return out;
}

std::vector<std::pair<std::string_view, std::string_view>> decode_form(std::string_view text, Exchange& exchange) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  const auto decode = [&](std::string_view part) -> std::string_view {
    if (part.find_first_of("%+") == std::string_view::npos && is_valid_utf8(part)) return part;
    auto decoded = percent_decode(part, true);
    if (!decoded) throw HttpError(400, "The query or form is not percent-encoded UTF-8");
    return exchange.keep(std::move(*decoded));
  };
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = equals == pair.size() ? std::string_view() : pair.substr(equals + 1);
    pairs.emplace_back(decode(pair.substr(0, equals)), decode(value));
  }
  return pairs;
}

std::optional<std::string> media_type_of(const Fields& fields) {
  const auto field = fields.find("Content-Type");
  if (!field) return "";
  if (fields.count("Content-Type") > 1) return std::nullopt;
  const std::size_t end = std::min(field->find(';'), field->size());
  std::string type(trim_blanks(field->substr(0, end)));
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  std::string_view parameters = field->substr(end);
  while (!parameters.empty()) {
    parameters.remove_prefix(1);
    const std::size_t next = std::min(parameters.find(';'), parameters.size());
    const std::string_view parameter = trim_blanks(parameters.substr(0, next));
    parameters.remove_prefix(next);
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !iequals(trim_blanks(parameter.substr(0, equals)), "charset")) continue;
    std::string_view charset = trim_blanks(parameter.substr(equals + 1));
    if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
      charset = charset.substr(1, charset.size() - 2);
    if (!iequals(charset, "utf-8") && !iequals(charset, "us-ascii")) return std::nullopt;
  }
  return type;
}

std::string_view Exchange::path_value(std::string_view name) const noexcept {
  for (const auto& [known, value] : path_values) {
    if (known == name) return value;
  }
  return {};
}

std::vector<std::string_view> Exchange::query_values(std::string_view name) {
  if (!query_) query_ = decode_form(request.query, *this);
  std::vector<std::string_view> values;
  for (const auto& [known, value] : *query_) {
    if (known == name) values.push_back(value);
  }
  return values;
}

std::optional<std::string_view> Exchange::cookie(std::string_view name) const noexcept {
  std::optional<std::string_view> found;
  for (const Field& field : request.fields) {
    if (!iequals(field.name, "Cookie")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim_blanks(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found) return std::nullopt;  // a sibling domain may have planted the second: neither is believed
      found = pair.substr(equals + 1);
    }
  }
  return found;
}

Task<void> Exchange::read_body(std::string_view media_type) {
  if (media_type == "*/*") co_return;  // BodyStream: the handler reads it
  const auto declared = media_type_of(request.fields);
  const bool is_json = media_type == "application/json";
  const bool fits = declared && (*declared == media_type ||
                                 (is_json && declared->starts_with("application/") && declared->ends_with("+json")));
  if (!fits) throw HttpError(415, fmt::format("The body should be {}: say so in Content-Type", media_type));
  // RFC 9110 section 8.4: no content coding is understood here.
  if (request.header("Content-Encoding")) throw HttpError(415, "The body should not have a Content-Encoding");
  if (media_type == "multipart/form-data") co_return;  // Multipart: the handler reads it
  BodyReader& reader = *request.body;
  if (const auto length = reader.declared_length())
    body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 1 << 20)));
  while (true) {
    const std::string_view piece = co_await reader.read();
    if (piece.empty()) co_return;
    body += piece;
  }
}

}  // namespace redoubt
