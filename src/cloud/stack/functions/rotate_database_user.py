"""Rotates a role's user in PostgreSQL, two users in turn: while one's password is in use the other one's is replaced,
so that whoever still has the old credentials keeps them until the next rotation. What is missing is made: the roles of
the owner, who changes the schema, and of the service, which reads and writes rows; and their users.

The secret is {"role": "app_service", "username": "app_service_a", "password": …}. The master's, which RDS manages, is
{"username": …, "password": …}. Passwords reach the server as SCRAM verifiers, so no statement in its log holds one."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets as random
import socket
import ssl
import struct
import urllib.request

import boto3

ITERATIONS = 4096
SECONDS = 15
secrets = boto3.client("secretsmanager")


class Refused(Exception):
    """What the server said, without the statement."""


def hmac_sha256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def salted(password, salt, iterations):
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)


def verifier(password):
    """What PostgreSQL stores of a password (its documentation of pg_authid), so that it need not be told it."""
    salt = random.token_bytes(16)
    key = salted(password, salt, ITERATIONS)
    stored = hashlib.sha256(hmac_sha256(key, "Client Key")).digest()
    text = [base64.b64encode(part).decode() for part in (salt, stored, hmac_sha256(key, "Server Key"))]
    return f"SCRAM-SHA-256${ITERATIONS}:{text[0]}${text[1]}:{text[2]}"


class Connection:
    """PostgreSQL's protocol 3.0 as far as it is needed: verified TLS, SCRAM-SHA-256 (RFC 5802, RFC 7677), statements."""

    def __init__(self, host, port, database, user, password, authorities):
        context = ssl.create_default_context(cadata=authorities)
        # Authorities of RDS are older than the strictness of Python 3.13, which refuses them for want of extensions.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        plain = socket.create_connection((host, port), SECONDS)
        try:
            plain.sendall(struct.pack("!ii", 8, 80877103))  # SSLRequest
            if plain.recv(1) != b"S":
                raise Refused("the server has no TLS")
            self.socket = context.wrap_socket(plain, server_hostname=host)
        except BaseException:
            plain.close()
            raise
        try:
            self.sign_in(database, user, password)
        except BaseException:
            self.socket.close()
            raise

    def sign_in(self, database, user, password):
        self.file = self.socket.makefile("rb")
        body = struct.pack("!i", 196608) + b"".join(
            part.encode() + b"\0" for part in ("user", user, "database", database)) + b"\0"
        self.socket.sendall(struct.pack("!i", len(body) + 4) + body)
        self.authenticate(password)
        self.until_ready()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, kind, body):
        self.socket.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    def receive(self):
        head = self.file.read(5)
        if len(head) < 5:
            raise Refused("the server closed the connection")
        body = self.file.read(struct.unpack("!i", head[1:])[0] - 4)
        if head[:1] == b"E":
            fields = {field[:1]: field[1:].decode(errors="replace") for field in body.split(b"\0") if field}
            raise Refused(f"{fields.get(b'C')}: {fields.get(b'M')}")
        return head[:1], body

    def until_ready(self):
        while self.receive()[0] != b"Z":
            pass

    def challenge(self, expected):
        kind, body = self.receive()
        if kind != b"R" or struct.unpack("!i", body[:4])[0] != expected:
            raise Refused("the server does not ask for SCRAM-SHA-256")
        return body[4:].decode()

    def authenticate(self, password):
        if "SCRAM-SHA-256" not in self.challenge(10).split("\0"):
            raise Refused("the server does not offer SCRAM-SHA-256")
        nonce = random.token_urlsafe(18)
        first = f"n=,r={nonce}"
        opening = f"n,,{first}".encode()
        self.send(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", len(opening)) + opening)
        asked = self.challenge(11)
        fields = dict(part.split("=", 1) for part in asked.split(","))
        if not fields["r"].startswith(nonce) or len(fields["r"]) == len(nonce):
            raise Refused("the server answers another nonce")
        key = salted(password, base64.b64decode(fields["s"]), int(fields["i"]))
        last = f"c=biws,r={fields['r']}"
        whole = f"{first},{asked},{last}"
        client_key = hmac_sha256(key, "Client Key")
        signature = hmac_sha256(hashlib.sha256(client_key).digest(), whole)
        proof = bytes(a ^ b for a, b in zip(client_key, signature))
        self.send(b"p", f"{last},p={base64.b64encode(proof).decode()}".encode())
        answered = dict(part.split("=", 1) for part in self.challenge(12).split(","))
        expected = hmac_sha256(hmac_sha256(key, "Server Key"), whole)
        if not hmac.compare_digest(base64.b64decode(answered.get("v", "")), expected):
            raise Refused("the server does not know the password itself")
        if self.receive() != (b"R", struct.pack("!i", 0)):
            raise Refused("the server did not let the user in")

    def run(self, statement):
        self.send(b"Q", statement.encode() + b"\0")
        self.until_ready()


def role_if_missing(role, kind):
    return (f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN "
            f"CREATE ROLE {role} {kind}; END IF; END $$")


def statements(database, role, user, password):
    """What makes the user's password the given one, and everything before it that is missing."""
    for name in (database, role, user):
        if not re.fullmatch("[a-z][a-z0-9_]{0,62}", name):
            raise ValueError(f"{name!r} is no name for a role or a database")
    owner, service = f"{database}_owner", f"{database}_service"
    if role not in (owner, service):
        raise ValueError(f"{role!r} is neither {owner} nor {service}")
    yield role_if_missing(owner, "NOLOGIN")
    yield role_if_missing(service, "NOLOGIN")
    yield f"GRANT {owner} TO CURRENT_USER"  # whoever sets what its tables grant has to belong to it
    yield f"REVOKE ALL ON DATABASE {database} FROM PUBLIC"
    yield f"GRANT CONNECT ON DATABASE {database} TO {owner}, {service}"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"GRANT USAGE, CREATE ON SCHEMA public TO {owner}"
    yield f"GRANT USAGE ON SCHEMA public TO {service}"
    granted = f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT"
    yield f"{granted} SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service}"
    yield f"{granted} USAGE, SELECT ON SEQUENCES TO {service}"
    yield role_if_missing(user, f"LOGIN IN ROLE {role}")
    if role == owner:  # tables belong to the role, whichever of its users made them
        yield f"ALTER ROLE {user} SET role = '{owner}'"
    yield f"ALTER ROLE {user} PASSWORD '{verifier(password)}'"


def other(user):
    return user[:-1] + ("b" if user.endswith("_a") else "a")


def authorities():
    """RDS's certificate authorities of this region, from where AWS publishes them."""
    region = os.environ["AWS_REGION"]
    address = f"https://truststore.pki.rds.amazonaws.com/{region}/{region}-bundle.pem"
    with urllib.request.urlopen(address, timeout=SECONDS) as answer:
        return answer.read().decode()


def value_of(secret, stage, **version):
    return json.loads(secrets.get_secret_value(SecretId=secret, VersionStage=stage, **version)["SecretString"])


def connect(user, password):
    return Connection(os.environ["HOST"], int(os.environ["PORT"]), os.environ["DATABASE"], user, password, authorities())


def create(secret, token):
    try:
        value_of(secret, "AWSPENDING", VersionId=token)
        return  # a repeated call: the value is made already
    except secrets.exceptions.ResourceNotFoundException:
        pass
    current = value_of(secret, "AWSCURRENT")
    password = secrets.get_random_password(PasswordLength=48, ExcludePunctuation=True)["RandomPassword"]
    pending = {"role": current["role"], "username": other(current["username"]), "password": password}
    secrets.put_secret_value(SecretId=secret, ClientRequestToken=token, VersionStages=["AWSPENDING"],
                             SecretString=json.dumps(pending))


def change(secret, token):
    pending = value_of(secret, "AWSPENDING", VersionId=token)
    master = value_of(os.environ["MASTER_SECRET"], "AWSCURRENT")
    with connect(master["username"], master["password"]) as database:
        for statement in statements(os.environ["DATABASE"], pending["role"], pending["username"], pending["password"]):
            database.run(statement)


def test(secret, token):
    pending = value_of(secret, "AWSPENDING", VersionId=token)
    with connect(pending["username"], pending["password"]) as database:
        database.run("SELECT 1")


def finish(secret, token):
    stages = secrets.describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next(version for version, names in stages.items() if "AWSCURRENT" in names)
    if current != token:
        secrets.update_secret_version_stage(SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token,
                                            RemoveFromVersionId=current)


STEPS = {"createSecret": create, "setSecret": change, "testSecret": test, "finishSecret": finish}


def handler(event, context):
    STEPS[event["Step"]](event["SecretId"], event["ClientRequestToken"])
