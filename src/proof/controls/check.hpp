// A check is a short function that looks at an estate in one Case and says of each resource what it found. `prove` runs
// it over all cases: a resource is proved when it is in every case, refuted when it is in one that can really occur
// (the counterexample then names the parameter values), else unknown.
//
//   void storage_is_encrypted(Inquiry& ask) {
//     for (const Resource* db : ask.resources("AWS::RDS::DBInstance")) {
//       const Known<bool> encrypted = ask.boolean(*db, "StorageEncrypted").when_absent(false);
//       ask.expect(*db, "StorageEncrypted", encrypted, "StorageEncrypted is true", "…");
//     }
//   }
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estate/case.hpp"
#include "verdict.hpp"

namespace redoubt::controls {

// What a check asks the estate through, and tells its findings to.
class Inquiry {
 public:
  virtual ~Inquiry() = default;

  [[nodiscard]] virtual estate::Case& in() = 0;

  // Findings about a resource (nullptr: the stack or account as a whole). `at` is where the evidence stands: a
  // property's path, or empty for the resource. More than one finding about a resource: the worst counts.
  virtual void proved(const estate::Resource* resource, std::string_view at, std::string evidence) = 0;
  virtual void refuted(const estate::Resource* resource, std::string_view at, std::string counterexample) = 0;
  virtual void unknown(const estate::Resource* resource, std::string_view at, std::string why) = 0;
};

struct Check {
  std::string_view id;  // of the catalogue
  Method method = Method::property;
  void (*run)(Inquiry&) = nullptr;
};

// Every check over an estate there is, one list a section (network_checks.cpp …), put together in checks.cpp.
[[nodiscard]] std::span<const Check> checks();

}  // namespace redoubt::controls
