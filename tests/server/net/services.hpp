// Services for tests of the server: each path is one behaviour.
#pragma once

#include <string>

#include "redoubt/request.hpp"

namespace redoubt::testing {

inline Task<std::string> read_body(Request& request) {
  std::string body;
  while (true) {
    const auto piece = co_await request.body->read();
    if (piece.empty()) break;
    body += piece;
  }
  co_return body;
}

// /echo: the body. /length: its size. /slow: waits 300 ms. /throw: fails. /stream, /broken-stream: in pieces.
// /large: 1 MB. /inject: a field with a line end in it. Anything else: method, path and query.
inline Task<Response> behave(Request& request) {
  Response response;
  response.content_type = "text/plain";
  if (request.path == "/echo" || request.path == "/length") {
    try {
      auto body = co_await read_body(request);
      response.body = request.path == "/echo" ? std::move(body) : std::to_string(body.size());
    } catch (const HttpError& error) {
      response.status = error.status();
      response.body = error.what();
    }
  } else if (request.path == "/slow") {
    co_await sleep_for(std::chrono::milliseconds(300));
    response.body = "slow";
  } else if (request.path == "/throw") {
    throw std::runtime_error("a secret");
  } else if (request.path == "/stream") {
    response.stream = [](BodyWriter& out) -> Task<void> {
      co_await out.write("one ");
      co_await out.write("");
      co_await sleep_for(std::chrono::milliseconds(1));
      co_await out.write("two");
    };
  } else if (request.path == "/broken-stream") {
    response.stream = [](BodyWriter& out) -> Task<void> {
      co_await out.write("one ");
      throw std::runtime_error("no more");
    };
  } else if (request.path == "/large") {
    response.body = std::string(1'000'000, 'x');
  } else if (request.path == "/inject") {
    response.fields.emplace_back("X", "a\r\nSet-Cookie: b");
  } else if (request.path == "/nothing") {
    response.status = 204;
    response.content_type.clear();
  } else {
    response.body =
        std::string(request.method_name) + " " + std::string(request.path) + " " + std::string(request.query);
  }
  co_return response;
}

}  // namespace redoubt::testing
