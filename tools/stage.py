"""The stage runner of ./test: runs named stages one after the other, times each, and sums up what they counted.

A stage is a function that returns a Tally. Whatever it raises counts as one failure; what it could not do for want of
something outside the project it names in Tally.skipped. Stages never stop each other.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "logs"


@dataclass
class Tally:
    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


class Failure(Exception):
    """A command failed; the message says which, and carries the end of its output."""


class CannotRun(Exception):
    """Something outside the project is missing; the message says what."""


def say(text: str) -> None:
    print(text, flush=True)


def run(log: str, *command: object, check: bool = True, seconds: float | None = None, **environment: str) -> int:
    """Runs a command from the root of the tree, its output into build/logs/LOG.log (appended). Gives its exit status;
    with check, raises Failure when that is not 0. A command that outlives its seconds is killed and has status 124."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    words = [str(word) for word in command]
    with path.open("a") as out:
        out.write(f"$ {' '.join(words)}\n")
        out.flush()
        try:
            status = subprocess.run(words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                    timeout=seconds, env={**os.environ, **environment}).returncode
        except subprocess.TimeoutExpired:
            status = 124
    if check and status != 0:
        raise Failure(f"{words[0]} ended with status {status}\n{tail(path)}")
    return status


def tail(path: Path, lines: int = 40) -> str:
    text = path.read_text(errors="replace").splitlines() if path.exists() else []
    return "\n".join(f"    {line}" for line in text[-lines:]) + f"\n    (all of it: {path.relative_to(ROOT)})"


def run_stages(stages: list[tuple[str, Callable[[], Tally]]]) -> int:
    """Runs them all, prints the sum, and gives the exit status."""
    for old in LOGS.glob("*.log"):
        old.unlink()
    total, times = Tally(), []
    for name, stage in stages:
        say(f"== {name}")
        begin = time.monotonic()
        try:
            tally = stage()
        except CannotRun as reason:
            tally = Tally(skipped=[f"{name}: {reason}"])
        except Failure as failure:
            tally = Tally(failed=[f"{name}: {failure}"])
        except Exception as error:  # a defect of the stage itself must not hide the other stages' findings
            tally = Tally(failed=[f"{name}: {type(error).__name__}: {error}"])
        seconds = time.monotonic() - begin
        for failed in tally.failed:
            say(f"FAILED {failed}")
        times.append((name, seconds, tally))
        say(f"   {tally.passed} passed, {len(tally.failed)} failed, {len(tally.skipped)} skipped in {seconds:.1f} s")
        total.add(tally)

    say("\nSeconds  Stage")
    for name, seconds, tally in times:
        say(f"{seconds:7.1f}  {name}{'  FAILED' if tally.failed else ''}")
    if total.skipped:
        say("\nDid not run:")
        for name in total.skipped:
            say(f"  {name}")
    if total.failed:
        say("\nFailed:")
        for name in total.failed:
            say(f"  {name.splitlines()[0]}")
    say(f"\n{total.passed} passed, {len(total.failed)} failed, {len(total.skipped)} skipped")
    sys.stdout.flush()
    return 1 if total.failed or total.passed == 0 else 0
