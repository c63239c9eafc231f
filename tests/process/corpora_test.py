"""What others test servers, parsers and signatures with, against the running service."""

import base64
import json
import random
import re
import socket
from pathlib import Path

from support import CORPORA, ROOT, ProcessTest, command


class CorpusTest(ProcessTest):
    def corpus(self, name: str) -> Path:
        if not (CORPORA / name).is_dir():
            self.skipTest(f"corpus {name} is not here (../shared/corpora/{name})")
        return CORPORA / name


class Http(CorpusTest):
    # Parser settings of gunicorn's that a strict server does not offer: as in tests/server/http/corpus.hpp.
    foreign_settings = {"permit_obsolete_folding", "strip_header_spaces", "proxy_protocol", "header_map",
                        "limit_request_field_size", "limit_request_fields", "limit_request_line",
                        "forwarded_allow_ips"}

    def test_requests_are_accepted_and_refused_as_the_corpus_says(self):
        cases = [json.loads(line) for line in (self.corpus("http") / "requests.jsonl").read_text().splitlines()]
        table = (ROOT / "tests" / "server" / "http" / "corpus.hpp").read_text()
        table = table[table.index("disagreements = "):table.index("});", table.index("disagreements = "))]
        disagreements = {name.replace('\\"', '"') for name in re.findall(r'\{"((?:[^"\\]|\\.)*)",', table)}
        self.assertGreater(len(disagreements), 20)
        service = self.service(ALLOWED_HOSTS="*").start()
        address = (service.client.url.hostname, service.client.url.port)
        run = 0
        for case in cases:
            name = f"{case['source']} {case['id']}"
            if name in disagreements or self.foreign_settings & set(case.get("config") or {}):
                continue
            run += 1
            request = base64.b64decode(case["request_b64"]).replace(b"__HOST__", b"localhost")
            if case["source"] == "http-desync-guardian":
                request = self.complete(request)
            with self.subTest(name):
                answer = self.exchange(address, request)
                if case["expect"]["verdict"] == "accept":
                    self.assertFalse(answer.startswith(b"HTTP/1.1 400 "), (request, answer))
                else:
                    self.assertTrue(not answer or re.match(rb"HTTP/1\.1 [45]", answer), (request, answer))
                    self.assertNotIn(b"}HTTP/1.1 ", answer, "a second answer")
                self.assertFalse(answer.startswith(b"HTTP/1.1 500 "), (request, answer))
        self.assertGreater(run, 300)
        self.assertEqual(service.stop(), 0)

    @staticmethod
    def exchange(address: tuple, request: bytes) -> bytes:
        with socket.create_connection(address, 20) as connection:
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            answer = b""
            try:
                while piece := connection.recv(65536):
                    answer += piece
            except ConnectionResetError:
                pass
            return answer

    @staticmethod
    def complete(head: bytes) -> bytes:
        """Cases that are header blocks only get the Host and the body that the corpus asks its runner for."""
        lower = head.lower()
        if b"\nhost:" not in lower and b"\r\n" in head:
            line, rest = head.split(b"\r\n", 1)
            head = line + b"\r\nHost: localhost\r\n" + rest
        if b"transfer-encoding" in lower:
            return head + b"0\r\n\r\n"
        length = re.search(rb"content-length:\D*(\d+)", lower)
        return head + b"x" * int(length.group(1)[:6]) if length else head


class Json(CorpusTest):
    # Duplicate members are open in RFC 8259 section 4, and refused here.
    duplicates = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}

    def test_what_is_json_is_never_called_broken_and_what_is_not_is_refused(self):
        folder = self.corpus("json")
        service = self.service().start()
        service.client.sign_in()
        run = 0
        for path in sorted(folder.glob("[yn]_*.json")):
            content = path.read_bytes()
            accepted = path.name.startswith("y_") and path.name not in self.duplicates
            for where, body in [("whole body", content), ("value of title", b'{"title": ' + content + b"}")]:
                if where != "whole body" and content[:3] == b"\xef\xbb\xbf":
                    continue
                run += 1
                with self.subTest(path.name, where=where):
                    answer = service.client.post("/items", body)
                    if accepted:
                        self.assertIn(answer.status, (201, 422), answer)
                        self.assertNotIn(b"json_invalid", answer.body)
                    else:
                        self.assertTrue(400 <= answer.status < 500, answer)
        self.assertGreater(run, 350)
        self.assertEqual(service.stop(), 0)


class Passwords(CorpusTest):
    def test_common_passwords_cannot_be_registered_with(self):
        words = (self.corpus("passwords") / "common-10000.txt").read_text().split()
        sample = random.Random(2026).sample(words, 450) + [word for word in words if len(word) >= 12][:50]
        service = self.service().start()
        for word in sample:
            answer = service.client.post("/auth/register", json.dumps({"email": "ann@example.com", "password": word}))
            with self.subTest(word):
                self.assertEqual(answer.status, 422)
        self.assertEqual(service.stop(), 0)


class Jose(CorpusTest):
    # Vectors whose expected answer is wrong, as tests/server/identity/jose_corpus_test.cpp argues.
    wrong = {367, 370, 372, 373}

    def test_the_command_verifies_signatures_as_wycheproof_says(self):
        folder = self.corpus("jose")
        run = 0
        for path in folder.glob("wycheproof_jws*.json"):
            for group in json.loads(path.read_text())["testGroups"]:
                key = self.write("key.json", json.dumps(group.get("public") or group["private"]))
                for test in group["tests"]:
                    if not isinstance(test["jws"], str):
                        continue
                    run += 1
                    token = self.write("token", test["jws"])
                    valid = (test["result"] == "valid") != (test["tcId"] in self.wrong)
                    done = command("jws", "verify", "--jwk", key, "--token", token)
                    with self.subTest(test["tcId"], comment=test["comment"]):
                        # A key that cannot be read is no usage error of the vector's.
                        self.assertEqual(done.returncode == 0, valid, done)
        self.assertGreater(run, 50)
