// `redoubt-api health`: asks a running service whether it is ready, for images that have no shell and no curl.
#pragma once

#include <string>

namespace redoubt::api {

// Asks http:// or https://HOST[:PORT]/PATH (the certificate is not verified: it is this very host). 0 when the answer
// is 200, 1 when it is another or none, 2 for a URL that cannot be read; says why on standard error.
int check_health(const std::string& url);

}  // namespace redoubt::api
