"""The SQLite task without a service: run here through its connector, and the parts of it that need no service."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import fsspec
import pytest

from flyte.errors import RuntimeUserError
from flyte_sqlite import Format, SQLiteConfig, SQLiteTask
from flyte_sqlite.jobs import ENDS, Jobs, State
from flyte_sqlite.query import Query, parameters_from
from flyte_sqlite.results import row_writer, stored
from flyte_sqlite.telemetry import MOST_SAMPLES, Log, Series

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "examples" / "sqlite_connector" / "report.py"
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture(autouse=True)
def root(monkeypatch: pytest.MonkeyPatch, database: Path, tmp_path: Path) -> None:
    """Let databases be found, and results be written where they are removed."""
    monkeypatch.setenv("FLYTE_SQLITE_ROOT", str(database))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def task(statement: str, **arguments: Any) -> SQLiteTask:
    """Make a task on the database."""
    config = SQLiteConfig(database="orders.db", **arguments.pop("config", {}))
    return SQLiteTask("query", statement, config, **arguments)


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def run_file(*arguments: str, folder: Path) -> str:
    """Run Python with the SDK on its path, and return what it prints."""
    paths = os.pathsep.join([str(ROOT / "generated"), str(ROOT / "runtime")])
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": paths, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_example_prints_what_it_says(tmp_path: Path) -> None:
    """What stands in the example's docstring is what it prints."""
    docstring = REPORT.read_text().split('"""')[1]
    command, headline, *rows = docstring.strip().splitlines()[2:]
    assert command == "$ python examples/sqlite_connector/report.py"
    printed = run_file(str(REPORT), folder=tmp_path).splitlines()
    assert printed[0].startswith(headline.partition("/")[0])
    assert printed[1:] == rows


def test_the_example_can_be_deployed(tmp_path: Path) -> None:
    """The file of the example becomes a task of the connector's type and the app that serves it."""
    arguments = ("-m", "flyte.serialization", str(REPORT), "--version=1")
    described = run_file(*arguments, folder=tmp_path)
    for expected in (
        "task: revenue(country: string, since: datetime)",
        "type sqlite",
        "c0 --port 8080",
    ):
        assert expected in described


def test_a_call_returns_the_outputs() -> None:
    """A call waits for the job, and returns the number of rows and the file they are in."""
    rows, result = task("SELECT :a + :b AS c", inputs={"a": int, "b": float})(
        a=1, b=0.5
    )
    assert rows == 1
    assert Path(result.path).read_text() == "c\n1.5\n"
    assert result.format == "csv"


def test_a_failure_is_raised() -> None:
    """A job that fails is an error of the call, with the reason."""
    with pytest.raises(RuntimeUserError, match="no such table: other"):
        task("SELECT * FROM other")()


def test_cancelling_the_call_interrupts_the_query() -> None:
    """Whoever stops waiting for a query has it deleted."""
    from flyte.connectors import ConnectorRegistry
    from flyte_sqlite import SQLiteConnector

    connector = ConnectorRegistry.get_connector("sqlite")
    assert isinstance(connector, SQLiteConnector)
    known = set(vars(connector)["_jobs"]._jobs)

    async def cancel_when_it_runs() -> None:
        call = asyncio.ensure_future(task(ENDLESS).aio())
        while not any(job.state is State.RUNNING for job in new_jobs()):
            assert not call.done(), call
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

    def new_jobs() -> list[Any]:
        jobs = vars(connector)["_jobs"]._jobs
        return [job for key, job in jobs.items() if key not in known]

    asyncio.run(cancel_when_it_runs())
    (job,) = new_jobs()
    wait_for(lambda: job.has_ended)
    assert job.state is State.ABORTED


def test_a_secret_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The configuration of the task names the variable that holds the secret."""
    monkeypatch.setenv("PSEUDONYM_KEY", "something long")
    config = {"secrets": {"pseudonym_key": "PSEUDONYM_KEY"}}
    statement = (
        "SELECT pseudonym(customer) = pseudonym('ada') AS same FROM orders LIMIT 1"
    )
    _, result = task(statement, config=config)()
    assert Path(result.path).read_text() == "same\n1\n"


def test_inputs_become_what_sqlite_binds() -> None:
    """Dates become texts that SQLite's functions read, spans seconds, lists and dictionaries JSON."""
    assert parameters_from(
        {
            "plain": 1,
            "none": None,
            "day": date(2026, 1, 2),
            "moment": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            "span": timedelta(minutes=1),
            "many": ["a", 1],
        }
    ) == {
        "plain": 1,
        "none": None,
        "day": "2026-01-02",
        "moment": "2026-01-02 03:04:00+00:00",
        "span": 60.0,
        "many": '["a", 1]',
    }
    with pytest.raises(TypeError, match="'x': SQL has no parameters of type object"):
        parameters_from({"x": object()})


def test_results_go_to_object_stores() -> None:
    """A URL is written through fsspec; after an error there is nothing."""
    with stored("memory://results/a.csv") as file:
        row_writer(file, Format.CSV, ["a", "b"])([1, b"\x00"])
    assert fsspec.filesystem("memory").cat("/results/a.csv") == b"a,b\n1,00\n"
    with pytest.raises(ZeroDivisionError), stored("memory://results/b.csv"):
        raise ZeroDivisionError
    assert not fsspec.filesystem("memory").exists("/results/b.csv")


def test_values_json_does_not_have_are_refused() -> None:
    """An infinite number is an error rather than a line no JSON reader accepts."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        row_writer(io.StringIO(), Format.JSON_LINES, ["a"])([float("inf")])


def test_a_long_series_grows_coarser() -> None:
    """However often a job is sampled, the number of samples is limited and the last one is there."""
    series = Series()
    for rows in range(3 * MOST_SAMPLES):
        series.sample(rows, force=True)
    assert len(series.samples) <= MOST_SAMPLES
    assert series.samples[-1].rows == 3 * MOST_SAMPLES - 1
    assert series.samples[0].rows == 0


def test_pages_of_a_log_cover_it() -> None:
    """Pages of any size, read one after the other, are the whole log."""
    log = Log()
    log.add("\n".join(f"line {number}" for number in range(250)))
    for size in (0, 1, 7, 1000):
        token, lines = "", list[str]()
        while page := log.page(token, size):
            lines += page.lines
            token = page.token
            if not log.goes_on_after(page):
                break
        assert lines == list(log)


def test_old_jobs_are_forgotten(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Jobs that ended are kept for a while only, so that a service does not grow; running ones are kept."""
    monkeypatch.setattr("flyte_sqlite.jobs.KEPT", 2)
    jobs = Jobs()

    def start(statement: str) -> Any:
        query = Query(
            database="orders.db",
            statement=statement,
            parameters={},
            output_prefix=str(tmp_path / "outputs"),
        )
        return jobs.start(query)

    endless = start(ENDLESS)
    ended = []
    for _ in range(5):
        ended.append(start("SELECT 1"))
        wait_for(lambda: ended[-1].has_ended)
    start("SELECT 1")
    assert [jobs.find(job.id) is not None for job in ended] == [False] * 3 + [True] * 2
    assert jobs.find(endless.id) is endless
    endless.stop()
    wait_for(lambda: endless.state in ENDS)
