"""Published pages as sources of specs: a page that is known is not read, one that has changed is compared and can be accepted.

What is said about each difference is kept in ``tests/cases/errors/sources-that-have-changed``.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CASE = ROOT / "tests" / "cases" / "errors" / "sources-that-have-changed"
SEEDS = ROOT / "tests" / "cases" / "seeds"
PUBLISHED = ROOT / "docs" / "published"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project of the case, with settings."""
    shutil.copytree(CASE, tmp_path / "project")
    (tmp_path / "project" / "codegen.toml").write_text('package = "acme"\n')
    return tmp_path / "project"


def test_accepting_notes_pages_as_they_are(project: Path, run_codegen: Any) -> None:
    """Only the digests of changed pages change in the spec; after that there is nothing to find."""
    spec = project / "specs" / "acme.yaml"
    before = spec.read_text().splitlines()
    assert run_codegen(project, "check").code == 1
    ran = run_codegen(project, "check", "--accept-sources")
    assert ran.code == 0, ran
    assert ran.stdout.splitlines() == [
        "docs/published/greeter.md: accepted as it is now",
        "docs/published/index.md: accepted as it is now",
        "docs/published/other.md: accepted as it is now",
        "docs/published/torn.md: accepted as it is now",
        "1 spec checked, no findings",
    ]
    after = spec.read_text().splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 4
    for line in changed:
        path, _, digest = line.strip().partition(": ")
        assert digest == hashlib.sha256((project / path).read_bytes()).hexdigest()
    assert run_codegen(project, "check").code == 0
    again = run_codegen(project, "check", "--accept-sources")
    assert again.stdout == "1 spec checked, no findings\n"


def test_known_pages_are_not_read(
    project: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page with the known digest costs its digest and no more."""
    run_codegen(project, "check", "--accept-sources")
    monkeypatch.delattr("codegen.readers.pages.PageTree")
    assert run_codegen(project, "check").code == 0


def test_the_subject_is_made_of_the_published_pages(run_codegen: Any) -> None:
    """The three published pages are the sources of the built-in subject, byte for byte, and its specs know them."""
    published = {path.read_bytes() for path in PUBLISHED.iterdir()}
    assert published == {path.read_bytes() for path in SEEDS.iterdir()}
    specs = "".join(path.read_text() for path in (ROOT / "specs").iterdir())
    for path in PUBLISHED.iterdir():
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert f"  docs/published/{path.name}: {digest}\n" in specs


@pytest.mark.parametrize("name", sorted(path.name for path in PUBLISHED.iterdir()))
def test_a_page_of_the_subject_agrees_in_every_fact(
    name: str, tmp_path: Path, run_codegen: Any
) -> None:
    """Compared with its spec, a published page that only has another digest differs in nothing."""
    for folder in ("specs", "runtime", "docs/published"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    digest = hashlib.sha256((PUBLISHED / name).read_bytes()).hexdigest()
    for path in (tmp_path / "specs").iterdir():
        path.write_text(path.read_text().replace(digest, "another"))
    ran = run_codegen(tmp_path, "check", "--output-format", "concise")
    assert ran.code == 1
    assert ran.stdout.count("error[") == ran.stdout.count("error[source-changed]") == 1
