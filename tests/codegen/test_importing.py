"""What every import promises, whatever it reads: something comes of it or it fails, and runs do not harm each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from codegen import files

ROOT = Path(__file__).resolve().parents[2]


def test_an_empty_folder_is_no_success(tmp_path: Path, run_codegen: Any) -> None:
    """Where there are no pages, the command says so and makes nothing."""
    (tmp_path / "empty").mkdir()
    ran = run_codegen(tmp_path, "import", "pages", "empty", "--out", "project")
    assert (ran.code, ran.stderr) == (
        2,
        "codegen: there are no pages in what is named\n",
    )
    assert not (tmp_path / "project").exists()


def test_nothing_but_foreign_pages_is_no_success(
    tmp_path: Path, run_codegen: Any
) -> None:
    """When every page is left out, nothing is imported, and the exit code tells."""
    (tmp_path / "page.md").write_text("# Something else\n", encoding="utf-8")
    ran = run_codegen(tmp_path, "import", "pages", "page.md", "--out", "project")
    assert ran.code == 1
    assert "page-foreign" in ran.stdout
    assert not (tmp_path / "project").exists()


def test_two_runs_into_one_new_folder(tmp_path: Path) -> None:
    """Runs that begin at once wait for each other, and the project is whole."""
    source = tmp_path / "shop.py"
    source.write_text("def sell(what: str) -> int: ...\n", encoding="utf-8")
    command = [sys.executable, "-m", "codegen", "import", "source", str(source)]
    runs = [
        subprocess.Popen(
            [*command, "--out", str(tmp_path / "project")],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(4)
    ]
    for run in runs:
        output, _ = run.communicate(timeout=60)
        assert "2 written" in output, output
    found = set(files.read_tree(tmp_path / "project"))
    assert found == {"codegen.toml", "specs/shop.yaml"}
