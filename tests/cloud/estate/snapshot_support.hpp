// A snapshot's folder for one test: files with literal answers, gone afterwards.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <expected>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "estate/snapshot_reader.hpp"

namespace redoubt::estate {

class SnapshotFolder {
 public:
  SnapshotFolder() : path_((std::filesystem::temp_directory_path() / "redoubt-snapshot-XXXXXX").string()) {
    if (!::mkdtemp(path_.data())) ADD_FAILURE() << "no folder can be made at " << path_;
  }
  SnapshotFolder(const SnapshotFolder&) = delete;
  SnapshotFolder& operator=(const SnapshotFolder&) = delete;
  ~SnapshotFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  SnapshotFolder& with(std::string_view name, std::string_view content) {
    const std::filesystem::path file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
    return *this;
  }

  [[nodiscard]] std::expected<Estate, ReadError> read() {
    Estate estate;
    auto added = add_to(estate);
    if (!added) return std::unexpected(std::move(added.error()));
    return estate;
  }

  [[nodiscard]] std::expected<void, ReadError> add_to(Estate& estate) {
    auto beside = add_snapshot(estate, path_);
    if (!beside) return std::unexpected(std::move(beside.error()));
    left_out = std::move(beside->left_out);
    templates = std::move(beside->templates);
    return {};
  }

  // Fails the test where the answers cannot be read.
  [[nodiscard]] Estate estate() {
    auto out = read();
    if (!out) ADD_FAILURE() << out.error().text();
    return out ? *std::move(out) : Estate{};
  }

  std::vector<std::string> left_out, templates;  // of what was read last

 private:
  std::string path_;
};

// The resource, or an empty one and a failed test.
inline const Resource& only(const Estate& estate, std::string_view type) {
  static const Resource nothing;
  const Resource* found = nullptr;
  std::size_t count = 0;
  for (const Resource& each : estate.resources)
    if (each.type == type) {
      found = &each;
      ++count;
    }
  EXPECT_EQ(count, 1U) << type;
  return found ? *found : nothing;
}

inline std::string json_of(const Value& value) {
  std::string out = write_json(value);
  std::erase_if(out, [](char c) { return c == '\n' || c == ' '; });
  return out;
}

}  // namespace redoubt::estate
