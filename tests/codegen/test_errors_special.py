"""Mistakes that cannot be kept as a folder of texts: strange bytes, huge files, disks that refuse, processes that die.

The project is small and made by each test. Whatever goes wrong, the output folder is as it was, byte for byte.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pty
import random
import shutil
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SPEC = """\
module: acme
doc: {doc}
classes:
  Shop:
    doc: {doc}
    dataclass: {{}}
    parameters:
      name: {{type: str, doc: What it is called.}}
  Till:
    doc: {doc}
functions:
  ping:
    doc: {doc}
"""


@pytest.fixture
def project(tmp_path: Path, run_codegen: Any) -> Path:
    """A project that was generated once."""
    folder = tmp_path / "project"
    (folder / "specs").mkdir(parents=True)
    (folder / "codegen.toml").write_text('package = "acme"\n')
    write_spec(folder, "Before.")
    ran = run_codegen(folder, "generate")
    assert ran.code == 0, ran
    return folder


def write_spec(folder: Path, doc: str) -> None:
    """Write the project's spec with one text in many places, so that every output changes with it."""
    (folder / "specs" / "acme.yaml").write_text(SPEC.format(doc=doc))


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder with its modification time and content, caches left out."""
    return {
        path.relative_to(folder).as_posix(): (
            path.stat().st_mtime_ns,
            path.read_bytes(),
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".codegen-cache" not in path.parts
    }


def bytes_only(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its content, caches left out."""
    return {path: data for path, (_, data) in contents(folder).items()}


def expect(ran: Any, code: int, *lines: str) -> None:
    """The command printed exactly these lines and ended with this code."""
    assert ran.stdout.splitlines() == list(lines)
    assert ran.stderr == ""
    assert ran.code == code


# Inputs that are no text


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            "module: acme\ndoc: caf\xe9\n".encode("latin-1"),
            ["specs/acme.yaml:2:9: error[not-utf8]: the byte 0xe9 is not UTF-8 text"],
            id="latin-1",
        ),
        pytest.param(
            "module: acme\n".encode("utf-16"),
            ["specs/acme.yaml:1:1: error[not-utf8]: the byte 0xff is not UTF-8 text"],
            id="utf-16",
        ),
        pytest.param(
            b"module: acme\ndoc: \xed\xa0\x80\n",
            ["specs/acme.yaml:2:6: error[not-utf8]: the byte 0xed is not UTF-8 text"],
            id="surrogate",
        ),
        pytest.param(
            b"\x89PNG\r\n\x1a\n\x00\x00",
            ["specs/acme.yaml:1:1: error[not-utf8]: the byte 0x89 is not UTF-8 text"],
            id="picture",
        ),
    ],
)
def test_bytes_that_are_no_utf8(
    project: Path, run_codegen: Any, data: bytes, expected: list[str]
) -> None:
    """A file in another encoding is refused at its first wrong byte."""
    before = contents(project / "generated")
    (project / "specs" / "acme.yaml").write_bytes(data)
    ran = run_codegen(project, "generate")
    hint = "  = hint: save the file as UTF-8"
    expect(ran, 2, *expected, hint, "1 error; nothing was written")
    assert contents(project / "generated") == before


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            b"module: acme\ndoc: a\x00b\n",
            [
                "specs/acme.yaml:2:7: error[yaml-character]: control characters are not allowed",
                "   2 | doc: a\\x00b",
                "     |       ^",
                "  = hint: specs are UTF-8 text",
            ],
            id="nul",
        ),
        pytest.param(
            b"module: acme\ndoc: a\x1b[2Jb\n",
            [
                "specs/acme.yaml:2:7: error[yaml-character]: control characters are not allowed",
                "   2 | doc: a\\x1b[2Jb",
                "     |       ^",
                "  = hint: specs are UTF-8 text",
            ],
            id="escape",
        ),
        pytest.param(
            "module: acme\ndoc: a \u202eb\n".encode(),
            [
                "specs/acme.yaml:2:6: error[hidden-character]: the text holds the invisible character U+202E",
                "   2 | doc: a \\u202eb",
                "     |      ^^^^",
                "  = hint: control and direction characters make a reader see something else than Python does",
            ],
            id="bidi",
        ),
    ],
)
def test_raw_control_characters(
    project: Path, run_codegen: Any, data: bytes, expected: list[str]
) -> None:
    """A control or direction character is refused, and shown as an escape."""
    before = contents(project / "generated")
    (project / "specs" / "acme.yaml").write_bytes(data)
    ran = run_codegen(project, "generate")
    code = 1 if "hidden" in expected[0] else 2
    expect(ran, code, *expected, "1 error; nothing was written")
    assert contents(project / "generated") == before


def test_settings_and_cores_that_are_no_utf8(project: Path, run_codegen: Any) -> None:
    """Settings and cores are texts as well."""
    before = contents(project / "generated")
    (project / "codegen.toml").write_bytes(b'package = "\xff"\n')
    expect(
        run_codegen(project, "generate"),
        2,
        "codegen.toml:1:12: error[not-utf8]: the byte 0xff is not UTF-8 text",
        "  = hint: save the file as UTF-8",
    )
    (project / "codegen.toml").write_text('package = "acme"\ncores = "cores"\n')
    (project / "cores").mkdir()
    (project / "cores" / "parts.py").write_bytes(b"def ping():\n    '\xff'\n")
    spec = "module: acme\nfunctions:\n  ping: {core: parts:ping}\n"
    (project / "specs" / "acme.yaml").write_text(spec)
    expect(
        run_codegen(project, "generate"),
        2,
        "specs/acme.yaml:3:16: error[not-utf8]: 'cores/parts.py' cannot be read: the byte 0xff is not UTF-8 text",
        "   3 |   ping: {core: parts:ping}",
        "     |                ^^^^^^^^^^",
        "  = see: cores/parts.py:2:6",
        "1 error; nothing was written",
    )
    assert contents(project / "generated") == before


def test_a_file_of_100_mb(project: Path, run_codegen: Any) -> None:
    """A huge spec, or huge settings, are refused unread."""
    before = contents(project / "generated")
    with (project / "specs" / "acme.yaml").open("wb") as file:
        file.truncate(100 * 2**20)
    tracemalloc.start()
    try:
        ran = run_codegen(project, "generate")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10 * 2**20
    expect(
        ran,
        2,
        "specs/acme.yaml:1:1: error[too-large]: the file has 100 MiB; at most 8 are read",
        "1 error; nothing was written",
    )
    with (project / "codegen.toml").open("wb") as file:
        file.truncate(100 * 2**20)
    expect(
        run_codegen(project, "generate"),
        2,
        "codegen.toml:1:1: error[too-large]: the file has 100 MiB; at most 8 are read",
    )
    assert contents(project / "generated") == before


def test_names_from_a_spec_that_cannot_be_read_are_not_reported(
    project: Path, run_codegen: Any
) -> None:
    """One unreadable spec does not make the names of others unknown."""
    (project / "specs" / "acme.shop.yaml").write_bytes(b"\xff")
    spec = "module: acme\nfunctions:\n  ping:\n    returns: {type: acme.shop.Shop}\n    async: maybe\n"
    (project / "specs" / "acme.yaml").write_text(spec)
    ran = run_codegen(project, "generate", "--output-format", "concise")
    expect(
        ran,
        2,
        "specs/acme.shop.yaml:1:1: error[not-utf8]: the byte 0xff is not UTF-8 text",
        "specs/acme.yaml:5:12: error[wrong-shape]: 'async' must be true or false, not 'maybe'",
        "2 errors; nothing was written",
    )


def test_a_spec_folder_that_is_a_file(project: Path, run_codegen: Any) -> None:
    """The folder of specs is a folder."""
    before = contents(project / "generated")
    shutil.rmtree(project / "specs")
    (project / "specs").write_text("module: acme\n")
    expect(
        run_codegen(project, "generate"),
        2,
        "specs:1:1: error[spec-folder]: 'specs' is a file; specs stand in a folder, one file a module",
        "1 error; nothing was written",
    )
    assert contents(project / "generated") == before


def test_a_spec_that_is_a_dead_link(project: Path, run_codegen: Any) -> None:
    """A link to nothing is a file that cannot be read."""
    (project / "specs" / "acme.shop.yaml").symlink_to("nowhere.yaml")
    ran = run_codegen(project, "generate")
    expect(
        ran,
        2,
        "specs/acme.shop.yaml:1:1: error[unreadable]: cannot be read: No such file or directory",
        "1 error; nothing was written",
    )


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_that_would_exhaust_the_stack(project: Path, opening: str) -> None:
    """A hundred thousand levels are refused, and no process dies of them."""
    before = contents(project / "generated")
    (project / "specs" / "acme.yaml").write_text(
        f"module: acme\ndoc: {opening * 100_000}\n"
    )
    ran = command(project, "generate")
    assert ran.returncode in (1, 2), ran
    assert ran.stdout.startswith("specs/acme.yaml:2:")
    assert ran.stdout.endswith("1 error; nothing was written\n")
    assert ran.stderr == ""
    assert contents(project / "generated") == before


def test_a_yaml_bomb_needs_little_memory(project: Path, run_codegen: Any) -> None:
    """Aliases of aliases are refused before they are expanded."""
    lines = ['a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol"]']
    for name, last in zip(
        "bcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxy", strict=True
    ):
        lines.append(f"{name}: &{name} [{','.join([f'*{last}'] * 9)}]")
    (project / "specs" / "acme.yaml").write_text("\n".join(lines))
    tracemalloc.start()
    try:
        ran = run_codegen(project, "generate")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ran.code == 1
    assert ran.stdout.count("error[yaml-alias]") == 25
    assert peak < 10 * 2**20


@pytest.mark.parametrize(
    ("element", "rules"),
    [
        ("{colour: red}", ["unknown-key"]),
        ("{returns: {type: Unknown%d}}", ["unknown-name"]),
        ("{parameters: {class: {type: 'int('}}}", ["keyword-name", "type-expression"]),
        ("[%d]", ["wrong-shape"]),
    ],
)
def test_ten_thousand_mistakes_are_all_shown(
    project: Path, run_codegen: Any, element: str, rules: list[str]
) -> None:
    """No finding hides another, however many there are."""
    lines = [
        f"  f{number}: {element.replace('%d', str(number))}\n"
        for number in range(10_000)
    ]
    spec = "".join(["module: acme\nfunctions:\n", *lines])
    (project / "specs" / "acme.yaml").write_text(spec)
    ran = run_codegen(project, "generate", "--output-format", "concise")
    assert ran.code == 1
    for rule in rules:
        assert ran.stdout.count(f"error[{rule}]") == 10_000
    assert ran.stdout.endswith(f"{10_000 * len(rules)} errors; nothing was written\n")
    numbers = [int(line.split(":")[1]) for line in ran.stdout.splitlines()[:-1]]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    "bases",
    [
        pytest.param(lambda number: [(number + 1) % 3000], id="one long circle"),
        pytest.param(lambda number: [number - 1] if number else [], id="one long line"),
        pytest.param(
            lambda number: [n for n in range(number - 1, -1, -1) if number < 90],
            id="all from all",
        ),
    ],
)
def test_inheritance_that_would_take_forever(
    project: Path, run_codegen: Any, bases: Callable[[int], list[int]]
) -> None:
    """Long lines and circles of classes are refused; many ways to one ancestor are walked once."""
    lines = []
    for number in range(3000):
        names = ", ".join(f"C{base}" for base in bases(number))
        lines.append(f"  C{number}: {{bases: [{names}], dataclass: {{}}}}\n")
    (project / "specs" / "acme.yaml").write_text(
        "module: acme\nclasses:\n" + "".join(lines)
    )
    ran = run_codegen(project, "check", "--output-format", "concise")
    rules = {
        line.partition("[")[2].partition("]")[0]
        for line in ran.stdout.splitlines()[:-1]
    }
    assert rules <= {"chain-length"}
    assert ran.code == (1 if rules else 0)


# Mistakes that a change in one spec makes in another


CHANGES = {
    "removed": (
        "functions: {ping: {returns: {type: acme.base.Base}}}",
        "classes: {Base: {}}",
        "classes: {Other: {}}",
        "unknown-name",
    ),
    "removed what was re-exported": (
        "exports: [acme.base.Base]",
        "classes: {Base: {}}",
        "classes: {Other: {}}",
        "bad-import",
    ),
    "defined in one place by both": (
        "classes: {Base: {defined_in: acme._both}}",
        "classes: {Other: {defined_in: acme._both}}",
        "classes: {Other: {defined_in: acme._both}, Base: {defined_in: acme._both}}",
        "duplicate-name",
    ),
    "a default before a field without": (
        "classes: {User: {bases: [acme.base.Base], dataclass: {}, parameters: {y: {type: int}}}}",
        "classes: {Base: {dataclass: {}, parameters: {x: {type: int}}}}",
        "classes: {Base: {dataclass: {}, parameters: {x: {type: int, default: 1}}}}",
        "field-order",
    ),
    "a documented field that is gone": (
        "classes: {User: {bases: [acme.base.Base], dataclass: {}, parameters: {x: {doc: Text.}}}}",
        "classes: {Base: {dataclass: {}, parameters: {x: {type: int}}}}",
        "classes: {Base: {dataclass: {}, parameters: {y: {type: int}}}}",
        "unknown-field",
    ),
    "a base that is frozen": (
        "classes: {User: {bases: [acme.base.Base], dataclass: {}}}",
        "classes: {Base: {dataclass: {}}}",
        "classes: {Base: {dataclass: {frozen: true}}}",
        "kind-conflict",
    ),
    "a base that is an enum with members": (
        "classes: {User: {kind: enum, bases: [acme.base.Base]}}",
        "classes: {Base: {kind: enum}}",
        "classes: {Base: {kind: enum, attributes: {RED: {value: 1}}}}",
        "not-a-class",
    ),
    "a base that is a function": (
        "classes: {User: {bases: [acme.base.Base]}}",
        "classes: {Base: {}}",
        "functions: {Base: {}}",
        "not-a-class",
    ),
    "a base that is a union by now": (
        "classes: {User: {bases: [acme.base.Base]}}",
        "type_aliases: {Base: {type: 'list[int]'}}",
        "type_aliases: {Base: {type: 'int | str'}}",
        "not-a-class",
    ),
    "bases in another order": (
        "classes: {User: {bases: [acme.base.A, acme.base.B]}}",
        "classes: {A: {}, B: {}}",
        "classes: {A: {}, B: {bases: [A]}}",
        "base-order",
    ),
    "a default that calls a function": (
        "functions: {ping: {parameters: {x: {type: object, default: acme.base.Base()}}}}",
        "classes: {Base: {}}",
        "functions: {Base: {}}",
        "unsafe-call",
    ),
    "a default that can change": (
        "classes: {User: {dataclass: {}, parameters: {x: {type: acme.base.Base, default: acme.base.Base()}}}}",
        "classes: {Base: {dataclass: {frozen: true}}}",
        "classes: {Base: {dataclass: {}}}",
        "mutable-default",
    ),
    "a circle of bases": (
        "classes: {User: {bases: [acme.base.Base]}}",
        "classes: {Base: {}}",
        "classes: {Base: {bases: [acme.user.User]}}",
        "cyclic-bases",
    ),
    "a circle of imports": (
        "classes: {User: {bases: [acme.base.Base]}, Other: {}}",
        "classes: {Base: {}, More: {}}",
        "classes: {Base: {}, More: {bases: [acme.user.Other]}}",
        "cyclic-import",
    ),
    "a grandparent two modules away": (
        "classes: {User: {bases: [acme.between.Between], dataclass: {}, parameters: {y: {type: int}}}}",
        "classes: {Base: {dataclass: {}, parameters: {x: {type: int}}}}",
        "classes: {Base: {dataclass: {}, parameters: {x: {type: int, default: 1}}}}",
        "field-order",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_mistake_in_a_spec_that_did_not_change(
    tmp_path: Path, run_codegen: Any, name: str
) -> None:
    """A run that rebuilds only what a change touches finds what a run over everything finds."""
    user, former, changed, rule = CHANGES[name]
    (tmp_path / "specs").mkdir()
    (tmp_path / "codegen.toml").write_text('package = "acme"\n')
    between = "classes: {Between: {bases: [acme.base.Base], dataclass: {}}}"
    specs = {"user": user, "base": former}
    if "between" in user:
        specs["between"] = between
    for module, text in specs.items():
        spec = f"module: acme.{module}\n{text}\n"
        (tmp_path / "specs" / f"acme.{module}.yaml").write_text(spec)
    ran = run_codegen(tmp_path, "generate")
    assert ran.code == 0, ran
    before = contents(tmp_path / "generated")
    spec = f"module: acme.base\n{changed}\n"
    (tmp_path / "specs" / "acme.base.yaml").write_text(spec)
    ran = run_codegen(tmp_path, "generate")
    assert f"error[{rule}]" in ran.stdout
    assert "specs/acme.user.yaml" in ran.stdout
    said = ran.stdout.replace("; nothing was written", "")
    assert said == run_codegen(tmp_path, "check").stdout
    assert contents(tmp_path / "generated") == before


# Outputs that cannot be written


@pytest.fixture
def changed(project: Path) -> Path:
    """The project, its spec changed, so that there is something to write."""
    write_spec(project, "After.")
    return project


def test_an_output_folder_that_is_a_file(changed: Path, run_codegen: Any) -> None:
    """A file where the output folder should be is left alone."""
    shutil.rmtree(changed / "generated")
    (changed / "generated").write_text("mine\n")
    expect(
        run_codegen(changed, "generate"),
        1,
        "generated:1:1: error[write-failed]: cannot be written: Not a directory; nothing was changed",
        "1 error; nothing was written",
    )
    assert (changed / "generated").read_text() == "mine\n"


def test_a_file_where_a_folder_should_be(changed: Path, run_codegen: Any) -> None:
    """A file in the way of a folder of outputs is left alone, and so is everything else."""
    shutil.rmtree(changed / "generated" / "docs")
    (changed / "generated" / "docs").write_text("mine\n")
    before = contents(changed / "generated")
    expect(
        run_codegen(changed, "generate"),
        1,
        "generated/docs/acme:1:1: error[write-failed]: cannot be written: Not a directory; nothing was changed",
        "1 error; nothing was written",
    )
    assert contents(changed / "generated") == before


def test_a_folder_where_a_file_should_be(changed: Path, run_codegen: Any) -> None:
    """A folder in the way of an output is left alone, and so is everything else."""
    (changed / "generated" / "acme" / "__init__.py").unlink()
    (changed / "generated" / "acme" / "__init__.py").mkdir()
    before = contents(changed / "generated")
    expect(
        run_codegen(changed, "generate"),
        1,
        "generated/acme/__init__.py:1:1: error[write-failed]: cannot be written: is a folder; nothing was changed",
        "1 error; nothing was written",
    )
    assert contents(changed / "generated") == before


def test_an_output_folder_in_a_place_without_folders(
    changed: Path, run_codegen: Any
) -> None:
    """An ``--out`` that the system does not let anybody make is reported where it is."""
    before = contents(changed / "generated")
    ran = run_codegen(changed, "generate", "--out", "/proc/acme")
    assert ran.code == 1
    assert ran.stdout.startswith(
        "/proc/acme:1:1: error[write-failed]: cannot be written: "
    )
    assert ran.stdout.endswith("; nothing was changed\n1 error; nothing was written\n")
    assert contents(changed / "generated") == before


@pytest.mark.parametrize(
    ("code", "reason", "hint"),
    [
        (
            errno.ENOSPC,
            "No space left on device",
            ["  = hint: free some space and run again"],
        ),
        (errno.EACCES, "Permission denied", []),
        (errno.EROFS, "Read-only file system", []),
    ],
)
@pytest.mark.parametrize("step", range(0, 12, 3))
@pytest.mark.parametrize("function", ["replace", "link"])
def test_a_disk_that_refuses_at_any_step(
    changed: Path,
    run_codegen: Any,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    step: int,
    code: int,
    reason: str,
    hint: list[str],
) -> None:
    """What was already put in place is taken back, so that the folder is as it was."""
    before = contents(changed / "generated")
    real, calls = getattr(os, function), []

    def refuse(source: Any, target: Any) -> None:
        if ".codegen-cache" not in str(target):
            calls.append(target)
            if len(calls) == step + 1:
                raise OSError(code, os.strerror(code))
        real(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(os, function, refuse)
        ran = run_codegen(changed, "generate")
    if step < len(before) and function == "replace":
        headline, *rest = ran.stdout.splitlines()
        assert headline.startswith("generated/")
        assert headline.endswith(
            f"error[write-failed]: cannot be written: {reason}; nothing was changed"
        )
        assert rest == [*hint, "1 error; nothing was written"]
        assert ran.code == 1
        assert contents(changed / "generated") == before
        assert not (changed / "generated" / ".codegen-staging").exists()
    ran = run_codegen(changed, "generate")
    assert ran.code == 0
    assert run_codegen(changed, "generate", "--check").code == 0


@contextlib.contextmanager
def mounted(folder: Path, size: str) -> Iterator[None]:
    """A file system of its own at a folder; the test is skipped where that is not allowed."""
    arguments = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        refused = subprocess.run(arguments, capture_output=True, check=False).returncode
    except OSError:
        refused = 1
    if refused:
        pytest.skip("this user cannot mount file systems")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(changed: Path, run_codegen: Any) -> None:
    """On a file system with room for nothing more, the outputs stay as they were."""
    saved = changed / "saved"
    shutil.move(changed / "generated", saved)
    (changed / "generated").mkdir()
    with mounted(changed / "generated", "64k"):
        shutil.copytree(saved, changed / "generated", dirs_exist_ok=True)
        with (
            (changed / "generated" / "filler").open("wb", buffering=0) as file,
            contextlib.suppress(OSError),
        ):
            while True:
                file.write(b"x" * 512)
        before = contents(changed / "generated")
        ran = run_codegen(changed, "generate")
        assert ran.code == 1
        assert (
            "error[write-failed]: cannot be written: No space left on device"
            in ran.stdout
        )
        assert contents(changed / "generated") == before
        (changed / "generated" / "filler").unlink()
        assert run_codegen(changed, "generate").code == 0


def test_an_output_folder_that_is_really_read_only(
    changed: Path, run_codegen: Any
) -> None:
    """On a read-only file system nothing changes, not even for the superuser."""
    saved = changed / "saved"
    shutil.move(changed / "generated", saved)
    (changed / "generated").mkdir()
    with mounted(changed / "generated", "1m"):
        shutil.copytree(saved, changed / "generated", dirs_exist_ok=True)
        before = contents(changed / "generated")
        remount = ["mount", "-o", "remount,ro", str(changed / "generated")]
        subprocess.run(remount, check=True)
        expect(
            run_codegen(changed, "generate"),
            1,
            "generated:1:1: error[write-failed]: cannot be written: Read-only file system; nothing was changed",
            "1 error; nothing was written",
        )
        assert contents(changed / "generated") == before


# Processes that die, and processes at the same time


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that finds the generator."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def start(folder: Path, *arguments: str, **more: Any) -> subprocess.Popen[str]:
    """Start the command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    process = start(folder, *arguments)
    stdout, stderr = process.communicate()
    return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)


DIES = """
import os, signal, sys
from codegen import files
left = int(sys.argv.pop(1))
def dying(function):
    def call(*arguments, **options):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return call
for name in ("replace", "link", "mkdir", "unlink", "rmdir"):
    setattr(os, name, dying(getattr(os, name)))
files.Path.write_bytes = dying(files.Path.write_bytes)
sys.argv = ["codegen", "generate"]
from codegen.__main__ import main
main()
"""


@pytest.fixture
def expected_trees(
    project: Path, run_codegen: Any
) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The outputs before and after the change, from runs that nobody disturbed."""
    before = bytes_only(project / "generated")
    write_spec(project, "After.")
    assert run_codegen(project, "generate").code == 0
    after = bytes_only(project / "generated")
    write_spec(project, "Before.")
    assert run_codegen(project, "generate").code == 0
    assert bytes_only(project / "generated") == before
    return before, after


def assert_old_or_new(
    folder: Path, before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    """Every output is whole: as it was or as it will be."""
    for path, data in bytes_only(folder).items():
        if not path.startswith(".codegen-staging/"):
            assert data in (before.get(path), after.get(path)), path


def assert_repaired(project: Path, after: dict[str, bytes], run_codegen: Any) -> None:
    """The next run writes what is missing and leaves nothing behind."""
    ran = run_codegen(project, "generate")
    assert ran.code == 0, ran
    assert bytes_only(project / "generated") == after
    assert not (project / "generated" / ".codegen-staging").exists()
    assert run_codegen(project, "generate").stdout.startswith("0 written")


@pytest.mark.parametrize("step", [*range(0, 30, 4), 33, 40, 47, 50])
def test_a_process_killed_at_each_step_of_writing(
    project: Path,
    run_codegen: Any,
    expected_trees: tuple[dict[str, bytes], dict[str, bytes]],
    step: int,
) -> None:
    """Whichever change to the disk is the last one, files are whole and the next run repairs the rest."""
    before, after = expected_trees
    write_spec(project, "After.")
    ran = subprocess.run(
        [sys.executable, "-c", DIES, str(step)],
        cwd=project,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert ran.returncode in (-signal.SIGKILL, 0), ran.stderr
    assert_old_or_new(project / "generated", before, after)
    assert_repaired(project, after, run_codegen)


def test_a_process_killed_at_random_moments(
    project: Path,
    run_codegen: Any,
    expected_trees: tuple[dict[str, bytes], dict[str, bytes]],
) -> None:
    """The same, with the moment chosen by nobody: shortly after the run begins to write."""
    before, after = expected_trees
    chance = random.Random(7)
    staging = project / "generated" / ".codegen-staging"
    for _ in range(6):
        write_spec(project, "After.")
        process = start(project, "generate")
        while process.poll() is None and not staging.exists():
            pass
        for _ in range(chance.randrange(400)):
            process.poll()
        process.kill()
        process.communicate()
        assert_old_or_new(project / "generated", before, after)
        assert_repaired(project, after, run_codegen)
        write_spec(project, "Before.")
        assert run_codegen(project, "generate").code == 0


def test_two_runs_at_once(project: Path) -> None:
    """The second run waits for the first, and both end well."""
    write_spec(project, "After.")
    runs = [start(project, "generate") for _ in range(3)]
    printed = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert [errors for _, errors in printed] == ["", "", ""]
    counts = sorted(int(lines.split()[0]) for lines, _ in printed)
    assert counts[:2] == [0, 0]
    assert counts[2] > 0
    assert not (project / "generated" / ".codegen-staging").exists()
    assert command(project, "generate", "--check").returncode == 0


# What people see


def on_a_terminal(folder: Path, *arguments: str, **more: str) -> str:
    """What the command prints on a terminal."""
    outer, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=folder,
        env=environment(TERM="xterm", **more),
        stdout=inner,
        stderr=inner,
    )
    os.close(inner)
    printed = b""
    with contextlib.suppress(OSError):
        while chunk := os.read(outer, 4096):
            printed += chunk
    process.wait()
    os.close(outer)
    return printed.decode().replace("\r\n", "\n")


def test_colours_only_on_terminals_that_want_them(
    project: Path, run_codegen: Any
) -> None:
    """Findings are coloured on a terminal, unless NO_COLOR is set; the words are the same."""
    (project / "specs" / "acme.yaml").write_text("module: acme\nclasses: []\n")
    plain = run_codegen(project, "check").stdout
    coloured = on_a_terminal(project, "check")
    assert "\x1b[31m" in coloured
    assert "\x1b" not in plain
    assert on_a_terminal(project, "check", NO_COLOR="1") == plain


def test_a_bug_ends_with_code_70_and_says_so(
    project: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody foresaw is called a bug, without a traceback, and writes nothing."""
    from codegen import build

    before = contents(project / "generated")
    write_spec(project, "After.")

    def fail(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(build, "emit", fail)
    monkeypatch.delenv("CODEGEN_TRACEBACK")
    ran = run_codegen(project, "generate")
    assert ran.code == 70
    assert ran.stdout == ""
    assert ran.stderr.startswith(
        "codegen: internal error: ZeroDivisionError: division by zero\n"
    )
    assert "Traceback" not in ran.stderr
    assert contents(project / "generated") == before


# Input that looks wrong and is not


TEXTS = {
    "triple_quotes": 'Ends """ in the middle.',
    "single_quotes": "It's '''fine'''.",
    "last_quote": 'Say "yes"',
    "last_quotes": 'Say ""',
    "backslashes": r"A path C:\new\table and \N{BULLET} and \x41.",
    "last_backslash": "A path C:\\",
    "braces": "{{ name }} {% if x %} {# no #} {0} %s %(x)s $x ${x}",
    "unicode": "Zażółć 漢字 🎉 e\u0301",
    "percent": "100%",
    "marks": "<b>&amp;</b> `code` ``more`` *stars* _under_ | pipe | [link](x)",
    "fence": "```python\nx = '''\n```",
    "comment": "# not a comment",
    "directive": ":param x: not one",
    "tabs": "a\tb",
    "long": "word " * 60 + "end",
}


def test_texts_with_quotes_backslashes_and_braces(
    project: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every text arrives in ``__doc__`` as it was written in the spec."""
    import importlib
    import inspect

    import yaml

    functions = {name: {"doc": text} for name, text in TEXTS.items()}
    classes = {
        name.title().replace("_", ""): {
            "doc": text,
            "dataclass": {},
            "parameters": {
                "match": {"type": "str", "default": repr(text)},
            },
        }
        for name, text in TEXTS.items()
    }
    spec = {"module": "odd_texts", "functions": functions, "classes": classes}
    shutil.rmtree(project / "specs")
    (project / "specs").mkdir()
    (project / "codegen.toml").write_text('package = "odd_texts"\n')
    (project / "specs" / "odd_texts.yaml").write_text(
        yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8"
    )
    ran = run_codegen(project, "generate")
    assert ran.code == 0, ran
    monkeypatch.syspath_prepend(project / "generated")
    module = importlib.import_module("odd_texts")
    for name, text in TEXTS.items():
        written = inspect.getdoc(getattr(module, name))
        assert written is not None
        assert " ".join(written.split()) == " ".join(text.split())
        if "\n" not in text and len(text) < 80:
            # A quote at the end is kept apart from the closing ones by a space, as black does.
            assert written.rstrip() == text.expandtabs()
        cls = getattr(module, name.title().replace("_", ""))
        assert cls().match == text
        assert " ".join(inspect.getdoc(cls).split()).startswith(" ".join(text.split()))


def test_names_and_scalars_that_only_look_wrong(
    project: Path, run_codegen: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Soft keywords, YAML 1.1 words, a byte order mark and Windows line ends are no mistakes."""
    import importlib

    shutil.rmtree(project / "specs")
    (project / "specs").mkdir()
    (project / "codegen.toml").write_text('package = "odd_names"\n')
    lines = [
        "module: odd_names",
        "page: {version: 2.60, weight: 10}",
        "variables:",
        "  no: {type: float, value: 1_000}",
        "  café: {type: str, value: '\"\\u202e\"'}",
        "functions:",
        "  match:",
        "    parameters:",
        "      on: {type: bool, default: True}",
        "      y: {type: int, default: 0o17}",
        "      type: {type: str, default: '''\"''', kind: keyword-only}",
        "      _: {type: int, default: -1}",
        "      nothing: {type: str | None, default: None}",
        "      time: {type: str, default: '\"12:30:00\"'}",
    ]
    text = "\ufeff" + "\r\n".join(lines) + "\r\n"
    (project / "specs" / "odd_names.yaml").write_bytes(text.encode())
    ran = run_codegen(project, "generate")
    assert ran.code == 1
    assert "parameter-order" in ran.stdout
    text = text.replace(", kind: keyword-only", "")
    (project / "specs" / "odd_names.yaml").write_bytes(text.encode())
    ran = run_codegen(project, "generate")
    assert ran.code == 0, ran
    monkeypatch.syspath_prepend(project / "generated")
    module = importlib.import_module("odd_names")
    assert module.no == 1000
    assert module.café == "\u202e"
    assert module.match.__defaults__ == (True, 15, '"', -1, None, "12:30:00")
