"""What a job is asked to do.

Knows the values alone. It must not know Flyte, and it touches no file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, TypeGuard

# What SQLite stores.
Value = str | int | float | bytes | None


class Access(Enum):
    """What a query may do with its database; the values are the modes of SQLite's URIs."""

    READ_ONLY = "ro"
    READ_WRITE = "rw"
    CREATE = "rwc"


class Format(Enum):
    """How the rows of the result are written; the values are the suffixes of the files."""

    CSV = "csv"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, kw_only=True)
class Query:
    """A statement, what it is run on, and where its rows go."""

    database: str
    statement: str
    parameters: Mapping[str, Value]
    output_prefix: str
    access: Access = Access.READ_ONLY
    format: Format = Format.CSV
    # Seconds to wait for another writer.
    busy_timeout: float = 5.0
    pseudonym_key: str | None = field(default=None, repr=False)

    @property
    def result(self) -> str:
        """The file the rows are written to."""
        return f"{self.output_prefix.rstrip('/')}/result.{self.format.value}"

    @property
    def log(self) -> str:
        """The file the log is written to."""
        return f"{self.output_prefix.rstrip('/')}/query.log"


def parameters_from(inputs: Mapping[str, Any]) -> dict[str, Value]:
    """Return the inputs of a task as values SQLite can bind; TypeError names one that is none."""
    return {name: _bindable(name, value) for name, value in inputs.items()}


def _bindable(name: str, value: object) -> Value:
    if value is None or isinstance(value, (str, int, float, bytes)):
        return value
    # SQLite's functions for dates read these forms.
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if _is_json(value):
        # For json_each() and its relatives.
        return json.dumps(value)
    raise TypeError(
        f"input {name!r}: SQL has no parameters of type {type(value).__name__}"
    )


def _is_json(value: object) -> TypeGuard[list[Any] | dict[str, Any]]:
    return isinstance(value, (list, dict))
