#include <zxcvbn.h>

#include <cmath>

#include "identity/common_passwords.hpp"
#include "redoubt/password.hpp"

namespace redoubt {
namespace {

constexpr double score_3_guesses = 1e8;   // zxcvbn's scale: "safely unguessable", moderate protection offline
constexpr std::size_t min_word_size = 3;  // shorter parts of a name would match by chance

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) { return lower(c); });
  return lowered;
}

bool joins_words(char c) noexcept {
  return std::string_view(" \t@.,+-_/\\").contains(c);
}

// What a guesser tries first: each text whole, and each of its words.
std::vector<std::string> guessable_words(std::span<const std::string> about_user) {
  std::vector<std::string> words;
  const auto add = [&](std::string word) {
    if (word.size() < min_word_size) return;
    if (word.size() > max_password_size) word.resize(max_password_size);
    words.push_back(std::move(word));
  };
  for (const std::string& text : about_user) {
    std::string word;
    std::string whole;
    for (const char c : text) {
      whole += lower(c);
      if (joins_words(c)) {
        add(std::exchange(word, {}));
      } else {
        word += lower(c);
      }
    }
    add(std::move(word));
    add(std::move(whole));
  }
  return words;
}

double bits_of(const std::string& password, std::span<const std::string> about_user) {
  const std::vector<std::string> words = guessable_words(about_user);
  std::vector<const char*> dictionary;
  for (const std::string& word : words) dictionary.push_back(word.c_str());
  dictionary.push_back(nullptr);
  return ZxcvbnMatch(password.c_str(), dictionary.data(), nullptr);
}

}  // namespace

std::vector<std::string> password_problems(std::string_view password, std::span<const std::string> about_user) {
  std::vector<std::string> problems;
  if (password.size() < min_password_size) {
    problems.push_back(fmt::format("Use at least {} characters.", min_password_size));
  }
  if (password.size() > max_password_size) {
    problems.push_back(fmt::format("Use at most {} bytes: that is {} plain letters, fewer with accents or emoji.",
                                   max_password_size, max_password_size));
  }
  if (password.find('\0') != std::string_view::npos) problems.emplace_back("Leave out the character U+0000.");
  // A length out of bounds is not worth the time that guessing takes.
  if (problems.empty() && (is_common_password(lower(password)) ||
                           bits_of(std::string(password), about_user) < std::log2(score_3_guesses))) {
    problems.emplace_back(
        "This is too easy to guess: avoid your name or address, common words, dates, repeats and keyboard rows; a few "
        "unrelated words make a good password.");
  }
  return problems;
}

}  // namespace redoubt
