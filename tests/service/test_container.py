"""The SDK as it is installed, and a connector environment as a platform runs it: `fserve`, then `c0`, both found on the path."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from flyte.app import ConnectorEnvironment
from flyte.models import CodeBundle, SerializationContext
from tests.service.example_calls import about
from tests.service.operating import begin, eventually, health, is_listening, run, status
from tests.service.running import PATIENCE, ROOT, free_port
from tests.service.test_security import OTHERS

# What the arguments of a connector environment say by default.
METRICS_PORT = 9092
BUNDLED = """
from flyteidl2.core.execution_pb2 import TaskExecution
from flyte.connectors import AsyncConnector, ConnectorRegistry, Resource, ResourceMeta

class Bundled(AsyncConnector):
    task_type_name = "bundled"
    metadata_type = ResourceMeta

    async def get(self, resource_meta, **kwargs):
        return Resource(phase=TaskExecution.SUCCEEDED)

    async def create(self, *args, **kwargs):
        return ResourceMeta()

    async def delete(self, resource_meta, **kwargs):
        pass

ConnectorRegistry.register(Bundled())
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SDK, built and installed into an environment that has its dependencies; returns where its commands are."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(
        build, cwd=ROOT / "runtime", check=True, capture_output=True, timeout=PATIENCE
    )
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q"]
    subprocess.run(
        [*pip, "--no-index", "--no-deps", wheel], check=True, timeout=PATIENCE
    )
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    dependencies = Path(grpc.__file__).parents[1]
    (packages / "dependencies.pth").write_text(f"{dependencies}\n")
    return python.parent


@pytest.fixture(scope="module")
def distribution(installed: Path) -> None:
    """A distribution whose connectors are found by their entry point."""
    (packages,) = (installed.parent / "lib").glob("python*/site-packages")
    content = (Path(__file__).parent / "operated_connectors.py").read_text()
    (packages / "site_connectors.py").write_text(content)
    information = packages / "site_connectors-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Name: site-connectors\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[flyte.connectors]\nsite = site_connectors\n"
    )


def environment(installed: Path) -> dict[str, str]:
    """Return the environment of a container: commands are found on the path, and nothing of this repository is."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FLYTE_", "LOG_", "PYTHON", "VIRTUAL_ENV"))
    }
    return {**kept, "PATH": f"{installed}{os.pathsep}{os.environ['PATH']}"}


@contextmanager
def container(
    installed: Path, folder: Path, command: list[str], **variables: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command as a platform does, and kill it if the test fails."""
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            command,
            cwd=folder,
            env={**environment(installed), **variables},
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        except BaseException:
            print((folder / "log").read_text())
            os.killpg(process.pid, signal.SIGKILL)
            raise


def answer(address: str, task_type: str = "quick") -> str:
    """Return how a call ends, as soon as somebody answers it."""
    with grpc.insecure_channel(address) as channel:
        data = b"{}" if task_type == "bundled" else "job"
        request = about("GetTask", task_type, data)
        call = begin(channel, "GetTask", request, wait_for_ready=True)
        return status(call)


def finished(process: subprocess.Popen[bytes]) -> int:
    """Tell a container to stop, and return its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


def test_the_commands_are_installed(installed: Path, tmp_path: Path) -> None:
    """The distribution of the SDK brings `c0` and `fserve`."""
    for name, described in (("c0", "Serve connectors"), ("fserve", "Serve an app")):
        ended = run(tmp_path, "--help", command=(str(installed / name),))
        assert ended.code == 0
        assert described in ended.stdout


@pytest.mark.usefixtures("distribution")
def test_installed_connectors(installed: Path, tmp_path: Path) -> None:
    """The line of an environment starts a service of all installed connectors on the environment's port."""
    port = free_port()
    app = ConnectorEnvironment(name="connectors", port=port, image="image")
    context = SerializationContext(version="v1", project="p", root_dir=tmp_path)
    command = app.container_cmd(context) + app.container_args(context)
    assert command[0] == "fserve"
    assert shlex.join(command).endswith(
        f"-- c0 --port {port} --prometheus_port {METRICS_PORT}"
    )
    eventually(lambda: not is_listening("127.0.0.1", METRICS_PORT), "nobody else tests")
    with container(installed, tmp_path, command) as process:
        # The platform is outside of the container.
        for address in ("127.0.0.1", *OTHERS):
            assert answer(f"{address}:{port}") == "OK"
        assert is_listening(OTHERS[0], METRICS_PORT)
        assert finished(process) == 0


def test_connectors_of_a_bundle(installed: Path, tmp_path: Path) -> None:
    """Connectors in the code bundle are named by the arguments of the environment, and found where it is unpacked."""
    archive = tmp_path / "code.tgz"
    (tmp_path / "connectors.py").write_text(BUNDLED)
    with tarfile.open(archive, "w:gz") as bundle:
        bundle.add(tmp_path / "connectors.py", "company/connectors.py")
    port, page = free_port(), free_port()
    words = ["c0", "--port", str(port), "--prometheus_port", str(page)]
    app = ConnectorEnvironment(
        name="connectors",
        port=port,
        image="image",
        args=[*words, "--modules", "company.connectors"],
    )
    context = SerializationContext(
        version="v1",
        root_dir=tmp_path,
        code_bundle=CodeBundle(
            computed_version="v1", tgz=str(archive), destination="code"
        ),
    )
    command = app.container_cmd(context) + app.container_args(context)
    with container(installed, tmp_path, command) as process:
        assert answer(f"{OTHERS[0]}:{port}", "bundled") == "OK"
        assert (tmp_path / "code" / "company" / "connectors.py").exists()
        assert finished(process) == 0


@pytest.mark.usefixtures("distribution")
def test_the_address_can_be_chosen(installed: Path, tmp_path: Path) -> None:
    """An environment variable decides on the address in a container as well."""
    port, page = free_port(), free_port()
    words = ["c0", "--port", str(port), "--prometheus_port", str(page)]
    command = ["fserve", "--version", "v1", "--", *words]
    variables = {"FLYTE_CONNECTOR_HOST": "127.0.0.1"}
    with container(installed, tmp_path, command, **variables) as process:
        assert answer(f"127.0.0.1:{port}") == "OK"
        assert not is_listening(OTHERS[0], port)
        assert finished(process) == 0


@pytest.mark.usefixtures("distribution")
def test_ctrl_c_in_a_terminal(installed: Path, tmp_path: Path) -> None:
    """Ctrl-C reaches `fserve` and `c0` at once, and `fserve` passes it on: the service drains all the same."""
    port, page = free_port(), free_port()
    words = ["c0", "--port", str(port), "--prometheus_port", str(page)]
    command = ["fserve", "--version", "v1", "--", *words]
    with container(installed, tmp_path, command) as process:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            call = begin(
                channel, "GetTask", about("GetTask", "quick"), wait_for_ready=True
            )
            assert status(call) == "OK"
            assert health(channel)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
