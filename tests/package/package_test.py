#!/usr/bin/env python3
"""Uses the library as its users do: installs it into an empty folder, builds the examples against what was installed,
runs their tests, and asks the smallest one over HTTP.

    package_test.py SOURCE_FOLDER BUILD_FOLDER
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def ask(url, body=None):
    """The status and the JSON of an answer."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def expect(actual, wanted, what):
    if actual != wanted:
        sys.exit(f"{what}: {actual!r}, and should be {wanted!r}")


def check_headers(folder):
    """What the library is made with stays out of its users' compile time."""
    for header in folder.glob("**/*.hpp"):
        heavy = re.findall(r"#include <(?:boost/asio|openssl|rapidjson|libpq|sqlite3|re2).*>", header.read_text())
        expect(heavy, [], f"what {header.name} includes")


def build_example(source, prefix, build, cache):
    flags = ["-Wall", "-Wextra", "-Werror"]
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release",
        f"-DCMAKE_CXX_COMPILER={cache['CMAKE_CXX_COMPILER']}", f"-DCMAKE_C_COMPILER={cache['CMAKE_C_COMPILER']}",
        f"-DCMAKE_CXX_COMPILER_LAUNCHER={os.environ.get('CXX_LAUNCHER', '')}", f"-DCMAKE_CXX_FLAGS={' '.join(flags)}")
    run("cmake", "--build", build)


def check_hello(program):
    hello = subprocess.Popen([program], env={**os.environ, "PORT": "0"}, stderr=subprocess.PIPE, text=True)
    guard = threading.Timer(60, hello.kill)
    guard.start()
    try:
        url = re.search(r"http://[0-9.:]+", hello.stderr.readline()).group()
        expect(ask(f"{url}/greetings/de", b'{"name": "Ada", "times": 2}'), (200, {"text": "Hallo Ada! Hallo Ada! "}), "hello")
        status, answer = ask(f"{url}/greetings/xx", b'{"times": 11}')
        expect((status, [error["loc"] for error in answer["detail"]]),
               (422, [["path", "language"], ["body", "times"], ["body", "name"]]), "its validation")
        status, document = ask(f"{url}/openapi.json")
        expect((status, list(document["paths"])), (200, ["/greetings/{language}"]), "its OpenAPI document")
        hello.send_signal(signal.SIGTERM)
        expect(hello.wait(timeout=30), 0, "its end")
    finally:
        guard.cancel()
        hello.kill()
        hello.wait()


def main():
    source, build = (Path(argument).resolve() for argument in sys.argv[1:3])
    cache = dict(re.findall(r"^(\w+):\w+=(.*)$", (build / "CMakeCache.txt").read_text(), re.MULTILINE))
    with tempfile.TemporaryDirectory() as folder:
        prefix = Path(folder) / "prefix"
        run("cmake", "--install", build, "--prefix", prefix)
        run(prefix / "bin/redoubt-api", "--version")
        check_headers(prefix / "include")
        for name in ("hello", "notes"):
            build_example(source / "examples" / name, prefix, Path(folder) / name, cache)
        check_hello(Path(folder) / "hello/hello")
        run(Path(folder) / "notes/notes_test")


main()
