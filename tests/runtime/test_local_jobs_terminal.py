"""Tasks that run here as jobs, on a terminal and with ctrl-c: a process of its own, as users have it."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from flyte_runtime import local_display
from flyte_runtime.local_display import Terminal

# What a test waits for comes at once; this is for machines that are busy.
PATIENCE = 60
SCRIPT = """
    import asyncio, os, sys

    from flyteidl2.core.execution_pb2 import TaskExecution, TaskLog

    from flyte import logger
    from flyte.connectors import (
        AsyncConnector, AsyncConnectorExecutorMixin, ConnectorRegistry, Resource, ResourceMeta
    )
    from flyte.extend import TaskTemplate
    from flyte.models import NativeInterface

    class Connector(AsyncConnector):
        task_type_name = "query"

        async def create(self, *_, **kwargs):
            print("create", flush=True)
            while "slow-create" in sys.argv and not os.path.exists("release"):
                await asyncio.sleep(0.01)
            return ResourceMeta()

        async def get(self, resource_meta, **kwargs):
            print("get", flush=True)
            if "stuck-get" in sys.argv:
                await asyncio.Event().wait()
            return Resource(
                phase=TaskExecution.SUCCEEDED if "succeed" in sys.argv else TaskExecution.RUNNING,
                message="scanning\\n\\x1b[31m 10 rows",
                log_links=[TaskLog(name="Console", uri="https://console/1")],
            )

        async def delete(self, resource_meta, **kwargs):
            print("delete", flush=True)
            if "stuck-delete" in sys.argv:
                await asyncio.Event().wait()

    class Query(AsyncConnectorExecutorMixin, TaskTemplate):
        pass

    ConnectorRegistry.register(Connector())
    synchronous = "synchronous" in sys.argv
    query = Query(
        name="env.query", interface=NativeInterface({}, {}), task_type="query", parent_env_name="env",
        _call_as_synchronous=synchronous,
    )

    async def below_a_loop():
        query()

    print("start", flush=True)
    if "loop" in sys.argv:
        asyncio.run(below_a_loop())
    elif synchronous:
        query()
    else:
        asyncio.run(query())
"""


class Script:
    """A running script: what it prints, and what its terminal or its log shows."""

    def __init__(self, process: subprocess.Popen[str], shown: int) -> None:
        self.process = process
        self._shown = shown
        self.seen: list[str] = []

    def wait_for(self, line: str) -> None:
        """Read what the script prints until a line comes."""
        assert self.process.stdout is not None
        while line not in self.seen:
            read = self.process.stdout.readline()
            assert read, f"{line!r} never came: {self.seen} {self.display()}"
            self.seen.append(read.strip())

    def interrupt(self) -> None:
        """Press ctrl-c."""
        self.process.send_signal(signal.SIGINT)

    def ends(self) -> list[str]:
        """Wait for the end and return all that was printed."""
        assert self.process.stdout is not None
        rest = self.process.stdout.read().split()
        self.process.wait(PATIENCE)
        return [*self.seen, *rest]

    def display(self) -> str:
        """Return what standard error shows so far."""
        content = b""
        while select.select([self._shown], [], [], 0.1)[0]:
            try:
                chunk = os.read(self._shown, 65536)
            except OSError:
                # The other side of the terminal is gone.
                break
            if not chunk:
                break
            content += chunk
        return content.decode()


def _terminal() -> tuple[int, int]:
    try:
        return pty.openpty()
    except OSError as error:
        pytest.skip(f"there are no terminals here: {error}")


@contextmanager
def started(
    folder: Path, *arguments: str, terminal: bool = False, **environment: str
) -> Iterator[Script]:
    """Start the script, with a terminal or a pipe for its standard error; kill it if it hangs."""
    file = folder / "script.py"
    file.write_text(dedent(SCRIPT))
    shown, stderr = _terminal() if terminal else os.pipe()
    with subprocess.Popen(
        [sys.executable, str(file), *arguments],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        cwd=folder,
        env={**os.environ, "TERM": "xterm", "LOG_LEVEL": "WARNING", **environment},
    ) as process:
        os.close(stderr)
        # The end of the script is the end of what a test reads from it.
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            yield Script(process, shown)
        finally:
            watchdog.cancel()
            process.kill()
            os.close(shown)


# Ctrl-C


@pytest.mark.parametrize(
    "ways", [(), ("synchronous",), ("synchronous", "loop")], ids=" ".join
)
def test_ctrl_c_deletes_the_job(ways: tuple[str, ...], tmp_path: Path) -> None:
    """One ctrl-c deletes the job, however the task was called, and ends the program as ctrl-c does."""
    with started(tmp_path, *ways) as script:
        script.wait_for("get")
        script.interrupt()
        printed = script.ends()

        assert printed.count("delete") == 1
        assert printed[-1] == "delete"
        assert "KeyboardInterrupt" in script.display()
        assert script.process.returncode == -signal.SIGINT


def test_ctrl_c_while_the_job_is_created(tmp_path: Path) -> None:
    """The creation comes to its end, then the job is deleted."""
    with started(tmp_path, "slow-create") as script:
        script.wait_for("create")
        script.interrupt()
        (tmp_path / "release").touch()

        assert script.ends() == ["start", "create", "delete"]
        assert script.process.returncode == -signal.SIGINT


@pytest.mark.parametrize(
    "ways", [(), ("synchronous",), ("synchronous", "loop")], ids=" ".join
)
def test_a_second_ctrl_c_ends_at_once(ways: tuple[str, ...], tmp_path: Path) -> None:
    """A deletion that hangs can be interrupted; a warning says that the job may go on."""
    with started(tmp_path, "stuck-delete", *ways) as script:
        script.wait_for("get")
        script.interrupt()
        script.wait_for("delete")
        script.interrupt()

        assert script.ends().count("delete") == 1
        shown = script.display()
        assert "deletion of its job was given up; the job may go on" in shown
        assert "KeyboardInterrupt" in shown
        assert script.process.returncode == -signal.SIGINT


# The display


def on_screen(shown: str) -> list[str]:
    """Return the lines a terminal would show in the end."""
    return [line.rsplit("\x1b[K", 1)[-1] for line in shown.split("\r\n")]


def test_a_terminal_shows_one_line(tmp_path: Path) -> None:
    """Phase, time and message stand on a line that is drawn again; the link stays above it."""
    with started(tmp_path, "succeed", terminal=True) as script:
        script.ends()
        shown = script.display()

    link, line, rest = on_screen(shown)
    assert link == "Console: https://console/1"
    assert re.fullmatch(r"env\.query: SUCCEEDED 0:00:\d\d scanning \[31m 10 rows", line)
    assert rest == ""
    assert "env.query: CREATING" in shown


def test_records_do_not_mix_with_the_line(tmp_path: Path) -> None:
    """With the log on the same terminal, the link is shown there alone, on a line of its own."""
    with started(tmp_path, "succeed", terminal=True, LOG_LEVEL="INFO") as script:
        script.ends()
        shown = script.display()

    assert shown.count("https://console/1") == 1
    assert on_screen(shown)[0] == "[flyte] Console: https://console/1"


def test_the_line_lives_on_while_nothing_happens(tmp_path: Path) -> None:
    """While the connector is busy the time goes on; what was there last stays when the program is interrupted."""
    ticked = re.compile(r"CREATING 0:00:0[1-9]")
    with started(tmp_path, "stuck-get", terminal=True) as script:
        script.wait_for("get")
        shown, limit = "", time.monotonic() + PATIENCE
        while not ticked.search(shown) and time.monotonic() < limit:
            shown += script.display()
        script.interrupt()
        script.ends()
        shown += script.display()

    assert ticked.search(shown)
    assert re.search(r"env\.query: DELETING 0:00:\d\d\r\n", shown)


@pytest.mark.parametrize("settings", [{"terminal": False}, {"TERM": "dumb"}], ids=str)
def test_elsewhere_there_are_records(settings: Any, tmp_path: Path) -> None:
    """Without a terminal that can do it, phases and links are plain records."""
    settings = {"terminal": True, **settings}
    with started(tmp_path, "succeed", LOG_LEVEL="INFO", **settings) as script:
        script.ends()
        shown = script.display()

    assert shown.splitlines() == [
        "[flyte] task 'env.query': CREATING",
        "[flyte] Console: https://console/1",
        "[flyte] task 'env.query': SUCCEEDED (scanning [31m 10 rows)",
    ]


def test_a_long_message_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line fits the terminal, so that drawing it again does not leave parts of it behind."""
    stream = io.StringIO()
    monkeypatch.setattr(local_display, "COLUMNS", 40)

    Terminal("env.query", stream).update("RUNNING", "x" * 100)

    line = stream.getvalue().removeprefix(local_display.ERASE)
    assert line == "env.query: RUNNING 0:00:00 xxxxxxxxxxxx"
    assert len(line) == 39


def test_a_closed_terminal_is_no_error() -> None:
    """A terminal that goes away does not end the job."""
    stream = io.StringIO()
    terminal = Terminal("env.query", stream)
    stream.close()

    terminal.update("RUNNING")
    terminal.link("Console", "https://console/1")
    terminal.end()
