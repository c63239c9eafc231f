#include "reach/routers.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace redoubt::reach {
namespace {

constexpr std::uintmax_t largest_configuration = 4U << 20;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t start = line.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) return out;
    const std::size_t end = std::min(line.find_first_of(" \t\r", start), line.size());
    out.push_back(line.substr(start, end - start));
    line.remove_prefix(end);
  }
}

// "10.10.0.0", "255.255.0.0"
std::optional<Prefix> masked(std::string_view address, std::string_view mask) {
  const auto bits = parse_address(mask);
  if (!bits || !is_ipv4(*bits)) return std::nullopt;
  const auto inverse = static_cast<std::uint32_t>(~static_cast<std::uint32_t>(*bits));
  if ((inverse & (inverse + 1U)) != 0) return std::nullopt;
  int length = 32;
  for (std::uint32_t rest = inverse; rest != 0; rest >>= 1) --length;
  return parse_prefix(std::string(address) + "/" + std::to_string(length));
}

}  // namespace

Router read_router(std::string_view text) {
  Router out;
  std::vector<Prefix> wanted, held;
  bool in_bgp = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty() || words[0].starts_with('!')) continue;
    if (!line.starts_with(' ')) in_bgp = words[0] == "router" && words.size() > 1 && words[1] == "bgp";
    if (words[0] == "hostname" && words.size() > 1) out.name = words[1];
    if (words.size() >= 4 && words[0] == "ip" && words[1] == "address") {
      const auto address = parse_address(words[2]);
      const auto prefix = masked(words[2], words[3]);
      if (address) out.addresses = out.addresses | AddressSet::one(*address);
      if (prefix) held.push_back(*prefix);
    }
    if (words.size() >= 5 && words[0] == "ip" && words[1] == "route")
      if (const auto prefix = masked(words[2], words[3])) held.push_back(*prefix);
    if (!in_bgp) continue;
    if (words[0] == "neighbor" && words.size() > 1)
      if (const auto address = parse_address(words[1])) out.neighbours.push_back(*address);
    if (words.size() >= 4 && words[0] == "network" && words[2] == "mask")
      if (const auto prefix = masked(words[1], words[3])) wanted.push_back(*prefix);
  }
  for (const Prefix& prefix : wanted)
    if (std::ranges::find(held, prefix) != held.end()) out.announced.push_back(prefix);
  return out;
}

std::vector<Router> read_routers(const std::vector<std::string>& sources) {
  namespace fs = std::filesystem;
  std::vector<Router> out;
  for (const std::string& source : sources) {
    std::error_code error;
    if (!fs::is_directory(source, error)) continue;
    std::vector<fs::path> files;
    for (auto at = fs::recursive_directory_iterator(source, error); !error && at != fs::recursive_directory_iterator();
         at.increment(error))
      if (at->path().parent_path().filename() == "configs" && at->is_regular_file(error) &&
          at->file_size(error) <= largest_configuration)
        files.push_back(at->path());
    std::ranges::sort(files);
    for (const fs::path& path : files) {
      std::ifstream file(path, std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      if (Router router = read_router(text); !router.name.empty()) out.push_back(std::move(router));
    }
  }
  return out;
}

}  // namespace redoubt::reach
