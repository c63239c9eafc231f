#include "source.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "snapshot_reader.hpp"
#include "template_reader.hpp"

namespace redoubt::estate {
namespace {

constexpr std::uintmax_t largest_template = 16U << 20;  // CloudFormation's own limit is 1 MB

std::expected<std::string, ReadError> read_file(const std::string& path) {
  const auto refuse = [&](std::string reason) { return std::unexpected(ReadError{path, 0, std::move(reason)}); };
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (error || !std::filesystem::exists(status)) return refuse("there is no such file");
  std::ifstream file(path, std::ios::binary);
  std::string text;
  constexpr std::size_t chunk = 64U << 10;
  while (file && text.size() <= largest_template) {
    const std::size_t size = text.size();
    text.resize(size + chunk);
    file.read(text.data() + size, chunk);
    text.resize(size + static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof() && text.size() <= largest_template) return refuse("the file cannot be read (check its permissions)");
  if (text.size() > largest_template) {
    return refuse(fmt::format("the file is larger than {} MiB, no template is", largest_template >> 20));
  }
  return text;
}

std::expected<void, ReadError> add_file(Estate& estate, const std::string& path) {
  const auto text = read_file(path);
  if (!text) return std::unexpected(text.error());
  const auto document = read_document(*text, static_cast<std::uint32_t>(estate.files.size()), path);
  if (!document) return std::unexpected(document.error());
  return add_template(estate, *document, path);
}

}  // namespace

std::expected<Loaded, ReadError> load(const std::vector<std::string>& sources) {
  Loaded out;
  for (const std::string& source : sources) {
    std::error_code error;
    if (!std::filesystem::is_directory(source, error)) {
      if (auto added = add_file(out.estate, source); !added) return std::unexpected(std::move(added.error()));
      continue;
    }
    auto beside = add_snapshot(out.estate, source);
    if (!beside) return std::unexpected(std::move(beside.error()));
    for (const std::string& path : beside->templates)
      if (auto added = add_file(out.estate, path); !added) return std::unexpected(std::move(added.error()));
    for (const std::string& file : beside->left_out)
      out.notes.push_back(fmt::format("{}: left out, no answer that Redoubt knows", file));
  }
  for (const Value& fault : out.estate.faults) {
    out.notes.push_back(fmt::format("{}: {} (CloudFormation refuses this; what depends on it is unknown)",
                                    out.estate.place(fault.at), fault.text));
  }
  return out;
}

}  // namespace redoubt::estate
