"""Several versions and variants in one site: what each shows, the switch between them, and pages of what changed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.documenting import build_site
from codegen.importing_pages import import_pages
from codegen.workspace import Result, Workspace
from tests.site.test_site import dead_links, files, read_site

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "tests/cases/seeds"
CASE = ROOT / "tests/cases/site_versions"
VARIANTS = ("flyte", "byoc", "selfmanaged", "serverless")
WHOLE = """
[docs]
title = "Seeds"
url = "https://docs.example.com/"
variants = ["flyte", "byoc", "selfmanaged", "serverless"]
[docs.versions]
"2.0.0b31" = "../b31"
"2.0.0b43" = "../b43"
"""


def build(project: Path, variant: str = "") -> Result:
    """Build the site of a project into its folder ``site``."""
    return build_site(Workspace(project / "codegen.toml"), None, variant)


def sound(project: Path, variant: str = "") -> dict[str, bytes]:
    """Build a site in which nothing is wrong; return its files."""
    result = build(project, variant)
    assert [found.headline for found in result.diagnostics] == []
    found = files(project / "site")
    assert len(result.written) + result.unchanged == len(found)
    return found


def data(script: bytes) -> Any:
    """What a script assigns in its first line."""
    return json.loads(script.decode().split("\n")[0].partition("=")[2].rstrip(";"))


def pages(found: dict[str, bytes]) -> set[str]:
    """The HTML pages among files."""
    return {path for path in found if path.endswith(".html")}


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the newest seed, with the other two as its former versions."""
    folder = tmp_path_factory.mktemp("seeds")
    for seed, name in (("000", "b44"), ("001", "b31"), ("002", "b43")):
        import_pages([SEEDS / f"{seed}.md"], folder / name, strict=False)
    with (folder / "b44/codegen.toml").open("a") as config:
        config.write(WHOLE)
    sound(folder / "b44")
    return folder / "b44"


def test_the_seeds_are_one_site(seeds: Path) -> None:
    """Three versions in four variants and the whole: each has its pages, and every link leads somewhere."""
    found = files(seeds / "site")
    for version, page in (
        ("", "api/flyte.app/connectorenvironment.html"),
        ("versions/2.0.0b43/", "api/flyte/taskenvironment.html"),
        ("versions/2.0.0b31/", "api/flyte.connectors/asyncconnector.html"),
    ):
        for variant in ("", *(f"variants/{name}/" for name in VARIANTS)):
            folder = version + variant
            assert folder + page in found
            assert folder + "index.html" in found
            assert {"assets/search.js", "llms.txt", "objects.inv"} <= {
                path.removeprefix(folder) for path in found if path.startswith(folder)
            }
    assert dead_links(seeds / "site", read_site(seeds / "site")) == []


def test_the_switch_knows_every_edition(seeds: Path) -> None:
    """From each edition, the ways lead to all others, and each lists its own pages."""
    found = files(seeds / "site")
    folders = sorted(
        path.removesuffix("index.html")
        for path in found
        if re.fullmatch(r"(versions/[^/]+/)?(variants/[^/]+/)?index.html", path)
    )
    assert len(folders) == 15
    for folder in folders:
        known = data(found[f"{folder}assets/versions.js"])
        assert [version for version, _, _ in known["editions"][::5]] == [
            "2.0.0b44",
            "2.0.0b43",
            "2.0.0b31",
        ]
        assert [variant for _, variant, _ in known["editions"][:5]] == ["", *VARIANTS]
        for version, variant, way in known["editions"]:
            place = (seeds / "site" / folder / way).resolve()
            there = data((place / "assets/versions.js").read_bytes())
            assert (there["version"], there["variant"]) == (version, variant)
        own = data(found[f"{folder}assets/pages.js"])
        inner = {
            path.removeprefix(folder)
            for path in pages(found)
            if path.startswith(folder)
        }
        assert set(own) == {
            path for path in inner if not path.startswith(("versions/", "variants/"))
        }
        assert b'src="assets/versions.js"' in found[f"{folder}index.html"]


def test_what_changed_between_the_seeds(seeds: Path) -> None:
    """Each edition tells of the changes up to its version, and what is gone is linked where it still is."""
    found = files(seeds / "site")
    told = sorted(path for path in found if path.startswith("changes/"))
    assert told == [
        f"changes/2.0.0b4{n}.{end}" for n in (3, 4) for end in ("html", "md")
    ]
    page = found["changes/2.0.0b44.html"].decode()
    assert (
        '<a class="name" href="../versions/2.0.0b43/api/flyte/index.html">flyte</a>'
        in page
    )
    assert '<a class="name" href="../api/flyte.app/index.html">flyte.app</a>' in page
    older = found["versions/2.0.0b43/variants/byoc/changes/2.0.0b43.html"].decode()
    assert (
        'href="../../../../2.0.0b31/variants/byoc/api/flyte.connectors/index.html"'
        in older
    )
    assert not any(path.startswith("versions/2.0.0b31/changes/") for path in found)
    assert b'href="changes/2.0.0b44.html"' in found["index.html"]
    assert b"changes/2.0.0b44.md" in found["llms.txt"]
    assert b'"changes/2.0.0b44.html"' in found["assets/search.js"]


def test_one_map_for_the_whole(seeds: Path) -> None:
    """The map of the site has every page of every edition, once."""
    found = files(seeds / "site")
    located = re.findall(
        r"<loc>https://docs.example.com/([^<]*)</loc>", found["sitemap.xml"].decode()
    )
    known = {re.sub(r"(^|/)index\.html$", r"\1", path) for path in pages(found)}
    assert sorted(located) == sorted(known)
    assert [path for path in found if path.endswith("sitemap.xml")] == ["sitemap.xml"]


def test_nothing_changes_by_itself(
    seeds: Path, tmp_path: Path, run_codegen: Callable[..., Any]
) -> None:
    """A second run writes nothing, also where it looks at everything, and another place gets the same bytes."""
    first = files(seeds / "site")
    ran = run_codegen(seeds, "docs", "build")
    assert ran.stdout == f"0 written, {len(first)} unchanged, 0 removed\n"
    assert build(seeds).written == []
    shutil.copytree(
        seeds.parent,
        tmp_path / "moved",
        ignore=shutil.ignore_patterns("site", ".codegen-cache"),
    )
    assert sound(tmp_path / "moved/b44") == first


@pytest.fixture
def versioned(project: Path) -> Path:
    """The small project beside a former version of it, with classes and a guide that the variant ``lite`` hides."""
    shutil.copytree(project / "specs", project / "former")
    spec = project / "specs/acme.yaml"
    text = spec.read_text()
    start, end = text.index("      clear:"), text.index("    classes:\n      Options:")
    text = text[:start] + text[end:]
    text = text.replace(
        "  Butler:\n", "  Butler:\n    page: {variants: [+full, -lite]}\n"
    )
    text = text.replace("functions:\n", "functions:\n  leave: {doc: Go.}\n")
    text = text.replace(
        "      send:\n", "      send:\n        deprecated: {since: 1.2}\n"
    )
    text = text.replace("type: int, value: 3", "type: float, value: 3.0")
    spec.write_text(text.replace("name: {type: Name,", "who: {type: Name,"))
    errors = project / "specs/acme.errors.yaml"
    errors.write_text(
        errors.read_text().replace("doc: What", "page: {variants: [-lite]}\ndoc: What")
    )
    guide = project / "docs/more/words.md"
    guide.write_text(
        guide.read_text().replace("---\n", "---\nvariants: -lite +full\n", 1)
    )
    config = project / "codegen.toml"
    config.write_text(
        f'{config.read_text()}variants = ["lite"]\nversions = {{"1.1" = "former"}}\n'
    )
    return project


def test_a_variant_hides_what_is_not_for_it(versioned: Path) -> None:
    """A class, a module and a guide that say so are missing, links to them are words, and no link is dead."""
    found = sound(versioned)
    whole = {path for path in found if not path.startswith(("versions/", "variants/"))}
    lite = {
        path.removeprefix("variants/lite/")
        for path in found
        if path.startswith("variants/lite/")
    }
    assert {path for path in whole - lite if not path.startswith("source/cores")} == {
        "api/acme/butler.html",
        "api/acme/butler.md",
        "api/acme.errors/index.html",
        "api/acme.errors/index.md",
        "api/acme.errors/rude.html",
        "api/acme.errors/rude.md",
        "guides/more/words.html",
        "guides/more/words.md",
        "sitemap.xml",
        "source/specs/acme.errors.yaml.html",
    }
    assert lite <= whole
    for name in ("api.json", "linkmap.json", "assets/search.js", "changes/1.2.0.html"):
        assert b"acme.errors" in found[name] or name == "api.json"
        assert not re.search(rb"Butler(?! and )", found[f"variants/lite/{name}"]), name
    # The former version told variants not yet apart.
    assert "versions/1.1/variants/lite/api/acme/butler.html" in found
    assert dead_links(versioned / "site", read_site(versioned / "site")) == []


def test_one_variant_alone(versioned: Path, run_codegen: Callable[..., Any]) -> None:
    """``--variant`` puts a variant in the place of the whole, and the whole comes back without it."""
    whole = sound(versioned)
    ran = run_codegen(versioned, "docs", "build", "--variant", "lite")
    assert ran.code == 0
    lite = files(versioned / "site")
    assert "api/acme/butler.html" not in lite
    assert not any(path.startswith("variants/") for path in lite)
    assert [it[1] for it in data(lite["assets/versions.js"])["editions"]] == ["", ""]
    again = run_codegen(versioned, "docs", "build", "--variant", "lite")
    assert again.stdout == f"0 written, {len(lite)} unchanged, 0 removed\n"
    assert sound(versioned, "full") != lite
    assert run_codegen(versioned, "docs", "build").code == 0
    assert files(versioned / "site") == whole


def test_pages_of_changes(versioned: Path, update: bool) -> None:
    """A section a kind of change; what is new and what is gone are linked where each is described; in variants, too."""
    found = sound(versioned)
    kept = {
        path: data
        for path, data in found.items()
        if re.search(r"(^|lite/)changes/", path) or path.endswith("versions.js")
    }
    if update:
        shutil.rmtree(CASE, ignore_errors=True)
        for path, data in kept.items():
            (CASE / path).parent.mkdir(parents=True, exist_ok=True)
            (CASE / path).write_bytes(data.split(b"\n//")[0])
    expected = files(CASE)
    assert {path: data.split(b"\n//")[0] for path, data in kept.items()} == expected


def test_a_change_on_either_side_is_seen(
    versioned: Path, run_codegen: Callable[..., Any], tmp_path: Path
) -> None:
    """After a change of a former version, of variants or of settings, the site is what a first run makes."""
    sound(versioned)
    for name, before, after in (
        ("former/acme.yaml", "doc: Greets guests.", "doc: Greets."),
        ("former/acme.yaml", "  Butler:\n", "  Servant:\n"),
        ("specs/acme.yaml", "-lite", "-light"),
        ("specs/acme.yaml", "-light", "-lite"),
        ("docs/more/words.md", "-lite", "+lite"),
        ("codegen.toml", '"1.1" =', '"1.0" ='),
        ("codegen.toml", 'versions = {"1.0" = "former"}', ""),
        ("codegen.toml", 'variants = ["lite"]', ""),
    ):
        path = versioned / name
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after, 1))
        assert run_codegen(versioned, "docs", "build").code == 0, after
        shutil.rmtree(tmp_path / "first", ignore_errors=True)
        ignored = shutil.ignore_patterns("site", ".codegen-cache")
        first = shutil.copytree(versioned, tmp_path / "first", ignore=ignored)
        assert files(versioned / "site") == sound(first), after
    left = files(versioned / "site")
    assert not any(
        path.startswith(("versions/", "variants/", "changes/")) for path in left
    )
    assert b"versions.js" not in left["index.html"]


def test_a_version_from_git(versioned: Path, run_codegen: Callable[..., Any]) -> None:
    """A version may be a tag of the repository; when the tag moves, the site follows."""

    def git(*words: str) -> None:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words]
        subprocess.run(
            command, cwd=versioned, check=True, capture_output=True, timeout=30
        )

    config = versioned / "codegen.toml"
    config.write_text(config.read_text().replace('"former"', '"git:v1.1"'))
    git("init", "-q")
    for word in ("one", "two"):
        spec = versioned / "specs/acme.yaml"
        spec.write_text(
            re.sub(r"Greets guests.*", f"Greets guests {word}.", spec.read_text())
        )
        git("add", "specs", "codegen.toml")
        git("commit", "-q", "-m", word)
        git("tag", "-f", "v1.1")
        spec.write_text(spec.read_text().replace(f"guests {word}", "guests"))
        assert run_codegen(versioned, "docs", "build").code == 0
        page = (versioned / "site/versions/1.1/api/acme/butler.html").read_text()
        assert f"guests {word}." in page
    again = run_codegen(versioned, "docs", "build")
    assert again.stdout.startswith("0 written")


HOSTILE = {
    'versions = {"../up" = "former"}': "codegen.toml:9:1: error[wrong-setting]: the label of a version becomes a folder: letters, digits and . _ + -, not '../up'",
    'versions = {"a/b" = "former"}': "codegen.toml:9:1: error[wrong-setting]: the label of a version becomes a folder: letters, digits and . _ + -, not 'a/b'",
    'versions = {"1..2" = "former"}': "codegen.toml:9:1: error[wrong-setting]: the label of a version becomes a folder: letters, digits and . _ + -, not '1..2'",
    'versions = {"<b>" = "former"}': "codegen.toml:9:1: error[wrong-setting]: the label of a version becomes a folder: letters, digits and . _ + -, not '<b>'",
    'versions = {a = "former", A = "former"}': "codegen.toml:9:1: error[wrong-setting]: two labels of 'versions' differ only in case",
    'versions = {a = " "}': "codegen.toml:9:1: error[wrong-setting]: the version 'a' names no specs",
    'versions.1.1 = "former"': "codegen.toml:9:1: error[wrong-setting]: 'versions' must be a table of texts; a label with dots needs quotes",
    'variants = ["a b"]': "codegen.toml:9:1: error[wrong-setting]: 'variants' holds names of letters, digits, - and _, not 'a b'",
    'variants = ["a", "A"]': "codegen.toml:9:1: error[wrong-setting]: 'variants' names a variant twice",
    'variants = "lite"': "codegen.toml:9:1: error[wrong-setting]: 'variants' must be a list of texts",
    'variants = ["light"]': "codegen.toml:9:1: error[unknown-variant]: no page and no guide mentions the variant 'light'",
    'versions = {"1.1" = "gone"}': "codegen.toml:9:1: error[site-version]: the version '1.1' cannot be read: there is no folder 'gone'",
    'versions = {"1.1" = "cores"}': "codegen.toml:9:1: error[site-version]: the version '1.1' cannot be read: 'cores' holds no specs; `codegen import source` makes some",
    '[docs.versions]\n"1.0" = "former"\n"1.1" = "gone"': "codegen.toml:11:1: error[site-version]: the version '1.1' cannot be read: there is no folder 'gone'",
    'versions = {"1.1" = "git:v0"}': "codegen.toml:9:1: error[site-version]: the version '1.1' cannot be read: 'git:' needs a git repository, and there is none here or above",
}


@pytest.mark.parametrize("setting", HOSTILE)
def test_settings_that_lead_nowhere(
    versioned: Path, run_codegen: Callable[..., Any], setting: str
) -> None:
    """Labels that are no folders, sides that are not there, variants that nothing mentions: told with their place."""
    config = versioned / "codegen.toml"
    text = config.read_text().partition("variants =")[0]
    config.write_text(f"{text}{setting}\n")
    ran = run_codegen(versioned, "docs", "build", "--output-format", "concise")
    assert ran.stdout.split("\n")[0] == HOSTILE[setting]
    assert ran.code == 2
    assert not (versioned / "site").exists()


def test_a_variant_that_nobody_mentions(
    versioned: Path, run_codegen: Callable[..., Any]
) -> None:
    """``--variant`` with a wrong name says which there are."""
    ran = run_codegen(versioned, "docs", "build", "--variant", "ful")
    assert (
        str(ran)
        == """codegen.toml:9:1: error[unknown-variant]: no page and no guide mentions the variant 'ful'
   9 | variants = ["lite"]
     | ^^^^^^^^
  = hint: did you mean 'full'?
1 error; nothing was written
exit code 2
"""
    )


def test_a_broken_former_version(
    versioned: Path, run_codegen: Callable[..., Any]
) -> None:
    """What is wrong with a former spec is told with its place, and nothing is written."""
    before = sound(versioned)
    spec = versioned / "former/acme.yaml"
    text = spec.read_text().replace("type: Mood,", "type: Moods,")
    spec.write_text(text.replace("doc: Greets guests.", "dog: Greets guests."))
    ran = run_codegen(versioned, "docs", "build", "--output-format", "concise")
    assert (
        str(ran)
        == """former/acme.yaml:40:20: error[unknown-name]: 'Moods' is not defined
former/acme.yaml:69:5: error[unknown-key]: 'dog' is not a key of a class
2 errors; nothing was written
exit code 1
"""
    )
    assert files(versioned / "site") == before


def test_names_of_a_former_version_stay_on_the_site(
    versioned: Path, run_codegen: Callable[..., Any]
) -> None:
    """Modules and classes are folders and files: what is no name is refused, and a version that is none is not used."""
    (versioned / "former/acme.errors.yaml").write_text(
        "module: ../../up\nclasses:\n  ../../../A: {bases: ['[']}\n"
    )
    ran = run_codegen(versioned, "docs", "build", "--output-format", "concise")
    told = ran.stdout.split("\n")
    assert ran.code == 1
    assert told[0].startswith("former/acme.errors.yaml:1:9: error[module-name]: ")
    assert told[1].startswith("former/acme.errors.yaml:3:3: error[bad-name]: ")
    assert not (versioned / "site").exists()
    shutil.copy(versioned / "specs/acme.errors.yaml", versioned / "former")
    spec = versioned / "specs/acme.yaml"
    spec.write_text(spec.read_text().replace("version: 1.2.0", "version: ../../1.2"))
    assert "changes/latest.html" in sound(versioned)


@pytest.mark.slow
def test_the_site_of_a_large_package(
    tmp_path: Path, run_codegen: Callable[..., Any]
) -> None:
    """A published package of more than 300 classes, read from its source, has a page for each and no dead link."""
    package = next(
        ROOT.glob(".venv-packages/lib/python3*/site-packages/botocore"), None
    )
    if package is None:
        pytest.skip("there is no .venv-packages, which has a large package")
    ran = run_codegen(tmp_path, "import", "source", str(package), "--out", "large")
    assert ran.code == 0
    found = sound(tmp_path / "large")
    classes = [
        path for path in pages(found) if re.fullmatch(r"api/[^/]+/(?!index)[^/]+", path)
    ]
    assert len(classes) > 300
    assert dead_links(tmp_path / "large/site", read_site(tmp_path / "large/site")) == []
