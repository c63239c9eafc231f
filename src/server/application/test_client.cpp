#include "redoubt/test_client.hpp"

#include <stdexcept>

namespace redoubt {

namespace {

constexpr std::uint64_t default_body_limit = std::uint64_t{1} << 20;

class StringBody final : public BodyReader {
 public:
  explicit StringBody(std::string_view text) : rest_(text), length_(text.size()) {}
  [[nodiscard]] std::optional<std::uint64_t> declared_length() const noexcept override { return length_; }
  Task<std::string_view> read() override {
    if (length_ > limit_) throw HttpError(413, "The body is too large");
    co_return std::exchange(rest_, {});
  }
  void limit(std::uint64_t bytes) override { limit_ = bytes; }

 private:
  std::string_view rest_;
  std::uint64_t length_;
  std::uint64_t limit_ = default_body_limit;
};

class StringWriter final : public BodyWriter {
 public:
  explicit StringWriter(std::string& out) : out_(&out) {}
  Task<void> write(std::string_view bytes) override {
    *out_ += bytes;
    co_return;
  }

 private:
  std::string* out_;
};

Method parse_method(std::string_view name) {
  for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del,
                              Method::options, Method::trace, Method::connect}) {
    if (to_string(method) == name) return method;
  }
  return Method::other;
}

Task<void> drain(Response& response, std::string& out) {
  StringWriter writer(out);
  co_await response.stream(writer);
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

// The text as it may stand between quotation marks in a part's header; throws where it cannot.
std::string_view quotable(std::string_view text) {
  if (text.find_first_of(std::string_view("\"\r\n\0", 4)) != std::string::npos)
    throw std::invalid_argument("a part of a form is named without quotation marks, line ends and U+0000");
  return text;
}

}  // namespace

std::optional<std::string_view> TestClient::Answer::header(std::string_view name) const& noexcept {
  for (const auto& [known, value] : fields) {
    if (iequals(known, name)) return value;
  }
  return std::nullopt;
}

std::optional<std::string> TestClient::Answer::header(std::string_view name) const&& {
  const auto found = header(name);  // of an lvalue: *this
  return found ? std::optional<std::string>(*found) : std::nullopt;
}

json::Document TestClient::Answer::json() const {
  auto document = json::parse(body);
  if (!document) throw std::runtime_error("the answer is no JSON: " + document.error().reason);
  return std::move(*document);
}

TestClient::TestClient(Application& application) : application_(&application) {
  application.prepare();
}

void TestClient::set_header(std::string name, std::string value) {
  std::erase_if(headers_, [&](const auto& known) { return iequals(known.first, name); });
  if (!value.empty()) headers_.emplace_back(std::move(name), std::move(value));
}

TestClient::Answer TestClient::post_form(std::string_view target,
                                         const std::vector<std::pair<std::string, std::string>>& form,
                                         Headers headers) {
  std::string body;
  for (const auto& [name, value] : form) {
    if (!body.empty()) body += '&';
    body += percent_encode(name) + '=' + percent_encode(value);
  }
  headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  return send("POST", target, std::move(body), std::move(headers));
}

TestClient::Answer TestClient::post_multipart(std::string_view target, const std::vector<FormPart>& parts,
                                              Headers headers) {
  // Not in any of the parts.
  std::string boundary = "redoubt-test-client";
  const auto occurs = [&](const FormPart& part) { return part.content.find(boundary) != std::string::npos; };
  for (int n = 0; std::ranges::any_of(parts, occurs); ++n) boundary = fmt::format("redoubt-test-client-{}", n);
  std::string body;
  for (const FormPart& part : parts) {
    body += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", boundary, quotable(part.name));
    if (part.file_name) body += fmt::format("; filename=\"{}\"", quotable(*part.file_name));
    if (!part.content_type.empty()) body += fmt::format("\r\nContent-Type: {}", quotable(part.content_type));
    body += "\r\n\r\n" + part.content + "\r\n";
  }
  body += "--" + boundary + "--\r\n";
  headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
  return send("POST", target, std::move(body), std::move(headers));
}

TestClient::Answer TestClient::send(std::string_view method, std::string_view target, std::string body,
                                    Headers headers) {
  std::vector<Field> fields;
  const auto given = [&](std::string_view name) { return Fields(fields).find(name).has_value(); };
  for (const auto& [name, value] : headers) fields.push_back({name, value});
  for (const auto& [name, value] : headers_) {
    if (!given(name)) fields.push_back({name, value});
  }
  if (!given("Host")) fields.push_back({"Host", "localhost"});
  if (!body.empty() && !given("Content-Type")) fields.push_back({"Content-Type", "application/json"});

  StringBody reader(body);
  Request request;
  request.method = parse_method(method);
  request.method_name = method;
  request.target = target;
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  request.query = target.substr(std::min(question + 1, target.size()));
  request.fields = Fields(fields);
  request.host = *request.fields.find("Host");
  request.peer = IpAddress::v4({127, 0, 0, 1});
  request.body = &reader;

  Response response = loop_.run_to_end(application_->handle(request));
  Answer answer{response.status, std::move(response.fields), std::move(response.body)};
  if (response.stream) loop_.run_to_end(drain(response, answer.body));
  if (!response.content_type.empty()) answer.fields.emplace_back("Content-Type", response.content_type);
  std::string_view prepared = response.prepared_fields;
  while (!prepared.empty()) {
    const std::size_t end = prepared.find("\r\n");
    const std::size_t colon = prepared.find(": ");
    answer.fields.emplace_back(prepared.substr(0, colon), prepared.substr(colon + 2, end - colon - 2));
    prepared.remove_prefix(end + 2);
  }
  return answer;
}

}  // namespace redoubt
