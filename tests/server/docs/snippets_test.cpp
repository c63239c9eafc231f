// A code block of the documentation that is marked with a file (```cpp examples/hello/main.cpp) stands in that file
// word for word; and those files are built and run by the test of the package. So the documentation compiles.
#include <gtest/gtest.h>

#include <filesystem>

#include "support/files.hpp"

namespace redoubt::testing {
namespace {

namespace fs = std::filesystem;

struct Snippet {
  std::string document;
  std::string file;  // empty: not marked
  std::string text;
};

std::vector<Snippet> snippets_of(const fs::path& document) {
  std::vector<Snippet> snippets;
  const std::string text = read_file(document);
  constexpr std::string_view begin = "\n```cpp";
  for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;) {
    const std::size_t line_end = text.find('\n', at + 1);
    const std::size_t end = text.find("\n```\n", line_end);
    if (end == std::string::npos) throw std::runtime_error(document.string() + ": a code block does not end");
    std::string file = text.substr(at + begin.size(), line_end - at - begin.size());
    if (!file.empty()) file.erase(0, 1);
    snippets.push_back({document.filename(), file, text.substr(line_end + 1, end - line_end)});
    at = end + 4;
  }
  return snippets;
}

const fs::path root = REDOUBT_SOURCE_DIR;

TEST(Documentation, ItsMarkedSnippetsAreInTheirFiles) {
  std::vector<fs::path> documents = {root / "README.md"};
  for (const auto& entry : fs::directory_iterator(root / "docs"))
    if (entry.path().extension() == ".md") documents.push_back(entry.path());
  int marked = 0;
  for (const fs::path& document : documents) {
    if (!fs::exists(document)) continue;
    for (const Snippet& snippet : snippets_of(document)) {
      if (snippet.file.empty()) continue;
      ++marked;
      EXPECT_NE(("\n" + read_file(root / snippet.file)).find("\n" + snippet.text), std::string::npos)
          << snippet.document << " shows what " << snippet.file << " does not have:\n"
          << snippet.text;
    }
  }
  EXPECT_GT(marked, 5);
}

TEST(Documentation, EverySnippetAboutTheLibraryIsMarked) {
  for (const Snippet& snippet : snippets_of(root / "docs/library.md"))
    EXPECT_FALSE(snippet.file.empty()) << "from no file that compiles:\n" << snippet.text;
}

}  // namespace
}  // namespace redoubt::testing
