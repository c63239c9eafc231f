// The containers of a task definition, as checks of several sections read them.
#pragma once

#include <string>
#include <vector>

#include "check.hpp"

namespace redoubt::controls {

struct Container {
  std::string name;  // for people
  Value value;       // Image, Environment, Secrets, LogConfiguration …
};

// An unknown list of containers is one container that is unknown.
[[nodiscard]] std::vector<Container> containers_of(Inquiry& ask, const Resource& definition);

// The task definition that a service names; nullptr if it is none of the estate.
[[nodiscard]] const Resource* definition_of(Inquiry& ask, const Resource& service);

// Does a task of an account run this image of a registry? Where no task was listed, it may: what is then refuted of it
// is unknown.
[[nodiscard]] bool runs_in_a_task(Inquiry& ask, const Resource& image);

// Does a reference to the resource stand anywhere in the value?
[[nodiscard]] bool mentions(Inquiry& ask, const Value& value, const Resource& resource);

}  // namespace redoubt::controls
