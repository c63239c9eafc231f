"""Signs schemathesis in (loaded by SCHEMATHESIS_HOOKS): as the administrator of ADMIN_EMAIL and ADMIN_PASSWORD, and for
the operations that end an account or a session as somebody made for that one request, so that the run outlives them."""

import os
import uuid

import requests
import schemathesis

BASE = os.environ["JUDGED_URL"]
PASSWORD = "vermilion kestrel over granite 41"
# (method, path): what makes the token that it was called with useless.
ENDS_ITS_SESSION = [("POST", "/auth/logout"), ("POST", "/auth/me/password"), ("DELETE", "/auth/me")]


def token(username: str, password: str) -> str:
    answer = requests.post(f"{BASE}/auth/login", data={"username": username, "password": password}, timeout=10)
    answer.raise_for_status()
    return answer.json()["access_token"]


def somebody_new() -> str:
    email = f"{uuid.uuid4().hex}@example.com"
    answer = requests.post(f"{BASE}/auth/register", json={"email": email, "password": PASSWORD}, timeout=10)
    answer.raise_for_status()
    return token(email, PASSWORD)


def set_bearer(case: schemathesis.Case, value: str) -> None:
    case.headers = case.headers or {}
    case.headers["Authorization"] = f"Bearer {value}"


ends_its_session = [{"method": method, "path": path} for method, path in ENDS_ITS_SESSION]


class Disposable:
    def get(self, case, context):
        return somebody_new()

    def set(self, case, data, context):
        set_bearer(case, data)


class Administrator:
    def get(self, case, context):
        return token(os.environ["ADMIN_EMAIL"], os.environ["ADMIN_PASSWORD"])

    def set(self, case, data, context):
        set_bearer(case, data)


disposable = schemathesis.auth(refresh_interval=None)
administrator = schemathesis.auth(refresh_interval=300)
for operation in ends_its_session:
    disposable = disposable.apply_to(**operation)
    administrator = administrator.skip_for(**operation)
disposable(Disposable)
administrator(Administrator)
