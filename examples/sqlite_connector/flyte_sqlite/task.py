"""The task: what those who write workflows use.

Knows what the connector needs to be told. It must not know how a query runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import Parameter
from typing import Any

from flyteidl2.core.tasks_pb2 import Sql

from flyte.connectors import AsyncConnectorExecutorMixin
from flyte.extend import TaskTemplate
from flyte.io import File
from flyte.models import NativeInterface, SerializationContext
from flyte_sqlite.query import Access, Format

TASK_TYPE = "sqlite"


@dataclass(frozen=True, kw_only=True)
class SQLiteConfig:
    """What a query runs on.

    Attributes:
        database: The file, relative to the folder of databases of the service.
        access: What the query may do with it.
        format: How the rows of the result are written.
        secrets: The environment variable that holds a secret, by the secret's name: `pseudonym_key` adds the SQL
            function `pseudonym(value)`.
    """

    database: str
    access: Access = Access.READ_ONLY
    format: Format = Format.CSV
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])


class SQLiteTask(
    AsyncConnectorExecutorMixin,
    TaskTemplate[..., tuple[int, File[Any]], Any],
):
    """A statement to run on a SQLite database; its outputs are the number of rows and the file they are in."""

    def __init__(
        self,
        name: str,
        statement: str,
        plugin_config: SQLiteConfig,
        inputs: Mapping[str, type[Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        """Make a task; each of the inputs is a parameter of the statement, written `:name` there."""
        super().__init__(
            name=name,
            interface=NativeInterface(
                {key: (hint, Parameter.empty) for key, hint in (inputs or {}).items()},
                {"rows": int, "result": File},
            ),
            task_type=TASK_TYPE,
            # A call returns the outputs; `aio` is there for asynchronous code.
            _call_as_synchronous=True,
            **kwargs,
        )
        self.statement = statement
        self.plugin_config = plugin_config

    def sql(self, sctx: SerializationContext) -> Any:
        """Return the statement with its dialect."""
        return Sql(statement=self.statement, dialect=Sql.Dialect.OTHER)

    def custom_config(self, sctx: SerializationContext) -> Any:
        """Return what the connector reads beside the statement."""
        return {
            "database": self.plugin_config.database,
            "access": self.plugin_config.access.value,
            "format": self.plugin_config.format.value,
            "secrets": dict(self.plugin_config.secrets),
        }
