"""The functions that rotate secrets, as Secrets Manager calls them: against a real PostgreSQL over TLS, and a Secrets
Manager that keeps versions and stages as the real one does."""

import importlib.util
import json
import os
import secrets as random
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path
from urllib.parse import urlparse

ROOT = Path(__file__).resolve().parents[3]
POSTGRES = ROOT / "tests" / "support" / "postgres.sh"
ABSENT = 77
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class NotFound(Exception):
    pass


class SecretsManager:
    exceptions = types.SimpleNamespace(ResourceNotFoundException=NotFound)

    def __init__(self):
        self.secrets = {}  # name → {version: (value, stages)}

    def put(self, name, value):
        self.secrets[name] = {"first": (json.dumps(value), ["AWSCURRENT"])}

    def current(self, name):
        return json.loads(self.get_secret_value(SecretId=name, VersionStage="AWSCURRENT")["SecretString"])

    def get_secret_value(self, SecretId, VersionStage, VersionId=None):
        for version, (value, stages) in self.secrets[SecretId].items():
            if VersionStage in stages and VersionId in (None, version):
                return {"SecretString": value}
        raise NotFound

    def get_random_password(self, PasswordLength, ExcludePunctuation):
        return {"RandomPassword": random.token_hex(PasswordLength // 2)}

    def put_secret_value(self, SecretId, ClientRequestToken, VersionStages, SecretString):
        self.secrets[SecretId][ClientRequestToken] = (SecretString, list(VersionStages))

    def describe_secret(self, SecretId):
        return {"VersionIdsToStages": {version: stages for version, (_, stages) in self.secrets[SecretId].items()}}

    def update_secret_version_stage(self, SecretId, VersionStage, MoveToVersionId, RemoveFromVersionId):
        self.secrets[SecretId][RemoveFromVersionId][1].remove(VersionStage)
        self.secrets[SecretId][MoveToVersionId][1].append(VersionStage)


def load(name, manager):
    sys.modules["boto3"] = types.SimpleNamespace(client=lambda service: manager)
    spec = importlib.util.spec_from_file_location(name, ROOT / "src/cloud/stack/functions" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rotate(module, name, steps=STEPS):
    token = random.token_hex(16)
    for step in steps:
        module.handler({"SecretId": name, "ClientRequestToken": token, "Step": step}, None)
    return token


class TokenSecret(unittest.TestCase):
    def setUp(self):
        self.manager = SecretsManager()
        self.function = load("rotate_token_secret", self.manager)
        self.manager.put("tokens", {"accepted": "", "current": "s0"})

    def test_what_signs_was_accepted_by_every_task_before(self):
        before = self.manager.current("tokens")
        for number in range(5):
            rotate(self.function, "tokens")
            after = self.manager.current("tokens")
            known = [before["current"], *before["accepted"].split("\n")]
            self.assertIn(after["current"], known, f"rotation {number}")
            accepted = [after["current"], *after["accepted"].split("\n")]
            self.assertIn(before["current"], accepted, f"rotation {number}: running tasks sign by it still")
            before = after

    def test_the_second_rotation_signs_by_another_secret_and_drops_none_too_early(self):
        rotate(self.function, "tokens")
        self.assertEqual(self.manager.current("tokens")["current"], "s0")
        rotate(self.function, "tokens")
        self.assertNotEqual(self.manager.current("tokens")["current"], "s0")
        rotate(self.function, "tokens")
        self.assertNotIn("s0", json.dumps(self.manager.current("tokens")))

    def test_a_repeated_step_changes_nothing(self):
        token = rotate(self.function, "tokens")
        value = self.manager.current("tokens")
        for step in STEPS:
            self.function.handler({"SecretId": "tokens", "ClientRequestToken": token, "Step": step}, None)
        self.assertEqual(self.manager.current("tokens"), value)


class DatabaseUser(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="redoubt-rotation-")
        Path(cls.folder.name).chmod(0o755)  # run by root, PostgreSQL is another user's process
        cls.server = Path(cls.folder.name) / "postgres"
        started = subprocess.run([POSTGRES, "start", cls.server], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if started.returncode == ABSENT:
            raise unittest.SkipTest("PostgreSQL is not installed")
        if started.returncode != 0:
            raise RuntimeError(started.stderr)
        cls.port = urlparse(started.stdout.strip()).port
        cls.authorities = (cls.server / "tls" / "ca.pem").read_text()
        cls.others = (cls.server / "tls" / "other-ca.pem").read_text()

    @classmethod
    def tearDownClass(cls):
        subprocess.run([POSTGRES, "remove", cls.server], check=False, stdin=subprocess.DEVNULL)
        cls.folder.cleanup()

    def setUp(self):
        self.database = "d" + random.token_hex(4)
        # The master as RDS makes it: no superuser, but may make roles, and owns the database.
        self.sql(f"CREATE ROLE {self.database}_master LOGIN CREATEROLE CREATEDB PASSWORD 'master-password'")
        self.sql(f"CREATE DATABASE {self.database} OWNER {self.database}_master")
        os.environ.update(HOST="localhost", PORT=str(self.port), DATABASE=self.database, MASTER_SECRET="master",
                          AWS_REGION="us-east-1")
        self.manager = SecretsManager()
        self.function = load("rotate_database_user", self.manager)
        self.function.authorities = lambda: self.authorities
        self.manager.put("master", {"username": f"{self.database}_master", "password": "master-password"})
        for role in ("service", "owner"):
            name = f"{self.database}_{role}"
            self.manager.put(role, {"role": name, "username": f"{name}_a", "password": "made-by-the-template"})

    def sql(self, text):
        subprocess.run([POSTGRES, "sql", self.server], input=text, text=True, check=True, capture_output=True)

    def run_as(self, credentials, *statements):
        with self.function.connect(credentials["username"], credentials["password"]) as connection:
            for statement in statements:
                connection.run(statement)

    def refused(self, credentials, statement):
        with self.assertRaises(self.function.Refused) as caught:
            self.run_as(credentials, statement)
        return str(caught.exception)

    def test_the_first_rotation_makes_the_user_and_the_next_one_the_other(self):
        users = []
        for _ in range(3):
            rotate(self.function, "service")
            users.append(self.manager.current("service")["username"][-2:])
            self.run_as(self.manager.current("service"), "SELECT 1")
        self.assertEqual(users, ["_b", "_a", "_b"])

    def test_the_credentials_before_go_on_being_good_until_the_next_rotation(self):
        rotate(self.function, "service")
        old = self.manager.current("service")
        rotate(self.function, "service")
        self.run_as(old, "SELECT 1")
        rotate(self.function, "service")
        self.assertIn("28P01", self.refused(old, "SELECT 1"))

    def test_the_service_reads_and_writes_rows_and_cannot_change_the_schema(self):
        rotate(self.function, "owner")
        rotate(self.function, "service")
        owner, service = self.manager.current("owner"), self.manager.current("service")
        self.run_as(owner, "CREATE TABLE notes (id serial PRIMARY KEY, text text)")
        self.run_as(service, "INSERT INTO notes (text) VALUES ('a')", "UPDATE notes SET text = 'b'", "SELECT * FROM notes",
                    "DELETE FROM notes")
        for statement in ("CREATE TABLE mine (id int)", "DROP TABLE notes", "ALTER TABLE notes ADD other text",
                          "TRUNCATE notes", f"SET ROLE {self.database}_owner", "CREATE ROLE another"):
            self.assertRegex(self.refused(service, statement), "42501|must be owner", statement)

    def test_either_owner_changes_what_the_other_made(self):
        rotate(self.function, "owner")
        self.run_as(self.manager.current("owner"), "CREATE TABLE notes (id int)")
        rotate(self.function, "owner")
        self.run_as(self.manager.current("owner"), "ALTER TABLE notes ADD text text", "DROP TABLE notes")

    def test_a_repeated_step_changes_nothing(self):
        token = rotate(self.function, "service")
        value = self.manager.current("service")
        for step in STEPS:
            self.function.handler({"SecretId": "service", "ClientRequestToken": token, "Step": step}, None)
        self.assertEqual(self.manager.current("service"), value)

    def test_a_server_that_no_known_authority_vouches_for_is_told_nothing(self):
        self.function.authorities = lambda: self.others
        with self.assertRaisesRegex(Exception, "CERTIFICATE_VERIFY_FAILED"):
            rotate(self.function, "service")

    def test_a_wrong_master_password_ends_the_rotation_before_the_stage_moves(self):
        self.manager.put("master", {"username": f"{self.database}_master", "password": "wrong"})
        with self.assertRaisesRegex(self.function.Refused, "28P01"):
            rotate(self.function, "service")
        self.assertEqual(self.manager.current("service")["password"], "made-by-the-template")

    def test_a_name_that_would_need_quoting_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no name"):
            list(self.function.statements(self.database, f"{self.database}_service", 'x"; DROP', "p"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
