"""The judges of others' making as stages of ./test: what each one is and says stands in tests/judges/README.md."""

import contextlib
import hashlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

from service import PROGRAM, running_service
from stage import LOGS, ROOT, CannotRun, Failure, Tally, run, tail

JUDGES = ROOT / "tests" / "judges"
VENV = ROOT / "build" / "venv"
POSTGRES_ABSENT = 77  # what tests/support/postgres.sh ends with then
DOCS_PAGE_SECONDS = 120
SCHEMATHESIS_SECONDS = 600
POLICY_SECONDS = 60
SCHEMAS_UNREACHABLE = 3  # what report_formats.py ends with then
REDOUBT = ROOT / "build" / "release" / "bin" / "redoubt"


def python(folder: Path = JUDGES, venv: Path = VENV) -> Path:
    """The interpreter that has the judges' packages: made once, and again when requirements.txt changes."""
    requirements = folder / "requirements.txt"
    stamp, digest = venv / "requirements.sha256", hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        try:
            run("venv", sys.executable, "-m", "venv", "--clear", venv)
            run("venv", venv / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
        except Failure as failure:
            raise CannotRun(f"its Python packages could not be had\n{failure}") from failure
        stamp.write_text(digest)
    return venv / "bin" / "python"


def node_packages(folder: Path = JUDGES) -> None:
    """Installs what the folder's package-lock.json pins, once for each of its states."""
    if not shutil.which("npm"):
        raise CannotRun("npm is not here")
    stamp = folder / "node_modules" / ".installed"
    lock = folder / "package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        try:
            run("npm", "npm", "ci", "--prefix", folder)
        except Failure as failure:
            raise CannotRun(f"its npm packages could not be had\n{failure}") from failure
        stamp.touch()


def policies() -> Tally:
    """`redoubt iam compare` beside Z3 and cvc5, on random pairs."""
    run("policies", python(), JUDGES / "policies.py", REDOUBT, "--seconds", POLICY_SECONDS,
        seconds=POLICY_SECONDS * 4)
    return Tally(passed=1)


def reports() -> Tally:
    """What `redoubt prove` says of the default stack, in each format that has a schema."""
    folder = ROOT / "build" / "judged-reports" / "reports"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run("reports", REDOUBT, "init", "--out", folder / "redoubt.toml")
    run("reports", REDOUBT, "synth", "-c", folder / "redoubt.toml", "--out", folder)
    for kind, name in {"sarif": "findings.sarif", "junit": "findings.xml", "ocsf": "findings.ocsf.json",
                       "asff": "findings.asff.json"}.items():
        # Its status says whether all controls hold, and is none of this judge's matter.
        run("reports", REDOUBT, "prove", *sorted(folder.glob("*.template.json")), "--format", kind, "--out",
            folder / name, check=False)
    status = run("reports", python(), JUDGES / "report_formats.py", folder, check=False, seconds=300)
    if status == SCHEMAS_UNREACHABLE:
        raise CannotRun(f"the schemas could not be had\n{tail(LOGS / 'reports.log')}")
    if status != 0:
        raise Failure(f"a report is not what its schema says\n{tail(LOGS / 'reports.log')}")
    return Tally(passed=4)


def openapi_document() -> Tally:
    """Judges the document that the program prints, and that it prints the same bytes twice."""
    interpreter = python()
    first, second = (subprocess.run([PROGRAM, "openapi"], capture_output=True, timeout=30, check=True).stdout
                     for _ in range(2))
    if not first.strip():
        raise Failure("redoubt-api openapi printed nothing")
    if first != second:
        raise Failure("redoubt-api openapi printed two different documents")
    document = ROOT / "build" / "openapi.json"
    document.write_bytes(first)
    run("openapi", interpreter, JUDGES / "openapi_document.py", document)
    return Tally(passed=2)


def docs_page() -> Tally:
    if not shutil.which("chromium"):
        raise CannotRun("chromium is not here")
    node_packages()
    with running_service("docs-page") as service:
        for scheme, options in {"light": [], "dark": ["--dark"]}.items():
            run("docs-page", "node", JUDGES / "docs_page.mjs", service.url, *options, "--screenshot",
                ROOT / "build" / f"docs-page-{scheme}.png", seconds=DOCS_PAGE_SECONDS,
                ADMIN_EMAIL=service.admin_email, ADMIN_PASSWORD=service.admin_password)
    return Tally(passed=2)


@contextlib.contextmanager
def database(kind: str) -> Iterator[str | None]:
    """The DATABASE_URL of a fresh database of that kind; none for the service's own SQLite file."""
    if kind == "sqlite":
        yield None
        return
    starter = ROOT / "tests" / "support" / "postgres.sh"
    with tempfile.TemporaryDirectory(prefix="redoubt-judge-") as folder:
        Path(folder).chmod(0o755)  # run by root, PostgreSQL is another user's process
        server = Path(folder) / "postgres"
        started = subprocess.run([starter, "start", server], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if started.returncode == POSTGRES_ABSENT:
            raise CannotRun("PostgreSQL is not installed")
        if started.returncode != 0:
            raise Failure(f"postgres.sh start ended with status {started.returncode}: {started.stderr}")
        try:
            yield started.stdout.strip()
        finally:
            subprocess.run([starter, "remove", server], check=False, stdin=subprocess.DEVNULL)


def schemathesis(kind: str) -> Tally:
    """Every operation of the document against the running service, all checks on."""
    interpreter = python()
    log = f"schemathesis-{kind}"
    report = LOGS / f"{log}.xml"
    report.unlink(missing_ok=True)
    with database(kind) as url, running_service(log, url) as service:
        status = run(log, interpreter.parent / "schemathesis", "--config-file", JUDGES / "schemathesis.toml", "--no-color",
                     "run", f"{service.url}/openapi.json", "--report-junit-path", report, check=False,
                     seconds=SCHEMATHESIS_SECONDS, PYTHONPATH=str(JUDGES), SCHEMATHESIS_HOOKS="schemathesis_hooks",
                     JUDGED_URL=service.url, ADMIN_EMAIL=service.admin_email, ADMIN_PASSWORD=service.admin_password)
    if not report.exists():
        raise Failure(f"schemathesis ended with status {status} and judged nothing\n{tail(LOGS / f'{log}.log')}")
    tally = count_operations(kind, report)
    if status != 0 and not tally.failed:
        tally.failed.append(f"schemathesis on {kind} ended with status {status}\n{tail(LOGS / f'{log}.log')}")
    return tally


def count_operations(kind: str, report: Path) -> Tally:
    """Sums up schemathesis's JUnit report, in which a case is an operation."""
    tally = Tally()
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"schemathesis on {kind}: {case.get('name')}"
        problems = case.findall("failure") + case.findall("error")
        if problems:
            tally.failed.append(f"{name}\n" + "\n".join(problem.get("message") or problem.text or "" for problem in problems))
        elif case.find("skipped") is not None:
            tally.skipped.append(name)
        else:
            tally.passed += 1
    return tally
