"""Snowflake, as its official client shows it, without a network: only the function that connects is replaced."""

from __future__ import annotations

import itertools
from typing import Any

from snowflake import connector
from snowflake.connector.constants import QueryStatus

numbers = itertools.count(1)
# The queries that were started, and those of them that were cancelled.
queries: dict[str, str] = {}
cancelled: set[str] = set()


class Cursor:
    """Starts queries."""

    sfqid = ""

    def __init__(self, parameters: dict[str, Any]) -> None:
        """Belong to a connection."""
        self._parameters = parameters

    def execute_async(self, query: str, inputs: dict[str, Any]) -> None:
        """Start a query."""
        self.sfqid = f"query-{next(numbers)}"
        key = self._parameters.get("private_key", b"").hex()[:8]
        queries[self.sfqid] = f"{query} {inputs} {self._parameters['account']} {key}"

    def execute(self, statement: str) -> None:
        """Cancel a query, the only statement the connector executes at once."""
        cancelled.update(query for query in queries if f"'{query}'" in statement)

    def close(self) -> None:
        """Do nothing."""


class Connection:
    """Knows the state of each query: those that are to wait run until they are cancelled."""

    def __init__(self, **parameters: Any) -> None:
        """Connect to nothing."""
        self._parameters = parameters

    def cursor(self) -> Cursor:
        """Return a cursor."""
        return Cursor(self._parameters)

    def get_query_status_throw_if_error(self, query_id: str) -> QueryStatus:
        """Return the state of a query."""
        if query_id in cancelled:
            raise connector.errors.ProgrammingError("SQL execution canceled")
        if "WAIT" in queries[query_id]:
            return QueryStatus.RUNNING
        return QueryStatus.SUCCESS

    def close(self) -> None:
        """Do nothing."""


connector.connect = Connection
