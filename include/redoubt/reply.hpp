// What a handler may return: a model (200), Created, Accepted, NoContent or void (204), Redirect, or a Response made by
// hand. The type says the status, the schema and the media type, for the answer and for the documentation alike.
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "redoubt/http.hpp"
#include "redoubt/model.hpp"
#include "redoubt/operation.hpp"

namespace redoubt {

// 201 with Location.
template <class T>
struct Created {
  T value;
  std::string location;
};

// 202
template <class T>
struct Accepted {
  T value;
};

// 204
struct NoContent {};

// A streamed answer: `write` is called with a BodyWriter until it returns.
struct Streamed {
  std::string content_type;
  std::move_only_function<Task<void>(BodyWriter&)> write;
};

// A model as JSON, written piece by piece: for answers that are too large to be held in memory whole. `write` answers
// for it that the pieces are the JSON of a T.
template <class T>
struct StreamedAs {
  std::move_only_function<Task<void>(BodyWriter&)> write;
};

namespace detail {

template <class T>
Response json_response(int status, const T& value) {
  Response response;
  response.status = status;
  response.content_type = "application/json";
  json::Writer writer(response.body);
  Codec<T>::encode(writer, value);
  return response;
}

template <class T>
Operation::Answer json_answer(Operation& operation, std::string description) {
  return {std::move(description), "application/json", Codec<T>::schema(operation.schemas), {}};
}

}  // namespace detail

template <class T>
struct Reply {
  static Response make(const T& value) { return detail::json_response(200, value); }
  static void describe(Operation& operation) {
    operation.answers[200] = detail::json_answer<T>(operation, "Successful response");
  }
};

template <class T>
struct Reply<Created<T>> {
  static Response make(Created<T> created) {
    Response response = detail::json_response(201, created.value);
    response.set("Location", std::move(created.location));
    return response;
  }
  static void describe(Operation& operation) {
    auto answer = detail::json_answer<T>(operation, "Created");
    answer.headers["Location"] = "Where the new resource is.";
    operation.answers[201] = std::move(answer);
  }
};

template <class T>
struct Reply<Accepted<T>> {
  static Response make(const Accepted<T>& accepted) { return detail::json_response(202, accepted.value); }
  static void describe(Operation& operation) { operation.answers[202] = detail::json_answer<T>(operation, "Accepted"); }
};

template <>
struct Reply<NoContent> {
  static Response make(NoContent) { return Response{.status = 204}; }
  static void describe(Operation& operation) { operation.answers[204] = {"No content", {}, {}, {}}; }
};

template <>
struct Reply<void> : Reply<NoContent> {};

template <>
struct Reply<Streamed> {
  static Response make(Streamed streamed) {
    Response response;
    response.content_type = std::move(streamed.content_type);
    response.stream = std::move(streamed.write);
    return response;
  }
  static void describe(Operation& operation) {
    operation.answers[200] = {
        "A streamed body", "application/octet-stream", R"({"type":"string","format":"binary"})", {}};
  }
};

template <class T>
struct Reply<StreamedAs<T>> {
  static Response make(StreamedAs<T> streamed) {
    Response response;
    response.content_type = "application/json";
    response.stream = std::move(streamed.write);
    return response;
  }
  static void describe(Operation& operation) {
    operation.answers[200] = detail::json_answer<T>(operation, "Successful response");
  }
};

template <>
struct Reply<Response> {
  static Response make(Response response) { return response; }
  static void describe(Operation& operation) { operation.answers[200] = {"Successful response", {}, {}, {}}; }
};

}  // namespace redoubt
