#include "redoubt/audit_verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include "redoubt/json.hpp"
#include "telemetry/audit_chain.hpp"

namespace redoubt {
namespace {

// Of one chain, what the ordinary log says of its signed lines.
struct LoggedChain {
  struct Line {
    std::string hash;
    std::string signature;
  };
  std::map<std::uint64_t, Line> lines;  // by sequence number
  std::set<std::string> keys;
};
using LoggedChains = std::map<std::string, LoggedChain>;

// True when the log contradicts itself.
bool read_logged_line(LoggedChains& chains, std::string line) {
  const auto parsed = json::parse(std::move(line));
  if (!parsed || !parsed->root().is_object()) return false;
  const auto text = [&parsed](std::string_view name) {
    const auto member = parsed->root().find(name);
    return std::string(member && member->is_string() ? member->string() : std::string_view());
  };
  const auto number = parsed->root().find("sequence");
  if (text("message") != checkpoint_message || !number || !number->is_number() || number->integer().value_or(0) < 1) {
    return false;
  }
  LoggedChain& chain = chains[text("chain")];
  chain.keys.insert(text("key"));
  const auto [known, is_new] = chain.lines.try_emplace(static_cast<std::uint64_t>(*number->integer()),
                                                       LoggedChain::Line{text("hash"), text("signature")});
  return !is_new && known->second.hash != text("hash");
}

class Verifier {
 public:
  explicit Verifier(AuditReport& report) : report_(report) {}

  void read_checkpoints(const std::string& file) {
    file_ = file;
    std::ifstream in(file, std::ios::binary);
    if (!in) return unreadable();
    logged_.emplace();
    line_ = 0;
    for (std::string line; std::getline(in, line);) {
      ++line_;
      if (read_logged_line(*logged_, std::move(line))) {
        find(AuditVerdict::tampered, "the log holds another checkpoint of the same sequence number");
      }
    }
    if (in.bad()) unreadable();
    if (logged_->empty()) {
      line_ = 0;
      find(AuditVerdict::unknown,
           "holds no checkpoint: it should be the service's ordinary log, or its lines with "
           "the message \"audit checkpoint\"");
    }
  }

  void read(const std::string& file) {
    file_ = file;
    line_ = 0;
    std::ifstream in(file, std::ios::binary);
    if (!in || in.peek() == std::ifstream::traits_type::eof()) {
      if (!in.is_open() || in.bad()) return unreadable();
      return find(AuditVerdict::unknown, "is empty");
    }
    for (std::string line; std::getline(in, line);) {
      ++line_;
      ++report_.lines;
      take(line, in.eof());
    }
    if (in.bad()) unreadable();
  }

  void end() {
    end_chain();
    if (!logged_) return;
    for (const auto& [id, chain] : *logged_) {
      if (!id.empty() && !chains_seen_.contains(id)) {
        file_.clear();
        line_ = 0;
        find(AuditVerdict::unknown,
             fmt::format("the log also holds checkpoints of chain {}, no file of which was given: it may have been "
                         "removed (give the files of every instance and start that the log tells of)",
                         id));
      }
    }
  }

 private:
  struct Torn {
    std::string file;
    std::uint64_t line;
    std::string sha256;
    std::uint64_t bytes;
    std::string why;
    bool at_end;  // of a file, without a newline
  };

  void find(AuditVerdict verdict, std::string reason) {
    report_.findings.push_back({.verdict = verdict, .file = file_, .line = line_, .reason = std::move(reason)});
  }
  void unreadable() {
    line_ = 0;
    find(AuditVerdict::unreadable, fmt::format("cannot be read: {}", std::strerror(errno)));
  }

  void take(const std::string& line, bool without_newline) {
    auto read = read_audit_line(line);
    if (!read) {
      settle_torn(nullptr);
      torn_ = Torn{.file = file_,
                   .line = line_,
                   .sha256 = sha256(line),
                   .bytes = line.size(),
                   .why = std::move(read.error()),
                   .at_end = without_newline};
      return;
    }
    // A chain begins a file, but for an unfinished line that a crash left before its first.
    const bool begins = read->is_genesis() && read->sequence == 1 && read->prev == no_hash &&
                        (line_ == 1 || (line_ == 2 && read->torn));
    if (!begins || read->torn) settle_torn(&*read);
    if (begins) begin_chain(*read);
    check_place(*read);
    if (read->is_genesis()) begin_segment(*read);
    if (!read->signature.empty()) check_signature(*read);
    check_log(*read);
    next_ = read->sequence + 1;
    prev_ = read->hash;
    last_file_ = file_;
    last_line_ = line_;
  }

  void begin_chain(const AuditLine& line) {
    end_chain();
    in_chain_ = true;
    chain_id_ = line.chain;
    next_ = 1;
    prev_ = no_hash;
    if (chains_seen_.contains(chain_id_)) {
      find(AuditVerdict::tampered, fmt::format("chain {} was begun before: the files hold it twice", chain_id_));
    }
  }

  // An unfinished line is no tampering when the next run of the service found it and says so.
  void settle_torn(const AuditLine* follower) {
    if (!torn_) return;
    const auto torn = *std::exchange(torn_, std::nullopt);
    const std::uint64_t here = std::exchange(line_, torn.line);
    const std::string this_file = std::exchange(file_, torn.file);
    if (follower != nullptr && follower->is_genesis() && follower->torn && follower->torn->bytes == torn.bytes &&
        follower->torn->sha256 == torn.sha256) {
      find(AuditVerdict::intact, "was left unfinished by a crash, and the line after it records that");
    } else {
      find(AuditVerdict::tampered, fmt::format("this line {}", torn.why));
      after_bad_line_ = true;
    }
    line_ = here;
    file_ = this_file;
  }

  void check_place(const AuditLine& line) {
    // What a bad line was, nobody knows: it may have stood in this very gap.
    if (std::exchange(after_bad_line_, false) && in_chain_ && line.sequence >= next_) return;
    if (!std::exchange(in_chain_, true)) {
      chain_id_ = line.chain;
      // Every file that a service writes begins with a genesis line.
      find(line.is_genesis() ? AuditVerdict::unknown : AuditVerdict::tampered,
           fmt::format("the chain begins at sequence number {}: {}", line.sequence,
                       line.is_genesis() ? "the files before this one were not given"
                                         : "the lines before this one were removed"));
    } else if (line.sequence > next_) {
      find(AuditVerdict::tampered,
           fmt::format("{} removed before this line: sequence number {} follows {}",
                       line.sequence - next_ == 1 ? "a line was" : "lines were", line.sequence, next_ - 1));
    } else if (line.sequence < next_) {
      find(AuditVerdict::tampered,
           fmt::format("this line was moved or repeated: sequence number {} follows {}", line.sequence, next_ - 1));
    } else if (line.prev != prev_) {
      find(AuditVerdict::tampered, "this line does not follow from the one before it: one of them was replaced");
    }
  }

  void begin_segment(const AuditLine& line) {
    key_ = line.key;
    if (line.chain != chain_id_) {
      find(AuditVerdict::tampered, fmt::format("this line begins chain {} inside chain {}", line.chain, chain_id_));
    }
    if (!logged_) return;
    const auto chain = logged_->find(chain_id_);
    if (chain != logged_->end() && chain->second.keys.contains(key_)) return;
    find(AuditVerdict::unknown, fmt::format("the log does not know the key {} with which this line begins", key_));
  }

  void check_signature(const AuditLine& line) {
    uncovered_from_ = line.sequence + 1;
    if (key_.empty()) {
      find(AuditVerdict::unknown, "its signature cannot be checked: no line before it tells the key");
    } else if (!signature_is_valid(key_, signed_statement(line.sequence, line.hash), line.signature)) {
      find(AuditVerdict::tampered, "the signature of this line is not valid");
    }
  }

  void check_log(const AuditLine& line) {
    const auto* logged = logged_chain();
    if (logged == nullptr) return;
    const auto same = logged->lines.find(line.sequence);
    if (same == logged->lines.end()) return;
    if (same->second.hash != line.hash || same->second.signature != line.signature) {
      find(AuditVerdict::tampered,
           fmt::format("this line is not the one of which the log holds the checkpoint (sequence number {})",
                       line.sequence));
    }
  }

  [[nodiscard]] const LoggedChain* logged_chain() const {
    if (!logged_) return nullptr;
    const auto found = logged_->find(chain_id_);
    return found == logged_->end() ? nullptr : &found->second;
  }

  // What can be said of a chain only once its last line was read.
  void end_chain() {
    std::optional<Torn> open_end;
    if (torn_ && torn_->at_end) {
      open_end = std::exchange(torn_, std::nullopt);
    } else {
      settle_torn(nullptr);
    }
    const std::string file = file_;
    const std::uint64_t line = line_;
    if (open_end) {
      file_ = open_end->file;
      line_ = open_end->line;
      find(AuditVerdict::unknown,
           fmt::format("the last line is unfinished ({} bytes): the service was stopped while it "
                       "wrote, or the tail was cut",
                       open_end->bytes));
    }
    if (std::exchange(in_chain_, false)) judge_end();
    file_ = file;
    line_ = line;
    key_.clear();
    uncovered_from_ = 1;
    after_bad_line_ = false;
  }

  void judge_end() {
    chains_seen_.insert(chain_id_);
    file_ = last_file_;
    line_ = last_line_;
    const auto* logged = logged_chain();
    if (logged != nullptr && logged->lines.rbegin()->first >= next_) {
      find(AuditVerdict::tampered,
           fmt::format("the tail was cut: the log holds a checkpoint of sequence number {}, and this last line is {}",
                       logged->lines.rbegin()->first, next_ - 1));
    }
    if (next_ > uncovered_from_) {
      find(AuditVerdict::unknown, fmt::format("tail not covered by a checkpoint: {} {}", next_ - uncovered_from_,
                                              next_ - uncovered_from_ == 1 ? "event" : "events"));
    }
    if (!logged_) {
      find(AuditVerdict::intact,
           "without the checkpoints of the log, a tail that was cut at a signed line, or a file that was written anew "
           "with another key, does not show");
    }
  }

  AuditReport& report_;
  std::optional<LoggedChains> logged_;
  std::set<std::string> chains_seen_;

  std::string file_;
  std::uint64_t line_ = 0;

  // The chain that is being read.
  bool in_chain_ = false;
  std::string chain_id_;
  std::string key_;
  std::uint64_t next_ = 1;  // sequence number
  std::string prev_;
  std::uint64_t uncovered_from_ = 1;  // sequence number after the last signed line
  std::string last_file_;
  std::uint64_t last_line_ = 0;
  std::optional<Torn> torn_;
  bool after_bad_line_ = false;
};

// Grave ones last.
int gravity(AuditVerdict verdict) noexcept {
  switch (verdict) {
    case AuditVerdict::intact:
      return 0;
    case AuditVerdict::unknown:
      return 1;
    case AuditVerdict::unreadable:
      return 2;
    case AuditVerdict::tampered:
      return 3;
  }
  return 3;
}

}  // namespace

std::string_view to_string(AuditVerdict verdict) noexcept {
  switch (verdict) {
    case AuditVerdict::intact:
      return "intact";
    case AuditVerdict::tampered:
      return "tampered";
    case AuditVerdict::unreadable:
      return "unreadable";
    case AuditVerdict::unknown:
      return "unknown";
  }
  return "unknown";
}

AuditVerdict AuditReport::verdict() const noexcept {
  AuditVerdict gravest = AuditVerdict::intact;
  for (const auto& finding : findings)
    gravest = std::max(gravest, finding.verdict, [](auto a, auto b) { return gravity(a) < gravity(b); });
  return gravest;
}

AuditReport verify_audit(const std::vector<std::string>& files, const std::optional<std::string>& checkpoints) {
  AuditReport report;
  Verifier verifier(report);
  if (checkpoints) verifier.read_checkpoints(*checkpoints);
  for (const auto& file : files) verifier.read(file);
  verifier.end();
  return report;
}

int audit_verify_command(const std::vector<std::string>& files, const std::optional<std::string>& checkpoints,
                         std::ostream& out) {
  const AuditReport report = verify_audit(files, checkpoints);
  for (const auto& [verdict, file, line, reason] : report.findings) {
    out << file;
    if (line > 0) out << ':' << line;
    out << ": " << (verdict == AuditVerdict::intact ? "note" : to_string(verdict)) << ": " << reason << '\n';
  }
  const AuditVerdict verdict = report.verdict();
  out << to_string(verdict) << ": " << report.lines << " lines in " << files.size()
      << (files.size() == 1 ? " file\n" : " files\n");
  return static_cast<int>(verdict);
}

}  // namespace redoubt
