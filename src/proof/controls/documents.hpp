// The policy documents that resources carry, as values: for checks that look at how a statement is written, and for
// policies.hpp, which hands them to the engine.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "truth.hpp"

namespace redoubt::controls {

struct Document {
  std::string name;  // "AppRole, policy read-config"
  Value value;       // an object with Statement, resolved; a text in JSON is read; unknown where it cannot be had
};

// Of identities: what they may do. Types below.
[[nodiscard]] std::vector<Document> identity_documents(Inquiry& ask, const Resource& resource);
// Of resources: who may do what to them, but for the trust of roles.
[[nodiscard]] std::vector<Document> resource_documents(Inquiry& ask, const Resource& resource);
[[nodiscard]] std::vector<Document> trust_documents(Inquiry& ask, const Resource& role);

[[nodiscard]] const std::vector<std::string_view>& identity_types();
[[nodiscard]] const std::vector<std::string_view>& resource_policy_types();

// One statement as it was written.
struct Written {
  const Document* document;
  Value value;
  Truth allows;  // Effect is Allow

  // "statement ReadConfig of …"
  [[nodiscard]] std::string name(Inquiry& ask) const;
};

// Of every document. A document or a statement that is unknown is one whose `allows` is.
[[nodiscard]] std::vector<Written> statements_of(Inquiry& ask, const std::vector<Document>& documents);

}  // namespace redoubt::controls
