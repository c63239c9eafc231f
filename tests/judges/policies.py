"""Judges `redoubt iam compare` by Z3, cvc5 and an evaluator of our own in Python: python policies.py PROGRAM.

Random pairs of policies are compared by the program and, both ways, by each solver, each within a time limit. A request
that the program shows is judged again here. Whatever disagrees is printed, with its pair, and the exit status is 1. The
seed is printed first; --seed repeats a run."""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from policy_language import Question, allows
from policy_pairs import Pair, real_pair, small_pair
from policy_solvers import SOLVERS

SOLVER_MILLISECONDS = 500
COMPARE_SECONDS = 30
ANSWERS = {"equivalent", "narrower", "broader", "incomparable", "undecided"}


def compare(program: str, folder: Path, pair: Pair) -> dict:
    names = [folder / f"{os.getpid()}-{side}.json" for side in ("left", "right")]
    for name, policy in zip(names, pair):
        name.write_text(json.dumps(policy))
    run = subprocess.run([program, "iam", "compare", "--json", *map(str, names)], capture_output=True, text=True,
                         timeout=COMPARE_SECONDS, check=False)
    if run.returncode not in (0, 1, 3):
        raise RuntimeError(f"exit status {run.returncode}: {run.stderr or run.stdout}")
    return json.loads(run.stdout)


def complaints(pair: Pair, answer: dict) -> list[str]:
    """What is wrong with the answer on its face: without any solver."""
    left, right = pair
    found = []
    if answer["answer"] not in ANSWERS:
        found.append(f"{answer['answer']} is no answer")
    shown = {side: answer.get(side) for side in ("only_left", "only_right")}
    expected = {"equivalent": (False, False), "narrower": (False, True), "broader": (True, False),
                "incomparable": (True, True)}.get(answer["answer"])
    if expected and expected != tuple(request is not None for request in shown.values()):
        found.append(f"{answer['answer']} with {', '.join(side for side, request in shown.items() if request) or 'none'}")
    for side, (one, other) in (("only_left", (left, right)), ("only_right", (right, left))):
        if (request := shown[side]) and not (allows(one, request) and not allows(other, request)):
            found.append(f"{side} shows no difference: {json.dumps(request)}")
    return found


def judge(job: tuple[str, str, int, str, float]) -> tuple[Counter, list[str]]:
    """One pair: what was agreed upon, and what was not. Nothing when the time is over."""
    program, kind, seed, solvers, end = job
    if time.monotonic() > end:
        return Counter(), []
    pair = {"small": small_pair, "real": real_pair}[kind](Random(seed))
    counts: Counter = Counter()
    with tempfile.TemporaryDirectory(prefix="redoubt-policies-") as folder:
        answer = compare(program, Path(folder), pair)
    found = complaints(pair, answer)
    counts[answer["answer"]] += 1
    for side, (one, other) in (("only_left", pair), ("only_right", pair[::-1])):
        ours = "sat" if answer.get(side) else "unsat" if answer["answer"] != "undecided" else "unknown"
        for name in solvers.split(","):
            theirs = SOLVERS[name](Question(one, other).text(), SOLVER_MILLISECONDS)
            if "unknown" in (ours, theirs):
                counts[f"{name} or redoubt undecided"] += 1
            elif ours == theirs:
                counts[f"{name} agrees"] += 1
            else:
                found.append(f"{name} finds {side} {theirs}, redoubt {ours}")
    return counts, [f"{kind} pair of seed {seed}: {reason}\n  {json.dumps(pair[0])}\n  {json.dumps(pair[1])}\n"
                    f"  {json.dumps(answer)}" for reason in found]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="redoubt")
    parser.add_argument("--seed", type=int, default=20241124)
    parser.add_argument("--pairs", type=int, default=300, help="of each kind (default: 300)")
    parser.add_argument("--seconds", type=float, default=120, help="begin no pair after this time (default: 120)")
    parser.add_argument("--solvers", default=",".join(SOLVERS))
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    end = time.monotonic() + options.seconds
    jobs = [(options.program, kind, options.seed + number, options.solvers, end) for number in range(options.pairs)
            for kind in ("small", "real")]
    total: Counter = Counter()
    wrong: list[str] = []
    # A worker for each few pairs: what a solver leaves behind goes with it.
    with multiprocessing.get_context("spawn").Pool(options.jobs, maxtasksperchild=50) as pool:
        for counts, found in pool.imap(judge, jobs):
            total += counts
            wrong += found
            for text in found:
                print(text, flush=True)
    print(", ".join(f"{name}: {count}" for name, count in sorted(total.items())))
    agreed = sum(count for name, count in total.items() if name.endswith("agrees"))
    if not agreed:
        print("no solver agreed with anything: nothing was judged")
    return 1 if wrong or not agreed else 0


if __name__ == "__main__":
    sys.exit(main())
