// A text that the reader accepts means one thing: written out and read again it is the same. A template of whatever
// content is judged to an end, and never by a verdict that says nothing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "controls/prove.hpp"
#include "estate/document.hpp"
#include "estate/estate.hpp"
#include "estate/template_reader.hpp"

namespace {

using namespace redoubt;

[[noreturn]] void wrong(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s: %s\n", what, text.c_str());
  std::abort();
}

void must_read_back(const estate::Value& document) {
  const std::string once = estate::write_json(document);
  const auto again = estate::read_document(once, 0, "again");
  if (!again) wrong("cannot be read back", again.error().text());
  if (estate::write_json(*again) != once) wrong("reads back as another value", once);
}

void must_be_judged(const estate::Estate& estate) {
  controls::Question question;
  question.budget = 16;
  const controls::Findings findings = controls::prove(estate, question);
  for (const controls::Verdict& each : findings.verdicts)
    if (each.outcome == controls::Outcome::refuted ? each.counterexample.empty() : each.evidence.empty())
      wrong("a verdict without a reason", each.check + " " + each.resource);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto document = estate::read_document(text, 0, "fuzz");
  if (!document) {
    if (document.error().reason.empty()) wrong("refused without a reason", std::string(text));
    return 0;
  }
  must_read_back(*document);
  if (!estate::is_template(*document)) return 0;
  estate::Estate estate;
  estate.files = {"fuzz"};
  if (estate::add_template(estate, *document, "fuzz")) must_be_judged(estate);
  return 0;
}
