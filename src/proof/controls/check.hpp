// A check is a short function that looks at an estate in one Case and says of each resource what it found. `prove` runs
// it over all cases: a resource is proved when it is in every case, refuted when it is in one that can really occur
// (the counterexample then names the parameter values), else unknown.
//
//   void storage_is_encrypted(Inquiry& ask, const Resource& db) {
//     ask.expect_true(db, "StorageEncrypted");
//   }
#pragma once

#include <chrono>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estate/case.hpp"
#include "verdict.hpp"

namespace redoubt::controls {

using estate::Case;
using estate::Estate;
using estate::Kind;
using estate::Known;
using estate::Location;
using estate::Resource;
using estate::Value;

// What a check asks one case of the estate through, and tells its findings to.
class Inquiry {
 public:
  struct Finding {
    const Resource* resource;  // nullptr: the stack or account as a whole
    Outcome outcome;           // proved, refuted or unknown
    Location at;
    std::string text;
  };

  explicit Inquiry(Case& in, std::chrono::sys_seconds now = {}) : case_(in), now_(now) {}

  [[nodiscard]] Case& in() { return case_; }
  [[nodiscard]] const Estate& estate() const { return case_.estate(); }
  // The point in time that ages count to.
  [[nodiscard]] std::chrono::sys_seconds now() const { return now_; }
  // Remembers that the type was looked for: what is refuted afterwards, because there is none (or none that fits), is
  // unknown where a snapshot does not list the type.
  [[nodiscard]] std::vector<const Resource*> resources(std::string_view type);
  [[nodiscard]] Value get(const Resource& resource, std::string_view path) { return case_.get(resource, path); }
  [[nodiscard]] Known<bool> boolean(const Resource& resource, std::string_view path) {
    return case_.boolean(get(resource, path));
  }
  [[nodiscard]] Known<double> number(const Resource& resource, std::string_view path) {
    return case_.number(get(resource, path));
  }
  [[nodiscard]] Known<std::string> text(const Resource& resource, std::string_view path) {
    return case_.text(get(resource, path));
  }

  // Findings. `at` is where the evidence stands, by default the resource's own place. A resource of which several
  // things are found is as good as the worst of them.
  void proved(const Resource* resource, Location at, std::string evidence) {
    tell(resource, Outcome::proved, at, std::move(evidence));
  }
  void refuted(const Resource* resource, Location at, std::string counterexample) {
    tell(resource, Outcome::refuted, at, std::move(counterexample));
  }
  void unknown(const Resource* resource, Location at, std::string why) {
    tell(resource, Outcome::unknown, at, std::move(why));
  }

  // The usual end of a check: proved or refuted as `holds` is, unknown (for its reason) where it is unknown.
  void expect(const Resource& resource, Location at, const Known<bool>& holds, std::string evidence,
              std::string counterexample);

  // A property that must be that; absent counts as `by_default`, what AWS takes.
  void expect_boolean(const Resource& resource, std::string_view path, bool wanted, bool by_default);
  void expect_true(const Resource& resource, std::string_view path, bool by_default = false) {
    expect_boolean(resource, path, true, by_default);
  }
  void expect_false(const Resource& resource, std::string_view path, bool by_default = false) {
    expect_boolean(resource, path, false, by_default);
  }
  // A property that must be there and not empty.
  void expect_given(const Resource& resource, std::string_view path);
  // A property that must be one of these texts; absent counts as `by_default` ("": as none of them).
  void expect_one_of(const Resource& resource, std::string_view path, std::span<const std::string_view> wanted,
                     std::string_view by_default = {});
  // A property that must be a number of at least this; absent counts as `by_default`.
  void expect_at_least(const Resource& resource, std::string_view path, double least, double by_default);

  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  [[nodiscard]] const std::vector<std::string_view>& looked_for() const { return looked_for_; }

 private:
  void tell(const Resource* resource, Outcome outcome, Location at, std::string text);

  Case& case_;
  std::chrono::sys_seconds now_;
  std::vector<std::string_view> looked_for_;
  std::vector<Finding> findings_;
};

// One of the two functions is set: `each` is asked of every resource of the types by itself, so that the cases of one
// resource do not multiply with those of another; `whole` of the estate at once.
struct Check {
  std::string_view id;  // of the catalogue
  Method method = Method::property;
  std::vector<std::string_view> types;
  std::function<void(Inquiry&, const Resource&)> each = {};
  std::function<void(Inquiry&)> whole = {};
};

// Every check over an estate there is, one list a section (network_checks.cpp …), put together in checks.cpp.
[[nodiscard]] const std::vector<Check>& checks();

[[nodiscard]] std::vector<Check> network_checks();
[[nodiscard]] std::vector<Check> security_group_checks();
[[nodiscard]] std::vector<Check> encryption_checks();
[[nodiscard]] std::vector<Check> transit_checks();
[[nodiscard]] std::vector<Check> identity_checks();
[[nodiscard]] std::vector<Check> policy_checks();
[[nodiscard]] std::vector<Check> network_acl_checks();
[[nodiscard]] std::vector<Check> secrets_checks();
[[nodiscard]] std::vector<Check> secret_property_checks();
[[nodiscard]] std::vector<Check> application_checks();
[[nodiscard]] std::vector<Check> logging_checks();
[[nodiscard]] std::vector<Check> monitoring_checks();
[[nodiscard]] std::vector<Check> compliance_checks();
[[nodiscard]] std::vector<Check> recovery_checks();
[[nodiscard]] std::vector<Check> incident_checks();
[[nodiscard]] std::vector<Check> container_checks();
[[nodiscard]] std::vector<Check> bucket_checks();
[[nodiscard]] std::vector<Check> credential_checks();
[[nodiscard]] std::vector<Check> account_checks();
[[nodiscard]] std::vector<Check> arrival_checks();
[[nodiscard]] std::vector<Check> snapshot_age_checks();
[[nodiscard]] std::vector<Check> trail_alarm_checks();
[[nodiscard]] std::vector<Check> admission_checks();
[[nodiscard]] std::vector<Check> confinement_checks();
[[nodiscard]] std::vector<Check> database_companion_checks();

}  // namespace redoubt::controls
