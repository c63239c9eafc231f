"""What stops the start, what it says then, and that nothing weak gets into production."""

import subprocess

from support import JWT_SECRET, PROGRAM, ProcessTest

PRODUCTION = {
    "REDOUBT_ENV": "production",
    "ALLOWED_HOSTS": "api.example.com",
    "BCRYPT_COST": "12",
}


class Settings(ProcessTest):
    def refused(self, name: str, **settings: str | None) -> str:
        service = self.service(**settings).launch()
        self.assertEqual(service.wait(), 2, service.err())
        lines = service.err().strip().splitlines()
        self.assertEqual(len(lines), 1, "one sentence")
        self.assertTrue(lines[0].startswith("redoubt-api: settings: "), lines)
        self.assertIn(name, lines[0])
        return lines[0]

    def test_a_bad_value_stops_the_start_with_a_sentence_that_names_it(self):
        nowhere = str(self.folder / "nowhere" / "file")
        for name, value in [
            ("REDOUBT_ENV", "prod"), ("HOST", "example.com"), ("PORT", "http"), ("ADMIN_PORT", "70000"),
            ("DATABASE_URL", "mysql://localhost/shop"), ("DATABASE_URL", "sqlite:/proc/nowhere/file.db"),
            ("DATABASE_URL", "postgresql://h:99999/d"), ("JWT_SECRET", "short"), ("JWT_SIGNING_KEY", "no key"),
            ("JWT_SECRET_PREVIOUS", "short"), ("ACCESS_TOKEN_MINUTES", "0"), ("REFRESH_TOKEN_DAYS", "x"),
            ("BCRYPT_COST", "4"), ("ALLOWED_HOSTS", "http://a"), ("CORS_ORIGINS", "a"), ("TRUSTED_PROXIES", "a"),
            ("RATE_LIMIT_LOGIN", "5"), ("RATE_LIMIT_DEFAULT", "5/week"), ("METRICS_NAMESPACE", "AWS/EC2"),
            ("X_XSS_PROTECTION", "yes"), ("ADMIN_EMAIL", "me"), ("ADMIN_PASSWORD", "password1234"),
            ("OPEN_REGISTRATION", "maybe"), ("DRAIN_SECONDS", "-1"), ("SHUTDOWN_SECONDS", "x"),
            ("AUDIT_LOG", "/proc/nowhere/audit"), ("MIGRATE_ON_START", "maybe"),
        ]:
            with self.subTest(name=name, value=value):
                sentence = self.refused(name, **{name: value})
                if name in ("JWT_SECRET", "JWT_SIGNING_KEY", "ADMIN_PASSWORD"):
                    self.assertNotIn(value, sentence)
        with self.subTest("TLS"):
            self.refused("TLS_CERT_FILE", TLS_CERT_FILE=nowhere)
            self.refused("TLS_CERT_FILE", TLS_CERT_FILE=nowhere, TLS_KEY_FILE=nowhere)

    def test_production_refuses_what_is_weak(self):
        postgres = "postgresql://db.example.com/shop"
        for name, changes in [
            ("JWT_SECRET", {"JWT_SECRET": None}), ("JWT_SECRET", {"JWT_SECRET": "short"}),
            ("JWT_SECRET", {"JWT_SECRET": "x" * 64}),
            ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": None}), ("ALLOWED_HOSTS", {"ALLOWED_HOSTS": "*"}),
            ("CORS_ORIGINS", {"CORS_ORIGINS": "*"}), ("BCRYPT_COST", {"BCRYPT_COST": "10"}),
            ("DATABASE_URL", {"DATABASE_URL": postgres}),
            ("DATABASE_URL", {"DATABASE_URL": postgres + "?sslmode=require"}),
            ("DATABASE_URL", {"DATABASE_URL": postgres + "?application_name=sslmode=verify-full"}),
        ]:
            with self.subTest(name=name, changes=changes):
                self.refused(name, **PRODUCTION | changes)

    def test_production_starts_on_good_settings_and_closes_registration(self):
        service = self.service(**PRODUCTION, DRAIN_SECONDS="0").start()
        host = {"Host": "api.example.com"}
        self.assertEqual(service.client.get("/openapi.json").status, 400, "the host is not 127.0.0.1")
        self.assertEqual(service.client.get("/openapi.json", **host).status, 200)
        self.assertEqual(service.client.get("/health/ready").status, 200)
        body = '{"email": "ann@example.com", "password": "seven umbrellas below the harbour"}'
        self.assertEqual(service.client.post("/auth/register", body, **host).status, 403)
        self.assertEqual(service.stop(), 0)

    def test_secrets_come_from_files_and_never_from_both(self):
        password = "nine lanterns by the river 3"
        service = self.service(
            JWT_SECRET=None, JWT_SECRET_FILE=self.write("jwt", JWT_SECRET + "\n"),
            ADMIN_PASSWORD=None, ADMIN_PASSWORD_FILE=self.write("password", password),
            DATABASE_URL=None, DATABASE_URL_FILE=self.write("url", f"sqlite:{self.folder}/by-file.db\n")).start()
        service.client.sign_in(password=password)
        self.assertTrue((self.folder / "by-file.db").exists())
        self.assertEqual(service.stop(), 0)
        for name in ["JWT_SECRET", "JWT_SECRET_PREVIOUS", "JWT_SIGNING_KEY", "DATABASE_URL", "DATABASE_USER",
                     "DATABASE_PASSWORD", "ADMIN_PASSWORD"]:
            with self.subTest(name):
                both = {name: "a value long enough for a secret, sqlite:x", f"{name}_FILE": self.write("both", "x" * 40)}
                self.assertIn("both", self.refused(f"{name}_FILE", **both))
                self.refused(f"{name}_FILE", **{name: None, f"{name}_FILE": str(self.folder / "absent")})

    def test_usage_errors_have_their_own_exit_code(self):
        for words in [[], ["nonsense"], ["serve", "--nonsense"], ["audit"], ["jws", "verify"]]:
            done = subprocess.run([PROGRAM, *words], capture_output=True, check=False, timeout=20)
            self.assertEqual(done.returncode, 2, words)
            if "nonsense" in words:
                self.assertIn(b"nonsense", done.stderr, "the word that is not understood")
        self.assertEqual(subprocess.run([PROGRAM, "--help"], capture_output=True, check=False).returncode, 0)


class Rotation(ProcessTest):
    def test_a_rotated_secret_is_taken_up_with_overlap_and_without_a_restart(self):
        old, new = JWT_SECRET, "another secret of the tests, just as long as the first"
        service = self.service(JWT_SECRET=None, JWT_SECRET_FILE=self.write("jwt", old),
                               JWT_SECRET_PREVIOUS_FILE=self.write("previous", "")).start()
        me = lambda token: service.client.get("/auth/me", Authorization=f"Bearer {token}").status
        before = service.client.sign_in()["access_token"]

        self.write("previous", old)
        service.wait_for_line("took up changed token keys")
        self.write("jwt", new)
        service.wait_for_line("took up changed token keys", skip=1)
        after = service.client.sign_in()["access_token"]
        self.assertEqual((me(before), me(after)), (200, 200))
        self.write("previous", "")
        service.wait_for_line("took up changed token keys", skip=2)
        self.assertEqual((me(before), me(after)), (401, 200))

        # What a file looks like while it is being written is no reason to change anything.
        for unusable in ["", "short"]:
            self.write("jwt", unusable)
            service.wait_for_line("the token keys cannot be read; the ones in use stay", skip=1 if unusable else 0)
            self.assertEqual(me(after), 200)
        self.assertEqual(service.stop(), 0)
