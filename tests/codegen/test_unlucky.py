"""What the command line says when the machine or the person in front of it has bad luck: one line, and an honest exit code."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codegen.starter import init
from codegen.workspace import Workspace

ROOT = Path(__file__).parents[2]


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    """The starter project."""
    init(tmp_path / "acme", None)
    return tmp_path / "acme"


def generate_into(folder: Path, output: int) -> tuple[int | None, str]:
    """Generate with a standard output; return the exit code and what stands on the error output."""
    others = {k: v for k, v in os.environ.items() if k != "CODEGEN_TRACEBACK"}
    run = subprocess.run(
        [sys.executable, "-m", "codegen", "generate"],
        cwd=folder,
        env={**others, "PYTHONPATH": str(ROOT)},
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )
    return run.returncode, run.stderr


def unchanged(folder: Path, run_codegen: Any) -> None:
    """Generate until nothing is left to do, which is answered before the command line is imported."""
    old = Path(__file__).stat()
    for path in [folder / "codegen.toml", *(folder / "specs").iterdir()]:
        os.utime(path, ns=(old.st_atime_ns, old.st_mtime_ns))
    for _ in range(2):
        assert run_codegen(folder, "generate").code == 0


def test_a_reader_that_has_left(acme: Path, run_codegen: Any) -> None:
    """``codegen generate | head -0`` ends without a word, also when there is nothing to do."""
    unchanged(acme, run_codegen)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert generate_into(acme, writing) == (1, "")
    finally:
        os.close(writing)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_an_output_without_room(acme: Path, run_codegen: Any) -> None:
    """A full disk behind standard output is no bug, and is called what it is."""
    unchanged(acme, run_codegen)
    with open("/dev/full", "wb") as full:
        message = "codegen: the output: No space left on device\n"
        assert generate_into(acme, full.fileno()) == (2, message)


def test_what_a_machine_refuses_is_no_bug(
    acme: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal that no step expects is one line with the file; any other error of the system is a bug."""

    def failing(number: int) -> Any:
        def fail(_: Workspace) -> None:
            raise OSError(number, os.strerror(number), "some/file")

        return fail

    monkeypatch.setattr(Workspace, "check", failing(errno.EACCES))
    with pytest.raises(PermissionError):
        run_codegen(acme, "check")
    monkeypatch.delenv("CODEGEN_TRACEBACK")
    ran = run_codegen(acme, "check")
    assert (ran.code, ran.stderr) == (2, "codegen: some/file: Permission denied\n")
    monkeypatch.setattr(Workspace, "check", failing(errno.EEXIST))
    assert run_codegen(acme, "check").code == 70


def test_ctrl_c_is_no_finding(
    acme: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted command ends as shells say it, and not as one that has found something."""

    def interrupted(_: Workspace) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "check", interrupted)
    ran = run_codegen(acme, "check")
    assert (ran.code, ran.stdout, ran.stderr) == (130, "", "\nAborted!\n")


def test_cores_in_a_folder_without_rights(
    acme: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A core that cannot be read is a finding at the spec that names it."""
    look = Path.stat

    def refused(path: Path, **options: Any) -> os.stat_result:
        if path.name == "greetings.py":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return look(path, **options)

    monkeypatch.setattr(Path, "stat", refused)
    for command in ("check", "scaffold"):
        ran = run_codegen(acme, command, "--output-format", "concise")
        message = "'cores/acme_cores/greetings.py' cannot be read: Permission denied"
        assert f"error[unreadable]: {message}\n" in ran.stdout
        assert ran.code == 2


def test_a_page_that_is_not_there(tmp_path: Path, run_codegen: Any) -> None:
    """A misspelt path is no finding about pages."""
    ran = run_codegen(tmp_path, "import", "pages", "nowhere.md", "--out", "new")
    assert ran.code == 2
    assert "nowhere.md:1:1: error[unreadable]" in ran.stdout
    assert not (tmp_path / "new").exists()


def test_a_source_that_cannot_be_imported(tmp_path: Path, run_codegen: Any) -> None:
    """A module whose name is a word of Python is refused in one line."""
    (tmp_path / "class.py").write_text("x: int = 1\n")
    ran = run_codegen(tmp_path, "import", "source", "class.py", "--out", "new")
    message = "codegen: 'class' cannot be the name of a package\n"
    assert (ran.code, ran.stderr) == (2, message)
