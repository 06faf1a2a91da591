"""The command `python -m flyte.serialization`: its summary, its JSON, and every refusal on one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SDK = os.pathsep.join(str(REPOSITORY / part) for part in ("generated", "runtime"))

ENVIRONMENTS = """
import flyte
from flyte.app import AppEnvironment, ConnectorEnvironment

app = AppEnvironment("app", command=["serve", "a b"], image="app:1")
tasks = flyte.TaskEnvironment("tasks", image="tasks:1", depends_on=[app])

@tasks.task(triggers=flyte.Trigger.daily())
async def add(y: int, x: list[int] | None = None) -> dict[str, float]:
    return {}

connector = ConnectorEnvironment("connector", image="connector:1")
empty = flyte.TaskEnvironment("empty", image="empty:1")
"""

SUMMARY = """\
app
  app: app, 0 to 1 replicas
  image: app:1
  port: 8080
  command: serve 'a b'

tasks
  depends on: app
  task: tasks.add(x: list of integer or none = ..., y: integer) -> (o0: map of float)
    type python, image tasks:1
    trigger: daily

connector
  app: Connector, 0 to 1 replicas
  image: connector:1
  port: 8080 h2c
  command: fserve --version v1 --project p --domain d --org o --resolver \
flyte._internal.resolvers.app_env.AppEnvResolver --resolver-args team.all:connector -- \
c0 --port 8080 --prometheus_port 9092

empty
  no tasks
"""


def describe(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command, which must not warn."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "flyte.serialization", *arguments],
        env={**os.environ, "PYTHONPATH": SDK},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write a file of environments in a package."""
    path = tmp_path / "team" / "all.py"
    path.parent.mkdir()
    path.write_text(ENVIRONMENTS)
    return path


IDENTITY = ("--version", "v1", "--project", "p", "--domain", "d", "--org", "o")


def test_the_summary(file: Path, tmp_path: Path) -> None:
    """Every environment is told in a few lines, each after those it depends on."""
    run = describe(str(file), *IDENTITY, "--root-dir", str(tmp_path))
    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout == SUMMARY


def test_the_messages_as_json(file: Path) -> None:
    """With --json the whole messages are printed, as a list of environments."""
    run = describe(str(file), *IDENTITY, "--json")
    assert (run.stderr, run.returncode) == ("", 0)
    specs = json.loads(run.stdout)
    assert [spec["name"] for spec in specs] == ["app", "tasks", "connector", "empty"]
    assert specs[0]["app"]["metadata"]["id"] == {
        "name": "app",
        "project": "p",
        "domain": "d",
        "org": "o",
    }
    [task] = specs[1]["tasks"]
    assert task["spec"]["taskTemplate"]["id"]["version"] == "v1"
    # Without a root folder, modules are named from the folder of the file.
    assert "all:connector" in specs[2]["app"]["spec"]["container"]["command"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "all.py makes no environments"),
        ("1 / 0", "all.py failed to import: ZeroDivisionError: division by zero"),
        (
            "import flyte\nflyte.TaskEnvironment('a')\nflyte.TaskEnvironment('a')",
            "2 environments have the name 'a'",
        ),
        (
            "import flyte\na = flyte.TaskEnvironment('a')\n"
            "b = flyte.TaskEnvironment('b', depends_on=[a])\na.depends_on.append(b)",
            "environment 'a' cannot be serialized: "
            "environments depend on each other in a cycle: a -> b -> a",
        ),
    ],
)
def test_what_cannot_be_described(file: Path, content: str, message: str) -> None:
    """The error is one line, without a traceback."""
    file.write_text(content)
    run = describe(str(file), "--version", "v1")
    assert (run.stdout, run.stderr) == ("", f"error: {message}\n")
    assert run.returncode == 1


def test_files_that_cannot_be_imported(tmp_path: Path, file: Path) -> None:
    """A missing file, one outside the root folder, and a name that no import statement can have."""
    missing = describe(str(tmp_path / "none.py"), "--version", "v1")
    assert "No such file" in missing.stderr
    outside = describe(
        str(file), "--version", "v1", "--root-dir", str(tmp_path / "other")
    )
    assert "is not below the root folder" in outside.stderr
    renamed = file.rename(tmp_path / "not-a-name.py")
    named = describe(str(renamed), "--version", "v1")
    assert named.stderr == (
        "error: 'not-a-name' is not a name a module can be imported by\n"
    )
    assert (missing.returncode, outside.returncode, named.returncode) == (1, 1, 1)


def test_usage_errors() -> None:
    """The version is required."""
    run = describe("file.py")
    assert run.returncode == 2
    assert "--version" in run.stderr
