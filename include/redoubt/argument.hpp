// The one question that a handler's arguments answer: how is this type made from a request? Path, Body and the like
// (parameters.hpp), State, BearerToken and the like (arguments.hpp) and dependencies (dependencies.hpp) specialise
// Argument; so may a type of your own, though a static `from` is nearly always enough.
#pragma once

#include <cstdint>

namespace redoubt {

// When an argument is resolved.
enum class Phase : std::uint8_t { security, input, late };

// How a type is made from a request. Members: `phase`; `needs_body` (the media type that it reads, or ""); `resolve`,
// which gives std::optional<T> or a Task of it (nullopt: errors were recorded); `describe`.
template <class T>
struct Argument;

}  // namespace redoubt
