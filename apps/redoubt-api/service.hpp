// The reference service put together: settings in, a running server out. One object owns every part, in the order in
// which they depend on each other.
#pragma once

#include <memory>
#include <string>

#include "redoubt/application.hpp"
#include "settings.hpp"

namespace redoubt::api {

// The routes and words of the API, without anything behind them: for the OpenAPI document.
std::string openapi_document(Settings& settings);

// Brings the database's schema up to date, and says on standard error what it did. Gives the exit code.
int migrate_database(const Settings& settings);

// Serves until SIGTERM or SIGINT, then drains and ends. Gives the exit code.
int serve(Settings& settings);

}  // namespace redoubt::api
