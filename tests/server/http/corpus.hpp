// The corpus of raw requests (gunicorn, llhttp, http-desync-guardian), and where this server deliberately does
// otherwise.
#pragma once

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "redoubt/http.hpp"
#include "redoubt/json.hpp"
#include "support/corpora.hpp"
#include "support/files.hpp"

namespace redoubt::testing {

struct CorpusCase {
  std::string name;   // "source id"
  std::string bytes;  // as a client sends them
  bool accept = false;
  std::string skipped;  // why the case does not apply here
};

// Parser settings of gunicorn's that a strict server does not offer, and sizes that a case sets for itself.
inline constexpr std::array<std::string_view, 8> foreign_settings{
    "permit_obsolete_folding",  "strip_header_spaces",  "proxy_protocol",     "header_map",
    "limit_request_field_size", "limit_request_fields", "limit_request_line", "forwarded_allow_ips"};

struct Disagreement {
  std::string_view name;  // of the case
  std::string_view why;
};

// Every case whose verdict this server does not share.
inline constexpr auto disagreements = std::to_array<Disagreement>({
    {"gunicorn invalid/006",
     "RFC 9112 section 3 recommends to take request lines of 8000 bytes; gunicorn stops at 4094"},
    {"gunicorn valid/005", "RFC 9112 section 3.2.1: an origin-form has no fragment"},
    {"gunicorn valid/009", "RFC 9112 section 3.2.1: no fragment; section 6.1: Content-Length beside Transfer-Encoding"},
    {"gunicorn valid/014", "RFC 3986 section 3.3: a quotation mark is no URI character"},
    {"gunicorn valid/027", "RFC 3986 section 2: bytes beyond ASCII are escaped"},
    {"gunicorn valid/rfc9112_target_absolute_userinfo_01", "RFC 9110 section 4.2.4: userinfo is treated as an error"},
    {"llhttp connection: No restart when keep-alive is off (1.0)",
     "RFC 9112 section 9.6: the last request is answered, what follows is ignored"},
    {"llhttp connection: CRLF between requests, explicit `close`", "RFC 9112 section 9.6: as above"},
    {"llhttp connection: CRLF between requests, explicit `close` followed by tab", "RFC 9112 section 9.6: as above"},
    {"llhttp method: M-SEARCH request", "RFC 9112 section 3.2.4: only OPTIONS has the asterisk-form"},
    {"llhttp method: SOURCE request with ICE", "RFC 9112 section 2.3: not HTTP"},
    {"llhttp method: OPTIONS request with RTSP", "RFC 9112 section 2.3: not HTTP"},
    {"llhttp method: ANNOUNCE request with RTSP", "RFC 9112 section 2.3: not HTTP"},
    {"llhttp sample: No HTTP version", "RFC 9112 section 3: a request line has a version"},
    {"llhttp sample: Line folding in header value with CRLF",
     "RFC 9112 section 5.2: obs-fold is refused (the case assumes a lenient mode)"},
    {"llhttp sample: X-SSL-Nonsense", "RFC 9112 section 5.2: obs-fold is refused (the case assumes a lenient mode)"},
    {"llhttp transfer-encoding: POST with `chunked` as last transfer-encoding",
     "RFC 9112 section 3.2.1: no fragment (without it, 501)"},
    {"llhttp transfer-encoding: POST with `chunked` as last transfer-encoding (multiple headers)",
     "RFC 9112 section 3.2.1: no fragment (without it, 501)"},
    {"llhttp uri: Quotes in URI", "RFC 3986 section 3.3: a quotation mark is no URI character"},
    {"llhttp uri: Fragment in URI", "RFC 9112 section 3.2.1: an origin-form has no fragment"},
    {"llhttp uri: `host:port` and basic auth", "RFC 9110 section 4.2.4: userinfo is treated as an error"},
    {"http-desync-guardian more-compliant-tests#9: TE with custom parameters OK",
     "RFC 9112 section 7.1: chunked has no parameters"},
    {"http-desync-guardian rfc-compliant#10: Transfer-Encoding with a param: chunked;custom_param",
     "RFC 9112 section 7.1: chunked has no parameters"},
    {"http-desync-guardian rfc-compliant#11: Compliant URL",
     "RFC 3986 section 2.1: \"%^\" is no escape; section 3.3: no such characters"},
    {"http-desync-guardian rfc-compliant#13: Empty URI", "RFC 9112 section 3.2: a request target is not empty"},
});

inline std::string_view disagreement(std::string_view name) {
  const auto* const found = std::ranges::find(disagreements, name, &Disagreement::name);
  return found == disagreements.end() ? std::string_view{} : found->why;
}

inline std::string decode_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const auto size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) throw std::runtime_error("the corpus has a line that is not base64");
  bytes.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(std::ranges::count(text, '=')));
  return bytes;
}

inline void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

// Cases that are header blocks only get the Host and the body that the corpus asks its runner for.
inline std::string complete(std::string head) {
  std::string lower = head;
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
  if (lower.find("\nhost:") == std::string::npos)
    if (const auto line_end = head.find("\r\n"); line_end != std::string::npos)
      head.insert(line_end + 2, "Host: localhost\r\n");
  if (lower.find("transfer-encoding") != std::string::npos) {
    head += "0\r\n\r\n";
  } else if (const auto at = lower.find("content-length:"); at != std::string::npos) {
    head.append(std::stoul("0" + lower.substr(lower.find_first_of("0123456789", at), 6)), 'x');
  }
  return head;
}

inline std::vector<CorpusCase> read_corpus(const std::filesystem::path& folder) {
  std::vector<CorpusCase> cases;
  std::istringstream lines(read_file(folder / "requests.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto document = json::parse(line);
    if (!document) throw std::runtime_error("the corpus has a line that is not JSON: " + document.error().reason);
    const auto root = document->root();
    CorpusCase c;
    c.name = std::string(root.find("source")->string()) + " " + std::string(root.find("id")->string());
    c.bytes = decode_base64(root.find("request_b64")->string());
    c.accept = root.find("expect")->find("verdict")->string() == "accept";
    replace_all(c.bytes, "__HOST__", "localhost");
    if (root.find("source")->string() == "http-desync-guardian") c.bytes = complete(std::move(c.bytes));
    if (const auto config = root.find("config"))
      for (const auto& member : config->members())
        if (std::ranges::find(foreign_settings, member.name) != foreign_settings.end()) c.skipped = member.name;
    cases.push_back(std::move(c));
  }
  return cases;
}

}  // namespace redoubt::testing
