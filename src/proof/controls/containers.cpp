#include "containers.hpp"

#include <algorithm>
#include <array>

#include "listing.hpp"
#include "reading.hpp"

namespace redoubt::controls {

std::vector<Container> containers_of(Inquiry& ask, const Resource& definition) {
  std::vector<Container> out;
  for (const Value& value : items_of(ask.get(definition, "ContainerDefinitions"))) {
    const Known<std::string> name = ask.in().text(value["Name"]);
    out.push_back({name.known() ? name.value : "a container", value});
  }
  return out;
}

const Resource* definition_of(Inquiry& ask, const Resource& service) {
  return ask.in().target(ask.get(service, "TaskDefinition"));
}

bool runs_in_a_task(Inquiry& ask, const Resource& image) {
  constexpr std::string_view task_type = "AWS::ECS::Task";
  const Known<std::string> digest = ask.text(image, "ImageDigest");
  if (!digest.known() || !not_listed(ask.estate(), task_type).empty()) {
    (void)ask.resources(task_type);  // so that the finding depends on it
    return true;
  }
  return std::ranges::any_of(ask.resources(task_type), [&](const Resource* task) {
    return std::ranges::any_of(items_of(ask.get(*task, "Containers")), [&](const Value& container) {
      const Known<std::string> of = ask.in().text(container["ImageDigest"]);
      return of.known() && of.value == digest.value;
    });
  });
}

bool mentions(Inquiry& ask, const Value& value, const Resource& resource) {
  if (value.is(Kind::reference) && value.index == ask.estate().index_of(resource)) return true;
  if (value.is(Kind::text) && ask.in().target(value) == &resource) return true;
  return std::ranges::any_of(value.items, [&](const Value& item) { return mentions(ask, item, resource); }) ||
         std::ranges::any_of(value.members,
                             [&](const estate::Member& member) { return mentions(ask, member.value, resource); });
}

}  // namespace redoubt::controls
