#include "docs/assets.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace redoubt {
namespace {

const Asset* find(std::string_view name) {
  const auto assets = docs_assets();
  const auto found = std::ranges::find(assets, name, &Asset::name);
  return found == assets.end() ? nullptr : &*found;
}

TEST(DocsAssets, HaveAPageThatNeedsNoInlineScriptOrStyle) {
  const Asset* page = find("index.html");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_TRUE(page->bytes.starts_with("<!doctype html>"));
  EXPECT_EQ(page->bytes.find("<style"), std::string_view::npos);
  EXPECT_EQ(page->bytes.find("style="), std::string_view::npos);
  EXPECT_EQ(page->bytes.find("<script>"), std::string_view::npos);
}

TEST(DocsAssets, HaveEveryFileThatThePageNames) {
  const std::string_view page = find("index.html")->bytes;
  for (std::size_t at = page.find("\"/docs/"); at != std::string_view::npos; at = page.find("\"/docs/", at + 1)) {
    const std::size_t begin = at + std::string_view("\"/docs/").size();
    const std::string_view name = page.substr(begin, page.find('"', begin) - begin);
    EXPECT_NE(find(name), nullptr) << name;
  }
}

TEST(DocsAssets, HoldNoDataAddressInAStyleSheet) {
  for (const Asset& asset : docs_assets()) {
    if (asset.content_type.starts_with("text/css")) {
      EXPECT_EQ(asset.bytes.find("data:"), std::string_view::npos) << asset.name;
    }
  }
}

TEST(DocsAssets, AreKnownByDifferentWeakTags) {
  std::vector<std::string_view> tags;
  for (const Asset& asset : docs_assets()) {
    EXPECT_TRUE(asset.etag.starts_with("W/\"")) << asset.name;
    tags.push_back(asset.etag);
  }
  std::ranges::sort(tags);
  EXPECT_EQ(std::ranges::adjacent_find(tags), tags.end());
}

TEST(DocsAssets, AreSmallerWhereTheyAreCompressed) {
  constexpr std::string_view gzip_magic = "\x1f\x8b";  // RFC 1952, section 2.3.1
  for (const Asset& asset : docs_assets()) {
    if (asset.gzip.empty()) {
      continue;
    }
    EXPECT_TRUE(asset.gzip.starts_with(gzip_magic)) << asset.name;
    EXPECT_LT(asset.gzip.size(), asset.bytes.size()) << asset.name;
  }
}

}  // namespace
}  // namespace redoubt
