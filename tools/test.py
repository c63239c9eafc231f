"""The stages of ./test. Without arguments: the release build, every functional test, and the judges that are quick.
With --all: the static checks, the sanitizers, the fuzzers and every external judge as well."""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from checkov_verdicts import checkov_verdicts
from injection import sqlmap
from judges import docs_page, openapi_document, policies, reports, schemathesis
from stage import LOGS, ROOT, CannotRun, Failure, Tally, run, run_stages
from templates import cdk_nag, cfn_guard, cfn_lint, checkov

FUZZ_SECONDS = 30
CLANG_TIDY_SECONDS = 7 * 60
# Suites whose code runs on several threads at once: worth their time under the thread sanitizer.
THREADED_SUITES = "*Runtime*:*Loop*:*Worker*:*Pool*:*Limit*:*Metric*:*Log*:*Audit*:*Server*:*Drain*"
SERVICE_SUITES = "Databases/*:HashingTurn*"  # all of the service's but its settings


def build(preset: str, *targets: str) -> Tally:
    """Configures, and builds the targets (everything without them)."""
    options = [] if preset == "fuzz" else ["-DREDOUBT_BUILD_TESTS=ON"]
    run(f"build-{preset}", "cmake", "--preset", preset, *options)
    run(f"build-{preset}", "cmake", "--build", "--preset", preset, *(["--target", *targets] if targets else []))
    return Tally(passed=1)


def run_ctest(preset: str, only: str = ".", but: str = "^$", **environment: str) -> Tally:
    """Runs the preset's ctest tests, all or those that match the one and not the other. Each case of a GoogleTest binary
    counts by itself."""
    results = ROOT / "build" / "results" / preset
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    junit = results / "ctest.junit"
    run(f"test-{preset}", "ctest", "--test-dir", f"build/{preset}", "--output-on-failure", "--timeout", "900",
        "--tests-regex", only, "--exclude-regex", but, "--output-junit", junit, check=False,
        GTEST_OUTPUT=f"xml:{results}/", **environment)
    tally = Tally()
    cases = {path.stem: count_cases(path) for path in sorted(results.glob("*.xml"))}
    for counted in cases.values():
        tally.add(counted)
    for test in ElementTree.parse(junit).iter("testcase"):
        name, good = test.get("name", ""), test.get("status") == "run"
        counted = cases.get(name)
        if test.find("skipped") is not None:
            tally.skipped.append(f"{name} ({preset})")
        elif good and counted is None:
            tally.passed += 1
        elif not good and (counted is None or not counted.failed):
            tally.failed.append(f"{name} ({preset}) did not end well: see build/logs/test-{preset}.log")
    return tally


def count_cases(path: Path) -> Tally:
    """Sums up the cases of one GoogleTest XML report."""
    tally = Tally()
    for case in ElementTree.parse(path).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        failures, skipped = case.findall("failure"), case.find("skipped")
        if failures:
            tally.failed.append(f"{name}: " + "\n".join(failure.text or "" for failure in failures))
        elif skipped is not None:
            reason = (skipped.get("message") or "").strip().splitlines()
            tally.skipped.append(f"{name}: {reason[-1] if reason else 'no reason given'}")
        elif case.get("status") == "run":
            tally.passed += 1
    return tally


def functional_tests() -> Tally:
    return run_ctest("release")


def address_sanitizer() -> Tally:
    """All tests but the mutants of the default stack: they repeat what the tables and the template fuzzer ask already,
    and would take a quarter of an hour."""
    build("asan")
    tally = run_ctest("asan", but="mutation_test", ASAN_OPTIONS="strict_string_checks=1:detect_stack_use_after_return=1",
                      UBSAN_OPTIONS="print_stacktrace=1")
    tally.skipped.append("mutation_test under the sanitizers: it takes too long there")
    return tally


def thread_sanitizer() -> Tally:
    build("tsan", "server_tests", "service_tests")
    return run_ctest("tsan", only="server_tests|service_tests", TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1",
                     GTEST_FILTER=f"{THREADED_SUITES}:{SERVICE_SUITES}")


def tracked(*patterns: str) -> list[str]:
    """The files of the tree that match: what git would commit, or has."""
    listing = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard", *patterns],
                             cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in sorted(set(listing.splitlines())) if (ROOT / name).is_file()]


def formatting() -> Tally:
    sources = tracked("*.cpp", "*.hpp")
    run("format", "clang-format-19", "--dry-run", *sources)
    log = (LOGS / "format.log").read_text(errors="replace")
    bad = sorted(set(re.findall(r"^(\S+?):\d+:\d+: warning: code should be clang-formatted", log, re.MULTILINE)))
    return Tally(passed=len(sources) - len(bad), failed=[f"formatting: clang-format-19 -i {name}" for name in bad])


def clang_tidy() -> Tally:
    """Checks every source of the library and the programs, two at a time, the latest changed first. Those that the
    time did not suffice for are named as not run."""
    sources = sorted(tracked("src/*.cpp", "apps/*.cpp"), key=lambda name: -(ROOT / name).stat().st_mtime)
    end = time.monotonic() + CLANG_TIDY_SECONDS

    def check(source: str) -> Tally:
        left = end - time.monotonic()
        if left < 1:
            return Tally(skipped=[f"clang-tidy {source}: no time left"])
        log = "clang-tidy-" + re.sub(r"\W", "-", source)
        status = run(log, "clang-tidy-19", "--quiet", "-p", "build/release", source, check=False, seconds=left)
        if status == 124:
            return Tally(skipped=[f"clang-tidy {source}: no time left"])
        return Tally(passed=1) if status == 0 else Tally(failed=[f"clang-tidy {source}: see build/logs/{log}.log"])

    total = Tally()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for tally in pool.map(check, sources):
            total.add(tally)
    return total


def fuzzers() -> Tally:
    """Runs each fuzzer for a while from its seeds in fuzz/corpus/NAME; what it finds besides stays in build/fuzz."""
    if not (ROOT / "fuzz" / "CMakeLists.txt").exists():
        raise CannotRun("the tree has no fuzzers")
    build("fuzz")
    programs = sorted((ROOT / "build" / "fuzz" / "bin").glob("*_fuzz*"))
    if not programs:
        raise Failure("the fuzz build made no program named *_fuzz*")

    def fuzz(program: Path) -> Tally:
        name = program.name
        found, broken = (ROOT / "build" / "fuzz" / folder / name for folder in ("corpus", "broken"))
        found.mkdir(parents=True, exist_ok=True)
        broken.mkdir(parents=True, exist_ok=True)
        seeds = [path for path in (ROOT / "fuzz" / "corpus" / name,) if path.is_dir()]
        status = run(f"fuzz-{name}", program, found, *seeds, f"-max_total_time={FUZZ_SECONDS}", "-timeout=10",
                     "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={broken}/", check=False,
                     seconds=FUZZ_SECONDS * 4)
        return Tally(passed=1) if status == 0 else Tally(failed=[f"{name}: see build/logs/fuzz-{name}.log"])

    total = Tally()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for tally in pool.map(fuzz, programs):
            total.add(tally)
    return total


def benchmarks() -> Tally:
    """The programs to measure with build still; what they measure is no test (bench/run)."""
    run("build-benchmarks", "cmake", "--preset", "release", "-DREDOUBT_BUILD_BENCHMARKS=ON")
    run("build-benchmarks", "cmake", "--build", "--preset", "release", "--target", "benchmarks")
    return Tally(passed=1)


QUICK = [
    ("release build", lambda: build("release")),
    ("functional tests", functional_tests),
    ("OpenAPI document, by openapi-spec-validator", openapi_document),
    ("docs page, in Chromium", docs_page),
    ("policy engine, by Z3 and cvc5", policies),
]
THOROUGH = [
    ("formatting", formatting),
    *QUICK,
    ("benchmarks build", benchmarks),
    ("reports, by their formats' schemas", reports),
    ("templates, by cfn-lint", cfn_lint),
    ("templates, by checkov", checkov),
    ("templates of others, by checkov's verdicts", checkov_verdicts),
    ("templates, by cdk-nag", cdk_nag),
    ("templates, by cfn-guard", cfn_guard),
    ("schemathesis on SQLite", lambda: schemathesis("sqlite")),
    ("schemathesis on PostgreSQL", lambda: schemathesis("postgresql")),
    ("sqlmap on SQLite", lambda: sqlmap("sqlite")),
    ("sqlmap on PostgreSQL", lambda: sqlmap("postgresql")),
    ("tests under the address and undefined-behaviour sanitizers", address_sanitizer),
    ("fuzzers", fuzzers),
    ("clang-tidy", clang_tidy),
    ("threaded tests under the thread sanitizer", thread_sanitizer),
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./test", description=__doc__)
    parser.add_argument("--all", action="store_true", help="every check, not only the functional tests")
    parser.add_argument("--only", metavar="WORD", help="only the stages (of all) whose name contains WORD")
    parser.add_argument("--list", action="store_true", help="print the stages' names")
    arguments = parser.parse_args()
    stages = THOROUGH if arguments.all or arguments.only or arguments.list else QUICK
    if arguments.only:
        stages = [stage for stage in stages if arguments.only in stage[0]]
    if arguments.list:
        print("\n".join(name for name, _ in stages))
        return 0
    return run_stages(stages)


if __name__ == "__main__":
    sys.exit(main())
