"""What a second run does: nothing when nothing changed, and no more than a change touches."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from codegen import state
from codegen.incremental import generate
from codegen.workspace import Result, Workspace

SETTINGS = (
    'package = "shop"\noutputs = ["package", "stubs", "plain"]\ncores = "cores"\n'
)
ITEMS = """\
module: shop.items
doc: What is sold.
classes:
  Item:
    doc: One thing to sell.
    dataclass: {}
    parameters:
      name: {type: str, doc: What it is called.}
"""
ORDERS = """\
module: shop.orders
doc: What was bought.
classes:
  Order:
    doc: Several things bought at once.
    dataclass: {}
    parameters:
      items: {type: 'list[shop.items.Item]', doc: The things.}
    methods:
      total:
        doc: Add up the prices.
        returns: {type: int}
        core: shop_cores.totals:total
"""
PEOPLE = """\
module: shop.people
doc: Who buys.
classes:
  Person:
    doc: A customer.
    dataclass: {}
    parameters:
      name: {type: str}
"""
TOTALS = '''\
"""What orders cost."""


def total(self) -> int:
    return len(self.items)
'''

Save = Callable[[str, str], None]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for path, text in {
        "codegen.toml": SETTINGS,
        "specs/shop.items.yaml": ITEMS,
        "specs/shop.orders.yaml": ORDERS,
        "specs/shop.people.yaml": PEOPLE,
        "cores/shop_cores/totals.py": TOTALS,
    }.items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        _age(target)
    return tmp_path


def _age(path: Path) -> None:
    """Make a file old enough for its stamp to be relied on."""
    long_ago = time.time_ns() - 60 * 10**9
    os.utime(path, ns=(long_ago, long_ago))


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    later = time.time_ns() - 30 * 10**9
    os.utime(path, ns=(later, later))


def _run(project: Path) -> Result:
    result = generate(Workspace(project / "codegen.toml"))
    assert not result.diagnostics
    return result


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_second_run_touches_nothing(project: Path) -> None:
    """A run without changes writes nothing and leaves every modification time alone."""
    first = _run(project)
    before = {path: path.stat().st_mtime_ns for path in project.rglob("generated/**/*")}
    second = _run(project)
    after = {path: path.stat().st_mtime_ns for path in project.rglob("generated/**/*")}
    assert (second.written, second.removed) == ([], [])
    assert second.unchanged == len(first.written)
    assert before == after


def test_nothing_changed_is_answered_from_the_state(project: Path) -> None:
    """The state alone answers that nothing changed, and denies it after any change."""
    _run(project)
    path = str(project / state.CACHE_FOLDER / "state")
    saved = state.load(path)
    assert saved is not None
    assert saved.unchanged()
    for changed in (
        "specs/shop.items.yaml",
        "cores/shop_cores/totals.py",
        "codegen.toml",
    ):
        stamp = (project / changed).stat()
        os.utime(project / changed, ns=(1, 1))
        assert not saved.unchanged(), changed
        os.utime(project / changed, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert saved.unchanged()
    (project / "specs" / "shop.extra.yaml").write_text("module: shop.extra\n")
    assert not saved.unchanged()


def test_only_what_a_spec_touches_is_written(project: Path) -> None:
    """A changed text is written into the module's own files; others keep theirs."""
    _run(project)
    _edit(project / "specs/shop.people.yaml", "A customer.", "Somebody who buys.")
    result = _run(project)
    assert {Path(path).parts[0] for path in result.written} == {"shop", "docs-plain"}
    assert all("people" in path for path in result.written)


def test_dependents_follow_a_renamed_class(project: Path) -> None:
    """Renaming a class that another spec uses makes that spec an error, and nothing is written."""
    _run(project)
    before = _tree(project / "generated")
    _edit(project / "specs/shop.items.yaml", "  Item:", "  Thing:")
    result = generate(Workspace(project / "codegen.toml"))
    assert [found.rule for found in result.diagnostics] == ["unknown-name"]
    assert _tree(project / "generated") == before


def test_incremental_equals_cold(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After a chain of edits the incremental tree equals the tree of a cold run."""
    _run(project)
    _edit(
        project / "specs/shop.items.yaml",
        "name: {",
        "label: {type: str}\n      name: {",
    )
    _run(project)
    _edit(project / "specs/shop.orders.yaml", "Order:", "Purchase:")
    _run(project)
    (project / "specs/shop.people.yaml").unlink()
    (project / "specs/shop.stock.yaml").write_text(
        "module: shop.stock\nfunctions:\n  count: {returns: {type: int}}\n"
    )
    _run(project)
    cold = tmp_path_factory.mktemp("cold")
    generate(Workspace(project / "codegen.toml", cold))
    assert _tree(project / "generated") == _tree(cold)


def test_left_over_files_are_removed(project: Path) -> None:
    """Files of a removed spec disappear with the folders they leave empty."""
    _run(project)
    (project / "specs/shop.people.yaml").unlink()
    result = _run(project)
    assert "shop/people.py" in result.removed
    assert not list(project.glob("generated/**/*people*"))


def test_edited_left_over_files_stay(project: Path) -> None:
    """A left-over file that somebody edited is not ours to remove."""
    _run(project)
    edited = project / "generated/shop/people.py"
    edited.write_text(edited.read_text() + "# mine\n")
    (project / "specs/shop.people.yaml").unlink()
    result = _run(project)
    assert "shop/people.py" not in result.removed
    assert edited.exists()


def test_an_edited_or_deleted_output_is_restored(project: Path) -> None:
    """Generated files are put back as the specs say, whoever changed them."""
    _run(project)
    before = _tree(project / "generated")
    (project / "generated/shop/items.py").write_text("# broken\n")
    (project / "generated/shop-stubs/orders.pyi").unlink()
    result = _run(project)
    assert sorted(result.written) == ["shop-stubs/orders.pyi", "shop/items.py"]
    assert _tree(project / "generated") == before


def test_a_changed_core_is_checked_again(project: Path) -> None:
    """A core whose signature changed is found although no spec changed."""
    _run(project)
    _edit(project / "cores/shop_cores/totals.py", "total(self)", "total(self, tax)")
    result = generate(Workspace(project / "codegen.toml"))
    assert [found.rule for found in result.diagnostics] == ["core-signature"]


def test_partial_runs_do_not_hide_work(project: Path) -> None:
    """After ``--only`` the next whole run still writes what was left out."""
    generate(Workspace(project / "codegen.toml"), ["stubs"])
    assert not (project / "generated/shop").exists()
    result = _run(project)
    assert "shop/items.py" in result.written
    assert not any(path.startswith("shop-stubs/") for path in result.written)


def test_a_module_that_becomes_a_package_moves(project: Path) -> None:
    """When a module gets submodules, its file moves and the old one is removed."""
    _run(project)
    (project / "specs/shop.items.sizes.yaml").write_text(
        "module: shop.items.sizes\nvariables:\n  LARGE: {type: int, value: 3}\n"
    )
    result = _run(project)
    assert "shop/items/__init__.py" in result.written
    assert "shop/items.py" in result.removed


def test_a_broken_cache_is_no_error(project: Path) -> None:
    """Garbage in the cache folder costs time, nothing else."""
    _run(project)
    for name in ("state", "models"):
        (project / state.CACHE_FOLDER / name).write_bytes(b"\xff\x00garbage")
    assert _run(project).written == []


def test_watch_regenerates_a_saved_spec(project: Path) -> None:
    """``generate --watch`` writes again after a save, and survives a save that is wrong."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "codegen", "generate", "--watch"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    # Without an answer the pipes close, and the assertions below fail instead of waiting.
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        assert process.stdout.readline().endswith("0 removed\n")
        assert process.stderr.readline().startswith("watching specs")
        people = project / "specs/shop.people.yaml"
        people.write_text(PEOPLE.replace("A customer.", "A guest."))
        assert process.stdout.readline() == "3 written, 12 unchanged, 0 removed\n"
        people.write_text(PEOPLE.replace("type: str", "type: strr"))
        assert "unknown-name" in process.stdout.readline()
        assert "A guest." in (project / "generated/shop/people.py").read_text()
    finally:
        watchdog.cancel()
        process.terminate()
        process.communicate(timeout=20)
