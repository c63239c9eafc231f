"""Real redoubt-api processes for the tests of this folder, a client that speaks HTTP to them, and a real PostgreSQL."""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("REDOUBT_API", ROOT / "build" / "release" / "bin" / "redoubt-api"))
CORPORA = Path(os.environ.get("REDOUBT_CORPORA", ROOT.parent / "shared" / "corpora"))
START_SECONDS = 30
STOP_SECONDS = 30
POSTGRES_ABSENT = 77  # what tests/support/postgres.sh ends with then

ADMIN_EMAIL = "admin@example.com"
ADMIN_PASSWORD = "vermilion kestrel over granite 41"
JWT_SECRET = "a secret of the tests that is quite long enough"
ENVIRONMENT = {
    "PATH": os.environ.get("PATH", ""),
    "PORT": "0",
    "ADMIN_EMAIL": ADMIN_EMAIL,
    "ADMIN_PASSWORD": ADMIN_PASSWORD,
    "JWT_SECRET": JWT_SECRET,
    "BCRYPT_COST": "10",
    "RATE_LIMIT_LOGIN": "off",
    "RATE_LIMIT_DEFAULT": "off",
    "MIGRATE_ON_START": "true",
    "INSTANCE": "tests",
}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> object:
        return json.loads(self.body)


class Client:
    """One address of a service; a connection for each request. As text, a body is JSON; as a dict, a form."""

    def __init__(self, url: str, context: ssl.SSLContext | None = None):
        self.url, self.context, self.token = urllib.parse.urlsplit(url), context, ""

    def connection(self, timeout: float = 30) -> http.client.HTTPConnection:
        if self.url.scheme == "https":
            return http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=timeout, context=self.context)
        return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=timeout)

    def ask(self, method: str, target: str, body: str | bytes | dict | None = None, timeout: float = 30,
            **headers: str) -> Answer:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        elif body is not None:
            headers.setdefault("Content-Type", "application/json")
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        with contextlib.closing(self.connection(timeout)) as connection:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())

    def get(self, target: str, **more) -> Answer:
        return self.ask("GET", target, **more)

    def post(self, target: str, body: str | bytes | dict | None = None, **more) -> Answer:
        return self.ask("POST", target, body, **more)

    def login(self, email: str = ADMIN_EMAIL, password: str = ADMIN_PASSWORD) -> Answer:
        return self.post("/auth/login", {"username": email, "password": password}, Authorization="")

    def sign_in(self, email: str = ADMIN_EMAIL, password: str = ADMIN_PASSWORD) -> dict:
        answer = self.login(email, password)
        assert answer.status == 200, answer
        tokens = answer.json()
        self.token = tokens["access_token"]
        return tokens


class Service:
    """A process that serves. Its output is in two files of its folder."""

    def __init__(self, folder: Path, **settings: str | None):
        self.folder = folder
        self.settings = {**ENVIRONMENT, "DATABASE_URL": f"sqlite:{folder}/test.db",
                         "AUDIT_LOG": f"{folder}/audit.jsonl", **settings}
        self.process: subprocess.Popen | None = None
        self.runs = 0

    def launch(self) -> "Service":
        self.runs += 1
        environment = {name: value for name, value in self.settings.items() if value is not None}
        self.out_path = self.folder / f"stdout-{self.runs}-{id(self)}.log"
        self.err_path = self.folder / f"stderr-{self.runs}-{id(self)}.log"
        with self.out_path.open("wb") as out, self.err_path.open("wb") as err:
            self.process = subprocess.Popen([PROGRAM, "serve"], cwd=self.folder, env=environment,
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        return self

    def start(self) -> "Service":
        self.launch()
        listening = self.wait_for_line("listening")
        self.url = listening["url"]
        self.client = Client(self.url, unverified() if self.url.startswith("https") else None)
        return self

    def wait_for_line(self, message: str, seconds: float = START_SECONDS, skip: int = 0) -> dict:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [line for line in self.lines() if line.get("message") == message]
            if len(found) > skip:
                return found[skip]
            if self.process.poll() is not None and message != "stopped":
                raise AssertionError(f"redoubt-api ended with {self.process.returncode}: {self.err()}{self.out()}")
            time.sleep(0.02)
        raise AssertionError(f"no line {message!r} within {seconds} s: {self.err()}{self.out()}")

    def out(self) -> str:
        return self.out_path.read_text(errors="replace")

    def err(self) -> str:
        return self.err_path.read_text(errors="replace")

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.out().splitlines() if line.endswith("}")]

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        return self.process.wait(seconds)

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def command(*words: str | Path, **settings: str) -> subprocess.CompletedProcess:
    """Runs redoubt-api to its end, with only these settings."""
    return subprocess.run([PROGRAM, *words], env={"PATH": os.environ.get("PATH", ""), **settings}, timeout=60,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


class ProcessTest(unittest.TestCase):
    """Gives each test a folder, and ends whatever it started."""

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="redoubt-process-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def service(self, **settings: str | None) -> Service:
        made = Service(self.folder, **settings)
        self.addCleanup(made.kill)
        return made

    def write(self, name: str, text: str) -> str:
        """Replaces the file at once, as orchestrators do."""
        path = self.folder / name
        fresh = path.with_suffix(".new")
        fresh.write_text(text)
        fresh.rename(path)
        return str(path)

    def eventually(self, holds, seconds: float = 10, why: str = "") -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return
            time.sleep(0.05)
        self.fail(why or "it did not come about")


class Postgres:
    """The tests' PostgreSQL server, started by the first that asks."""

    script = ROOT / "tests" / "support" / "postgres.sh"
    shared: "Postgres | None" = None

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="redoubt-process-postgres-"))
        self.url = self.call("start", str(os.getpid())).strip()

    @classmethod
    def get(cls) -> "Postgres":
        if cls.shared is None:
            cls.shared = cls()
        return cls.shared

    def call(self, word: str, *more: str, text: str | None = None) -> str:
        done = subprocess.run([self.script, word, self.folder, *more], input=text, capture_output=True, text=True,
                              check=False)
        if done.returncode == POSTGRES_ABSENT:
            raise unittest.SkipTest("PostgreSQL is not installed (/usr/lib/postgresql/*/bin/postgres)")
        if done.returncode != 0:
            raise AssertionError(f"postgres.sh {word}: {done.stderr}")
        return done.stdout

    def sql(self, text: str) -> str:
        return self.call("sql", text=text)

    def empty(self) -> str:
        """Makes the database anew, with nothing in it; gives its owner's URL."""
        self.call("start")
        self.sql("DROP DATABASE IF EXISTS redoubt WITH (FORCE);\nCREATE DATABASE redoubt OWNER redoubt;")
        return self.url

    def url_without_user(self) -> str:
        return re.sub(r"//.*@", "//", self.url)

    def url_of(self, user: str, password: str) -> str:
        return re.sub(r"//.*@", f"//{user}:{password}@", self.url)

    def stop(self) -> None:
        self.call("stop")

    def start(self) -> None:
        self.call("start")


def make_certificate(cert: Path, key: Path, name: str) -> None:
    """A self-signed certificate for that name and 127.0.0.1."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:127.0.0.1", "-keyout", key,
                    "-out", cert], check=True, capture_output=True)
