"""The command line from the outside: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.cli import commands
from codegen.diff.rules import RULES as CHANGES
from codegen.rules import RULES

ROOT = Path(__file__).parents[2]


def _codegen(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    run = subprocess.run(
        [sys.executable, "-m", "codegen", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr


@pytest.fixture
def project(tmp_path: Path) -> Path:
    assert _codegen(tmp_path, "init", "shop")[0] == 0
    return tmp_path / "shop"


def _tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".codegen-cache", "__pycache__"} & {*path.parts}
    }


def test_init_generates_checks_and_type_checks(project: Path) -> None:
    """A new project of another name is generated, checked, type-checked and run at once."""
    assert _codegen(project, "generate") == (
        0,
        "5 written, 0 unchanged, 0 removed\n",
        "",
    )
    assert _codegen(project, "check") == (0, "1 spec checked, no findings\n", "")
    path = os.pathsep.join([str(project / "generated"), str(project / "cores")])
    program = "import shop; print(shop.Greeter('Hi').greet('Ann', excited=True))"
    run = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "Hi, Ann!\n"
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "-p", "shop", "-p", "shop_cores"],
        env={**os.environ, "MYPYPATH": path},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.startswith("Success"), run.stdout


def test_modules_and_packages_can_be_run(project: Path) -> None:
    """``python -m`` calls the core that ``main`` names, for a plain module and for a package."""
    (project / "specs/shop.tools.yaml").write_text(
        "module: shop.tools\nmain: shop_cores.tools:run\n"
        "variables:\n  SIZE: {type: int, value: 3}\n"
        "functions:\n  nothing: {core: 'shop_cores.tools:run'}\n"
    )
    spec = project / "specs/shop.yaml"
    spec.write_text(spec.read_text() + "main: shop_cores.tools:run\n")
    core = project / "cores/shop_cores/tools.py"
    core.write_text("import sys\n\n\ndef run() -> None:\n    print(sys.argv[1:])\n")
    assert _codegen(project, "generate")[0] == 0
    path = os.pathsep.join([str(project / "generated"), str(project / "cores")])
    for module in ("shop", "shop.tools"):
        run = subprocess.run(
            [sys.executable, "-m", module, "--all"],
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout == "['--all']\n"
    black = [sys.executable, "-m", "black", "--check", "-q", str(project / "generated")]
    assert subprocess.run(black, check=False).returncode == 0
    core.write_text("def run(arguments: list[str]) -> None: ...\n")
    assert "core-signature" in _codegen(project, "check")[1]


def test_init_overwrites_nothing(project: Path) -> None:
    """A second ``init`` in the same folder is refused and changes nothing."""
    before = _tree(project)
    code, out, err = _codegen(project.parent, "init", "shop")
    assert (code, out) == (2, "")
    assert (
        err == f"codegen: '{Path('shop/codegen.toml')}' exists; nothing was written\n"
    )
    assert _tree(project) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("init", "class"), "codegen: 'class' cannot be imported as a package"),
        (("init", "x", "--name", "a-b"), "codegen: 'a-b' cannot be imported"),
        (
            ("explain", "unknown-nam"),
            "codegen: there is no rule 'unknown-nam'; did you",
        ),
    ],
)
def test_wrong_arguments_are_explained(
    tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """A wrong name ends with exit code 2 and one line that says what is wrong."""
    code, out, err = _codegen(tmp_path, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert list(tmp_path.iterdir()) == []


def test_explain_knows_every_rule(tmp_path: Path) -> None:
    """``explain`` lists all rules, those of changes as well, and tells more about each."""
    code, out, _ = _codegen(tmp_path, "explain")
    assert code == 0
    assert RULES.keys().isdisjoint(CHANGES)
    listed = [line.split()[0] for line in out.splitlines()]
    assert listed == sorted([*RULES, *CHANGES])
    code, out, _ = _codegen(tmp_path, "explain", "unknown-name")
    assert code == 0
    assert out.startswith("unknown-name\n\n")


def test_check_and_diff_write_nothing(project: Path) -> None:
    """``--check`` and ``--diff`` report drift with exit code 1 and leave the folder alone."""
    _codegen(project, "generate")
    stale = project / "generated/shop/__init__.py"
    stale.write_text(stale.read_text().replace("Greets", "Greeted"))
    (project / "generated/shop/left_over.py").write_text("")
    (project / "generated/shop-stubs/__init__.pyi").unlink()
    before = _tree(project)
    code, out, err = _codegen(project, "generate", "--check")
    assert (code, err) == (1, "")
    assert out == (
        "generated/shop-stubs/__init__.pyi:1:1: error[drift]: is missing\n"
        "generated/shop/__init__.py:1:1: error[drift]: differs from the specs\n"
        "generated/shop/left_over.py:1:1: error[drift]: is not generated by any spec\n"
        "3 stale, 3 up to date\n"
    )
    code, out, err = _codegen(project, "generate", "--diff")
    assert (code, err) == (1, "")
    assert '-    """Greeted people by name.\n+    """Greets people by name.\n' in out
    assert "--- /dev/null\n+++ b/shop-stubs/__init__.pyi\n" in out
    assert "--- a/shop/left_over.py\n+++ /dev/null\n" in out or "left_over" not in out
    assert _tree(project) == before


def test_check_of_a_fresh_tree_passes(project: Path) -> None:
    """``--check`` after ``generate`` finds nothing stale."""
    _codegen(project, "generate")
    assert _codegen(project, "generate", "--check") == (
        0,
        "0 stale, 5 up to date\n",
        "",
    )


def test_only_selects_kinds_and_paths(project: Path) -> None:
    """``--only`` takes kinds of output and globs over their paths, and refuses unknown kinds."""
    assert _codegen(project, "generate", "--only", "stubs")[1].startswith("1 written")
    assert set(_tree(project / "generated")) == {"shop-stubs/__init__.pyi"}
    assert _codegen(project, "generate", "--only", "docs-plain/*")[0] == 0
    assert "docs-plain/shop/greeter.md" in _tree(project / "generated")
    assert not (project / "generated/shop").exists()
    code, _, err = _codegen(project, "generate", "--only", "stub")
    assert code == 2
    assert "'stub' is not a kind of output; did you mean 'stubs'?" in err


def test_out_names_another_folder(project: Path) -> None:
    """``--out`` writes elsewhere and keeps a state of its own."""
    other = project.parent / "elsewhere"
    assert _codegen(project, "generate", "--out", str(other))[1].startswith("5 written")
    assert not (project / "generated").exists()
    assert _codegen(project, "generate")[1].startswith("5 written")
    second = _codegen(project, "generate", "--out", str(other))
    assert second == (0, "0 written, 5 unchanged, 0 removed\n", "")


def test_settings_are_found_from_below(project: Path) -> None:
    """A command in a sub-folder of a project finds the project's settings."""
    assert _codegen(project / "specs", "generate")[1].startswith("5 written")


def test_no_project_is_explained(tmp_path: Path) -> None:
    """Outside any project the message names what to do, with exit code 2."""
    code, out, _ = _codegen(tmp_path, "generate")
    assert code == 2
    assert "error[no-settings]" in out
    assert "codegen init DIR" in out


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_machine_formats_stand_alone_on_stdout(project: Path, form: str) -> None:
    """JSON and SARIF are all that stdout holds, with findings and without."""
    code, out, err = _codegen(project, "generate", "--output-format", form)
    assert code == 0
    json.loads(out)
    assert err.endswith("0 removed\n")
    spec = project / "specs/shop.yaml"
    spec.write_text(spec.read_text().replace("{type: str,", "{type: strr,"))
    code, out, _ = _codegen(project, "check", "--output-format", form)
    assert code == 1
    assert "unknown-name" in json.dumps(json.loads(out))


def test_help_names_every_command(tmp_path: Path) -> None:
    """The help lists the commands with a sentence each."""
    code, out, _ = _codegen(tmp_path, "--help")
    assert code == 0
    for command in commands.commands:
        assert f"  {command} " in out


def test_a_bug_is_reported_as_one(project: Path) -> None:
    """An unexpected exception ends with exit code 70 and no traceback."""
    program = (
        "import codegen.workspace as w, sys\n"
        "w.Workspace.check = lambda self: 1 / 0\n"
        "sys.argv = ['codegen', 'check']\n"
        "from codegen import cli\n"
        "cli.main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 70
    assert "internal error: ZeroDivisionError" in run.stderr
    assert "Traceback" not in run.stderr


def test_interrupt_ends_quietly(project: Path) -> None:
    """Ctrl-C prints no traceback and leaves the output folder as it was."""
    program = (
        "import codegen.build as b, sys\n"
        "def stop(*_): raise KeyboardInterrupt\n"
        "b.emit = stop\n"
        "sys.argv = ['codegen', 'generate']\n"
        "from codegen import cli\n"
        "cli.main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode not in (0, 70)
    assert "Traceback" not in run.stderr
    assert not (project / "generated").exists()


def test_interrupt_while_starting_ends_quietly(project: Path) -> None:
    """Ctrl-C while modules are still being imported prints no traceback either."""
    program = (
        "import sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'codegen.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stop())\n"
        "sys.argv = ['codegen', 'check']\n"
        "from codegen.__main__ import main\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, "", "")


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_output_does_not_depend_on_the_surroundings(tmp_path: Path, seed: str) -> None:
    """Hash seed, locale, time zone and the order of files on disk leave every byte as it is."""
    specs = sorted((ROOT / "specs").iterdir(), reverse=True)
    (tmp_path / "specs").mkdir()
    for spec in specs:
        shutil.copy(spec, tmp_path / "specs")
    shutil.copytree(ROOT / "runtime", tmp_path / "runtime")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    surroundings = {"PYTHONHASHSEED": seed, "LC_ALL": "C", "TZ": "Asia/Kathmandu"}
    assert _codegen(tmp_path, "generate", **surroundings)[0] == 0
    assert _tree(tmp_path / "generated") == _tree(ROOT / "generated")
