"""What redoubt-api answers, written as FastAPI's own documentation would: the same routes, the same checks of the same
tokens, the same statements on the same SQLite file. Only what bench/run asks for."""

import os
import sqlite3
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, ConfigDict, StringConstraints

app = FastAPI()
per_thread = threading.local()


class ItemIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    description: Annotated[str, StringConstraints(max_length=2000)] | None = None


class ItemOut(ItemIn):
    id: uuid.UUID
    owner_id: uuid.UUID
    created_at: datetime
    updated_at: datetime


def database() -> sqlite3.Connection:
    if not hasattr(per_thread, "connection"):
        per_thread.connection = sqlite3.connect(os.environ["DATABASE"], isolation_level=None)
        per_thread.connection.execute("PRAGMA synchronous = FULL")
    return per_thread.connection


def current_user(token: Annotated[str, Depends(OAuth2PasswordBearer("auth/login"))]) -> str:
    refused = HTTPException(401, "The access token is not valid", {"WWW-Authenticate": "Bearer"})
    try:
        claims = jwt.decode(token, os.environ["JWT_SECRET"], ["HS256"], audience="redoubt", issuer="redoubt",
                            options={"require": ["exp", "iat", "sub", "sid"]})
    except jwt.InvalidTokenError:
        raise refused from None
    row = database().execute(
        "SELECT u.id FROM sessions s JOIN users u ON u.id = s.user_id "
        "WHERE s.id = ? AND s.revoked_at IS NULL AND s.expires_at > ? AND u.is_active",
        (claims["sid"], time.time_ns() // 1000)).fetchone()
    if row is None or row[0] != claims["sub"] or "items:read" not in claims["scope"].split():
        raise refused
    return row[0]


def item_of(row: tuple) -> ItemOut:
    return ItemOut(id=row[0], owner_id=row[1], title=row[2], description=row[3],
                   created_at=datetime.fromtimestamp(row[4] / 1e6, UTC),
                   updated_at=datetime.fromtimestamp(row[5] / 1e6, UTC))


@app.get("/health/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/items", status_code=201)
def create(item: ItemIn, user: Annotated[str, Depends(current_user)], response: Response) -> ItemOut:
    now = time.time_ns() // 1000
    row = (str(uuid.uuid4()), user, item.title, item.description, now, now)
    database().execute("INSERT INTO items (id, owner_id, title, description, created_at, updated_at) "
                       "VALUES (?, ?, ?, ?, ?, ?)", row)
    response.headers["Location"] = f"/items/{row[0]}"
    return item_of(row)


@app.get("/items/{item_id}")
def read(item_id: uuid.UUID, user: Annotated[str, Depends(current_user)]) -> ItemOut:
    row = database().execute("SELECT id, owner_id, title, description, created_at, updated_at FROM items "
                             "WHERE id = ? AND owner_id = ?", (str(item_id), user)).fetchone()
    if row is None:
        raise HTTPException(404, "There is no such item")
    return item_of(row)
