#include "application/openapi.hpp"

#include <map>

namespace redoubt {

namespace {

// What each error status means here; the schema of its body is Error, or ValidationError for 422.
std::string_view error_description(int status) {
  switch (status) {
    case 400:
      return "The request is malformed, or for a host that is not served here";
    case 401:
      return "Credentials are missing, expired or not valid";
    case 403:
      return "Beyond the rights of these credentials";
    case 404:
      return "There is no such resource";
    case 409:
      return "In conflict with the resource's present state";
    case 413:
      return "The body is too large";
    case 415:
      return "The body's media type is not the one that is read here";
    case 422:
      return "The input is not valid: every error, with its place";
    case 429:
      return "Too many requests: wait as long as Retry-After says";
    case 503:
      return "Temporarily unavailable: try again after Retry-After";
    default:
      return reason_phrase(status);
  }
}

std::string default_operation_id(Method method, std::string_view pattern) {
  std::string id(to_string(method));
  std::ranges::transform(id, id.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
  for (const char c : pattern) {
    if (c == '/' || c == '-' || c == '.') {
      if (!id.ends_with('_')) id += '_';
    } else if (c != '{' && c != '}') {
      id += c;
    }
  }
  while (id.ends_with('_')) id.pop_back();
  return id;
}

// "NotFound" for 404: the name of the response that all operations share.
std::string response_name(int status) {
  std::string name(reason_phrase(status));
  std::erase_if(name, [](char c) { return c == ' ' || c == '-' || c == '\''; });
  return name.empty() ? fmt::format("Status{}", status) : name;
}

void write_error_response(json::Writer& writer, int status) {
  writer.name(response_name(status)).begin_object().member("description", error_description(status));
  if (status == 401 || status == 429 || status == 503) {
    writer.name("headers").begin_object().name(status == 401 ? "WWW-Authenticate" : "Retry-After");
    writer.raw(R"({"schema":{"type":"string"}})").end_object();
  }
  writer.name("content").begin_object().name("application/json").begin_object().name("schema");
  writer.raw(status == 422 ? R"({"$ref":"#/components/schemas/ValidationError"})"
                           : R"({"$ref":"#/components/schemas/Error"})");
  writer.end_object().end_object().end_object();
}

constexpr std::string_view error_schema =
    R"({"type":"object","title":"Error","properties":{"detail":{"type":"string"}},"required":["detail"]})";
// FastAPI's HTTPValidationError, in one.
constexpr std::string_view validation_error_schema =
    R"({"type":"object","title":"ValidationError","properties":{"detail":{"type":"array","items":{"type":"object",)"
    R"("properties":{"type":{"type":"string"},"loc":{"type":"array","items":{"anyOf":[{"type":"string"},{"type":"integer"}]}},)"
    R"("msg":{"type":"string"},"ctx":{"type":"object"}},"required":["type","loc","msg"]}}},"required":["detail"]})";

}  // namespace

Operation OpenApiWriter::describe(const Route& route) {
  Operation operation(schemas_);
  route.describe_(operation);
  operation.errors.insert(route.errors_.begin(), route.errors_.end());
  // The gate and the host guard stand before every route: what is malformed, and Expect other than 100-continue.
  operation.errors.insert({400, 417});
  if (operation.errors.contains(413)) operation.errors.insert(408);  // it has a body, which may come too slowly
  const auto& limit = route.limit_ ? route.limit_ : application_.options().default_limit;
  if (limit && !limit->rate.is_off()) operation.errors.insert(429);
  bearer_ = bearer_ || operation.bearer;
  return operation;
}

void OpenApiWriter::write_answers(json::Writer& writer, const Operation& operation) {
  writer.name("responses").begin_object();
  for (const auto& [status, answer] : operation.answers) {
    writer.name(std::to_string(status)).begin_object().member("description", answer.description);
    if (!answer.headers.empty()) {
      writer.name("headers").begin_object();
      for (const auto& [name, description] : answer.headers)
        writer.name(name)
            .begin_object()
            .member("description", description)
            .name("schema")
            .raw(R"({"type":"string"})")
            .end_object();
      writer.end_object();
    }
    if (!answer.media_type.empty())
      writer.name("content")
          .begin_object()
          .name(answer.media_type)
          .begin_object()
          .name("schema")
          .raw(answer.schema)
          .end_object()
          .end_object();
    writer.end_object();
  }
  for (const int status : operation.errors) {
    writer.name(std::to_string(status)).begin_object();
    writer.member("$ref", "#/components/responses/" + response_name(status)).end_object();
  }
  errors_.insert(operation.errors.begin(), operation.errors.end());
  writer.end_object();
}

void OpenApiWriter::write_operation(json::Writer& writer, const Route& route) {
  const Operation operation = describe(route);
  writer.begin_object();
  if (!route.tags_.empty()) {
    writer.name("tags").begin_array();
    for (const std::string& tag : route.tags_) writer.value(tag);
    writer.end_array();
  }
  if (!route.summary_.empty()) writer.member("summary", route.summary_);
  if (!route.description_.empty()) writer.member("description", route.description_);
  writer.member("operationId", route.operation_id_.empty() ? default_operation_id(route.method_, route.pattern_)
                                                           : route.operation_id_);
  if (!operation.parameters.empty()) {
    writer.name("parameters").begin_array();
    for (const auto& parameter : operation.parameters) {
      writer.begin_object().member("name", parameter.name).member("in", parameter.in);
      writer.member("required", parameter.required).name("schema").raw(parameter.schema).end_object();
    }
    writer.end_array();
  }
  if (!operation.body_media_type.empty()) {
    writer.name("requestBody")
        .begin_object()
        .member("required", operation.body_required)
        .name("content")
        .begin_object();
    writer.name(operation.body_media_type).begin_object().name("schema").raw(operation.body_schema);
    writer.end_object().end_object().end_object();
  }
  write_answers(writer, operation);
  if (operation.bearer) {
    writer.name("security").begin_array();
    if (operation.bearer_optional) writer.begin_object().end_object();
    writer.begin_object().name("bearer").begin_array();
    for (const std::string& scope : operation.scopes) writer.value(std::string_view(scope));
    writer.end_array().end_object().end_array();
  }
  writer.end_object();
}

void OpenApiWriter::write_components(json::Writer& writer) {
  schemas_.define("Error", std::string(error_schema));
  schemas_.define("ValidationError", std::string(validation_error_schema));
  writer.name("components").begin_object().name("schemas").begin_object();
  for (const auto& [name, schema] : schemas_.definitions()) writer.name(name).raw(schema);
  writer.end_object().name("responses").begin_object();
  for (const int status : errors_) write_error_response(writer, status);
  writer.end_object();
  if (bearer_) {
    const ApplicationOptions& options = application_.options();
    writer.name("securitySchemes").begin_object().name("bearer").begin_object();
    if (options.token_url.empty()) {
      writer.member("type", "http").member("scheme", "bearer").member("bearerFormat", "JWT");
    } else {
      writer.member("type", "oauth2").name("flows").begin_object().name("password").begin_object();
      writer.member("tokenUrl", options.token_url).name("scopes").begin_object();
      for (const auto& [scope, description] : options.scopes) writer.member(scope, description);
      writer.end_object().end_object().end_object();
    }
    writer.end_object().end_object();
  }
  writer.end_object();
}

std::string OpenApiWriter::write() {
  const ApplicationOptions& options = application_.options();
  std::string out;
  json::Writer writer(out);
  writer.begin_object().member("openapi", "3.1.0");
  writer.name("info").begin_object().member("title", options.title).member("version", options.version);
  if (!options.description.empty()) writer.member("description", options.description);
  writer.end_object();

  // Paths in the order in which they were first declared, methods in the order of declaration.
  std::vector<std::string_view> patterns;
  std::map<std::string_view, std::vector<const Route*>> by_pattern;
  for (const Route& route : application_.routes_) {
    if (route.hidden_) continue;
    auto& routes = by_pattern[route.pattern_];
    if (routes.empty()) patterns.push_back(route.pattern_);
    routes.push_back(&route);
  }
  writer.name("paths").begin_object();
  for (const std::string_view pattern : patterns) {
    writer.name(pattern).begin_object();
    for (const Route* route : by_pattern[pattern]) {
      std::string method(to_string(route->method_));
      std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'A' + 'a'); });
      writer.name(method);
      write_operation(writer, *route);
    }
    writer.end_object();
  }
  writer.end_object();
  if (!options.tags.empty()) {
    writer.name("tags").begin_array();
    for (const auto& [name, description] : options.tags)
      writer.begin_object().member("name", name).member("description", description).end_object();
    writer.end_array();
  }
  write_components(writer);
  writer.end_object();
  return out;
}

}  // namespace redoubt
