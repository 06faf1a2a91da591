"""Queries that run in the background.

Knows the life of a job: it waits for a thread, runs, and ends in one of three ways. It must not know Flyte.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, suppress
from enum import Enum
from queue import SimpleQueue
from uuid import uuid4

from flyte_sqlite import database, results
from flyte_sqlite.query import Query
from flyte_sqlite.telemetry import Log, Series

# How many queries run at a time.
THREADS = "FLYTE_SQLITE_THREADS"
DEFAULT_THREADS = 4
# Ended jobs that can still be asked about.
KEPT = 1000


class State(Enum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ABORTED = "aborted"


ENDS = (State.SUCCEEDED, State.FAILED, State.ABORTED)


class Job:
    """A query, and what has become of it."""

    def __init__(self, query: Query) -> None:
        """Wait for a thread."""
        self.id = uuid4().hex
        self.query = query
        self.state = State.QUEUED
        self.message = "waiting for a thread"
        self.rows = 0
        self.log = Log()
        self.log_is_stored = False
        self.series = Series()
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ENDS

    def stop(self) -> None:
        """End the job soon if it has not ended; once it waits no more, its own thread does so."""
        with self._lock:
            self._stopped.set()
            if self.state is State.QUEUED:
                self._end(State.ABORTED, "deleted before it began")

    def run(self) -> None:
        """Run the query to its end, whatever happens."""
        with self._lock:
            if self.has_ended:
                return
            # The time in the queue does not count.
            self.series = Series()
            self.message = self._progress()
            self.state = State.RUNNING
        self.log.add(f"opening {self.query.database} ({self.query.access.value})")
        try:
            self._execute()
        except Exception as error:
            if self._stopped.is_set():
                self._finish(State.ABORTED, f"deleted after {self._progress()}")
            else:
                self._finish(State.FAILED, f"{type(error).__name__}: {error}")
        else:
            self._finish(State.SUCCEEDED, self._progress())

    def _execute(self) -> None:
        with closing(database.connect(self.query, self._on_progress)) as connection:
            self._log_plan(connection)
            self._write_rows(
                connection.execute(self.query.statement, self.query.parameters)
            )
            connection.commit()

    def _log_plan(self, connection: sqlite3.Connection) -> None:
        explain = f"EXPLAIN QUERY PLAN {self.query.statement}"
        # What is wrong with the statement is said when it runs.
        with suppress(sqlite3.Error):
            for *_, step in connection.execute(explain, self.query.parameters):
                self.log.add(f"plan: {step}")

    def _write_rows(self, cursor: sqlite3.Cursor) -> None:
        """Write the result; a statement without one leaves an empty file and counts the rows it changed."""
        columns = [column[0] for column in cursor.description or ()]
        with results.stored(self.query.result) as file:
            write = results.row_writer(file, self.query.format, columns)
            for row in cursor:
                write(row)
                self.rows += 1
        if not columns:
            self.rows = max(cursor.rowcount, 0)

    def _on_progress(self) -> bool:
        self.series.sample(self.rows)
        self.message = self._progress()
        return self._stopped.is_set()

    def _progress(self) -> str:
        return f"{self.rows} rows in {self.series.seconds:.1f} s"

    def _finish(self, state: State, message: str) -> None:
        """Store the log, then let the end be known."""
        self.log.add(f"{state.value}: {message}")
        # A job is not lost with its log.
        with suppress(Exception):
            with results.stored(self.query.log) as file:
                file.writelines(f"{line}\n" for line in self.log)
            self.log_is_stored = True
        self._end(state, message)

    def _end(self, state: State, message: str) -> None:
        self.series.sample(self.rows, force=True)
        self.message = message
        # Last, because it tells readers that the rest is final.
        self.state = state


class Jobs:
    """All jobs of this process."""

    def __init__(self) -> None:
        """Have none, and no thread before the first is started."""
        # Another process knows other jobs.
        self.owner = uuid4().hex
        self._jobs: dict[str, Job] = {}
        self._waiting: SimpleQueue[Job] = SimpleQueue()
        self._threads = 0
        self._lock = threading.Lock()

    def start(self, query: Query) -> Job:
        """Run a query as soon as a thread is free."""
        job = Job(query)
        with self._lock:
            self._forget_old()
            self._jobs[job.id] = job
            if self._threads < _most_threads():
                self._threads += 1
                # Daemons: a query that was not deleted must not keep a service from ending.
                threading.Thread(target=self._work, daemon=True).start()
        self._waiting.put(job)
        return job

    def find(self, job_id: str) -> Job | None:
        """Return a job, unless it is not of this process or ended long ago."""
        return self._jobs.get(job_id)

    def _forget_old(self) -> None:
        ended = [job.id for job in self._jobs.values() if job.has_ended]
        for job_id in ended[: max(len(ended) - KEPT, 0)]:
            del self._jobs[job_id]

    def _work(self) -> None:
        while True:
            self._waiting.get().run()


def _most_threads() -> int:
    value = os.environ.get(THREADS) or DEFAULT_THREADS
    try:
        return max(int(value), 1)
    except ValueError:
        raise ValueError(f"{THREADS} must be an integer, got {value!r}") from None
