"""Start, drain, end, restart, logs, the listener of operators, HTTPS."""

import concurrent.futures
import http.client
import json
import signal
import ssl
import threading
import time

from support import ADMIN_EMAIL, ADMIN_PASSWORD, Client, ProcessTest, command, make_certificate


class Lifecycle(ProcessTest):
    def test_an_idle_service_ends_at_once_and_says_so_last(self):
        service = self.service().start()
        begin = time.monotonic()
        self.assertEqual(service.stop(), 0)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(service.lines()[-1]["message"], "stopped")

    def test_idle_connections_do_not_hold_the_end_up(self):
        service = self.service().start()
        connections = [service.client.connection() for _ in range(5)]
        for connection in connections:
            connection.request("GET", "/health/live")
            connection.getresponse().read()
        begin = time.monotonic()
        self.assertEqual(service.stop(), 0)
        self.assertLess(time.monotonic() - begin, 2)

    def test_a_drain_goes_on_accepting_while_readiness_fails_and_then_answers_all_in_flight(self):
        service = self.service(DRAIN_SECONDS="2", BCRYPT_COST="13").start()
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            in_flight = [pool.submit(service.client.login) for _ in range(3)]
            time.sleep(0.1)
            service.signal(signal.SIGTERM)
            service.wait_for_line("draining")
            self.assertEqual(service.client.get("/health/ready").status, 503)
            self.assertEqual(service.client.get("/health/live").status, 200)
            self.assertEqual(service.client.get("/openapi.json").status, 200)
            time.sleep(1.5)
            late = [pool.submit(service.client.login) for _ in range(3)]
            self.assertEqual(service.wait(), 0)
            for answer in in_flight + late:
                self.assertEqual(answer.result().status, 200)
        self.assertEqual(service.lines()[-1]["message"], "stopped")
        with self.assertRaises(ConnectionRefusedError):
            service.client.get("/health/live")

    def test_a_second_signal_cuts_the_drain_short(self):
        service = self.service(DRAIN_SECONDS="60").start()
        service.signal(signal.SIGTERM)
        service.wait_for_line("draining")
        self.assertEqual(service.stop(), 0)

    def test_what_it_writes_is_for_its_own_user_alone(self):
        service = self.service(DATABASE_URL=f"sqlite:{self.folder}/made/test.db").start()
        service.client.sign_in()
        written = [*self.folder.glob("made/*"), self.folder / "made", self.folder / "audit.jsonl"]
        self.assertGreaterEqual(len(written), 3)
        for path in written:
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)
        self.assertEqual(service.stop(), 0)

    def test_nothing_acknowledged_is_lost_over_a_restart(self):
        service = self.service().start()
        service.client.sign_in()
        acknowledged, stopping = [], threading.Event()

        def create(number: int) -> None:
            while not stopping.is_set():
                title = f"{number} {time.monotonic_ns()}"
                try:
                    if service.client.post("/items", json.dumps({"title": title})).status == 201:
                        acknowledged.append(title)
                except (OSError, http.client.HTTPException):
                    return

        threads = [threading.Thread(target=create, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        self.assertEqual(service.stop(), 0)
        stopping.set()
        for thread in threads:
            thread.join()
        self.assertGreater(len(acknowledged), 10)
        service.start()
        service.client.sign_in()
        kept, cursor = set(), ""
        while True:
            page = service.client.get("/items?limit=100" + cursor).json()
            kept |= {item["title"] for item in page["items"]}
            if not page["next_cursor"]:
                break
            cursor = "&cursor=" + page["next_cursor"]
        self.assertEqual([title for title in acknowledged if title not in kept], [])

    def test_the_port_of_another_service_is_refused(self):
        service = self.service().start()
        port = service.url.rsplit(":", 1)[1]
        second = self.service(PORT=port, AUDIT_LOG="off", DATABASE_URL=f"sqlite:{self.folder}/second.db").launch()
        self.assertEqual(second.wait(), 1)
        self.assertIn(f"cannot listen on 127.0.0.1 port {port}", second.err())
        self.assertNotIn("Serving", second.err())

    def test_operators_have_a_listener_of_their_own(self):
        free = self.service().start()
        port = free.url.rsplit(":", 1)[1]
        self.assertEqual(free.stop(), 0)
        service = self.service(ADMIN_PORT=port).start()
        self.assertEqual(service.client.get("/metrics").status, 404)
        operators = Client(f"http://127.0.0.1:{port}")
        self.assertIn(b"http_requests_total", operators.get("/metrics").body)
        self.assertEqual(operators.get("/health/ready").status, 200)
        self.assertEqual(operators.get("/items").status, 404)
        self.assertEqual(service.stop(), 0)

    def test_health_asks_over_http_and_https(self):
        service = self.service().start()
        self.assertEqual(command("health", service.url + "/health/ready").returncode, 0)
        self.assertEqual(command("health", PORT=service.url.rsplit(":", 1)[1]).returncode, 0)
        # Whoever asks for health need not have the service's whole configuration.
        self.assertEqual(command("health", PORT=service.url.rsplit(":", 1)[1], REDOUBT_ENV="production",
                                 JWT_SECRET_FILE="/no/such/file").returncode, 0)
        self.assertEqual(command("health", service.url + "/nowhere").returncode, 1)
        self.assertEqual(command("health", "ftp://127.0.0.1").returncode, 2)
        service.stop()
        ended = command("health", service.url)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("does not accept a connection", ended.stderr)

    def test_https_takes_up_a_new_certificate(self):
        cert, key = self.folder / "cert.pem", self.folder / "key.pem"
        make_certificate(cert, key, "localhost")
        service = self.service(TLS_CERT_FILE=str(cert), TLS_KEY_FILE=str(key)).start()
        port = int(service.url.rsplit(":", 1)[1])
        first = ssl.get_server_certificate(("127.0.0.1", port))
        trusting = Client(service.url, ssl.create_default_context(cafile=str(cert)))
        self.assertEqual(trusting.get("/health/live").status, 200)
        self.assertEqual(command("health", service.url).returncode, 0)
        make_certificate(cert, key, "localhost")
        self.eventually(lambda: ssl.get_server_certificate(("127.0.0.1", port)) != first)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, OSError)):
            Client(service.url, old).get("/health/live")
        self.assertEqual(service.stop(), 0)

    def test_a_certificate_of_its_own_serves_and_is_made_anew_each_time(self):
        folder = self.folder / "made" / "tls"
        self.assertEqual(command("certificate", folder).returncode, 0)
        first = (folder / "cert.pem").read_text()
        self.assertEqual({path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()},
                         {"cert.pem": 0o600, "key.pem": 0o600})
        service = self.service(TLS_CERT_FILE=str(folder / "cert.pem"), TLS_KEY_FILE=str(folder / "key.pem")).start()
        trusting = Client(service.url, ssl.create_default_context(cafile=str(folder / "cert.pem")))
        self.assertEqual(trusting.get("/health/live").status, 200)
        self.assertEqual(command("health", service.url).returncode, 0)
        self.assertEqual(command("certificate", folder).returncode, 0)
        self.assertNotEqual((folder / "cert.pem").read_text(), first)
        self.assertEqual(service.stop(), 0)
        (self.folder / "taken").write_text("")
        refused = command("certificate", self.folder / "taken")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("taken", refused.stderr)

    def test_a_full_hashing_pool_answers_503_while_the_rest_stays_fast(self):
        service = self.service(BCRYPT_COST="11", TRUSTED_PROXIES="127.0.0.1").start()
        token = service.client.sign_in()["access_token"]
        with concurrent.futures.ThreadPoolExecutor(120) as pool:
            logins = [pool.submit(service.client.login, "nobody@example.com", "a wrong password") for _ in range(120)]
            time.sleep(0.5)
            slowest = 0.0
            for target in ["/health/live", "/health/ready", "/items"] * 3:
                begin = time.monotonic()
                self.assertEqual(service.client.get(target, Authorization=f"Bearer {token}").status, 200)
                slowest = max(slowest, time.monotonic() - begin)
            self.assertFalse(all(login.done() for login in logins), "the pool was never busy")
            neighbour = service.client.post("/auth/login", {"username": ADMIN_EMAIL, "password": ADMIN_PASSWORD},
                                            **{"X-Forwarded-For": "192.0.2.9"})
            self.assertEqual(neighbour.status, 200, "one client fills the queue for all")
            answers = [login.result() for login in logins]
        statuses = {answer.status for answer in answers}
        self.assertEqual(statuses, {401, 503})
        self.assertTrue(all(answer.headers["Retry-After"] for answer in answers if answer.status == 503))
        self.assertLess(slowest, 1.0)


class Timing(ProcessTest):
    def fastest(self, **questions) -> dict[str, float]:
        """The least time that each takes, asked in turns: what else runs on the machine can only add to it."""
        times = {name: [] for name in questions}
        for number in range(12):
            for name, ask in questions.items():
                begin = time.monotonic()
                ask(number)
                times[name].append(time.monotonic() - begin)
        return {name: min(taken) for name, taken in times.items()}

    def test_time_does_not_tell_who_has_an_account(self):
        service = self.service(BCRYPT_COST="11").start()
        password = "seven umbrellas below the harbour"
        register = lambda email: service.client.post("/auth/register", json.dumps({"email": email, "password": password}))
        register("inactive@example.com")
        service.client.sign_in("inactive@example.com", password)
        inactive = service.client.get("/auth/me").json()["id"]
        service.client.sign_in()
        service.client.ask("PATCH", f"/users/{inactive}", '{"is_active": false}')
        service.client.token = ""
        times = self.fastest(
            unknown=lambda _: service.client.login("nobody@example.com", password),
            wrong=lambda _: service.client.login(ADMIN_EMAIL, "not the password at all"),
            inactive=lambda _: service.client.login("inactive@example.com", password))
        self.assertLess(max(times.values()) / min(times.values()), 1.3, times)
        times = self.fastest(known=lambda _: register(ADMIN_EMAIL), fresh=lambda n: register(f"new{n}@example.com"))
        self.assertLess(max(times.values()) / min(times.values()), 1.3, times)
        self.assertEqual(service.stop(), 0)


class Logs(ProcessTest):
    def test_metrics_come_out_as_cloudwatch_reads_them(self):
        for settings, namespace in [({}, "Redoubt"), ({"METRICS_NAMESPACE": "FastAPI"}, "FastAPI")]:
            service = self.service(**settings).start()
            for _ in range(3):
                self.assertEqual(service.client.login(password="a wrong password").status, 401)
            self.assertIn(b"failed_login_attempts_total 3", service.client.get("/metrics").body)
            self.assertEqual(service.stop(), 0)
            embedded = [line for line in service.lines() if "_aws" in line]
            self.assertEqual(sum(line.get("FailedLoginAttempts", 0) for line in embedded), 3)
            definitions = [entry for line in embedded for entry in line["_aws"]["CloudWatchMetrics"]]
            self.assertIn((f"{namespace}/Security", "FailedLoginAttempts"),
                          [(entry["Namespace"], metric["Name"]) for entry in definitions for metric in entry["Metrics"]])

    def test_refusals_before_any_handler_are_counted(self):
        service = self.service().start()
        connection = service.client.connection()
        connection.connect()
        connection.sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
        self.assertTrue(connection.sock.recv(100).startswith(b"HTTP/1.1 400 "))
        connection.close()
        self.assertIn(b'http_refused_total{reason="malformed"} 1', service.client.get("/metrics").body)

    def test_the_audit_log_verifies_and_shows_what_was_done_to_it(self):
        service = self.service().start()
        for _ in range(5):
            service.client.login(password="a wrong password")
        service.client.sign_in()
        self.assertEqual(service.stop(), 0)
        audit = self.folder / "audit.jsonl"
        whole = audit.read_text()
        verify = lambda *more: command("audit", "verify", audit, *more)
        self.assertEqual(verify().returncode, 0, verify())
        self.assertEqual(verify("--checkpoints", service.out_path).returncode, 0, verify("--checkpoints", service.out_path))
        lines = whole.splitlines(keepends=True)
        changed = next(i for i, line in enumerate(lines) if "authn_login_fail" in line)
        altered = lines[changed].replace("127.0.0.1", "127.0.0.2")
        self.assertNotEqual(altered, lines[changed])
        for tampered in [lines[:changed] + [altered] + lines[changed + 1:], lines[:changed] + lines[changed + 1:]]:
            audit.write_text("".join(tampered))
            self.assertEqual(verify().returncode, 1, verify())
        audit.write_text("".join(lines[:-3]))
        self.assertEqual(verify("--checkpoints", service.out_path).returncode, 1, "a cut tail")
        self.assertEqual(command("audit", "verify", self.folder / "none").returncode, 2)

    def test_sighup_goes_on_in_a_new_audit_file(self):
        service = self.service().start()
        service.client.login(password="a wrong password")
        audit, old = self.folder / "audit.jsonl", self.folder / "audit.1.jsonl"
        self.eventually(lambda: "authn_login_fail" in audit.read_text())
        audit.rename(old)
        service.signal(signal.SIGHUP)
        self.eventually(audit.exists)
        service.client.sign_in()
        self.assertEqual(service.stop(), 0)
        self.assertIn("authn_login_success", audit.read_text())
        done = command("audit", "verify", old, audit, "--checkpoints", service.out_path)
        self.assertEqual(done.returncode, 0, done)

    def test_no_secret_is_in_anything_that_a_run_leaves_behind(self):
        service = self.service(JWT_SECRET_PREVIOUS="the secret before it, which is just as long").start()
        user = "ann.of.the.tests@example.com"
        password, fresh, wrong = ("seven umbrellas below the harbour", "nine lanterns by the river 3",
                                  "what somebody guessed 99")
        secrets = {ADMIN_PASSWORD, password, fresh, wrong, service.settings["JWT_SECRET"],
                   service.settings["JWT_SECRET_PREVIOUS"], "a name typed as password"}
        client = service.client
        self.assertEqual(client.post("/auth/register", json.dumps({"email": user, "password": password})).status, 202)
        client.post("/auth/register", json.dumps({"email": user, "password": "weak but secret"}))
        client.post("/auth/register", json.dumps({"email": user, "password": [wrong]}))
        secrets |= {"weak but secret"}
        client.login(user, wrong)
        client.login("a name typed as password", wrong)
        first = client.sign_in(user, password)
        second = client.post("/auth/refresh", json.dumps({"refresh_token": first["refresh_token"]})).json()
        client.post("/auth/refresh", json.dumps({"refresh_token": wrong}))
        client.token = second["access_token"]
        body = {"current_password": password, "new_password": fresh}
        self.assertEqual(client.post("/auth/me/password", json.dumps(body)).status, 204)
        client.get("/users")
        client.get(f"/items?q={first['access_token'][:40]}")
        client.post("/auth/logout?all=true")
        client.get("/auth/me")
        tokens = [first["access_token"], first["refresh_token"], second["access_token"], second["refresh_token"]]
        secrets |= set(tokens) | {token.rsplit(".", 1)[-1] for token in tokens}
        self.assertEqual(service.stop(), 0)
        for path in [service.out_path, service.err_path, self.folder / "audit.jsonl"]:
            content = path.read_text()
            self.assertEqual([secret for secret in secrets if secret in content], [], path)

    def test_the_password_that_was_made_is_shown_once_and_never_logged(self):
        service = self.service(ADMIN_PASSWORD=None).start()
        shown = [line.split()[-1] for line in service.err().splitlines() if "password" in line]
        self.assertEqual(len(shown), 1)
        service.client.sign_in(ADMIN_EMAIL, shown[0])
        self.assertEqual(service.stop(), 0)
        self.assertNotIn(shown[0], service.out() + (self.folder / "audit.jsonl").read_text())
        service.start()
        self.assertNotIn("password", service.err())
        service.client.sign_in(ADMIN_EMAIL, shown[0])
