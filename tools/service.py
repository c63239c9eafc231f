"""A running redoubt-api for the judges: the release program on a free port of the loopback, with a database of its own
and its limits on requests off, since judges ask more often than people do. Nothing of it outlives the `with` block."""

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from stage import LOGS, ROOT, Failure, tail

PROGRAM = ROOT / "build" / "release" / "bin" / "redoubt-api"
READY_SECONDS = 20
STOP_SECONDS = 30


@dataclass(frozen=True)
class Service:
    url: str
    admin_email: str
    admin_password: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_service(log: str, database_url: str | None = None) -> Iterator[Service]:
    """Yields the service once /health/ready says 200; raises Failure when it does not within READY_SECONDS, or when it
    does not end well on SIGTERM. Without a database_url it is an SQLite file in a folder that is removed."""
    port = free_port()
    service = Service(f"http://127.0.0.1:{port}", "admin@example.com", "vermilion kestrel over granite 41")
    with tempfile.TemporaryDirectory(prefix="redoubt-judge-") as folder:
        environment = {
            **os.environ,
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "DATABASE_URL": database_url or f"sqlite:{folder}/judge.db",
            "MIGRATE_ON_START": "true",
            "ADMIN_EMAIL": service.admin_email,
            "ADMIN_PASSWORD": service.admin_password,
            "BCRYPT_COST": "10",
            "RATE_LIMIT_LOGIN": "off",
            "RATE_LIMIT_DEFAULT": "off",
        }
        LOGS.mkdir(parents=True, exist_ok=True)
        path = LOGS / f"{log}-service.log"
        with path.open("a") as out:
            process = subprocess.Popen([PROGRAM, "serve"], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=subprocess.STDOUT)
        try:
            wait_until_ready(service.url, process, path)
            yield service
            process.send_signal(signal.SIGTERM)
            if process.wait(STOP_SECONDS) != 0:
                raise Failure(f"redoubt-api ended with status {process.returncode} on SIGTERM\n{tail(path)}")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def wait_until_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise Failure(f"redoubt-api ended with status {process.returncode} before it was ready\n{tail(log)}")
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            urllib.request.urlopen(f"{url}/health/ready", timeout=2).close()
            return
        time.sleep(0.05)
    raise Failure(f"redoubt-api was not ready within {READY_SECONDS} s\n{tail(log)}")
