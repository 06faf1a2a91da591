"""A minute of everything at once: no call is lost, and the service holds no more at the end than at the beginning.

SOAK_SECONDS says how long it takes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.service.conftest import Serve
from tests.service.operating import eventually, held, lines
from tests.service.running import PATIENCE, Service, clean_environment
from tests.service.soak_client import SECRET

SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))
CLIENTS = 3
# Allocators keep some of what was used at the same time.
GROWTH = 1.15


def start_client(service: Service, number: int) -> subprocess.Popen[str]:
    """Start a process that calls the service."""
    words = [service.address, str(number), str(SECONDS)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.service.soak_client", *words],
        stdout=subprocess.PIPE,
        env=clean_environment({}),
        text=True,
    )


def finished(client: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a client, and return what it reports."""
    stdout, _ = client.communicate(timeout=SECONDS + PATIENCE)
    assert client.returncode == 0
    found: dict[str, Any] = json.loads(stdout)
    return found


@pytest.mark.slow
def test_soak(
    serve: Serve,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Clients that work, fail, lie, cancel, vanish and babble leave nothing behind, and each job was created once."""
    service = serve(modules=("tests.service.soak_connectors",), tracebacks=True)
    clients = [start_client(service, number) for number in range(CLIENTS)]
    try:
        time.sleep(SECONDS / 4)
        created = tmp_path / "created"
        eventually(lambda: len(lines(created)) > 20 * CLIENTS, "all clients work")
        warm = held(service.process.pid)
        page = len(service.metrics())
        reports = [finished(client) for client in clients]
    finally:
        for client in clients:
            client.kill()
            client.wait()
    assert not [surprise for report in reports for surprise in report["surprises"]]
    told = {job for report in reports for job in report["jobs"]}
    counts = Counter(lines(created))
    counts.pop("left")
    assert set(counts) == told
    assert set(counts.values()) == {1}
    eventually(
        lambda: held(service.process.pid).descriptors < warm.descriptors,
        "connections are closed",
    )
    after = held(service.process.pid)
    calls = sum(report["calls"] for report in reports)
    with capsys.disabled():
        print(f"\nsoak: {calls} calls, {len(told)} jobs, {warm} after warm-up, {after}")
    assert after.threads <= warm.threads
    assert after.kilobytes <= warm.kilobytes * GROWTH
    assert len(service.metrics()) <= page * 1.1
    assert SECRET not in service.log()
    assert SECRET not in service.metrics()
