"""docs/guide.md tells the truth: its commands run in a real project, its patches fit, and what is printed stands there.

A console block is commands and what they print; a diff block is applied to the project; other blocks are looked at by tests
of their own. Numbers that differ from machine to machine are not compared. ``pytest --update`` renews what is printed.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide.md"
WORKFLOW = ROOT / "docs" / "github-workflow.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
FENCE = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDEX = "https://pypi.example.com"
VARYING = (
    (re.compile(r"\b\d+\.\d+s\b"), "0.0s"),
    (re.compile(r"\([\d,]+ bytes\)"), "(1,000 bytes)"),
    (re.compile(r" +$", re.MULTILINE), ""),
)


def environment() -> dict[str, str]:
    """What the commands see: those of this Python first, and nobody's settings of git."""
    names = {"GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"}
    mails = {"GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"}
    return {
        **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        **dict.fromkeys(names, "Ada"),
        **dict.fromkeys(mails, "ada@example.com"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "NO_COLOR": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TWINE_USERNAME": "ada",
        "TWINE_PASSWORD": "lovelace",
    }


def run(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the guide as a shell does."""
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**environment(), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """An empty package index of this test, by its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder = tmp_path / "index"
    folder.mkdir()
    command = [sys.executable, "-m", "pypiserver", "run", "-i", "127.0.0.1"]
    command += ["-p", str(port), "-P", ".", "-a", ".", "--disable-fallback"]
    with subprocess.Popen(
        [*command, str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    """Wait until somebody listens."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the index does not start")


def alike(text: str) -> str:
    """A text without what differs from run to run."""
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    return text


def commands(block: str) -> Iterator[str]:
    """The commands of a console block."""
    for line in block.splitlines():
        if line.startswith("$ "):
            yield line.removeprefix("$ ")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Where the guide's project is made."""
    return tmp_path / "acme"


def test_the_guide_tells_the_truth(
    project: Path, index: str, tmp_path: Path, update: bool
) -> None:
    """Every patch fits and every command prints what the guide shows; its pieces for reviews find nothing to say."""
    text = GUIDE.read_text()
    shown: list[tuple[str, str]] = []
    for language, block in FENCE.findall(text):
        folder = project if project.exists() else tmp_path
        if language == "diff":
            patch = tmp_path / "change.patch"
            patch.write_text(block)
            ran = run(f"git apply --recount {patch}", folder)
            assert ran.returncode == 0, ran.stdout
            continue
        printed = ""
        for command in commands(block):
            ran = run(command.replace(INDEX, index), folder)
            output = ran.stdout.replace(index, INDEX).replace(str(tmp_path), "")
            printed += f"$ {command}\n{output}"
        shown.append((block, alike(printed)))
    if update:
        for block, printed in shown:
            text = text.replace(f"```console\n{block}```", f"```console\n{printed}```")
        GUIDE.write_text(text)
    for block, printed in shown:
        assert update or printed == alike(block)
    uploaded = {path.name for path in (tmp_path / "index").iterdir()}
    assert uploaded == {"acme_stubs-0.2.0-py3-none-any.whl", "acme_stubs-0.2.0.tar.gz"}
    reviewed(project)


def reviewed(project: Path) -> None:
    """Run the steps of the workflow and the hooks in the guide's project, whose branch is not behind."""
    assert (
        run("git update-ref refs/remotes/origin/main HEAD~1", project).returncode == 0
    )
    steps: list[dict[str, Any]] = yaml.safe_load(WORKFLOW.read_text())["jobs"][
        "codegen"
    ]["steps"]
    lines = [step["run"] for step in steps if "run" in step]
    assert lines[0] == "pip install sdk-codegen"
    for line in lines[1:]:
        ran = run(line, project, BASE="main")
        assert ran.returncode == 0, ran.stdout
    # The last step annotates the lines of the spec.
    assert "file=specs/acme.yaml,line=" in ran.stdout
    for hook in yaml.safe_load(HOOKS.read_text()):
        assert hook["language"] == "python"
        assert not hook["pass_filenames"]
        ran = run(hook["entry"], project)
        assert ran.returncode == 0, ran.stdout
    (project / "specs" / "acme.yaml").write_text("module: acme\n")
    ran = run("codegen generate --check", project)
    assert ran.returncode == 1


def test_the_guide_names_hooks_that_exist() -> None:
    """The configuration in the guide asks for the hooks that there are."""
    named = re.findall(r"- id: (\S+)", GUIDE.read_text())
    assert named == [hook["id"] for hook in yaml.safe_load(HOOKS.read_text())]
