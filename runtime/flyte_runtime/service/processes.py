"""Several processes behind one port, each a whole service; the system spreads connections over them.

Knows processes, signals and exit codes. It must not know what a process of the service does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from types import FrameType

from flyte_runtime.service import page, ports
from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.settings import METRICS_FOLDER, Settings

# Set in the environment of each of the processes.
MEMBER = "FLYTE_CONNECTOR_MEMBER"
SIGNALS = (signal.SIGTERM, signal.SIGINT)
POLL_SECONDS = 0.05


def is_member() -> bool:
    """Tell whether this process is one of several."""
    return MEMBER in os.environ


def serve(settings: Settings, words: Sequence[str]) -> None:
    """Run the processes until they are told to stop; raise CannotServe if one of them ends otherwise."""
    ports.check_free(settings.host, settings.port)
    with tempfile.TemporaryDirectory(prefix="c0-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        with page.metrics_page(settings):
            group = _Group(words)
            group.listen()
            group.start()
            # The others only once the first has shown that it can serve: what fails would fail in all of them.
            group.wait_for(settings)
            for _ in range(settings.processes - 1):
                group.start()
            group.wait()


class _Group:
    """The processes, and the signal that has been passed on to them."""

    def __init__(self, words: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", "flyte_runtime.service", *words]
        self._members: list[subprocess.Popen[bytes]] = []
        self._stopping = False

    def listen(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        self._tell(number)

    def _tell(self, number: int) -> None:
        for member in self._members:
            if member.poll() is None:
                member.send_signal(number)

    def start(self) -> None:
        # In a group of its own: ctrl-c in a terminal reaches it through this process, once.
        member = subprocess.Popen(
            self._command, env={**os.environ, MEMBER: "1"}, process_group=0
        )
        self._members.append(member)
        if self._stopping:
            self._tell(signal.SIGTERM)

    def wait_for(self, settings: Settings) -> None:
        while not self._ended() and not ports.answers(settings.host, settings.port):
            time.sleep(POLL_SECONDS)

    def _ended(self) -> list[int]:
        return [
            member.returncode for member in self._members if member.poll() is not None
        ]

    def wait(self) -> None:
        """Wait until all have ended; one that ends, by its timeout or by accident, takes the others with it."""
        while not self._ended():
            time.sleep(POLL_SECONDS)
        self._tell(signal.SIGTERM)
        codes = [member.wait() for member in self._members]
        if any(codes):
            raise CannotServe(
                f"a process of the service ended with exit code {max(codes, key=abs)}"
            )
