"""How fast a documentation site is made: beside hugo on the same Markdown, beside other generators on a real package."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Subject, run, take_turns
from bench.projects import write_specs
from bench.report import Row

ROOT = Path(__file__).resolve().parents[1]
BENCH = ROOT / ".venv-bench"
CODEGEN: list[str | Path] = [sys.executable, "-m", "codegen"]
PACKAGE = "rich"
LAYOUT = "<!doctype html><title>{{ .Title }}</title><main>{{ .Content }}</main>\n"


def rows(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure sites of 300 to 3,000 class pages, rebuilds, and the site of a real package."""
    rounds = 3 if quick else 7
    place = folder / "site"
    ours = _cold(place / "300", 300)
    hugo = _hugo(place / "hugo", place / "300")
    take_turns([ours, hugo], rounds, warm_up=True)
    yield Row.slower("site of 300 classes, with search", ours, hugo, at_most=1)

    larger = [_cold(place / str(count), count) for count in (1000, 3000)]
    take_turns([ours, *larger], 2 if quick else 4, warm_up=False)
    del ours.samples[: -len(larger[0].samples)]
    # Nothing grows faster than the number of pages; a fifth is left for the machine.
    yield Row.slower("1,000 classes beside 300", larger[0], ours, at_most=4)
    yield Row.slower("3,000 classes beside 300", larger[1], ours, at_most=12)

    same, changed = _again(place / "300")
    take_turns([same, changed], rounds, warm_up=True)
    yield Row.within("site, nothing changed", same, below=0.3)
    yield Row.within("site, one spec changed", changed, below=0.5)

    (source,) = BENCH.glob("lib/python*/site-packages")
    real = _imported(place / "real", source)
    others = [
        (_mkdocs(place / "mkdocs", source), 3),
        (_pdoc(place / "pdoc", source), 3),
        (_sphinx(place / "sphinx", source), 15),
    ]
    take_turns([real, *(other for other, _ in others)], 2 if quick else 4, warm_up=True)
    for other, times in others:
        yield Row.faster(
            f"site of {PACKAGE} from its source", real, other, at_least=times
        )


def _cold(folder: Path, classes: int) -> Subject:
    config = write_specs(folder, classes)

    def forget() -> None:
        shutil.rmtree(folder / "site", ignore_errors=True)
        shutil.rmtree(folder / ".codegen-cache", ignore_errors=True)

    command = [*CODEGEN, "docs", "build", "--config", config]
    return Subject("codegen docs build", command, forget)


def _hugo(folder: Path, project: Path) -> Subject:
    """The same pages as Markdown, in a site of one line of HTML and no search."""
    command = [*CODEGEN, "generate", "--config", project / "codegen.toml"]
    run([*command, "--only", "plain"])
    shutil.copytree(project / "out" / "docs-plain", folder / "content")
    for page in folder.glob("content/**/index.md"):
        # Hugo takes what stands beside an index.md for its attachments.
        page.rename(page.with_name("_index.md"))
    for name in ("single", "list"):
        layout = folder / "layouts" / "_default" / f"{name}.html"
        layout.parent.mkdir(parents=True, exist_ok=True)
        layout.write_text(LAYOUT)
    (folder / "hugo.toml").write_text('disableKinds = ["taxonomy", "term", "RSS"]\n')
    out = folder / "public"
    return Subject(
        "hugo, trivial theme",
        [BENCH / "bin" / "hugo", "--quiet", "--source", folder],
        lambda: shutil.rmtree(out, ignore_errors=True),
    )


def _again(folder: Path) -> tuple[Subject, Subject]:
    """The same site again: as it is, and after one text of one spec has changed."""
    spec = folder / "specs" / "sample.part001.yaml"
    command = [*CODEGEN, "docs", "build", "--config", folder / "codegen.toml"]
    count = 0

    def settle() -> None:
        run(command)

    def edit() -> None:
        nonlocal count
        settle()
        count += 1
        first, _, rest = spec.read_text().partition("doc: |\n")
        spec.write_text(f"{first}doc: |\n  Edited {count} times.\n{rest}")

    same = Subject("codegen docs build", command, settle)
    return same, Subject("codegen docs build", command, edit)


def _imported(folder: Path, source: Path) -> Subject:
    """From source to site: reading the package counts."""
    project = folder / "project"
    words = [*map(str, CODEGEN), "import", "source", PACKAGE]
    words += ["--search-path", str(source), "--out", str(project)]
    build = [*map(str, CODEGEN), "docs", "build", "--config", f"{project}/codegen.toml"]
    # Importing ends with 1 where something in the source cannot be held.
    script = f'{" ".join(words)} > /dev/null; exec {" ".join(build)}'
    return Subject(
        "codegen",
        ["sh", "-c", script],
        lambda: shutil.rmtree(folder, ignore_errors=True),
    )


def _modules(source: Path) -> list[str]:
    """The dotted names of all modules of the package that can be documented by name."""
    names = []
    for path in sorted((source / PACKAGE).rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        if not any(part.startswith("_") and part != "__init__" for part in parts):
            names.append(".".join(part for part in parts if part != "__init__"))
    return names


def _mkdocs(folder: Path, source: Path) -> Subject:
    docs = folder / "docs"
    docs.mkdir(parents=True)
    (docs / "index.md").write_text(f"# {PACKAGE}\n")
    for name in _modules(source):
        (docs / f"{name}.md").write_text(f"::: {name}\n")
    (folder / "mkdocs.yml").write_text(
        f"site_name: {PACKAGE}\ntheme: {{name: material, font: false}}\n"
        "plugins: [search, mkdocstrings]\n"
    )
    python = BENCH / "bin" / "python"
    mkdocs: list[str | Path] = [python, "-m", "mkdocs", "build", "--quiet"]
    return Subject(
        "mkdocs-material with mkdocstrings",
        [*mkdocs, "--config-file", folder / "mkdocs.yml"],
        lambda: shutil.rmtree(folder / "site", ignore_errors=True),
    )


def _pdoc(folder: Path, source: Path) -> Subject:
    # All are named, because the package's __all__ would leave most of them out.
    pdoc: list[str | Path] = [BENCH / "bin" / "pdoc", "--output-directory", folder]
    command = [*pdoc, *_modules(source)]
    return Subject("pdoc", command, lambda: shutil.rmtree(folder, ignore_errors=True))


def _sphinx(folder: Path, source: Path) -> Subject:
    """A page for each module by autodoc; the list of modules is written beforehand and does not count."""
    docs = folder / "docs"
    docs.mkdir(parents=True)
    (docs / "conf.py").write_text(
        f'project = "{PACKAGE}"\nextensions = ["sphinx.ext.autodoc"]\n'
    )
    names = _modules(source)
    listed = "".join(f"   {name}\n" for name in names)
    (docs / "index.rst").write_text(f"{PACKAGE}\n====\n\n.. toctree::\n\n{listed}")
    for name in names:
        (docs / f"{name}.rst").write_text(
            f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n   :members:\n"
            "   :undoc-members:\n   :show-inheritance:\n"
        )
    out = folder / "out"
    sphinx: list[str | Path] = [BENCH / "bin" / "sphinx-build", "-q", "-b", "html"]
    return Subject(
        "Sphinx with autodoc",
        [*sphinx, docs, out],
        lambda: shutil.rmtree(out, ignore_errors=True),
    )
