"""The published pages in a Hugo site that has the layout they name: every page is shown, none is changed for it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HUGO = ROOT / ".venv-site/bin/hugo"
PAGES = ROOT / "generated/docs"

pytestmark = pytest.mark.skipif(
    not HUGO.exists(), reason="scripts/test makes the environment that has hugo"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What Hugo makes of the generated pages, by the page."""
    folder = tmp_path_factory.mktemp("hugo") / "site"
    shutil.copytree(Path(__file__).parent / "hugo", folder)
    shutil.copytree(PAGES, folder / "content")
    subprocess.run(
        [HUGO, "--source", folder, "--destination", "out", "--panicOnWarning"],
        check=True,
        capture_output=True,
        timeout=120,
    )
    texts = [path.read_text() for path in folder.glob("out/**/*.html")]
    return {_source(text): text for text in texts}


def _source(text: str) -> str:
    found = re.search(r'data-source="([^"]*)"', text)
    return found[1] if found else ""


def test_no_page_is_lost(built: dict[str, str]) -> None:
    """Hugo makes one page of each Markdown file, with the layout it names."""
    files = {path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*.md")}
    assert built.keys() == files


def test_every_page_shows_what_it_says(built: dict[str, str]) -> None:
    """Each heading and each row of a table of a page stands in what Hugo shows."""
    for path in PAGES.rglob("*.md"):
        _, _, text = path.read_text().split("---\n", 2)
        text = re.sub(r"(?ms)^```.*?^```", "", text)
        shown = built[path.relative_to(PAGES).as_posix()]
        headings = re.findall(r"(?m)^(?:#+ |\S.*\n-{3,}$)", text)
        assert len(re.findall(r"<h[1-6]\b", shown)) == len(headings), path
        rows = re.findall(r"(?m)^\| ", text)
        assert shown.count("<tr>") == len(rows), path
