// What is known about a route from its handler's types: its parameters, body, answers and security. The OpenAPI
// document is written from this, so nothing is declared twice.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <typeindex>
#include <vector>

#include "redoubt/model.hpp"

namespace redoubt {

struct Operation {
  struct Parameter {
    std::string name;
    std::string in;  // path, query, header or cookie
    bool required = true;
    std::string schema;  // JSON
  };
  struct Answer {
    std::string description;
    std::string media_type;                      // empty: no content
    std::string schema;                          // JSON
    std::map<std::string, std::string> headers;  // name → description
  };

  explicit Operation(Schemas& component_schemas) : schemas(component_schemas) {}

  Schemas& schemas;
  std::vector<Parameter> parameters;
  std::string body_media_type;  // empty: no body is read
  std::string body_schema;
  bool body_required = true;
  std::map<int, Answer> answers;        // successes
  std::set<int> errors;                 // statuses answered with {"detail": …}
  bool bearer = false;                  // asks for Authorization: Bearer
  bool bearer_optional = false;         // … or answers without
  std::set<std::string> scopes;         // that the token must carry
  std::vector<std::type_index> states;  // what Application::provide must have been given
};

}  // namespace redoubt
