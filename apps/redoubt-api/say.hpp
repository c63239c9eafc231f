// What the program tells a person, on standard error. Nobody may be there to read it (a closed descriptor, a pipe whose
// reader is gone): that stops nothing, and throws nothing.
#pragma once

#include <cstdio>
#include <string>

namespace redoubt::api {

inline void say(const std::string& text) noexcept {
  (void)std::fputs(text.c_str(), stderr);
}

}  // namespace redoubt::api
