#include "catalogue.hpp"

#include <algorithm>
#include <functional>

#include "catalogue_data.hpp"

namespace redoubt::controls {
namespace {

// What an id names, found by bisection.
template <class T>
class Index {
 public:
  void add(const T& entry) { entries_.push_back(&entry); }
  void sort() { std::ranges::sort(entries_, std::less<>(), &T::id); }

  [[nodiscard]] const T* find(std::string_view id) const {
    const auto at = std::ranges::lower_bound(entries_, id, std::less<>(),
                                             [](const T* entry) -> std::string_view { return entry->id; });
    return at != entries_.end() && (*at)->id == id ? *at : nullptr;
  }

 private:
  std::vector<const T*> entries_;
};

struct Catalogue {
  std::vector<Control> controls;
  Index<Control> by_id;
  Index<CheckEntry> checks_by_id;

  Catalogue() {
    for (const ControlData& data : catalogue_data()) {
      Control control{.id = std::string(data.id),
                      .section = std::string(data.section),
                      .title = std::string(data.title),
                      .requirement = std::string(data.requirement),
                      .level = std::string(data.level),
                      .why = std::string(data.why),
                      .realised = std::string(data.realised),
                      .frameworks = {},
                      .checks = {}};
      for (const ReferenceData& reference : data.frameworks)
        control.frameworks.push_back(
            {std::string(reference.framework), {reference.requirements.begin(), reference.requirements.end()}});
      for (const CheckData& check : data.checks)
        control.checks.push_back({.id = std::string(check.id),
                                  .title = std::string(check.title),
                                  .source = check.source,
                                  .least_scope = check.least_scope,
                                  .severity = check.severity,
                                  .remedy = std::string(check.remedy)});
      controls.push_back(std::move(control));
    }
    for (const Control& control : controls) {
      by_id.add(control);
      for (const CheckEntry& check : control.checks) checks_by_id.add(check);
    }
    by_id.sort();
    checks_by_id.sort();
  }
};

const Catalogue& whole() {
  static const Catalogue catalogue;
  return catalogue;
}

}  // namespace

const std::vector<Control>& catalogue() {
  return whole().controls;
}
const Control* find_control(std::string_view id) {
  return whole().by_id.find(id);
}
const CheckEntry* find_check(std::string_view id) {
  return whole().checks_by_id.find(id);
}

}  // namespace redoubt::controls
