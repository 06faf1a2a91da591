"""``codegen diff``: where sides come from, how changes are shown and placed, and how the command ends.

A case is a folder with what the sides are made of, and ``expected.txt`` with the command, what it prints and its exit code;
``pytest --update`` renews these. ``then`` holds files that a second commit puts in place of the first one's: such a case
becomes a repository with the tag v1.4.2 on the first commit. Folders below ``releases`` become archives in the user's cache.
What counts as a change stands in ``api_diff``.
"""

from __future__ import annotations

import io
import json
import marshal
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect, structs

from codegen import files, parallel
from codegen.diff import versions
from codegen.diff.changes import Place, judged, plain, restored
from codegen.diff.modules import compare
from codegen.diff.rules import RULES, Severity
from codegen.emitters import yaml as writer
from codegen.model import Module
from codegen.package import Package
from codegen.readers import yaml as reader
from codegen.rules import RULES as RULES_OF_SPECS
from codegen.sides import SideError, load, published
from codegen.sides.positions import Positions
from codegen.walk import Path as Keys
from codegen.walk import expressions, functions
from tests.codegen.test_properties import anything, modules, sometimes

CASES = Path(__file__).parents[1] / "cases" / "diff"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of this test's own, no index, and no repository or project around it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")


def git(folder: Path, *words: str) -> None:
    """Run git as somebody whom nobody knows."""
    who = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, timeout=30, capture_output=True)  # fmt: skip


def commit(folder: Path, tag: str) -> None:
    """Commit everything in a folder under a tag."""
    git(folder, "add", "--all")
    git(folder, "commit", "--message", "A change")
    git(folder, "tag", tag)


def packed(folder: Path) -> bytes:
    """A folder as the archive it is called like."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    buffer = io.BytesIO()
    if folder.suffix == ".whl":
        with zipfile.ZipFile(buffer, "w") as zipped:
            for path in found:
                zipped.write(path, path.relative_to(folder))
    else:
        with tarfile.open(fileobj=buffer, mode="w:gz") as tarred:
            for path in found:
                tarred.add(path, path.relative_to(folder))
    return buffer.getvalue()


def place(name: str, folder: Path) -> None:
    """Make of a case what its command looks at."""
    case = CASES / name
    hidden = shutil.ignore_patterns("expected.txt", "then", "releases")
    shutil.copytree(case, folder, ignore=hidden)
    if (case / "then").is_dir():
        git(folder, "init", "--quiet", "--initial-branch", "main")
        commit(folder, "v1.4.2")
        shutil.copytree(case / "then", folder, dirs_exist_ok=True)
        commit(folder, "later")
    for release in (case / "releases").glob("*"):
        project, version, *_ = release.name.removesuffix(".tar.gz").split("-")
        files.keep(f"pypi/{project}-{version}/{release.name}", packed(release))


@pytest.mark.parametrize("name", NAMES)
def test_what_the_command_says(
    name: str, tmp_path: Path, run_codegen: Any, update: bool
) -> None:
    """The output is the expected one in every detail, twice, and nothing is written to the sides."""
    folder = tmp_path / "here"
    place(name, folder)
    expected = (CASES / name / "expected.txt").read_text(encoding="utf-8")
    command = expected.partition("\n")[0].removeprefix("$ ")
    before = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}

    ran = run_codegen(folder, *command.split()[1:])

    shown = f"$ {command}\n{ran}"
    if update:
        (CASES / name / "expected.txt").write_text(shown, encoding="utf-8")
    else:
        assert shown == expected
    assert str(tmp_path) not in shown
    assert run_codegen(folder, *command.split()[1:]) == ran
    after = {path: path.is_file() and path.read_bytes() for path in folder.rglob("*")}
    assert after == before


def test_a_revision_is_found_from_below_and_only_files_count(
    tmp_path: Path, run_codegen: Any
) -> None:
    """Whoever is inside the project compares the same; links are no specs, and what is no text is told as such."""
    folder = tmp_path / "here"
    place("git-revision", folder)
    (folder / "specs" / "acme.more.yaml").symlink_to("acme.yaml")
    commit(folder, "linked")
    (folder / "specs" / "acme.more.yaml").unlink()
    ran = run_codegen(folder / "specs", "diff", "git:linked")
    assert (ran.code, ran.stdout) == (0, "no changes from git:linked to this project\n")

    (folder / "specs" / "acme.yaml").write_bytes(b"module: acme\ndoc: caf\xe9\n")
    commit(folder, "latin")
    ran = run_codegen(folder, "diff", "git:latin", "git:linked", "--output-format", "concise")  # fmt: skip
    place_ = "latin:specs/acme.yaml:2:1"
    assert f"{place_}: error[not-utf8]: the byte 0xe9 is not UTF-8 text" in ran.stdout
    assert ran.code == 2


def test_every_format_tells_the_same_changes() -> None:
    """JSON, annotations and the changelog have an entry for each change the text shows."""
    texts = {
        name: (CASES / f"format-{name}" / "expected.txt").read_text(encoding="utf-8")
        for name in ("concise", "json", "github", "markdown")
    }
    data = json.loads(texts["json"].partition("\n")[2].rpartition("exit code")[0])
    lines = [line for line in texts["concise"].splitlines() if "]: " in line]
    rules = [change["rule"] for change in data["changes"]]
    assert [line.partition("[")[2].partition("]")[0] for line in lines] == rules
    assert texts["github"].count("\n::") == len(rules)
    assert texts["markdown"].count("\n- ") == len(rules)
    assert set(rules) <= RULES.keys()


def test_every_change_has_a_rule_of_its_own(run_codegen: Any, tmp_path: Path) -> None:
    """No id is in both tables of rules, each can be explained, and each says who can break."""
    assert not RULES.keys() & RULES_OF_SPECS.keys()
    listed = run_codegen(tmp_path, "explain").stdout
    for rule in RULES.values():
        assert f"{rule.id} " in listed
        ran = run_codegen(tmp_path, "explain", rule.id)
        assert (ran.code, ran.stdout.count("\n\n")) == (0, 3)
        assert ran.stdout.endswith(f"{rule.verdict}\n")


def test_rules_that_code_names_exist() -> None:
    """Every id in the code of the diff that looks like a rule's is one, and no rule is never used."""
    folder = Path(versions.__file__).parent
    texts = [p.read_text() for p in folder.glob("*.py") if p.name != "rules.py"]
    text = "\n".join(texts)
    named = set(re.findall(r'(?:change|judged)\(\s*"([\w-]+)"', text))
    assert named <= RULES.keys()
    groups = (
        "attribute-type parameter-type property-type key-type variable-type return alias bound "
        "setter-type deprecation method property attribute inner-class"
    )
    made = {rule for rule in RULES if rule.startswith(tuple(groups.split()))}
    assert {rule for rule in RULES if f'"{rule}"' not in text} <= made


LEVELS: dict[tuple[str, Severity | None], tuple[str, str, str, str]] = {
    # old version, worst change: what has to rise, the least version, one that is enough, one that is not
    ("1.4.2", "breaking"): ("major", "2.0.0", "2.0.0rc1", "1.5.0"),
    ("1.4.2", "risky"): ("minor", "1.5.0", "1.5", "1.4.3"),
    ("1.4.2", "compatible"): ("minor", "1.5.0", "2.0", "1.4.2.post1"),
    ("1.4.2", None): ("patch", "1.4.3", "1.4.2.post1", "1.4.2"),
    ("0.4.2", "breaking"): ("minor", "0.5.0", "0.5.0a1", "0.4.3"),
    ("0.4.2", "compatible"): ("patch", "0.4.3", "0.4.3", "0.4.2"),
    ("2.0.0b44", "breaking"): ("major", "2.0.0", "2.0.0b45", "2.0.0b43"),
    ("2.1.0rc1", "compatible"): ("minor", "2.1.0", "2.1.0", "2.1.0rc1"),
    ("1!1.0", "breaking"): ("major", "1!2.0.0", "2!0.1", "1!1.9"),
}


@pytest.mark.parametrize(("old", "severity"), LEVELS)
def test_versions_rise_with_what_changed(old: str, severity: Severity | None) -> None:
    """What breaks asks for a major version, before 1.0 for a minor one; a pre-release promises nothing."""
    rules = {
        "breaking": "parameter-removed",
        "risky": "value-changed",
        "compatible": "module-added",
    }
    changes = [
        judged(rules[name], "", name="acme", old=None, new=None)
        for name in rules
        if severity == name
    ]
    level, least, enough, too_small = LEVELS[old, severity]

    assert versions.advice(changes, old) == level
    assert versions.least(changes, old) == least
    assert versions.is_enough(changes, old, enough)
    assert not versions.is_enough(changes, old, too_small)


def test_advice_without_a_version_is_that_of_a_stable_one() -> None:
    """Where nobody knows the old version, what breaks asks for a major one."""
    change = judged("parameter-removed", "", name="acme", old=None, new=None)
    assert versions.advice([change]) == "major"
    assert versions.advice([]) == "patch"


def places(module: Module) -> Iterator[tuple[Keys, bool]]:
    """Every place of a module that a change could stand in: the path, and whether its key is meant."""
    for expression in expressions(module):
        yield expression.path, expression.key
        yield expression.path[:-1], True
    for path, _, _ in functions(module):
        yield path, True
        yield (*path, "abstract"), True


@sometimes
@given(module=modules(), spelling=st.sampled_from(("", "# A comment.\n", "---\n")))
def test_places_are_found_line_by_line(module: Module, spelling: str) -> None:
    """The quick look at lines finds what the composed document finds, or leaves it to that."""
    document = reader.Document("made.yaml", spelling + writer.emit(module))
    positions = Positions(document)
    for path, key in places(module):
        assert positions.locate(path, key=key) == document.locate(path, key=key)


def test_awkward_spellings_are_left_to_the_document() -> None:
    """Flow mappings, quotes, comments, several lines and keys that look like others are found all the same."""
    text = """\
"module": acme
doc: |
  functions:
    f: not this one
functions:

  # What is first.
  f:   # Here.
    parameters: {a: {type: int}, 'b': {type: str}}
    returns:
      type: >-
        int
  ff:
    doc: "
      returns: no"
    returns: {type: 'int | None'}
    deprecated:
      since: 1.0 # long ago
  g: {}
"""
    document = reader.Document("acme.yaml", text)
    positions = Positions(document)
    for path in (
        ("module",),
        ("functions", "f"),
        ("functions", "f", "parameters", "b", "type"),
        ("functions", "f", "returns", "type"),
        ("functions", "ff", "returns", "type"),
        ("functions", "ff", "deprecated", "since"),
        ("functions", "g", "returns"),
        ("functions", "h"),
        ("exports", 1),
        (),
    ):
        for key in (True, False):
            assert positions.locate(path, key=key) == document.locate(path, key=key)


def specs_of(folder: Path, size: int, default: str) -> Path:
    """A folder of specs large enough to be read by several processes."""
    folder.mkdir(parents=True)
    for part in range(5):
        lines = [f"module: acme.part{part}", "classes:"]
        for number in range(size // 5):
            lines += [
                f"  Class{number}:",
                f"    doc: {'A text that says much. ' * 40}",
                f"    parameters: {{size: {{type: int, default: {default}}}}}",
            ]
        text = "\n".join(lines) + "\n"
        (folder / f"acme.part{part}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_large_sets_are_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """What several processes find is what one finds, and the second time nothing is parsed."""
    old = specs_of(tmp_path / "old", 400, "1")
    new = specs_of(tmp_path / "new", 400, "2")
    monkeypatch.setattr(parallel, "_processors", lambda: 2)
    one, other = load(str(old), str(new))
    changes = list(compare(one.package, other.package))
    assert len(changes) == 400

    monkeypatch.setattr(parallel, "_processors", lambda: 1)
    assert list(compare(one.package, other.package)) == changes
    monkeypatch.setattr(reader, "read", None)
    again = load(str(old), str(new))
    assert list(compare(again[0].package, again[1].package)) == changes


@pytest.mark.parametrize("damage", [b"", b"\xc1", b"\x94\x90\x90\x90"])
def test_a_damaged_cache_is_read_over(damage: bytes, tmp_path: Path) -> None:
    """Whatever stands in the cache, the same is found."""
    place("python-source", tmp_path / "here")
    names = [str(tmp_path / "here" / side / "acme") for side in ("old", "new")]
    one, other = load(*names)
    found = list(compare(one.package, other.package))
    kept = [path for path in files.user_cache().rglob("*") if path.is_file()]
    assert len(kept) == 2
    for path in kept:
        path.write_bytes(damage)

    one, other = load(*names)

    assert list(compare(one.package, other.package)) == found


COMPLAINTS = {
    "ERROR: Could not find a version that satisfies the requirement acme==9 (from versions: 1.0, 1.1, 2.0b1)\n"
    "ERROR: No matching distribution found for acme==9": "the latest are 1.0, 1.1, 2.0b1",
    "WARNING: Retrying after connection broken by 'NewConnectionError: Temporary failure in name resolution'\n"
    "ERROR: No matching distribution found for acme==9": "the index cannot be reached, and 'acme==9' is not in the cache",
    "/usr/bin/python: No module named pip": "needs pip",
    "ERROR: HTTP error 403 while getting https://example.com": "cannot be downloaded: HTTP error 403",
    "": "pip gave no reason",
}


@pytest.mark.parametrize("said", COMPLAINTS)
def test_what_pip_says_becomes_one_sentence(said: str, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Whatever keeps pip from downloading is told in a sentence, and nothing is kept."""

    def run(*args: object, **options: object) -> subprocess.CompletedProcess[str]:
        del args, options
        return subprocess.CompletedProcess([], 1, "", said)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(SideError, match=re.escape(COMPLAINTS[said])):
        published.archive("pypi:acme==9")
    assert not (files.user_cache() / "pypi").exists()


def test_a_broken_archive_is_no_traceback() -> None:
    """What is no archive, and one without modules, are told as such."""
    for file in ("acme-1.0-py3-none-any.whl", "acme-1.0.tar.gz", "acme-1.0.zip"):
        with pytest.raises(SideError):
            published.modules("pypi:acme==1.0", file, b"no archive")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("acme-1.0.dist-info/METADATA", "Name: acme\n")
        zipped.writestr("../../outside.py", "x = 1\n")
    with pytest.raises(SideError, match="holds no Python modules"):
        published.modules("pypi:acme==1.0", "acme-1.0-py3-none-any.whl", buffer.getvalue())  # fmt: skip


def test_an_installed_package_is_compared_by_its_name(run_codegen: Any, tmp_path: Path) -> None:  # fmt: skip
    """A bare name that is no folder is that of an installed package, with the version of its distribution."""
    ran = run_codegen(tmp_path, "diff", "click", "installed:click", "--output-format", "json")  # fmt: skip
    data = json.loads(ran.stdout)
    assert (ran.code, data["changes"]) == (0, [])
    assert data["old"]["version"] == data["new"]["version"] == metadata.version("click")  # fmt: skip


def test_changes_survive_the_way_between_processes() -> None:
    """A change as plain data is the same change again."""
    there = Place("acme", ("functions", "f", "overloads", 1))
    change = judged("overload-removed", "gone", name="acme.f", old=there, new=None)
    assert restored(marshal.loads(marshal.dumps(plain(change)))) == change


PAGE = Path(__file__).parents[2] / "docs" / "diff.md"


def shown(match: re.Match[str]) -> str:
    """A block of the page with what its command prints in the case of that command, the one about formats if several."""
    for name in sorted(NAMES, key=lambda name: not name.startswith("format")):
        text = (CASES / name / "expected.txt").read_text(encoding="utf-8")
        if text.startswith(match[1] + "\n"):
            body = text.replace("[stderr]\n", "").rpartition("exit code")[0]
            return f"```console\n{body}```\n"
    raise AssertionError(f"no case runs {match[1]}")


def rows() -> Iterator[str]:
    """The table of rules as the page shows it."""
    for rule in RULES.values():
        severity, _, who = rule.verdict.partition("; breaks: ")
        summary = rule.summary.replace("|", "\\|")
        yield f"| `{rule.id}` | {severity} | {who} | {summary} |\n"


def test_the_page_shows_what_the_command_prints(update: bool) -> None:
    """docs/diff.md holds the output of cases word for word, and every rule with its severity and audience."""
    page = PAGE.read_text(encoding="utf-8")
    block = re.compile(r"^```console\n(\$ .*)\n(?:.*\n)*?```\n", re.MULTILINE)
    expected = block.sub(shown, page)
    above, head, _ = expected.partition("| rule | severity | who breaks |")
    expected = f"{above}{head} what it means |\n|-|-|-|-|\n{''.join(rows())}"
    if update:
        PAGE.write_text(expected, encoding="utf-8")
    else:
        assert page == expected


@sometimes
@given(
    before=anything(inspect.type_info(Module)),
    after=anything(inspect.type_info(Module)),
)
def test_whatever_a_spec_says_can_be_compared(before: Module, after: Module) -> None:
    """Specs that no check has seen are compared without an error, and are equal to themselves."""
    after = structs.replace(after, module=before.module)
    old, new = (Package({one.module: one}) for one in (before, after))
    for change in compare(old, new):
        assert change.rule in RULES
    again = Package({before.module: structs.replace(before)})
    assert list(compare(old, again)) == []


CIRCLES = """\
module: acme
imports: [elsewhere.Thing, acme.Other as Acme]
type_aliases:
  A: {type: "list[B]"}
  B: {type: "A | None"}
classes:
  C: {bases: [D], attributes: {c: {type: int}}}
  D: {bases: [C], methods: {m: {returns: {type: Self}}}}
  E: {bases: [E, Thing, "Missing[int]", "not a type"]}
  P: {kind: protocol, methods: {m: {parameters: {p: {type: P}}, returns: {type: P}}}}
functions:
  f: {parameters: {a: {type: A}, p: {type: P}, x: {type: "((("}}, returns: {type: "Nowhere[C, D]"}}
"""


def test_circles_and_nonsense_come_to_an_end() -> None:
    """Aliases, bases and protocols that need themselves, and types that are none, are compared all the same."""
    texts = CIRCLES, CIRCLES.replace("int", "str").replace("A | None", "A | D").replace("type: P}", "type: C}")  # fmt: skip
    sides: list[Package] = []
    for text in texts:
        module, _ = reader.read(reader.Document("acme.yaml", text))
        assert module is not None
        sides.append(Package({"acme": module}))
    old, new = sides
    assert {change.name for change in compare(old, new)} >= {"acme.C.c", "acme.f.a"}
    assert list(compare(new, new)) == []
