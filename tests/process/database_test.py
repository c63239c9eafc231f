"""What only a real PostgreSQL shows: outages, rotated passwords, roles, certificates, instances side by side."""

import concurrent.futures
import http.client
import json
import threading
import time

from support import Postgres, ProcessTest, command


class PostgresTest(ProcessTest):
    def setUp(self) -> None:
        super().setUp()
        self.postgres = Postgres.get()
        self.url = self.postgres.empty()
        self.addCleanup(self.postgres.start)

    def service(self, **settings: str | None):
        return super().service(**{"DATABASE_URL": self.url, **settings})


class Outage(PostgresTest):
    def test_a_database_that_is_away_is_answered_503_counted_and_come_back_to(self):
        service = self.service().start()
        service.client.sign_in()
        self.assertEqual(service.client.get("/items").status, 200)
        self.postgres.stop()
        answer = service.client.get("/items")
        self.assertEqual(answer.status, 503)
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        self.assertNotIn(b"postgres", answer.body.lower())
        self.assertEqual(service.client.get("/health/ready").status, 503)
        self.assertEqual(service.client.get("/health/live").status, 200)
        self.assertEqual(service.client.login().status, 503)
        metrics = service.client.get("/metrics").body.decode()
        errors = int(metrics.split("\ndatabase_errors_total ")[1].split()[0])
        self.assertGreaterEqual(errors, 3)
        self.postgres.start()
        # Each of the service's threads finds out by itself.
        self.eventually(lambda: all(service.client.get("/items").status == 200 for _ in range(10)), 20)
        self.assertEqual(service.client.get("/health/ready").status, 200)
        self.assertEqual(service.stop(), 0)
        embedded = [line for line in service.lines() if "DatabaseErrors" in line]
        self.assertGreaterEqual(sum(line["DatabaseErrors"] for line in embedded), 3)
        self.assertEqual(embedded[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Redoubt/Application")

    def test_without_a_database_the_start_says_so(self):
        self.postgres.stop()
        service = self.service().launch()
        self.assertEqual(service.wait(), 1)
        self.assertIn("redoubt-api: the database cannot be used: ", service.err())


class Rotation(PostgresTest):
    def test_a_password_rotated_by_alternating_users_costs_no_failed_request(self):
        self.postgres.sql("""
            DROP ROLE IF EXISTS blue; DROP ROLE IF EXISTS green;
            CREATE ROLE blue LOGIN PASSWORD 'blue-1' IN ROLE redoubt;
            CREATE ROLE green LOGIN PASSWORD 'green-1' IN ROLE redoubt;""")
        service = self.service(
            DATABASE_URL=self.postgres.url_without_user(), MIGRATE_ON_START="false",
            DATABASE_USER_FILE=self.write("user", "blue"), DATABASE_PASSWORD_FILE=self.write("password", "blue-1"))
        migrated = command("migrate", DATABASE_URL=self.url)
        self.assertEqual(migrated.returncode, 0, migrated.stderr)
        service.start()
        service.client.sign_in()
        failures, answered, stopping, going = [], [0], threading.Event(), threading.Event()
        going.set()

        def load(write: bool) -> None:
            while going.wait() and not stopping.is_set():
                answer = service.client.post("/items", '{"title": "Lamp"}') if write else service.client.get("/items")
                answered[0] += 1
                if answer.status not in (200, 201):
                    failures.append((answer.status, answer.body))

        threads = [threading.Thread(target=load, args=(number % 2 == 0,)) for number in range(4)]
        for thread in threads:
            thread.start()
        # As AWS's rotation of alternating users does: the other user gets a new password, and the secret names it. The
        # first user's password changes at the next rotation only; here its sign-ins are refused at once.
        user = "blue"
        for rotation in range(4):
            other = "green" if user == "blue" else "blue"
            password = f"{other}-{rotation + 2}"
            self.postgres.sql(f"ALTER ROLE {other} LOGIN PASSWORD '{password}';")
            self.write("password", password)
            self.write("user", other)
            time.sleep(0.3)
            # Connections that are idle end, and no new one can be had by the first user.
            going.clear()
            time.sleep(0.3)
            self.postgres.sql(f"""ALTER ROLE {user} NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE usename = '{user}' AND state = 'idle';""")
            going.set()
            self.eventually(lambda: self.connections(other) > 0)
            self.assertEqual(self.connections(user), 0)
            time.sleep(0.3)
            user = other
        stopping.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [], [line for line in service.lines() if line["level"] == "error"])
        self.assertGreater(answered[0], 200)
        self.assertEqual(service.stop(), 0)

    def connections(self, user: str) -> int:
        counted = self.postgres.sql(f"\\t\nSELECT count(*) FROM pg_stat_activity WHERE usename = '{user}';")
        return int(counted.split()[-1])

    def test_a_user_in_the_url_goes_with_a_password_in_a_file(self):
        password = self.url.split(":")[2].split("@")[0]
        service = self.service(DATABASE_URL=self.url.replace(f":{password}@", "@"),
                               DATABASE_PASSWORD_FILE=self.write("password", password + "\n")).start()
        service.client.sign_in()
        self.assertEqual(service.stop(), 0)


class Roles(PostgresTest):
    def test_the_service_runs_as_a_role_that_can_only_read_and_write_rows(self):
        self.postgres.sql("""
            DROP ROLE IF EXISTS service; CREATE ROLE service LOGIN PASSWORD 'only-rows';
            \\connect redoubt
            REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            GRANT USAGE ON SCHEMA public TO service;
            ALTER DEFAULT PRIVILEGES FOR ROLE redoubt IN SCHEMA public
                GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO service;""")
        as_service = self.postgres.url_of("service", "only-rows")
        unmigrated = self.service(DATABASE_URL=as_service, MIGRATE_ON_START="false").launch()
        self.assertEqual(unmigrated.wait(), 1)
        self.assertIn("run `redoubt-api migrate`", unmigrated.err())
        forbidden = command("migrate", DATABASE_URL=as_service)
        self.assertNotEqual(forbidden.returncode, 0, "the service's role can change the schema")
        self.assertEqual(command("migrate", DATABASE_URL=self.url).returncode, 0)

        service = self.service(DATABASE_URL=as_service, MIGRATE_ON_START="false", RATE_LIMIT_LOGIN="50/minute").start()
        client = service.client
        tokens = client.sign_in()
        created = client.post("/items", '{"title": "Lamp"}')
        self.assertEqual(created.status, 201)
        self.assertEqual(client.ask("DELETE", created.headers["Location"]).status, 204)
        self.assertEqual(client.post("/auth/refresh", json.dumps({"refresh_token": tokens["refresh_token"]})).status, 200)
        for statement in ["CREATE TABLE mine (id int)", "ALTER TABLE users ADD COLUMN mine int", "DROP TABLE items",
                          "TRUNCATE items", "CREATE INDEX mine ON items (title)", "CREATE SCHEMA mine",
                          "CREATE ROLE mine"]:
            with self.subTest(statement), self.assertRaises(AssertionError):
                self.postgres.sql(f"\\connect redoubt\nSET ROLE service;\n{statement};")
        self.assertEqual(client.get("/items").status, 200)
        self.assertEqual(service.stop(), 0)
        self.assertFalse([line for line in service.lines() if line.get("level") == "error"])

    def test_a_server_that_another_authority_vouches_for_is_not_spoken_to(self):
        other = self.url.replace("/ca.pem", "/other-ca.pem")
        service = self.service(DATABASE_URL=other).launch()
        self.assertEqual(service.wait(), 1)
        self.assertIn("certificate", service.err())
        renamed = self.service(DATABASE_URL=self.url.replace("@localhost:", "@127.0.0.1:")).launch()
        self.assertEqual(renamed.wait(), 1)
        self.assertIn("certificate", renamed.err())


class Instances(PostgresTest):
    def test_several_that_start_at_once_migrate_once(self):
        services = [self.service(AUDIT_LOG="off").launch() for _ in range(3)]
        for service in services:
            service.wait_for_line("listening")
        migrated = [line["version"] for service in services for line in service.lines()
                    if line.get("message") == "migrated the database"]
        self.assertEqual(sorted(migrated), sorted(set(migrated)))
        self.assertTrue(migrated)
        for service in services:
            self.assertEqual(service.stop(), 0)

    def test_the_limit_of_sign_ins_is_one_for_all(self):
        services = [self.service(AUDIT_LOG="off", RATE_LIMIT_LOGIN="5/minute").start() for _ in range(2)]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda number: services[number % 2].client.login(password="a wrong password"),
                                    range(24)))
        statuses = [answer.status for answer in answers]
        self.assertEqual(statuses.count(401), 5)
        self.assertEqual(statuses.count(429), 19)
        self.assertTrue(all(answer.headers["Retry-After"] for answer in answers if answer.status == 429))

    def test_signing_out_at_one_ends_the_session_at_the_other(self):
        one, two = (self.service(AUDIT_LOG="off").start() for _ in range(2))
        token = one.client.sign_in()["access_token"]
        self.assertEqual(two.client.get("/auth/me", Authorization=f"Bearer {token}").status, 200)
        self.assertEqual(one.client.post("/auth/logout").status, 204)
        self.assertEqual(two.client.get("/auth/me", Authorization=f"Bearer {token}").status, 401)

    def test_a_rolling_restart_under_load_fails_no_request(self):
        services = [self.service(AUDIT_LOG="off", DRAIN_SECONDS="1").start() for _ in range(2)]
        token = services[0].client.sign_in()["access_token"]
        ready, failures, stopping = list(services), [], threading.Event()

        def load() -> None:
            while not stopping.is_set():
                service = ready[0]
                try:
                    status = service.client.post("/items", '{"title": "Lamp"}', Authorization=f"Bearer {token}").status
                    if status != 201:
                        failures.append(status)
                except (OSError, http.client.HTTPException) as error:
                    failures.append(error)

        threads = [threading.Thread(target=load) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.3)
        services[0].signal(15)
        self.eventually(lambda: services[0].client.get("/health/ready").status == 503)
        ready.reverse()  # as a load balancer does that saw it
        self.assertEqual(services[0].wait(), 0)
        time.sleep(0.3)
        stopping.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
