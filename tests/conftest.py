"""What tests of every part share: the option that renews kept outputs, signals and time limits as everywhere, and the
command line run inside the test.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update``, the only way to renew the outputs that are kept beside their inputs."""
    parser.addoption(
        "--update", action="store_true", help="renew kept outputs instead of comparing"
    )


STDERR = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Take signals as a program on a terminal does, whoever started the tests.

    A shell lets its jobs in the background ignore ctrl-c, and they hand that down: programs that a test interrupts would
    never end.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # While a test runs, this is where its output is captured.
    config.stash[STDERR] = os.dup(2)


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node: pytest.Item | pytest.Collector) -> None:
    """Limit the time of the fixtures' teardown after a failure, at which pytest and its plugin end all limits."""
    seconds = float(node.config.getini("faulthandler_timeout") or 0)
    if isinstance(node, pytest.Item) and seconds and not node.config.getvalue("usepdb"):
        stderr = node.config.stash[STDERR]
        # Ended after the test, as the first limit is.
        faulthandler.dump_traceback_later(seconds, exit=True, file=stderr)


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether kept outputs are renewed."""
    return bool(request.config.getoption("--update"))


class Run(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        errors = f"[stderr]\n{self.stderr}" if self.stderr else ""
        return f"{self.stdout}{errors}exit code {self.code}\n"


RunCodegen = Callable[..., Run]


@pytest.fixture
def run_codegen(monkeypatch: pytest.MonkeyPatch) -> RunCodegen:
    """Run the command in a folder, through its real entry point; a bug shows as the exception it is."""
    from codegen.__main__ import main

    monkeypatch.setenv("CODEGEN_TRACEBACK", "1")
    monkeypatch.setenv("COLUMNS", "80")

    def run(folder: Path, *arguments: str) -> Run:
        stdout, stderr = io.StringIO(), io.StringIO()
        code: object = 0
        before = Path.cwd()
        os.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["codegen", *arguments])
        try:
            with (
                contextlib.redirect_stdout(stdout),
                contextlib.redirect_stderr(stderr),
            ):
                main()
        except SystemExit as end:
            code = end.code or 0
        finally:
            os.chdir(before)
        assert isinstance(code, int)
        return Run(code, stdout.getvalue(), stderr.getvalue())

    return run
