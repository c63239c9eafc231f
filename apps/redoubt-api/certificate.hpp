// A key and a self-signed certificate for one instance that stands behind a load balancer: the way between the two is
// encrypted, by a key that never leaves the instance. Nobody can verify such a certificate; who connects to the service
// directly needs one from an authority (docs/operations.md).
#pragma once

#include <filesystem>

namespace redoubt::api {

/** Writes folder/key.pem (P-256, PKCS #8, mode 0600) and folder/cert.pem (X.509 v3 for "localhost" and the host's name,
 *  RFC 5280, valid for 397 days) anew; the folder is created where it is missing. Each file is put in place whole.
 *  \returns 0, or 1 after a sentence on stderr that says what could not be written and why */
int write_certificate(const std::filesystem::path& folder);

}  // namespace redoubt::api
