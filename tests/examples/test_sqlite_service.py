"""The SQLite connector behind a real service: its jobs over gRPC, from their start to their end or interruption."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest
from flyteidl2.connector.connector_pb2 import Resource
from flyteidl2.core.execution_pb2 import TaskExecution
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict

from flyte_sqlite.connector import SQLiteJob
from flyte_sqlite.query import Access

SQLITE = "sqlite"
ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT {} FROM n"
)

# Statements, settings, and what the job says.
MISTAKES: list[tuple[str, dict[str, str], str]] = [
    (
        "INSERT INTO orders VALUES ('eve', 9)",
        {},
        "attempt to write a readonly database",
    ),
    ("VACUUM INTO 'copy.db'", {}, "authorization denied"),
    ("ATTACH 'other.db' AS other", {"access": "rw"}, "not authorized"),
    ("SELECT 1; SELECT 2", {}, "one statement at a time"),
    ("SELEC 1", {}, 'near "SELEC": syntax error'),
    ("SELECT :missing", {}, "supply a value for binding"),
    ("SELECT 1 AS a, 2 AS a", {"format": "jsonl"}, "columns with the same name: a"),
    ("SELECT 1", {"database": "../secret.db"}, "outside the folder of databases"),
    ("SELECT 1", {"database": "none.db"}, "there is no database 'none.db'"),
]


class Client:
    """A service with the connector, and jobs on its databases."""

    def __init__(self, service: Any, outputs: Path) -> None:
        """Keep the service and the folder for outputs."""
        self.service = service
        self.outputs = outputs

    def create(
        self,
        statement: str,
        inputs: dict[str, Any] | None = None,
        connection: dict[str, Any] | None = None,
        **config: Any,
    ) -> bytes:
        """Start a job; texts, numbers and times may be inputs."""
        literals = [_literal(*item) for item in (inputs or {}).items()]
        types = {
            name: {"type": {"simple": _simple(v)}} for name, v in (inputs or {}).items()
        }
        meta: bytes = self.service.create(
            SQLITE,
            self.outputs,
            template={
                "type": SQLITE,
                "sql": {"statement": statement},
                "custom": {"database": "orders.db", **config},
                "interface": {"inputs": {"variables": types}},
            },
            inputs={"literals": literals},
            **({"connection": connection} if connection else {}),
        )
        return meta

    def run(self, statement: str, *arguments: Any, **config: Any) -> Resource:
        """Run a job to its end."""
        meta = self.create(statement, *arguments, **config)
        resource: Resource = self.service.wait_for_end(SQLITE, meta)
        return resource

    def result(self, suffix: str = "csv") -> str:
        """Return what the last job wrote."""
        return (self.outputs / f"result.{suffix}").read_text()


def _simple(value: Any) -> str:
    kinds = {str: "STRING", int: "INTEGER", float: "FLOAT", datetime: "DATETIME"}
    return kinds[type(value)]


def _literal(name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, datetime):
        primitive = {"datetime": value.isoformat()}
    else:
        kinds = {str: "stringValue", int: "integer", float: "floatValue"}
        primitive = {kinds[type(value)]: value}
    return {"name": name, "value": {"scalar": {"primitive": primitive}}}


@pytest.fixture
def client(start: Callable[..., Any], database: Path, tmp_path: Path) -> Client:
    """Start a service with a folder of databases."""
    environment = {"FLYTE_SQLITE_ROOT": str(database), "FLYTE_SQLITE_THREADS": "2"}
    service = start("--modules", "flyte_sqlite.connector", environment=environment)
    return Client(service, tmp_path / "outputs")


def test_a_query_runs_and_its_rows_are_stored(client: Client) -> None:
    """The outputs are the number of rows and the file with them; the log is stored beside it and linked."""
    resource = client.run(
        "SELECT customer, sum(amount) AS total FROM orders GROUP BY 1"
    )
    assert resource.phase == TaskExecution.SUCCEEDED
    assert resource.message.startswith("2 rows in ")
    rows, result = resource.outputs.literals
    assert (rows.name, rows.value.scalar.primitive.integer) == ("rows", 2)
    assert (result.name, result.value.scalar.blob.uri) == (
        "result",
        str(client.outputs / "result.csv"),
    )
    assert client.result() == "customer,total\nada,3\nbob,3\n"
    assert [link.uri for link in resource.log_links] == [
        str(client.outputs / "query.log")
    ]
    assert "plan: SCAN orders" in (client.outputs / "query.log").read_text()
    assert MessageToDict(resource.custom_info) == {"database": "orders.db", "rows": 2}


def test_rows_as_json_lines(client: Client) -> None:
    """The format of the result is a setting of the task."""
    client.run("SELECT x'ff' AS raw, NULL AS none, 'é' AS text", format="jsonl")
    assert [json.loads(line) for line in client.result("jsonl").splitlines()] == [
        {"raw": "ff", "none": None, "text": "é"}
    ]


def test_inputs_are_bound(client: Client) -> None:
    """An input is a value, whatever SQL it contains."""
    statement = "SELECT count(*) FROM orders WHERE customer = :who AND amount > :least"
    client.run(statement, {"who": "ada", "least": 1.5})
    assert client.result() == "count(*)\n1\n"
    client.run(statement, {"who": "' OR 1=1 --", "least": 0})
    assert client.result() == "count(*)\n0\n"


def test_what_a_job_may_not_do_fails_it(client: Client) -> None:
    """A mistake in a query is the end of its job, with the reason, and leaves no result."""
    for statement, config, message in MISTAKES:
        resource = client.run(statement, **config)
        assert resource.phase == TaskExecution.FAILED, statement
        assert message in resource.message
        assert not list(client.outputs.glob("result.*"))


def test_a_date_is_the_same_day_here_and_there(client: Client) -> None:
    """The service is given a moment for a date, which SQL takes back to the day as the example does."""
    statement = "SELECT date(:day) AS day"
    client.run(statement, {"day": datetime(2026, 1, 1, tzinfo=UTC)})
    assert client.result() == "day\n2026-01-01\n"


def test_writing_is_allowed_by_name(client: Client, database: Path) -> None:
    """With access "rw" a statement changes the database, and counts the rows it changed."""
    resource = client.run(
        "UPDATE orders SET amount = 0 WHERE customer = 'ada'", access="rw"
    )
    assert resource.outputs.literals[0].value.scalar.primitive.integer == 2
    with sqlite3.connect(database / "orders.db") as connection:
        assert connection.execute("SELECT sum(amount) FROM orders").fetchone() == (3,)
    connection.close()


@pytest.mark.parametrize("column", ["i", "count(*)"])
def test_deleting_interrupts_a_query(client: Client, column: str) -> None:
    """A query that would never end does so when it is deleted, be it between two rows or before the first."""
    meta = client.create(ENDLESS.format(column))
    running = client.service.wait_for(
        SQLITE, meta, lambda job: " rows in " in job.message
    )
    assert running.phase == TaskExecution.RUNNING
    for _ in range(2):
        client.service.delete(SQLITE, meta)
    resource = client.service.wait_for_end(SQLITE, meta)
    assert resource.phase == TaskExecution.ABORTED
    assert resource.message.startswith("deleted after ")
    assert not list(client.outputs.glob("result.*"))
    client.service.delete(SQLITE, meta)
    assert client.service.get(SQLITE, meta).phase == TaskExecution.ABORTED


def test_a_job_waits_for_a_thread(client: Client) -> None:
    """More jobs than threads wait their turn; one that is deleted meanwhile never begins."""
    running = [client.create(ENDLESS.format("count(*)")) for _ in range(2)]
    waiting, deleted = client.create("SELECT 1"), client.create("SELECT 2")
    assert client.service.get(SQLITE, waiting).phase == TaskExecution.QUEUED
    client.service.delete(SQLITE, deleted)
    assert client.service.get(SQLITE, deleted).message == "deleted before it began"
    for meta in running:
        client.service.delete(SQLITE, meta)
    assert client.service.wait_for_end(SQLITE, waiting).phase == TaskExecution.SUCCEEDED


def test_a_restart_is_told(
    client: Client, start: Callable[..., Any], database: Path
) -> None:
    """A job of an earlier process has failed; deleting it is no error, its logs cannot be found."""
    meta = client.create(ENDLESS.format("count(*)"))
    assert client.service.stop() == 0
    service = start("--modules=flyte_sqlite.connector")
    resource = service.get(SQLITE, meta)
    assert resource.phase == TaskExecution.FAILED
    assert "a restart of the service has ended it; run it again" in resource.message
    service.delete(SQLITE, meta)
    with pytest.raises(grpc.RpcError) as caught:
        service.logs(SQLITE, meta)
    assert "a restart of the service has ended it" in str(caught.value)


def test_logs_come_in_pages(client: Client) -> None:
    """A page ends with a token for the next one, until the last page of an ended job has none."""
    meta = client.create("SELECT customer FROM orders ORDER BY 1")
    client.service.wait_for_end(SQLITE, meta)
    token, lines = "", []
    for _ in range(10):
        header, body = client.service.logs(SQLITE, meta, lines=2, token=token)
        lines += body.body.results
        token = header.header.token
        if not token:
            break
    assert "\n".join(lines) + "\n" == (client.outputs / "query.log").read_text()
    assert len(lines) == 4
    with pytest.raises(grpc.RpcError, match="the token of a page is a number, got 'x'"):
        client.service.logs(SQLITE, meta, token="x")


def test_a_running_job_may_log_more(client: Client) -> None:
    """As long as a job runs, there is a token to ask again with."""
    meta = client.create(ENDLESS.format("count(*)"))
    client.service.wait_for(SQLITE, meta, lambda job: " rows in " in job.message)
    header, body = client.service.logs(SQLITE, meta)
    assert header.header.token == str(len(body.body.results))
    client.service.delete(SQLITE, meta)


def test_metrics_are_series(client: Client) -> None:
    """Each metric is what Prometheus answers a range query with, in the span of time that was asked for."""
    meta = client.create("SELECT * FROM orders")
    client.service.wait_for_end(SQLITE, meta)
    both = client.service.metrics(SQLITE, meta).results
    assert [result.metric for result in both] == ["rows", "seconds"]
    rows = MessageToDict(both[0].data)
    assert rows["resultType"] == "matrix"
    when, value = rows["result"][0]["values"][-1]
    assert value == "3"
    assert abs(when - time.time()) < 3600
    step = Duration(seconds=3600)
    chosen = client.service.metrics(
        SQLITE, meta, queries=["seconds"], step=step
    ).results
    assert [len(MessageToDict(one.data)["result"][0]["values"]) for one in chosen] == [
        1
    ]
    with pytest.raises(grpc.RpcError, match="no metric 'cpu'; known: rows, seconds"):
        client.service.metrics(SQLITE, meta, queries=["cpu"])


def test_secrets_and_settings_come_with_the_connection(client: Client) -> None:
    """A secret is of use to the query and appears nowhere; a wrong setting is refused."""
    key = "correct horse battery"
    statement = "SELECT DISTINCT pseudonym(customer) AS who FROM orders"
    resource = client.run(statement, None, {"secrets": {"pseudonym_key": key}})
    assert resource.phase == TaskExecution.SUCCEEDED, resource.message
    assert len(set(client.result().split())) == 3
    assert "no such function: pseudonym" in client.run(statement).message
    with pytest.raises(
        grpc.RpcError, match="setting busy_timeout must be a number, got 'soon'"
    ):
        client.create(statement, None, {"configs": {"busy_timeout": "soon"}})
    assert key not in client.service.log.read_text()


def test_metadata_finds_a_job_again(client: Client) -> None:
    """What the backend keeps is readable JSON, with the types of the dataclass behind it."""
    meta = SQLiteJob.decode(client.create("SELECT 1"))
    assert meta.target.access is Access.READ_ONLY
    assert meta.created_at.tzinfo is not None
    assert SQLiteJob.decode(meta.encode()) == meta
    with pytest.raises(grpc.RpcError) as caught:
        client.service.get(SQLITE, b"{}")
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_installing_the_connector_is_enough(
    installed: Callable[..., Path],
    sources: Path,
    start: Callable[..., Any],
    database: Path,
) -> None:
    """The service finds an installed connector by its entry point."""
    environment = installed(sources / "examples" / "sqlite_connector")
    packages = next((environment / "lib").glob("python*/site-packages"))
    paths = f"{sources / 'generated'}:{sources / 'runtime'}:{packages}"
    service = start(
        environment={"PYTHONPATH": paths, "FLYTE_SQLITE_ROOT": str(database)}
    )
    assert "c0: serving sqlite version 0" in service.log.read_text()
