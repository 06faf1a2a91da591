"""Several processes behind one port, each a whole service; the system spreads connections over them.

Knows processes, signals and exit codes. It must not know what a process of the service does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from types import FrameType

from flyte_runtime.service import loading, ports
from flyte_runtime.service.failures import CannotServe
from flyte_runtime.service.settings import METRICS_FOLDER, Settings
from flyte_runtime.service.stopping import SIGNALS

# In the environment of each of the processes: the number of the one that started it.
MEMBER = "FLYTE_CONNECTOR_MEMBER"
POLL_SECONDS = 0.05
WATCH_SECONDS = 1.0


def is_member() -> bool:
    """Tell whether this process is one of several."""
    return MEMBER in os.environ


def end_with_group() -> None:
    """Have this process, one of several, stop as a signal would have it once the one that started it is gone.

    That one stops it, unless it was killed. Then nobody else would: it would keep the port.
    """

    def watch() -> None:
        while os.getppid() == int(os.environ[MEMBER]):
            time.sleep(WATCH_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def serve(settings: Settings, words: Sequence[str]) -> None:
    """Run the processes until they are told to stop; raise CannotServe if one of them ends otherwise."""
    with loading.needed():
        from flyte_runtime.service import page
    group = _Group(words)
    group.listen()
    ports.check_free(settings.host, settings.port)
    with tempfile.TemporaryDirectory(prefix="c0-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        with page.metrics_page(settings):
            group.start()
            # The others only once the first has shown that it can serve: what fails would fail in all of them.
            group.wait_for(settings)
            for _ in range(settings.processes - 1):
                group.start()
            group.wait()


class _Group:
    """The processes, and whether they have been told to stop."""

    def __init__(self, words: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", "flyte_runtime.service", *words]
        self._members: list[subprocess.Popen[bytes]] = []
        self._stopping = False

    def listen(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        self._tell_all()

    def _tell_all(self) -> None:
        for member in self._members:
            if member.poll() is None:
                member.send_signal(signal.SIGTERM)

    def start(self) -> None:
        """Start one more, unless all have been told to stop."""
        if self._stopping:
            return
        # In a group of its own: ctrl-c in a terminal reaches it through this process, once.
        member = subprocess.Popen(
            self._command,
            env={**os.environ, MEMBER: str(os.getpid())},
            process_group=0,
        )
        self._members.append(member)
        # A signal may have come in between.
        if self._stopping:
            self._tell_all()

    def wait_for(self, settings: Settings) -> None:
        """Wait until the first one answers or has ended."""
        while not self._one_ended() and not ports.answers(settings.host, settings.port):
            time.sleep(POLL_SECONDS)

    def _one_ended(self) -> bool:
        return any(member.poll() is not None for member in self._members)

    def wait(self) -> None:
        """Wait until all have ended; one that ends, by its timeout or by accident, takes the others with it."""
        while self._members and not self._one_ended():
            time.sleep(POLL_SECONDS)
        self._stopping = True
        self._tell_all()
        codes = [member.wait() for member in self._members]
        # One that was still starting is ended by the signal itself.
        failed = [code for code in codes if code not in (0, -signal.SIGTERM)]
        if failed:
            raise CannotServe(f"a process of the service {_fate(failed[0])}")


def _fate(code: int) -> str:
    if code > 0:
        return f"ended with exit code {code}"
    return f"was killed by {signal.Signals(-code).name}"
