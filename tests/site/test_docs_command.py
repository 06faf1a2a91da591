"""``codegen docs build``: what it says, what it leaves behind, and how it ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SETTINGS = """package = "acme"
[docs]
titel = "x"
out = ".."
guides = ["../x.md"]
repository = "https://example.com/"
url = "example.com"
inventories = {a = "b"}
title = 3
"""


def test_dead_links_are_located(project: Path, run_codegen: Callable[..., Any]) -> None:
    """A guide with links that lead nowhere is refused, and nothing is written."""
    (project / "docs/start.md").write_text(
        "# A\n\nSee [b](missing.md), [c](more/words.md#nowhere), ![d](gone.png)\n\n[e]: ../secret.txt\n[this][e] and [f](#a)\n"
    )
    ran = run_codegen(project, "docs", "build")
    assert (
        str(ran)
        == """docs/start.md:3:9: error[dead-link]: 'missing.md': there is no 'guides/missing.md' on the site
   3 | See [b](missing.md), [c](more/words.md#nowhere), ![d](gone.png)
     |         ^^^^^^^^^^

docs/start.md:3:26: error[dead-link]: 'more/words.md#nowhere': 'guides/more/words.html' has no anchor 'nowhere'
   3 | See [b](missing.md), [c](more/words.md#nowhere), ![d](gone.png)
     |                          ^^^^^^^^^^^^^^^^^^^^^

docs/start.md:3:55: error[dead-link]: 'gone.png': there is no 'guides/gone.png' on the site
   3 | See [b](missing.md), [c](more/words.md#nowhere), ![d](gone.png)
     |                                                       ^^^^^^^^

docs/start.md:5:6: error[dead-link]: '../secret.txt': there is no 'secret.txt' on the site
   5 | [e]: ../secret.txt
     |      ^^^^^^^^^^^^^
4 errors; nothing was written
exit code 1
"""
    )
    assert not (project / "site").exists()


def test_twofold_anchors_are_told(
    project: Path, run_codegen: Callable[..., Any]
) -> None:
    """A heading whose anchor is that of a footnote is refused."""
    (project / "docs/start.md").write_text("# A\n\nB[^1].\n\n## fn 1\n\n[^1]: C.\n")
    ran = run_codegen(project, "docs", "build")
    assert (
        str(ran)
        == """docs/start.md:1:1: error[twofold-anchor]: '#fn-1': the page has this anchor twice
   1 | # A
     | ^
1 error; nothing was written
exit code 1
"""
    )


def test_settings_are_checked(project: Path, run_codegen: Callable[..., Any]) -> None:
    """Every wrong setting of the site is told, with its place."""
    (project / "codegen.toml").write_text(SETTINGS)
    ran = run_codegen(project, "docs", "build", "--output-format", "concise")
    assert (
        str(ran)
        == """codegen.toml:3:1: error[unknown-setting]: 'titel' is not a setting of the site
codegen.toml:4:1: error[wrong-setting]: 'out' must be a folder of its own in the project, not '..'
codegen.toml:5:1: error[wrong-setting]: 'guides' must be in the project, and '../x.md' is not
codegen.toml:6:1: error[wrong-setting]: 'repository' needs {path} where the path of a file goes
codegen.toml:7:1: error[wrong-setting]: 'url' begins with https://, and 'example.com' does not
codegen.toml:8:1: error[wrong-setting]: 'inventories' holds addresses that begin with https://, not 'b'
codegen.toml:9:1: error[wrong-setting]: 'title' must be a text
exit code 2
"""
    )


def test_guides_that_are_not_there(
    project: Path, run_codegen: Callable[..., Any]
) -> None:
    """A folder, a pattern or a file that settings name and that is missing is told."""
    config = project / "codegen.toml"
    settings = 'guides = ["nothing", "docs/*.txt", "gone.md", "docs/start.md"]'
    config.write_text(f"{config.read_text()}{settings}\n")
    ran = run_codegen(project, "docs", "build", "--output-format", "concise")
    assert (
        str(ran)
        == """codegen.toml:1:1: error[wrong-setting]: 'guides' names 'docs/*.txt', where there is nothing
codegen.toml:1:1: error[wrong-setting]: 'guides' names 'nothing', where there is nothing
gone.md:1:1: error[unreadable]: cannot be read: No such file or directory
3 errors; nothing was written
exit code 2
"""
    )


def test_names_of_guides_may_have_any_signs(
    project: Path, run_codegen: Callable[..., Any]
) -> None:
    """Signs that mean something in an address are none of a page's; two guides of one page are refused."""
    docs = project / "docs"
    (docs / "100% #1?.md").write_text("# Ask\n")
    (docs / "a b.png").write_text("")
    text = "\n\n[1](100%25%20%231%3F.md) ![2](a%20b.png)\n"
    with open(docs / "start.md", "a") as start:
        start.write(text)
    ran = run_codegen(project, "docs", "build")
    assert ran.code == 0, ran
    page = (project / "site/guides/start.html").read_text()
    assert 'href="../guides/100-1-.html"' in page
    assert 'src="../guides/a%20b.png"' in page
    assert (project / "site/guides/100-1-.html").is_file()

    (docs / "100-1-.md").write_text("# Answer\n")
    ran = run_codegen(project, "docs", "build", "--output-format", "concise")
    message = "its page would be that of 'docs/100% #1?.md'"
    assert f"docs/100-1-.md:1:1: error[path-collision]: {message}\n" in ran.stdout
    assert ran.code == 1


def test_a_wrong_spec_is_refused(
    project: Path, run_codegen: Callable[..., Any]
) -> None:
    """A spec with a mistake stops the site as it stops everything else, also after a run that was fine."""
    assert run_codegen(project, "docs", "build").code == 0
    spec = project / "specs/acme.errors.yaml"
    spec.write_text(spec.read_text().replace("kind: exception", "bases: [Missing]"))
    ran = run_codegen(project, "docs", "build", "--output-format", "concise")
    assert (
        str(ran)
        == """specs/acme.errors.yaml:5:13: error[unknown-name]: 'Missing' is not defined
1 error; nothing was written
exit code 1
"""
    )


def test_left_over_pages_are_removed(
    project: Path, run_codegen: Callable[..., Any]
) -> None:
    """A page whose class is gone is removed; a file that nobody wrote here stays."""
    assert run_codegen(project, "docs", "build").code == 0
    (project / "site/CNAME").write_text("docs.example.com")
    spec = project / "specs/acme.yaml"
    text = spec.read_text()
    start, end = text.index("  Butler:"), text.index("functions:")
    spec.write_text(text[:start] + text[end:])
    guide = project / "docs/start.md"
    guide.write_text(guide.read_text().replace("`Butler`", "it"))
    ran = run_codegen(project, "docs", "build")
    assert ran.stdout.endswith(" 2 removed\n")
    assert not (project / "site/api/acme/butler.html").exists()
    assert (project / "site/CNAME").exists()
    again = run_codegen(project, "docs", "build")
    assert again.stdout == "0 written, 28 unchanged, 0 removed\n"


@pytest.mark.parametrize("kind", ["list", "none", "repository"])
def test_a_project_may_be_arranged_otherwise(
    project: Path, run_codegen: Callable[..., Any], kind: str
) -> None:
    """Guides may be listed or missing, and sources may be shown elsewhere."""
    config = project / "codegen.toml"
    settings = {
        "list": 'guides = ["README.md", "docs/start.md"]',
        "none": "",
        "repository": 'repository = "https://example.com/blob/main/{path}#L{line}"',
    }
    config.write_text(f"{config.read_text()}{settings[kind]}\n")
    (project / "README.md").write_text("Hello, [you](docs/start.md).\n")
    (project / "docs/start.md").write_text(
        "# Start\n\n[core](../cores/acme_cores/greetings.py)\n"
    )
    if kind == "none":
        shutil.rmtree(project / "docs")
    assert run_codegen(project, "docs", "build").code == 0
    found = sorted(path.name for path in (project / "site/guides").glob("*.html"))
    assert (
        found
        == {
            "list": ["README.html", "start.html"],
            "none": [],
            "repository": ["start.html"],
        }[kind]
    )
    page = (project / "site/api/acme/greeter.html").read_text()
    if kind == "repository":
        assert 'href="https://example.com/blob/main/specs/acme.yaml#L24"' in page
        start = (project / "site/guides/start.html").read_text()
        assert (
            'href="https://example.com/blob/main/cores/acme_cores/greetings.py"'
            in start
        )
    assert (project / "site/source").exists() is (kind != "repository")


def test_a_site_of_nothing_but_pages_needs_expressions(
    tmp_path: Path, run_codegen: Any
) -> None:
    """Published pages print whatever a spec says; a site, which links names, says where that is no expression."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "codegen.toml").write_text('package = "acme"\noutputs = ["pages"]\n')
    (tmp_path / "specs/acme.yaml").write_text(
        'module: acme\npage: {style: "2.6", version: "2.6"}\n'
        'classes: {A: {bases: ["Generic["]}}\n'
    )
    assert run_codegen(tmp_path, "generate").code == 0
    ran = run_codegen(tmp_path, "docs", "build")
    assert (ran.code, ran.stderr) == (1, "")
    assert "specs/acme.yaml:3:31: error[type-expression]" in ran.stdout
    assert not (tmp_path / "site").exists()
