// Runs the service as a process: listeners, signals, and the clean end.
#pragma once

#include "settings.hpp"

namespace redoubt::api {

// Serves until SIGTERM or SIGINT, then drains and ends; SIGHUP reopens the audit log. Gives the exit code.
int serve(Settings& settings);

}  // namespace redoubt::api
