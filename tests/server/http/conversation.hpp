// Reads a whole stream of requests with the parsers alone, as a connection would, in pieces of any size. For tests.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/body_decoder.hpp"
#include "http/head_parser.hpp"

namespace redoubt::testing {

struct ReadRequest {
  std::string method, target, path, query, host;
  int minor_version = 1;
  bool keep_alive = true;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;
  bool operator==(const ReadRequest&) const = default;
};

struct Conversation {
  std::vector<ReadRequest> requests;  // those that came whole
  int refusal = 0;                    // the status of what ended it
  std::string refusal_detail;
  std::size_t read = 0;  // bytes of the requests in `requests`
  bool operator==(const Conversation& other) const {
    return requests == other.requests && refusal == other.refusal && read == other.read;
  }
};

// `next_piece`: how many further bytes arrive next.
inline Conversation converse(std::string_view bytes, const std::function<std::size_t()>& next_piece,
                             const HeadLimits& limits = {}) {
  Conversation conversation;
  std::size_t arrived = 0;
  std::size_t begin = 0;
  const auto receive = [&] {
    if (arrived == bytes.size()) return false;
    arrived += std::min(std::max<std::size_t>(next_piece(), 1), bytes.size() - arrived);
    return true;
  };
  while (true) {
    http::HeadParser parser(limits);
    auto status = http::HeadParser::Status::incomplete;
    // Each call sees a copy at another address, so that no view into an older one can be left over.
    std::string copy;
    while (status == http::HeadParser::Status::incomplete) {
      if (!receive() && copy.size() == arrived - begin) return conversation;
      copy = std::string(bytes.substr(begin, arrived - begin));
      parser.reset();
      status = parser.parse(copy);
    }
    if (status == http::HeadParser::Status::refused) {
      conversation.refusal = parser.refusal().status;
      conversation.refusal_detail = parser.refusal().detail;
      return conversation;
    }
    const auto& head = parser.head();
    ReadRequest request{.method = std::string(head.method_name),
                        .target = std::string(head.target),
                        .path = std::string(head.path),
                        .query = std::string(head.query),
                        .host = std::string(head.host),
                        .minor_version = head.minor_version,
                        .keep_alive = head.keep_alive,
                        .fields = {},
                        .body = {}};
    for (const auto& field : head.fields) request.fields.emplace_back(field.name, field.value);
    begin += head.size;
    http::BodyDecoder decoder(head.framing, head.content_length);
    while (!decoder.done()) {
      const auto step = decoder.decode(bytes.substr(begin, arrived - begin));
      begin += step.consumed;
      request.body += step.data;
      if (step.refusal) {
        conversation.refusal = step.refusal.status;
        conversation.refusal_detail = step.refusal.detail;
        return conversation;
      }
      if (step.data.empty() && !decoder.done() && !receive()) return conversation;
    }
    conversation.read = begin;
    conversation.requests.push_back(std::move(request));
    if (!conversation.requests.back().keep_alive) return conversation;
  }
}

inline Conversation converse(std::string_view bytes) {
  return converse(bytes, [&] { return bytes.size(); });
}

}  // namespace redoubt::testing
