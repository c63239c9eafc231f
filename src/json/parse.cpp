// RapidJSON knows the grammar; the handler below builds the tree and refuses what RapidJSON 1.1.0 lets through.
// Left alone on purpose: its SSE2 path (it accepts the control characters 0x1A to 0x1F) and its own conversion of
// numbers (std::from_chars rounds correctly and cannot overflow an exponent).
#include <rapidjson/reader.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

#include "redoubt/json.hpp"

namespace redoubt::json {
namespace {

// RapidJSON's stream concept over the text itself: strings are decoded where they stand.
struct InPlaceStream {
  using Ch = char;

  explicit InPlaceStream(std::string& text) noexcept : begin(text.data()), source(begin) {}

  [[nodiscard]] Ch Peek() const noexcept { return *source; }
  Ch Take() noexcept { return *source++; }
  [[nodiscard]] std::size_t Tell() const noexcept { return static_cast<std::size_t>(source - begin); }

  Ch* PutBegin() noexcept { return written_from = target = source; }
  void Put(Ch c) noexcept { *target++ = c; }
  [[nodiscard]] std::size_t PutEnd(const Ch* from) const noexcept { return static_cast<std::size_t>(target - from); }

  Ch* begin;
  Ch* source;
  Ch* target = nullptr;
  Ch* written_from = nullptr;  // where the latest string began
};

}  // namespace
}  // namespace redoubt::json

namespace rapidjson {
// The reader works on a copy of the stream while it reads a string or a number, so that during the handler's call the
// stream itself still stands at that value's first byte.
template <>
struct StreamTraits<redoubt::json::InPlaceStream> {
  enum { copyOptimization = 1 };
};
}  // namespace rapidjson

namespace redoubt::json {
namespace {

// With these flags the reader allocates nothing. It recurses, no deeper than the handler lets it: its iterative mode
// would begin with arithmetic on a null pointer, and allocate.
constexpr unsigned reader_flags =
    rapidjson::kParseInsituFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;

// Up to here comparing every pair of names is cheaper than sorting them.
constexpr std::uint32_t few_members = 16;

constexpr std::uint32_t no_container = std::numeric_limits<std::uint32_t>::max();

// Valid UTF-8 has no such bytes (RFC 3629 section 3), so they come from the escape of a surrogate without its partner.
bool has_surrogate(std::string_view text) noexcept {
  for (std::size_t at = 0; (at = text.find('\xED', at)) != std::string_view::npos; ++at) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
  }
  return false;
}

// Of a number that no double holds: whether it is too near to zero (and then zero, as every reader of doubles takes
// it), not too large. The sign of its decimal magnitude tells.
bool is_tiny(std::string_view number) noexcept {
  const std::string_view significand = number.substr(0, number.find_first_of("eE"));
  const std::size_t point = std::min(significand.find('.'), significand.size());
  const std::size_t first_digit = significand.find_first_of("123456789");
  const std::size_t exponent_begin = number.find_first_of("-0123456789", significand.size());
  const std::string_view exponent_text = number.substr(std::min(exponent_begin, number.size()));
  std::int64_t exponent = 0;
  const auto read = std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  if (read.ec == std::errc::result_out_of_range) return true;  // a positive one RapidJSON has refused
  return static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first_digit) + exponent < 0;
}

class TreeBuilder {
 public:
  TreeBuilder(const InPlaceStream& stream, std::vector<detail::Node>& nodes, std::size_t max_depth) noexcept
      : stream_(stream), nodes_(nodes), max_depth_(max_depth) {}

  // Why the builder itself stopped the reader; empty when it did not.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  [[nodiscard]] std::size_t refused_at() const noexcept { return refused_at_; }

  bool Null() {
    add(Kind::null, stream_.Tell() - std::strlen("null"));
    return true;
  }
  bool Bool(bool boolean) {
    add(Kind::boolean, stream_.Tell() - std::strlen(boolean ? "true" : "false")).boolean = boolean;
    return true;
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    const char* const end = text + size;
    const std::size_t offset = stream_.Tell();
    std::int64_t integer = 0;
    if (const auto read = std::from_chars(text, end, integer); read.ec == std::errc() && read.ptr == end) {
      add(Kind::integer, offset).integer = integer;
      return true;
    }
    std::uint64_t unsigned_integer = 0;
    if (const auto read = std::from_chars(text, end, unsigned_integer); read.ec == std::errc() && read.ptr == end) {
      add(Kind::unsigned_integer, offset).unsigned_integer = unsigned_integer;
      return true;
    }
    double real = 0;
    const auto read = std::from_chars(text, end, real);
    if (read.ec == std::errc::result_out_of_range) {
      if (!is_tiny({text, size})) return refuse("the number is too large for a double", offset);
      real = *text == '-' ? -0.0 : 0.0;
    }
    add(Kind::real, offset).real = real;
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    const auto offset = static_cast<std::size_t>(text - stream_.begin) - 1;
    if (has_surrogate({text, size})) return refuse("the string escapes half of a surrogate pair", offset);
    detail::Node& node = add(Kind::string, offset);
    node.text = text;
    node.size = size;
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) { return String(text, size, copy); }

  bool StartObject() { return open(Kind::object); }
  bool EndObject(rapidjson::SizeType members) {
    const std::uint32_t object = close(members);
    if (const auto again = repeated_name(object)) return refuse("the object has this member twice", *again);
    return true;
  }
  bool StartArray() { return open(Kind::array); }
  bool EndArray(rapidjson::SizeType elements) {
    close(elements);
    return true;
  }

  // Asked for by RapidJSON's concept, never called: numbers arrive as text.
  static bool Int(int) { return false; }
  static bool Uint(unsigned) { return false; }
  static bool Int64(std::int64_t) { return false; }
  static bool Uint64(std::uint64_t) { return false; }
  static bool Double(double) { return false; }

 private:
  detail::Node& add(Kind kind, std::size_t offset) {
    detail::Node& node = nodes_.emplace_back();
    node.kind = kind;
    node.offset = static_cast<std::uint32_t>(offset);
    node.next = static_cast<std::uint32_t>(nodes_.size());
    return node;
  }

  // While a container is open its `next` holds the container around it: no stack is needed.
  bool open(Kind kind) {
    const std::size_t offset = stream_.Tell() - 1;
    if (depth_ == max_depth_) return refuse(fmt::format("nested deeper than {} levels", max_depth_), offset);
    ++depth_;
    add(kind, offset).next = container_;
    container_ = static_cast<std::uint32_t>(nodes_.size() - 1);
    return true;
  }
  std::uint32_t close(std::uint32_t size) {
    --depth_;
    detail::Node& node = nodes_[container_];
    const std::uint32_t closed = std::exchange(container_, node.next);
    node.size = size;
    node.next = static_cast<std::uint32_t>(nodes_.size());
    return closed;
  }

  // The offset of a name that stands earlier in the same object. Sorting keeps an object with many members from
  // costing the square of their number, and unlike a hash table has no bad case to aim at.
  [[nodiscard]] std::optional<std::size_t> repeated_name(std::uint32_t object) {
    if (nodes_[object].size < 2) return std::nullopt;
    names_.clear();
    for (std::uint32_t at = object + 1; at < nodes_.size(); at = nodes_[at + 1].next) {
      names_.push_back({{nodes_[at].text, nodes_[at].size}, nodes_[at].offset});
    }
    if (names_.size() <= few_members) {
      for (auto name = names_.begin(); name != names_.end(); ++name) {
        if (std::any_of(names_.begin(), name, [&](const Name& earlier) { return earlier.text == name->text; })) {
          return name->offset;
        }
      }
      return std::nullopt;
    }
    std::ranges::sort(
        names_, [](const Name& a, const Name& b) { return std::pair(a.text, a.offset) < std::pair(b.text, b.offset); });
    const auto twin = std::ranges::adjacent_find(names_, {}, &Name::text);
    if (twin == names_.end()) return std::nullopt;
    return std::next(twin)->offset;
  }

  bool refuse(std::string reason, std::size_t offset) {
    refusal_ = std::move(reason);
    refused_at_ = offset;
    return false;
  }

  struct Name {
    std::string_view text;
    std::uint32_t offset;
  };

  const InPlaceStream& stream_;
  std::vector<detail::Node>& nodes_;
  std::size_t max_depth_;
  std::size_t depth_ = 0;
  std::uint32_t container_ = no_container;
  std::vector<Name> names_;
  std::string refusal_;
  std::size_t refused_at_ = 0;
};

std::string_view reason_of(rapidjson::ParseErrorCode code) noexcept {
  using namespace rapidjson;
  switch (code) {
    case kParseErrorDocumentEmpty:
      return "a value is missing";
    case kParseErrorDocumentRootNotSingular:
      return "something follows the value";
    case kParseErrorValueInvalid:
      return "this is not a value";
    case kParseErrorObjectMissName:
      return "a member's name in double quotes is missing";
    case kParseErrorObjectMissColon:
      return "a colon is missing after the member's name";
    case kParseErrorObjectMissCommaOrCurlyBracket:
      return "a comma or } is missing";
    case kParseErrorArrayMissCommaOrSquareBracket:
      return "a comma or ] is missing";
    case kParseErrorStringUnicodeEscapeInvalidHex:
      return "\\u needs four hexadecimal digits";
    case kParseErrorStringUnicodeSurrogateInvalid:
      return "the string escapes half of a surrogate pair";
    case kParseErrorStringEscapeInvalid:
      return "the string has an unknown escape or a control character that is not escaped";
    case kParseErrorStringMissQuotationMark:
      return "the string's closing quote is missing";
    case kParseErrorStringInvalidEncoding:
      return "the string is not UTF-8";
    case kParseErrorNumberTooBig:
      return "the number is too large for a double";
    case kParseErrorNumberMissFraction:
      return "digits are missing after the decimal point";
    case kParseErrorNumberMissExponent:
      return "digits are missing in the exponent";
    default:
      return "this is not JSON";
  }
}

bool is_inside_string(rapidjson::ParseErrorCode code) noexcept {
  return code >= rapidjson::kParseErrorStringUnicodeEscapeInvalidHex &&
         code <= rapidjson::kParseErrorStringInvalidEncoding;
}

// Decoding wrote line feeds into strings, where the text had none: only those outside of strings count.
// `end_of_structure`: the error's offset, or where the string began that could not be read to its end.
Error place(std::string reason, std::size_t offset, std::string_view text, std::size_t end_of_structure,
            const std::vector<detail::Node>& nodes) {
  Error error{.reason = std::move(reason), .offset = offset};
  std::size_t line_begin = 0;
  const auto count_lines = [&](std::size_t from, std::size_t to) {
    for (std::size_t at = from; (at = text.find('\n', at)) < to; ++at) {
      ++error.line;
      line_begin = at + 1;
    }
  };
  std::size_t at = 0;
  for (const detail::Node& node : nodes) {
    if (node.kind != Kind::string || node.offset >= end_of_structure) continue;
    count_lines(at, node.offset);
    at = node.offset + node.size + 1;
  }
  count_lines(at, end_of_structure);
  error.column = offset - line_begin + 1;
  return error;
}

// Where the text ends inside a character. RapidJSON reads a lead byte's whole sequence without looking for the end, up
// to two bytes beyond the NUL that closes the text: such a text must not reach it.
std::optional<std::size_t> cut_off_character(std::string_view text) noexcept {
  const std::size_t size = text.size();
  if (size >= 1 && static_cast<unsigned char>(text[size - 1]) >= 0xE0) return size - 1;
  if (size >= 2 && static_cast<unsigned char>(text[size - 2]) >= 0xF0) return size - 2;
  return std::nullopt;
}

}  // namespace

std::expected<Document, Error> parse(std::string text, std::size_t max_depth) {
  if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
    return std::unexpected(Error{.reason = "the text is longer than 4 GiB"});
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    return std::unexpected(Error{.reason = "the text begins with a byte order mark"});  // RFC 8259 section 8.1
  }
  if (const auto at = cut_off_character(text)) {
    return std::unexpected(place("the string is not UTF-8", *at, text, *at, {}));
  }
  auto content = std::make_unique<Document::Content>();
  content->text = std::move(text);
  content->nodes.reserve(8 + content->text.size() / 16);

  InPlaceStream stream(content->text);
  TreeBuilder builder(stream, content->nodes, std::min(max_depth, deepest));
  rapidjson::Reader reader;
  const auto result = reader.Parse<reader_flags>(stream, builder);

  const auto fail = [&](std::string reason, std::size_t offset, std::size_t end_of_structure) {
    return std::unexpected(place(std::move(reason), offset, content->text, end_of_structure, content->nodes));
  };
  if (!builder.refusal().empty()) return fail(builder.refusal(), builder.refused_at(), builder.refused_at());

  // RapidJSON takes a NUL byte for the end of the text.
  const std::size_t offset = result.IsError() ? result.Offset() : stream.Tell();
  const bool at_end = offset == content->text.size();
  if (!result.IsError() && at_end) return Document(std::move(content));
  const std::size_t end_of_structure =
      is_inside_string(result.Code()) ? static_cast<std::size_t>(stream.written_from - stream.begin) : offset;
  if (!at_end && stream.Tell() == offset && *stream.source == '\0') {
    return fail("a NUL byte is not JSON", offset, end_of_structure);
  }
  return fail(fmt::format("{}{}", at_end ? "the text ends too early: " : "", reason_of(result.Code())), offset,
              end_of_structure);
}

}  // namespace redoubt::json
