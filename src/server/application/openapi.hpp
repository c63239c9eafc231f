// Writes the OpenAPI 3.1 document of an application's routes. Everything in it follows from the handlers' types and the
// words given beside them; the same routes give the same bytes.
#pragma once

#include <set>
#include <string>

#include "redoubt/application.hpp"

namespace redoubt {

class OpenApiWriter {
 public:
  explicit OpenApiWriter(const Application& application) : application_(application) {}
  [[nodiscard]] std::string write();

 private:
  void write_operation(json::Writer& writer, const Route& route);
  void write_answers(json::Writer& writer, const Operation& operation);
  void write_components(json::Writer& writer);
  [[nodiscard]] Operation describe(const Route& route);

  const Application& application_;
  Schemas schemas_;
  std::set<int> errors_;  // statuses of all operations
  bool bearer_ = false;
};

}  // namespace redoubt
