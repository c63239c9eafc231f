// How every subcommand ends.
#pragma once

namespace redoubt {

enum ExitCode : int {
  exit_yes = 0,      // it holds
  exit_no = 1,       // it is refuted
  exit_usage = 2,    // the question or its input cannot be read
  exit_unknown = 3,  // unknown, undecided or conditional
};

}  // namespace redoubt
