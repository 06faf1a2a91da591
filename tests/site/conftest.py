"""What tests of the site share: the site of this repository, made once, and a small project to change."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codegen.documenting import build_site
from codegen.workspace import Workspace

ROOT = Path(__file__).parents[2]
CASE = ROOT / "tests/cases/site"


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this repository's own specs and guides."""
    folder = tmp_path_factory.mktemp("real")
    project = folder / "project"
    project.mkdir()
    shutil.copy(ROOT / "pyproject.toml", project)
    ignored = shutil.ignore_patterns("__pycache__", ".codegen-cache")
    # Guides link to the examples.
    for name in ("specs", "runtime", "docs", "examples"):
        shutil.copytree(ROOT / name, project / name, ignore=ignored)
    result = build_site(Workspace(project / "pyproject.toml"), folder / "site")
    assert result.diagnostics == []
    return folder / "site"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the small project."""
    return Path(shutil.copytree(CASE / "project", tmp_path / "project"))
