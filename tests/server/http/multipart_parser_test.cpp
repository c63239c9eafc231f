#include "http/multipart_parser.hpp"

#include <gmock/gmock.h>

#include <random>

namespace redoubt::http {
namespace {

using Event = MultipartParser::Event;

struct ReadPart {
  PartHead head;
  std::string data{};
  bool complete = false;
  bool operator==(const ReadPart& other) const {
    return head.name == other.head.name && head.file_name == other.head.file_name &&
           head.content_type == other.head.content_type && data == other.data && complete == other.complete;
  }
};
struct Form {
  std::vector<ReadPart> parts;
  int status = 0;
  std::string detail;
  bool operator==(const Form&) const = default;
};

// Reads a form that comes in pieces of the sizes that `next_size` gives.
template <class NextSize>
Form read_in_pieces(std::string_view body, NextSize next_size, MultipartLimits limits = {}) {
  MultipartParser parser("XX");
  parser.limit(limits);
  Form form;
  while (true) {
    Event event = parser.next();
    if (event == Event::need_more) {
      if (body.empty()) {
        event = parser.finish();
      } else {
        const std::size_t size = std::min<std::size_t>(next_size(), body.size());
        parser.feed(body.substr(0, size));
        body.remove_prefix(size);
        continue;
      }
    }
    switch (event) {
      case Event::part_begin:
        form.parts.push_back({.head = parser.head()});
        break;
      case Event::data:
        form.parts.back().data += parser.data();
        break;
      case Event::part_end:
        form.parts.back().complete = true;
        break;
      case Event::refused:
        form.status = parser.refusal().status;
        form.detail = parser.refusal().detail;
        EXPECT_EQ(parser.next(), Event::refused);
        return form;
      default:
        return form;
    }
  }
}

Form read(std::string_view body, MultipartLimits limits = {}) {
  return read_in_pieces(body, [] { return std::size_t{1} << 30; }, limits);
}

std::string field(std::string_view disposition, std::string_view data = "data", std::string_view more = "") {
  return "--XX\r\nContent-Disposition: form-data; " + std::string(disposition) + "\r\n" + std::string(more) + "\r\n" +
         std::string(data) + "\r\n";
}
const std::string end = "--XX--\r\n";

TEST(MultipartParser, GivesThePartsOfAForm) {
  const Form form = read(field(R"(name="title")", "A lamp") +
                         field(R"(name="photo"; filename="lamp.png")", std::string("\x89PNG\r\n\0\r", 8),
                               "Content-Type: image/png\r\nX-Other: 1\r\n") +
                         field(R"(name="empty")", "") + end);
  EXPECT_EQ(form.status, 0) << form.detail;
  ASSERT_EQ(form.parts.size(), 3U);
  EXPECT_EQ(form.parts[0].head.name, "title");
  EXPECT_EQ(form.parts[0].head.file_name, std::nullopt);
  EXPECT_EQ(form.parts[0].head.content_type, "text/plain");
  EXPECT_EQ(form.parts[0].data, "A lamp");
  EXPECT_EQ(form.parts[1].head.file_name, "lamp.png");
  EXPECT_EQ(form.parts[1].head.content_type, "image/png");
  EXPECT_EQ(form.parts[1].data, std::string("\x89PNG\r\n\0\r", 8));
  EXPECT_EQ(form.parts[2].data, "");
  for (const ReadPart& part : form.parts) EXPECT_TRUE(part.complete);
}

TEST(MultipartParser, TakesAFormWithoutParts) {
  EXPECT_EQ(read("--XX--\r\n"), Form());
  EXPECT_EQ(read("--XX--"), Form());
}

TEST(MultipartParser, LeavesWhatOnlyLooksLikeABoundaryInTheData) {
  for (const std::string& data :
       std::vector<std::string>{"--XX", "\n--XX--", "\r--XX", "\r\n--X", "\r\n--", "\r\n-", "\r\n\r\n", "\r\r\n--X\r\n",
                                "a--XX--\r\nb", "\r\n--xx", "\r\n --XX", "\r\n\r", "\r"}) {
    const Form form = read(field(R"(name="a")", data) + end);
    ASSERT_EQ(form.parts.size(), 1U) << form.detail;
    EXPECT_EQ(form.parts[0].data, data);
    EXPECT_EQ(form.status, 0) << form.detail;
  }
}

TEST(MultipartParser, RefusesWhatReadersCouldUnderstandDifferently) {
  const std::string good = field(R"(name="a")");
  for (const std::string& body : std::vector<std::string>{
           std::string(),
           std::string("preamble\r\n") + good + end,
           "\r\n" + good + end,
           "--YY\r\n\r\n",
           "--XX\n" + good.substr(6) + end,     // a bare LF
           "--XX \r\n" + good.substr(6) + end,  // padding after the boundary
           good + "--XX--epilogue",
           good + "--XX--\r\n\r\n",
           good + "--XX--\n",  // something after the end
           good + "--XXX\r\n",
           field(R"(name="a")", "x\r\n--XXY\r\n") + end,                    // a longer boundary
           good + "--XX-\r\n",                                              // half an end
           std::string("--XX\r\n\r\ndata\r\n") + end,                       // no header at all
           std::string("--XX\r\nContent-Type: a/b\r\n\r\ndata\r\n") + end,  // no disposition
           std::string("--XX\r\nContent-Disposition : form-data; name=\"a\"\r\n\r\n\r\n") + end,
           std::string("--XX\r\nContent-Disposition: form-data;\r\n name=\"a\"\r\n\r\n\r\n") + end,  // obs-fold
           std::string("--XX\r\nContent-Disposition: form-data; name=\"a\"\nX: y\r\n\r\n\r\n") + end,
           field(R"(name="a")", "", "Content-Disposition: form-data; name=\"b\"\r\n") + end,
           field(R"(name="a")", "", "Content-Type: a/b\r\nContent-Type: c/d\r\n") + end,
           field(R"(name="a")", "", "Content-Transfer-Encoding: base64\r\n") + end,
           field(R"(name="a"; name="b")") + end,
           field(R"(name="a"; filename="a"; filename="b")") + end,
           field(R"(filename="a")") + end,
           field(R"(name="a"; filename="a"; filename*=UTF-8''b)") + end,
           field(R"(name="a)") + end,
           field(R"(name=)") + end,
           field(R"(name="a" filename="b")") + end,
           field("name=\"\xff\"") + end,
           field("name=\"a\tb\"") + end,
           std::string("--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\n\r\n") + end}) {
    EXPECT_EQ(read(body).status, 400) << body;
  }
}

TEST(MultipartParser, RefusesAFormThatWasCutOffAnywhere) {
  const std::string body = field(R"(name="a")") + field(R"(name="b"; filename="c")") + "--XX--";
  for (std::size_t size = 0; size < body.size(); ++size) EXPECT_EQ(read(body.substr(0, size)).status, 400) << size;
  EXPECT_EQ(read(body).status, 0);
}

TEST(MultipartParser, MakesFileNamesHarmless) {
  const auto file_name = [](std::string_view text) {
    const Form form = read(field("name=\"a\"; filename=" + std::string(text)) + end);
    EXPECT_EQ(form.status, 0) << text << form.detail;
    return form.parts.at(0).head.file_name.value_or("none");
  };
  EXPECT_EQ(file_name(R"("../../etc/passwd")"), "passwd");
  EXPECT_EQ(file_name(R"("C:\Users\ada\lamp.png")"), "lamp.png");
  EXPECT_EQ(file_name(R"("/etc/")"), "");
  EXPECT_EQ(file_name(R"("..")"), "");
  EXPECT_EQ(file_name(R"("")"), "");
  EXPECT_EQ(file_name("lamp.png"), "lamp.png");
  EXPECT_EQ(file_name(R"("a \"b\" c")"), R"(a "b" c)");
  EXPECT_EQ(file_name("\"a\tb\""), "ab");
  EXPECT_EQ(file_name("\"Lämpchen.png\""), "Lämpchen.png");
  EXPECT_EQ(file_name("\"" + std::string(300, 'a') + "\"").size(), 255U);
  EXPECT_EQ(file_name("\"a" +
                      [] {
                        std::string many;
                        for (int i = 0; i < 200; ++i) many += "ä";
                        return many;
                      }() +
                      "\"")
                .size(),
            255U);
  EXPECT_EQ(file_name("\"" +
                      [] {
                        std::string many;
                        for (int i = 0; i < 200; ++i) many += "ä";
                        return many;
                      }() +
                      "\"")
                .size(),
            254U);
}

TEST(MultipartParser, HoldsAFormToItsLimits) {
  const std::string three = field(R"(name="a")") + field(R"(name="b")") + field(R"(name="c")") + end;
  EXPECT_EQ(read(three, {.parts = 3}).status, 0);
  EXPECT_EQ(read(three, {.parts = 2}).status, 413);
  const std::string long_header = field(R"(name="a")", "", "X: " + std::string(1000, 'x') + "\r\n") + end;
  const std::size_t size = long_header.find("\r\n\r\n") - 6;
  EXPECT_EQ(read(long_header, {.part_header_bytes = size}).status, 0);
  EXPECT_EQ(read(long_header, {.part_header_bytes = size - 1}).status, 413);
  // An endless header is refused before its end is seen.
  EXPECT_EQ(read("--XX\r\n" + std::string(10'000, 'x')).status, 413);
}

// The property that makes an incremental parser right: how the bytes were split does not matter.
TEST(MultipartParser, GivesTheSameHoweverTheBodyIsSplit) {
  std::mt19937 random(20250801);
  const std::vector<std::string> snippets = {"\r\n",
                                             "--XX",
                                             "--XX\r\n",
                                             "--XX--",
                                             "\r\n--XX\r\n",
                                             "\r\n--XX--\r\n",
                                             "\r\n--X",
                                             "\r",
                                             "\n",
                                             "-",
                                             "data",
                                             "Content-Disposition: form-data; name=\"a\"\r\n",
                                             "Content-Disposition: form-data; name=\"b\"; filename=\"c\"\r\n",
                                             "Content-Type: text/plain\r\n",
                                             "\r\n\r\n",
                                             std::string(40, 'x'),
                                             field(R"(name="n")"),
                                             field(R"(name="m")", "\r\n-")};
  const auto any = [&random](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  std::size_t well_formed = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string body;
    const bool from_good = any(2) == 0;
    if (from_good) {
      for (std::size_t i = any(4); i > 0; --i) {
        std::string data;
        for (std::size_t j = any(5); j > 0; --j) data += snippets[any(snippets.size())];
        body += field(R"(name="n")", data);
      }
      body += end;
    } else {
      for (std::size_t i = any(12); i > 0; --i) body += snippets[any(snippets.size())];
    }
    const MultipartLimits limits{.parts = 3, .part_header_bytes = 80};
    const Form whole = read(body, limits);
    well_formed += whole.status == 0 ? 1 : 0;
    EXPECT_EQ(read_in_pieces(body, [] { return std::size_t{1}; }, limits), whole) << body;
    EXPECT_EQ(read_in_pieces(body, [&] { return 1 + any(9); }, limits), whole) << body;
    const std::size_t cut = body.empty() ? 0 : any(body.size());
    EXPECT_EQ(
        read_in_pieces(
            body, [first = true, cut]() mutable { return std::exchange(first, false) ? cut + 1 : 1U << 20; }, limits),
        whole)
        << body;
  }
  EXPECT_GT(well_formed, 200U);  // the test saw both kinds
}

TEST(MultipartBoundary, IsReadFromTheContentType) {
  EXPECT_EQ(boundary_of("multipart/form-data; boundary=abc"), "abc");
  EXPECT_EQ(boundary_of("multipart/form-data;Boundary=\"a b:c\""), "a b:c");
  EXPECT_EQ(boundary_of("multipart/form-data; charset=utf-8; boundary=----WebKitFormBoundaryAbC123"),
            "----WebKitFormBoundaryAbC123");
  for (const std::string& bad : std::vector<std::string>{
           "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
           "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=a:b",
           "multipart/form-data; boundary=\"a", "multipart/form-data; boundary=\"a \"",
           "multipart/form-data; boundary=\"a*b\"", "multipart/form-data; boundary a"})
    EXPECT_EQ(boundary_of(bad), std::nullopt) << bad;
  EXPECT_TRUE(boundary_of("multipart/form-data; boundary=" + std::string(70, 'a')).has_value());
  EXPECT_FALSE(boundary_of("multipart/form-data; boundary=" + std::string(71, 'a')).has_value());
}

}  // namespace
}  // namespace redoubt::http
