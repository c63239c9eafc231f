"""sqlmap as a stage of ./test: it tries to inject SQL wherever a client's text reaches a statement, and must not succeed;
against a server made to be injectable (tests/judges/injectable.py) it must."""

import contextlib
import json
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from collections.abc import Iterator

from judges import JUDGES, database, python
from service import Service, running_service
from stage import LOGS, Failure, Tally, run, tail

SQLMAP_SECONDS = 120
NOT_INJECTABLE = "all tested parameters do not appear to be injectable"
INJECTABLE = "sqlmap identified the following injection point"
DIALECTS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def is_injectable(log: str, dialect: str, *options: str) -> bool:
    """Whether sqlmap finds a way in; raises Failure when its output does not say either."""
    with tempfile.TemporaryDirectory(prefix="redoubt-sqlmap-") as folder:
        run(log, python().parent / "sqlmap", *options, "--dbms", dialect, "--level", "3", "--risk", "2", "--threads", "2",
            "--batch", "--flush-session", "--disable-coloring", "--output-dir", folder, check=False, seconds=SQLMAP_SECONDS)
    said = (LOGS / f"{log}.log").read_text(errors="replace")
    if (INJECTABLE in said) == (NOT_INJECTABLE in said):
        raise Failure(f"sqlmap came to no verdict\n{tail(LOGS / f'{log}.log')}")
    return INJECTABLE in said


@contextlib.contextmanager
def injectable_server() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, JUDGES / "injectable.py"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


def post(url: str, body: bytes, **fields: str) -> dict:
    request = urllib.request.Request(url, body, {name.replace("_", "-"): value for name, value in fields.items()})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def targets(service: Service) -> dict[str, list[str]]:
    """Where a client's text reaches a statement: sqlmap's options for each place."""
    credentials = urllib.parse.urlencode({"username": service.admin_email, "password": service.admin_password})
    bearer = "Bearer " + post(f"{service.url}/auth/login", credentials.encode())["access_token"]
    item = post(f"{service.url}/items", b'{"title": "lamp"}', Authorization=bearer, Content_Type="application/json")
    signed_in = ["--header", f"Authorization: {bearer}"]
    login = urllib.parse.urlencode({"username": service.admin_email, "password": "not the right one"})
    return {
        "GET /items?q=": ["-u", f"{service.url}/items?q=lamp", "-p", "q", *signed_in],
        "GET /items?cursor=": ["-u", f"{service.url}/items?cursor={item['id']}", "-p", "cursor", *signed_in],
        "GET /items/{id}": ["-u", f"{service.url}/items/{item['id']}*", *signed_in],
        "PUT /items/{id}": ["-u", f"{service.url}/items/{item['id']}", "--method", "PUT", "--data", '{"title": "lamp*"}',
                            "--header", "Content-Type: application/json", *signed_in],
        "POST /auth/login": ["-u", f"{service.url}/auth/login", "--data", login, "-p", "username", "--ignore-code", "401"],
    }


def sqlmap(kind: str) -> Tally:
    tally = Tally()
    with injectable_server() as url:
        if is_injectable(f"sqlmap-{kind}-control", DIALECTS["sqlite"], "-u", f"{url}/items?q=lamp", "-p", "q"):
            tally.passed += 1
        else:
            tally.failed.append("sqlmap did not find the hole in tests/judges/injectable.py: it proves nothing")
    log = f"sqlmap-{kind}"
    with database(kind) as url, running_service(log, url) as service:
        for number, (place, options) in enumerate(targets(service).items()):
            if is_injectable(f"{log}-{number}", DIALECTS[kind], *options):
                tally.failed.append(f"sqlmap on {kind}: {place} is injectable: see build/logs/{log}-{number}.log")
            else:
                tally.passed += 1
    return tally
