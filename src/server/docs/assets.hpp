// The files of the docs page, built into the library from web/ (cmake/embed.cmake). The routes of /docs answer with
// them; they are constant for the life of the program, and nothing here reads a disk.
#pragma once

#include <span>
#include <string_view>

namespace redoubt {

struct Asset {
  std::string_view name;          // below /docs/; "index.html" is the page itself, at /docs
  std::string_view content_type;  // for Content-Type
  std::string_view etag;          // for ETag: weak, since it stands for both encodings (RFC 9110, section 8.8.1)
  std::string_view bytes;
  std::string_view gzip;  // the same compressed, for whoever accepts it; empty where that does not pay
};

// Every asset, ordered by name. Without npm at build time it is only an index.html that says so.
[[nodiscard]] std::span<const Asset> docs_assets();

}  // namespace redoubt
