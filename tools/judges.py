"""The judges of others' making as stages of ./test: what each one is and says stands in tests/judges/README.md."""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from service import PROGRAM, running_service
from stage import LOGS, ROOT, CannotRun, Failure, Tally, run, tail

JUDGES = ROOT / "tests" / "judges"
VENV = ROOT / "build" / "venv"


def python() -> Path:
    """The interpreter that has the judges' packages: made once, and again when requirements.txt changes."""
    requirements = JUDGES / "requirements.txt"
    stamp, digest = VENV / "requirements.sha256", hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        try:
            run("venv", sys.executable, "-m", "venv", "--clear", VENV)
            run("venv", VENV / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements)
        except Failure as failure:
            raise CannotRun(f"its Python packages could not be had\n{failure}") from failure
        stamp.write_text(digest)
    return VENV / "bin" / "python"


def node_packages() -> None:
    """Installs what tests/judges/package-lock.json pins, once for each of its states."""
    if not shutil.which("npm"):
        raise CannotRun("npm is not here")
    stamp = JUDGES / "node_modules" / ".installed"
    lock = JUDGES / "package-lock.json"
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        try:
            run("npm", "npm", "ci", "--prefix", JUDGES)
        except Failure as failure:
            raise CannotRun(f"its npm packages could not be had\n{failure}") from failure
        stamp.touch()


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
        run("docs-page", "node", JUDGES / "docs_page.mjs", service.url, "--screenshot", ROOT / "build" / "docs-page.png",
            seconds=120, ADMIN_EMAIL=service.admin_email, ADMIN_PASSWORD=service.admin_password)
    return Tally(passed=1)


@contextlib.contextmanager
def database(kind: str) -> Iterator[str | None]:
    """The DATABASE_URL of a fresh database of that kind; none for the service's own SQLite file."""
    if kind == "sqlite":
        yield None
        return
    starter = ROOT / "tests" / "support" / "postgres.sh"
    if not starter.exists():
        raise CannotRun("tests/support/postgres.sh is not here")
    raise CannotRun("not wired yet")


def schemathesis(kind: str) -> Tally:
    """Every operation of the document against the running service, all checks on."""
    interpreter = python()
    log = f"schemathesis-{kind}"
    with database(kind) as url, running_service(log, url) as service:
        run(log, interpreter, JUDGES / "schemathesis_run.py", service.url, "--report", LOGS / f"{log}.xml", seconds=600,
            ADMIN_EMAIL=service.admin_email, ADMIN_PASSWORD=service.admin_password)
    return Tally(passed=1)
