"""Opening a database so that a query can do no more than it was allowed to.

Knows sqlite3 and the folder that databases must be in. It must not know jobs or Flyte.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from flyte_sqlite.query import Access, Query

# The folder databases must be in; where it is not set, the working directory.
ROOT = "FLYTE_SQLITE_ROOT"
# Instructions of SQLite's machine between two looks at whether the query is to stop: about a millisecond.
INSTRUCTIONS = 100_000
# Other files than the database itself, which VACUUM INTO writes by attaching them.
FORBIDDEN = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)


def connect(query: Query, on_progress: Callable[[], bool]) -> sqlite3.Connection:
    """Open the database of a query.

    While a statement runs, ``on_progress`` is called about every millisecond, and ends it by returning True. (The
    method ``interrupt`` would miss a statement that is about to begin.)

    ValueError: the database is not below the root; FileNotFoundError: there is none.
    """
    connection = sqlite3.connect(
        f"{_located(query).as_uri()}?mode={query.access.value}",
        uri=True,
        timeout=query.busy_timeout,
    )
    if query.pseudonym_key is not None:
        _add_pseudonyms(connection, query.pseudonym_key)
    connection.set_authorizer(_authorize)
    connection.set_progress_handler(on_progress, INSTRUCTIONS)
    return connection


def _located(query: Query) -> Path:
    root = Path(os.environ.get(ROOT, ".")).resolve()
    path = (root / query.database).resolve()
    if not path.is_relative_to(root):
        raise ValueError(
            f"database {query.database!r} is outside the folder of databases"
        )
    if query.access is not Access.CREATE and not path.is_file():
        raise FileNotFoundError(f"there is no database {query.database!r}")
    return path


def _authorize(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_DENY if action in FORBIDDEN else sqlite3.SQLITE_OK


def _add_pseudonyms(connection: sqlite3.Connection, key: str) -> None:
    """Add the SQL function pseudonym(value): the same text for the same value, useless without the key."""

    def pseudonym(value: object) -> str | None:
        if value is None:
            return None
        digest = hmac.new(key.encode(), str(value).encode(), hashlib.sha256)
        return digest.hexdigest()[:16]

    connection.create_function("pseudonym", 1, pseudonym, deterministic=True)
