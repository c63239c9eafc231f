#include "iam/cells.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace redoubt::iam {
namespace {

using Index = std::uint32_t;
using Sequence = std::span<const Index>;

// Gives equal sequences one number. The sequences lie one after the other in one vector.
class SequenceTable {
 public:
  SequenceTable() : slots_(512, empty) {
    items_.reserve(2048);
    begins_.reserve(256);
  }

  // The number of the sequence, and whether it is new.
  std::pair<Index, bool> intern(Sequence sequence) {
    if (begins_.size() * 2 > slots_.size()) grow();
    std::size_t slot = hash(sequence) & (slots_.size() - 1);
    for (; slots_[slot] != empty; slot = (slot + 1) & (slots_.size() - 1))
      if (std::ranges::equal((*this)[slots_[slot]], sequence)) return {slots_[slot], false};
    const auto number = static_cast<Index>(begins_.size() - 1);
    items_.insert(items_.end(), sequence.begin(), sequence.end());
    begins_.push_back(items_.size());
    slots_[slot] = number;
    return {number, true};
  }

  Sequence operator[](Index number) const {
    return Sequence(items_).subspan(begins_[number], begins_[number + 1] - begins_[number]);
  }
  [[nodiscard]] std::size_t size() const { return begins_.size() - 1; }

 private:
  static constexpr Index empty = ~Index{0};

  static std::size_t hash(Sequence sequence) {
    std::size_t h = sequence.size();
    for (const Index item : sequence) h = (h ^ item) * 0x9E3779B97F4A7C15U;  // Fibonacci hashing
    return h ^ (h >> 32);
  }

  void grow() {
    slots_.assign(slots_.size() * 2, empty);
    for (Index number = 0; number < size(); ++number) {
      std::size_t slot = hash((*this)[number]) & (slots_.size() - 1);
      while (slots_[slot] != empty) slot = (slot + 1) & (slots_.size() - 1);
      slots_[slot] = number;
    }
  }

  std::vector<Index> items_;
  std::vector<std::size_t> begins_{0};
  std::vector<Index> slots_;
};

// All patterns as one nondeterministic automaton: a position is a place before a symbol, or after a pattern's last one.
// A state of the deterministic automaton is the ordered set of positions that are reached together.
class Automaton {
 public:
  Automaton(const std::vector<Glob>& patterns, const std::vector<Glob>& universe, std::optional<std::size_t> of_first) {
    std::size_t positions = 0;
    for (const auto* globs : {&universe, &patterns})
      for (const Glob& glob : *globs) positions += glob.symbols().size() + 1;
    positions_.reserve(positions);
    for (const Glob& glob : universe) add(glob);
    in_universe_ = static_cast<Index>(positions_.size());
    first_pattern_ = pattern_count_;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      if (i == of_first) asked_end_ = static_cast<Index>(positions_.size());
      add(patterns[i]);
    }
    if (of_first >= patterns.size()) asked_end_ = static_cast<Index>(positions_.size());
    is_bounded_ = of_first.has_value();
  }

  [[nodiscard]] std::vector<Index> start() const {
    std::vector<Index> state;
    for (Index position = 0; position < positions_.size(); ++position)
      if (positions_[position].begin == position) enter(position, state);
    return state;
  }

  void step(Sequence state, char c, std::vector<Index>& next) const {
    next.clear();
    for (const Index position : state) {
      const Position& here = positions_[position];
      if (here.loose && Symbol::is_marker(c)) {  // the value may be whatever the rest of the pattern begins with
        for (Index last = position;; ++last) {
          enter(last, next);
          if (positions_[last].last) break;
        }
        continue;
      }
      if (here.last || !here.symbol.takes(c)) continue;
      enter(here.symbol.repeats() ? position : position + 1, next);
    }
  }

  // No string that is asked for can be made from here any more.
  [[nodiscard]] bool is_dead(Sequence state) const {
    if (state.empty() || state.front() >= in_universe_) return true;
    if (!is_bounded_) return false;
    for (const Index position : state)
      if (position >= in_universe_) return position >= asked_end_;
    return true;
  }

  // Fills in the patterns that match what was read; false when it is no string that is asked for.
  bool accepts(Sequence state, std::vector<Index>& patterns) const {
    patterns.clear();
    bool inside = false, asked = !is_bounded_;
    for (const Index position : state) {
      if (!positions_[position].last) continue;
      asked = asked || (position >= in_universe_ && position < asked_end_);
      if (position < in_universe_)
        inside = true;
      else
        patterns.push_back(positions_[position].pattern - first_pattern_);
    }
    return inside && asked;
  }

  // Characters of which one at least stands for each way to go on.
  void choices(Sequence state, std::string& out) const {
    out.clear();
    std::array<bool, 256> named{};
    const auto name = [&](char c) {
      if (!std::exchange(named[static_cast<unsigned char>(c)], true)) out += c;
    };
    // What none of the patterns asked for takes leads nowhere.
    bool wildcard = false, asked_wildcard = !is_bounded_;
    if (is_bounded_)
      for (const Index position : state)
        asked_wildcard = asked_wildcard || (position >= in_universe_ && position < asked_end_ && is_wildcard(position));
    for (const Index position : state) {
      const Position& here = positions_[position];
      if (here.last || (!asked_wildcard && (position < in_universe_ || position >= asked_end_))) continue;
      const Symbol& symbol = here.symbol;
      if (symbol.kind == Symbol::Kind::byte || symbol.kind == Symbol::Kind::byte_any_case) {
        name(symbol.byte);
        if (symbol.kind == Symbol::Kind::byte_any_case && case_matters_) name(static_cast<char>(symbol.byte & ~0x20));
      } else {
        wildcard = true;
      }
    }
    if (!wildcard || !asked_wildcard) return;
    if (fields_) name(':');
    // One that no symbol names stands for all of those. Letters first: a person reads the witness.
    static constexpr std::string_view others =
        "xyzabcdefghijklmnopqrstuvwXYZABCDEFGHIJKLMNOPQRSTUVW0123456789-_./+=@!#$%&'()*,;<>?[]^`{|}~ ";
    for (const char c : others) {
      if (named[static_cast<unsigned char>(c)]) continue;
      name(c);
      break;
    }
  }

 private:
  struct Position {
    Symbol symbol;
    bool last = false;
    bool loose = false;
    Index begin = 0;  // the first position of its pattern
    Index pattern = 0;
  };

  [[nodiscard]] bool is_wildcard(Index position) const {
    const Position& here = positions_[position];
    return !here.last && here.symbol.kind != Symbol::Kind::byte && here.symbol.kind != Symbol::Kind::byte_any_case;
  }

  void add(const Glob& glob) {
    const auto begin = static_cast<Index>(positions_.size());
    for (const Symbol& symbol : glob.symbols()) {
      positions_.push_back({symbol, false, glob.is_loose(), begin, pattern_count_});
      const bool letter = (symbol.byte >= 'a' && symbol.byte <= 'z') || (symbol.byte >= 'A' && symbol.byte <= 'Z');
      case_matters_ = case_matters_ || (symbol.kind == Symbol::Kind::byte && letter);
      fields_ = fields_ || symbol.kind == Symbol::Kind::one_in_field || symbol.kind == Symbol::Kind::run_in_field;
    }
    positions_.push_back({{}, true, glob.is_loose(), begin, pattern_count_});
    ++pattern_count_;
  }

  // Adds a position, and what follows it when it is a run, which may match nothing. Positions come in order.
  void enter(Index position, std::vector<Index>& state) const {
    for (;; ++position) {
      const Position& here = positions_[position];
      const bool run = !here.last && here.symbol.repeats();
      if (state.empty() || state.back() < position) {
        // From an unlimited run on, everything matches that would match from an earlier position: those are dropped.
        if (run && here.symbol.kind == Symbol::Kind::run)
          while (!state.empty() && state.back() >= here.begin) state.pop_back();
        state.push_back(position);
      }
      if (!run) return;
    }
  }

  std::vector<Position> positions_;
  Index pattern_count_ = 0;
  Index first_pattern_ = 0;
  Index in_universe_ = 0;
  Index asked_end_ = 0;
  bool is_bounded_ = false;
  bool case_matters_ = false;
  bool fields_ = false;
};

}  // namespace

std::optional<std::vector<Cell>> cells(const std::vector<Glob>& patterns, const std::vector<Glob>& universe,
                                       Budget& budget, std::optional<std::size_t> of_first) {
  struct Step {
    Index from = 0;
    char c = 0;
  };
  const Automaton automaton(patterns, universe, of_first);
  SequenceTable states, accepted;
  std::vector<Step> steps;  // how each state was first reached
  std::vector<Cell> found;
  std::vector<Index> next, matching;
  std::string choices;

  const auto witness = [&](Index state) {
    std::string text;
    for (; state != 0; state = steps[state].from) text += steps[state].c;
    std::ranges::reverse(text);
    return text;
  };
  states.intern(automaton.start());
  steps.emplace_back();
  for (Index state = 0; state < states.size(); ++state) {
    if (budget.spent()) return std::nullopt;
    if (automaton.accepts(states[state], matching) && accepted.intern(matching).second)
      found.push_back({witness(state), matching});
    automaton.choices(states[state], choices);
    for (const char c : choices) {
      automaton.step(states[state], c, next);
      if (automaton.is_dead(next)) continue;
      if (states.intern(next).second) steps.push_back({state, c});
    }
  }
  return found;
}

}  // namespace redoubt::iam
