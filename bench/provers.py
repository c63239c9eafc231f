"""Measures `redoubt prove` beside checkov, cfn-lint and cfn-guard: the default stack's templates, each program from its start to its
end, in turns, so that whatever else slows the machine slows them alike. bench/run provers calls it."""

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from judges import JUDGES, python  # noqa: E402
from stage import CannotRun  # noqa: E402
from templates import guard_command  # noqa: E402

REDOUBT = ROOT / "build" / "release" / "bin" / "redoubt"
SUBJECT = "redoubt prove"
SUBJECT_ROUNDS, PEER_ROUNDS = 20, 3  # the peers take seconds
GOAL_MILLISECONDS, GOAL_RATIO = 100, 50


def milliseconds(command: list[str | Path]) -> float:
    """Findings make a judge end with another status than 0; to judge nothing is an error of the measurement."""
    begin = time.perf_counter()
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=ROOT, timeout=600)
    spent = (time.perf_counter() - begin) * 1000
    if not ended.stdout and ended.returncode != 0:
        raise RuntimeError(f"{command[0]} judged nothing: {ended.stderr.decode(errors='replace')[-500:]}")
    return spent


def peers(templates: list[Path]) -> dict[str, list[str | Path]]:
    folder = python(JUDGES / "templates", ROOT / "build" / "venv-templates").parent
    files = [word for path in templates for word in ("-f", path)]
    return {"checkov": [folder / "checkov", *files, "--framework", "cloudformation", "-o", "json", "--quiet"],
            "cfn-lint": [folder / "cfn-lint", "--", *templates]}


def main() -> int:
    stack = ROOT / "build" / "bench" / "stack"
    shutil.rmtree(stack, ignore_errors=True)
    subprocess.run([REDOUBT, "synth", "--out", stack], check=True, capture_output=True)
    templates = sorted(stack.glob("*.template.json"))
    commands = {SUBJECT: [REDOUBT, "prove", *templates, "--json"]}
    try:
        commands |= peers(templates)
    except CannotRun as reason:
        print(f"left out: checkov, cfn-lint ({reason})")
    try:
        commands["cfn-guard"] = guard_command(templates)
    except CannotRun as reason:
        print(f"left out: cfn-guard ({reason})")

    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(PEER_ROUNDS):
        for name, command in commands.items():
            for _ in range(SUBJECT_ROUNDS if name == SUBJECT else 1):
                times[name].append(milliseconds(command))

    own = statistics.median(times[SUBJECT])
    size = sum(path.stat().st_size for path in templates)
    print(f"\n{len(templates)} templates of {size / 1024:.0f} KiB   median ms   times {SUBJECT}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:<28} {median:9.1f} {median / own:16.1f}")
    print(f"goals: {SUBJECT} under {GOAL_MILLISECONDS} ms, checkov at least {GOAL_RATIO} times as long, cfn-lint and cfn-guard longer")
    return 0


if __name__ == "__main__":
    sys.exit(main())
