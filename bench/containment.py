"""Measures whether one policy stays within another: redoubt's engine beside Z3 and cvc5, on the same random pairs as
accounts have them, each both ways. The solvers get the question as SMT-LIB text (tests/judges/policy_language.py makes
it); what they spend is counted from the text on, what redoubt spends from parsed policies on. A question that one does
not settle within its time counts with that time. bench/run containment calls it; answers that disagree make the exit
status 1."""

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "judges")]

PROGRAM = ROOT / "build" / "release" / "bin" / "iam_compare_bench"
PAIRS = ROOT / "build" / "bench" / "pairs.json"
SEED, DEFAULT_PAIRS = 20241124, 20
SOLVER_MILLISECONDS = 5000
ANSWER = {"sat": "not contained", "unsat": "contained", "unknown": "undecided"}


def solve() -> None:
    """Runs within the judges' environment, which holds the solvers: answers and microseconds of each, as JSON."""
    from policy_language import Question
    from policy_solvers import SOLVERS

    out: dict = {name: {"answers": [], "microseconds": []} for name in SOLVERS}
    for pair in json.loads(PAIRS.read_text()):
        for left, right in (pair, pair[::-1]):
            text = Question(left, right).text()
            for name, solver in SOLVERS.items():
                begin = time.perf_counter()
                answer = solver(text, SOLVER_MILLISECONDS)
                out[name]["microseconds"].append((time.perf_counter() - begin) * 1e6)
                out[name]["answers"].append(ANSWER[answer])
    print(json.dumps(out))


def geometric_mean(values: list[float]) -> float:
    return math.exp(statistics.fmean(math.log(value) for value in values))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=DEFAULT_PAIRS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--solve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.solve:
        solve()
        return 0
    from judges import python
    from policy_pairs import real_pair
    from stage import CannotRun

    if not PROGRAM.exists():
        print("containment: iam_compare_bench is not built: cmake --preset release -DREDOUBT_BUILD_BENCHMARKS=ON, target "
              "iam_compare_bench", file=sys.stderr)
        return 2
    PAIRS.parent.mkdir(parents=True, exist_ok=True)
    PAIRS.write_text(json.dumps([real_pair(Random(options.seed + number)) for number in range(options.pairs)]))
    own = json.loads(subprocess.run([PROGRAM, PAIRS], capture_output=True, check=True).stdout)
    results = {"redoubt": own}
    try:
        run = subprocess.run([python(), __file__, "--solve"], capture_output=True, check=True)
        results |= json.loads(run.stdout)
    except CannotRun as reason:
        print(f"left out: Z3, cvc5 ({reason})")

    print(f"{len(own['answers'])} questions of seed {options.seed}, at most {SOLVER_MILLISECONDS} ms each\n")
    print(f"{'':10}{'median µs':>12}{'p99 µs':>12}{'most µs':>12}{'undecided':>11}{'times redoubt (geometric mean)':>33}")
    wrong = 0
    for name, of in results.items():
        spent = sorted(of["microseconds"])
        ratios = [theirs / ours for theirs, ours in zip(of["microseconds"], own["microseconds"])]
        print(f"{name:10}{statistics.median(spent):12,.0f}{spent[int(len(spent) * 0.99)]:12,.0f}{spent[-1]:12,.0f}"
              f"{of['answers'].count('undecided'):11}{geometric_mean(ratios):33,.0f}")
        for number, (ours, theirs) in enumerate(zip(own["answers"], of["answers"])):
            if "undecided" not in (ours, theirs) and ours != theirs:
                print(f"question {number}: redoubt says {ours}, {name} {theirs}")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
