#include "redoubt/audit.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "redoubt/audit_verify.hpp"
#include "redoubt/json.hpp"
#include "telemetry/audit_key.hpp"

namespace redoubt {
namespace {

using testing::HasSubstr;
using testing::Not;

static_assert(!std::is_default_constructible_v<AuditLog>);

// A folder with an audit file, and the ordinary log beside it.
class Audit : public testing::Test {
 protected:
  Audit() { std::filesystem::create_directories(folder_); }
  ~Audit() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path(std::string_view name) const { return folder_ / name; }
  std::unique_ptr<AuditLog> open(AuditLog::Options options = {}) {
    return AuditLog::open(file_, log_, std::move(options));
  }

  static void record_many(AuditLog& audit, int count, int first = 0) {
    for (int i = first; i < first + count; ++i) {
      audit.record({.event = i % 3 == 0 ? AuditEvent::authn_login_fail : AuditEvent::session_created,
                    .outcome = i % 3 == 0 ? AuditOutcome::failure : AuditOutcome::success,
                    .who = AuditActor::user(fmt::format("user-{}", i)),
                    .client = "192.0.2.7",
                    .request_id = fmt::format("request-{}", i)},
                   {{"attempt", i}});
    }
  }

  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void write(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  }
  static std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  static std::string join(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += line + '\n';
    return text;
  }

  // The ordinary log up to now, as a file.
  std::string checkpoints() {
    log_.flush();
    const std::scoped_lock lock(mutex_);
    write(path("service.log"), "Listening on port 8000, says a line that is no JSON\n" + logged_);
    return path("service.log");
  }
  std::string logged() {
    log_.flush();
    const std::scoped_lock lock(mutex_);
    return logged_;
  }

  AuditVerdict verdict(const std::vector<std::string>& files, bool with_log = true) {
    return verify_audit(files, with_log ? std::optional(checkpoints()) : std::nullopt).verdict();
  }
  std::string explain(const std::vector<std::string>& files, bool with_log = true) {
    std::ostringstream out;
    audit_verify_command(files, with_log ? std::optional(checkpoints()) : std::nullopt, out);
    return out.str();
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      fmt::format("redoubt-audit-{}-{}", ::getpid(), testing::UnitTest::GetInstance()->random_seed());
  std::string file_ = path("audit.log");
  std::mutex mutex_;
  std::string logged_;
  Logger log_{[this](std::string_view lines) {
                const std::scoped_lock lock(mutex_);
                logged_ += lines;
              },
              {.level = LogLevel::error}};
};

TEST_F(Audit, ALineSaysWhatWhoWhenceAndWithWhatOutcome) {
  {
    const auto audit = open({.instance = "api-1"});
    audit->record({.event = AuditEvent::authz_fail,
                   .outcome = AuditOutcome::failure,
                   .who = AuditActor::user("42"),
                   .client = "2001:db8::1",
                   .request_id = "r-1"},
                  {{"route", "/users"}, {"role_needed", "admin"}});
  }
  const auto lines = lines_of(read(file_));
  ASSERT_EQ(lines.size(), 3U) << "genesis, event, checkpoint";
  EXPECT_THAT(lines[1], HasSubstr(R"("instance":"api-1","event":"authz_fail","outcome":"failure","user":"42",)"
                                  R"("client":"2001:db8::1","request_id":"r-1",)"
                                  R"("details":{"route":"/users","role_needed":"admin"},"prev":")"));
}

TEST_F(Audit, TheHashOfALineIsSha256OfTheBytesBeforeIt) {
  {
    record_many(*open(), 1);
  }
  const auto lines = lines_of(read(file_));
  ASSERT_EQ(lines.size(), 3U);
  const auto at = lines[1].find(R"(,"hash":")");
  EXPECT_EQ(lines[1].substr(at), R"(,"hash":")" + sha256(lines[1].substr(0, at)) + R"("})");
  const auto first = json::parse(lines[0]);
  const auto second = json::parse(lines[1]);
  EXPECT_EQ(first->root().find("hash")->string(), second->root().find("prev")->string());
}

TEST_F(Audit, AnUnknownAccountIsKeptOnlyAsAKeyedHash) {
  {
    const auto audit = open();
    for (const auto* name : {"Passw0rd!", "Passw0rd!", "other"}) {
      audit->record({.event = AuditEvent::authn_login_fail, .who = AuditActor::unknown_account(name)});
    }
  }
  const auto text = read(file_);
  EXPECT_THAT(text, Not(HasSubstr("Passw0rd!")));
  EXPECT_THAT(text, Not(HasSubstr(sha256("Passw0rd!").substr(0, 32)))) << "guessable without the key";
  const auto lines = lines_of(text);
  const auto hash = [&](std::size_t i) {
    return std::string(json::parse(lines.at(i))->root().find("unknown_account")->string());
  };
  EXPECT_EQ(hash(1), hash(2));
  EXPECT_NE(hash(1), hash(3));
}

TEST_F(Audit, HostileTextsStayInsideTheirLineAndAreCut) {
  const std::string hostile = "\n{\"sequence\":2}\x1b[2J\xC2\x9B\xFF\",\"hash\":\"" + std::string(10'000, 'x');
  {
    const auto audit = open();
    audit->record({.event = AuditEvent::malicious_request, .client = hostile, .request_id = hostile},
                  {{"agent", hostile}, {"agent", "again"}});
  }
  const auto lines = lines_of(read(file_));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_LT(lines[1].size(), 3'000U);
  EXPECT_EQ(verdict({file_}), AuditVerdict::intact) << explain({file_});
}

TEST_F(Audit, AFileThatEndedWellIsIntact) {
  {
    record_many(*open({.checkpoint_events = 10}), 95);
  }
  EXPECT_EQ(verdict({file_}), AuditVerdict::intact) << explain({file_});
  EXPECT_EQ(verdict({file_}, false), AuditVerdict::intact);
  EXPECT_EQ(lines_of(read(file_)).size(), 1 + 95 + 10U);
}

TEST_F(Audit, CheckpointsReachTheLogWhateverItsLevelAndBearTheKey) {
  const auto audit = open({.checkpoint_events = 5});
  record_many(*audit, 10);
  audit->flush();
  const auto lines = lines_of(logged());
  ASSERT_EQ(lines.size(), 3U) << "the genesis and two checkpoints";
  for (const auto& line : lines) {
    EXPECT_THAT(line, HasSubstr(R"("message":"audit checkpoint")"));
    EXPECT_THAT(line, HasSubstr(audit->public_key()));
  }
}

TEST_F(Audit, AnEventIsCoveredByACheckpointAfterAWhile) {
  const auto audit = open({.checkpoint_interval = std::chrono::milliseconds(1)});
  record_many(*audit, 1);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (lines_of(logged()).size() < 2 && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_EQ(verdict({file_}), AuditVerdict::intact) << explain({file_});
}

// ---- tampering

TEST_F(Audit, EveryChangeOfALineIsFound) {
  {
    record_many(*open({.checkpoint_events = 40}), 200);
  }
  const auto lines = lines_of(read(file_));
  ASSERT_GE(lines.size(), 200U);
  const auto changed = path("changed.log");
  const auto expect_tampered = [&](const std::vector<std::string>& with, std::string_view what, std::size_t line) {
    write(changed, join(with));
    EXPECT_EQ(verdict({changed}), AuditVerdict::tampered) << what << ' ' << line + 1 << '\n' << explain({changed});
  };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto removed = lines;
    removed.erase(removed.begin() + static_cast<std::ptrdiff_t>(i));
    expect_tampered(removed, "removed", i);

    auto repeated = lines;
    repeated.insert(repeated.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    expect_tampered(repeated, "repeated", i);

    if (i + 1 < lines.size()) {
      auto swapped = lines;
      std::swap(swapped[i], swapped[i + 1]);
      expect_tampered(swapped, "swapped", i);
    }
    const std::size_t size = lines[i].size();
    for (const std::size_t at : {std::size_t{0}, size / 3, size / 2 + i % 7, size - 80, size - 20, size - 1}) {
      auto flipped = lines;
      flipped[i][at] = static_cast<char>(flipped[i][at] ^ (1 << i % 7));
      expect_tampered(flipped, "flipped a byte of", i);
    }
  }
}

TEST_F(Audit, ATailCutAtAnyLineIsFoundByTheCheckpointsOfTheLog) {
  {
    record_many(*open({.checkpoint_events = 40}), 200);
  }
  const auto lines = lines_of(read(file_));
  const auto cut = path("cut.log");
  for (std::size_t keep = 1; keep < lines.size(); ++keep) {
    write(cut, join({lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(keep)}));
    EXPECT_EQ(verdict({cut}), AuditVerdict::tampered) << keep;
    const bool at_signed_line = lines[keep - 1].find("signature") != std::string::npos;
    EXPECT_EQ(verdict({cut}, false), at_signed_line ? AuditVerdict::intact : AuditVerdict::unknown) << keep;
  }
  write(cut, "");
  EXPECT_EQ(verdict({cut}), AuditVerdict::unknown);
}

TEST_F(Audit, AFindingTellsFileLineAndReason) {
  {
    record_many(*open(), 5);
  }
  auto lines = lines_of(read(file_));
  lines[2].replace(lines[2].find("user-1"), 6, "user-9");
  lines.erase(lines.begin() + 4);
  write(file_, join(lines));
  EXPECT_EQ(explain({file_}), file_ + ":3: tampered: this line was altered: its hash is not that of its content\n" +
                                  file_ +
                                  ":5: tampered: a line was removed before this line: sequence number 6 follows "
                                  "4\ntampered: 6 lines in 1 file\n");
}

TEST_F(Audit, AForgerWithAKeyOfHisOwnIsFoundByTheLog) {
  {
    record_many(*open(), 5);
  }
  const auto log_file = checkpoints();
  std::filesystem::remove(file_);
  {
    record_many(*open(), 5);
  }
  // The forger's own checkpoints never reached the log.
  EXPECT_EQ(verify_audit({file_}, log_file).verdict(), AuditVerdict::unknown);
  EXPECT_EQ(verify_audit({file_}, std::nullopt).verdict(), AuditVerdict::intact) << "hence the log";
}

TEST_F(Audit, ARunThatAForgerAppendedIsNotTrusted) {
  {
    record_many(*open(), 5);
  }
  const auto log_file = checkpoints();
  {
    record_many(*open(), 5, 5);
  }
  const auto report = verify_audit({file_}, log_file);
  EXPECT_EQ(report.verdict(), AuditVerdict::unknown);
  EXPECT_THAT(report.findings.at(0).reason, HasSubstr("the log does not know the key"));
}

// ---- restarts and rotation

TEST_F(Audit, TheNextRunContinuesTheChain) {
  {
    record_many(*open(), 3);
  }
  {
    record_many(*open(), 3, 3);
  }
  EXPECT_EQ(verdict({file_}), AuditVerdict::intact) << explain({file_});
  auto lines = lines_of(read(file_));
  ASSERT_EQ(lines.size(), 10U);
  EXPECT_THAT(lines[5], HasSubstr(R"({"sequence":6,)"));
  // The whole first run gone, the second begins nothing.
  lines.erase(lines.begin(), lines.begin() + 5);
  write(file_, join(lines));
  EXPECT_EQ(verdict({file_}), AuditVerdict::unknown);
  EXPECT_THAT(explain({file_}), HasSubstr("the chain begins at sequence number 6"));
}

TEST_F(Audit, ALineTornByACrashIsRecordedByTheNextRun) {
  {
    record_many(*open(), 3);
  }
  const auto whole = read(file_);
  const auto events = lines_of(whole);
  // Within the genesis, within an event, and a line that lacks no more than its newline.
  const std::size_t first_event = events[0].size() + 1;
  const std::size_t second_event = first_event + events[1].size() + 1;
  for (const std::size_t keep :
       {std::size_t{1}, std::size_t{40}, first_event + 1, first_event + 100, second_event - 2, second_event - 1}) {
    write(file_, whole.substr(0, keep));
    const bool lacks_only_newline = keep == second_event - 1;
    EXPECT_EQ(verdict({file_}, false), AuditVerdict::unknown) << explain({file_}, false);
    {
      record_many(*open(), 2);
    }
    EXPECT_EQ(verdict({file_}, false), AuditVerdict::intact) << keep << '\n' << explain({file_}, false);
    EXPECT_EQ(explain({file_}, false).find("left unfinished by a crash") == std::string::npos, lacks_only_newline);
  }
}

TEST_F(Audit, ATornLineThatTheNextRunDidNotRecordIsTampering) {
  {
    record_many(*open(), 3);
  }
  const auto first_run = read(file_);
  {
    record_many(*open(), 3, 3);
  }
  const auto both = read(file_);
  write(file_, first_run + "{\"sequence\":6,\"ti\n" + both.substr(first_run.size()));
  EXPECT_EQ(verdict({file_}), AuditVerdict::tampered);
}

TEST_F(Audit, RotatedFilesAreOneChain) {
  {
    const auto audit = open({.checkpoint_events = 4});
    record_many(*audit, 6);
    audit->flush();
    std::filesystem::rename(file_, path("audit.log.1"));
    audit->reopen();
    audit->flush();
    record_many(*audit, 6, 6);
  }
  const auto old_file = path("audit.log.1");
  EXPECT_EQ(lines_of(read(old_file)).size(), 1 + 6 + 2U) << "the old file ends in a checkpoint";
  EXPECT_EQ(verdict({old_file, file_}), AuditVerdict::intact) << explain({old_file, file_});
  EXPECT_EQ(verdict({file_, old_file}), AuditVerdict::tampered) << "newest first";
  EXPECT_EQ(verdict({file_}), AuditVerdict::unknown) << explain({file_});
  EXPECT_EQ(verdict({old_file}), AuditVerdict::tampered) << "the log knows of lines after it";
  auto lines = lines_of(read(old_file));
  lines.pop_back();
  write(old_file, join(lines));
  EXPECT_EQ(verdict({old_file, file_}, false), AuditVerdict::tampered);
}

TEST_F(Audit, FilesOfSeveralInstancesAreJudgedEachByItself) {
  const auto other = path("other.log");
  {
    record_many(*open({.instance = "a"}), 3);
  }
  {
    record_many(*AuditLog::open(other, log_, {.instance = "b"}), 3);
  }
  EXPECT_EQ(verdict({file_, other}), AuditVerdict::intact) << explain({file_, other});
  EXPECT_EQ(verdict({file_, file_}), AuditVerdict::tampered);
  EXPECT_EQ(verdict({file_}), AuditVerdict::unknown) << "the log tells of a chain whose file may have been removed";
  write(file_, read(file_) + read(other));
  EXPECT_EQ(verdict({file_}), AuditVerdict::tampered) << "mixed in one file";
}

TEST_F(Audit, AKeyFileKeepsOneKeyOverRestarts) {
  const auto key_file = path("key.pem");
  // RFC 8410 section 10.3, the example key.
  write(key_file,
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
        "-----END PRIVATE KEY-----\n");
  for (int run = 0; run < 2; ++run) {
    const auto audit = open({.key_file = key_file});
    EXPECT_EQ(audit->public_key(), "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
  }
  EXPECT_EQ(verdict({file_}), AuditVerdict::intact);
  write(key_file, "no key");
  EXPECT_THROW(open({.key_file = key_file}), std::runtime_error);
  EXPECT_THROW(open({.key_file = path("absent.pem")}), std::runtime_error);
}

TEST_F(Audit, AFileThatIsNoAuditLogIsNotContinued) {
  for (const auto* text : {"root:x:0:0:root:/root:/bin/sh\n", "hello", "\n", "{\"sequence\":1}\n"}) {
    write(file_, text);
    EXPECT_THROW(open(), std::runtime_error) << text;
    EXPECT_EQ(read(file_), text);
  }
}

TEST_F(Audit, TheFileHasOneWriterAndIsItsOwnersAlone) {
  const auto audit = open();
  EXPECT_THROW(open(), std::runtime_error);
  EXPECT_EQ(std::filesystem::status(file_).permissions(), std::filesystem::perms(0600));
  const auto link = path("link.log");
  std::filesystem::create_symlink(path("elsewhere"), link);
  EXPECT_THROW(AuditLog::open(link, log_, {}), std::runtime_error);
}

// ---- trouble

TEST_F(Audit, AFullDiskIsToldAndAwaited) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  {
    const auto audit = AuditLog::open(full, log_, {.queue_limit = 4});
    record_many(*audit, 10);
    audit->flush();
    EXPECT_FALSE(audit->healthy());
    EXPECT_THAT(logged(), HasSubstr("the audit log cannot be written"));
    EXPECT_THAT(logged(), Not(HasSubstr("audit checkpoint"))) << "what is not written is not vouched for";
  }
  EXPECT_THAT(logged(), HasSubstr("ends without its last lines"));
  ::close(full);
}

TEST_F(Audit, EventsBeyondTheQueueAreCountedInTheChain) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
  // Nobody reads at first: the pipe fills, events wait, and more than the queue holds are lost.
  while (::write(ends[1], "x", 1) == 1) {
  }
  std::string text;
  {
    const auto audit = AuditLog::open(ends[1], log_, {.queue_limit = 4});
    record_many(*audit, 10);
    std::array<char, 65536> buffer{};
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (text.find("audit_events_lost") == std::string::npos && std::chrono::steady_clock::now() < patience) {
      const auto count = ::read(ends[0], buffer.data(), buffer.size());
      if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
  EXPECT_THAT(text, HasSubstr(R"("event":"audit_events_lost","details":{"count":6})"));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(Audit, KeepsEveryEventOfManyThreads) {
  {
    const auto audit = open();
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) threads.emplace_back([&audit] { record_many(*audit, 500); });
  }
  EXPECT_EQ(verdict({file_}), AuditVerdict::intact);
  std::size_t events = 0;
  for (const auto& line : lines_of(read(file_))) events += line.find("\"outcome\"") != std::string::npos ? 1 : 0;
  EXPECT_EQ(events, 2'000U);
}

TEST_F(Audit, WhatCannotBeReadIsNoVerdictOfTampering) {
  EXPECT_EQ(verdict({path("absent.log")}), AuditVerdict::unreadable);
  EXPECT_EQ(verify_audit({}, path("absent.log")).verdict(), AuditVerdict::unreadable);
  EXPECT_EQ(verify_audit({std::string(folder_)}, std::nullopt).verdict(), AuditVerdict::unreadable) << "a folder";
  {
    record_many(*open(), 3);
  }
  write(path("empty.log"), "nothing of ours\n");
  EXPECT_EQ(verify_audit({file_}, path("empty.log")).verdict(), AuditVerdict::unknown);
}

}  // namespace
}  // namespace redoubt
