#include "regions.hpp"

#include <fmt/format.h>

#include <set>

namespace redoubt::controls {

std::vector<std::string> regions_in_use(const Estate& estate) {
  std::set<std::string> out;
  for (const Resource& each : estate.resources)
    if (each.stack == estate::no_index && !each.region.empty()) out.insert(each.region);
  return {out.begin(), out.end()};
}

void in_every_region(Inquiry& ask, std::string_view type,
                     const std::function<Truth(Inquiry&, const Resource&)>& is_good) {
  std::vector<std::string> regions = regions_in_use(ask.estate());
  if (regions.empty()) regions.emplace_back();  // a snapshot that names none: one, whichever it is
  const auto all = ask.resources(type);
  for (const std::string& region : regions) {
    const std::string where = region.empty() ? "" : fmt::format(" in {}", region);
    Truth good = truth(false);
    const Resource* found = nullptr;
    const Resource* bad = nullptr;
    for (const Resource* each : all) {
      if (!each->region.empty() && !region.empty() && each->region != region) continue;
      const Truth is = is_good(ask, *each);
      good = either(good, is);
      (surely(is) ? found : bad) = each;
    }
    if (surely(good))
      ask.proved(found, {}, fmt::format("it is on{}", where));
    else if (good.unknown())
      ask.unknown(bad, {}, good.why);
    else if (bad != nullptr)
      ask.refuted(bad, {}, fmt::format("it is not on{}, and no other {} is", where, type));
    else if (regions.size() > 1)
      ask.unknown(nullptr, {},
                  fmt::format("the snapshot shows no {}{}; whether it was listed there is not said", type, where));
    else
      ask.refuted(nullptr, {}, fmt::format("there is no {}{}", type, where));
  }
}

}  // namespace redoubt::controls
