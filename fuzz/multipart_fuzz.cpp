// A multipart form is the same form however the network split it: the parts, their bytes and the refusal. The first
// byte of the input says how it is cut up, the rest is the body. What is taken is then written anew and must read the
// same.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/multipart_parser.hpp"

namespace {

using redoubt::http::MultipartParser;

constexpr std::string_view boundary = "XX";
constexpr redoubt::MultipartLimits limits{.parts = 20, .part_header_bytes = 512};

struct Part {
  redoubt::PartHead head;
  std::string data;
};

struct Form {
  std::vector<Part> parts;
  int refused = 0;  // the status
};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string written(const Form& form) {
  std::string body;
  for (const Part& part : form.parts) {
    body += "--XX\r\nContent-Disposition: form-data; name=" + quoted(part.head.name);
    if (part.head.file_name) body += "; filename=" + quoted(*part.head.file_name);
    body += "\r\nContent-Type: " + part.head.content_type + "\r\n\r\n" + part.data + "\r\n";
  }
  return body + "--XX--\r\n";
}

// Cut into pieces of 1 to `longest` bytes, as `seed` has it.
Form read(std::string_view body, std::size_t longest, std::uint32_t seed,
          const redoubt::MultipartLimits& within = limits) {
  MultipartParser parser(boundary);
  parser.limit(within);
  Form form;
  bool open = false;
  bool finished = false;
  while (true) {
    const auto event = finished ? parser.finish() : parser.next();
    switch (event) {
      using enum MultipartParser::Event;
      case need_more: {
        if (finished) std::abort();  // finish() decides
        if (body.empty()) {
          finished = true;
          break;
        }
        seed = seed * 1664525 + 1013904223;
        const std::size_t size = std::min(body.size(), 1 + (seed >> 8) % longest);
        parser.feed(body.substr(0, size));
        body.remove_prefix(size);
        break;
      }
      case part_begin:
        if (open) std::abort();
        open = true;
        form.parts.push_back({parser.head(), ""});
        if (parser.head().name.find('\0') != std::string::npos) std::abort();
        if (form.parts.size() > limits.parts) std::abort();
        break;
      case data:
        if (!open || parser.data().empty()) std::abort();
        form.parts.back().data += parser.data();
        break;
      case part_end:
        if (!open) std::abort();
        open = false;
        break;
      case end:
        if (open) std::abort();
        return form;
      case refused:
        form.refused = parser.refusal().status;
        if (form.refused < 400 || form.refused > 499 || parser.refusal().detail.empty()) std::abort();
        if (parser.next() != refused) std::abort();  // for good
        return form;
    }
  }
}

bool same(const Part& a, const Part& b) {
  return a.head.name == b.head.name && a.head.file_name == b.head.file_name &&
         a.head.content_type == b.head.content_type && a.data == b.data;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Form whole = read(body, body.size() + 1, 0);
  const Form split = read(body, 1 + data[0] % 16, data[0]);
  bool alike = whole.refused == split.refused && whole.parts.size() == split.parts.size();
  for (std::size_t i = 0; alike && i < whole.parts.size(); ++i) {
    // A part that was refused half way may have shown more or less of itself.
    const bool last_of_refused = whole.refused != 0 && i + 1 == whole.parts.size();
    alike = last_of_refused || same(whole.parts[i], split.parts[i]);
  }
  if (!alike) {
    std::fprintf(stderr, "split otherwise it is another form: %zu parts and %d, %zu parts and %d\n", whole.parts.size(),
                 whole.refused, split.parts.size(), split.refused);
    std::abort();
  }
  if (whole.refused != 0) return 0;
  const std::string anew = written(whole);
  const Form again = read(anew, anew.size(), 0, {.parts = limits.parts, .part_header_bytes = 8 * 1024});
  if (again.refused != 0 || !std::ranges::equal(again.parts, whole.parts, same)) {
    std::fprintf(stderr, "reads back as another form: %s\n", anew.c_str());
    std::abort();
  }
  return 0;
}
