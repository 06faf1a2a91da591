"""What is kept for the next run, or not looked at, to save time: nothing comes out otherwise for it."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from black.strings import str_width
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from codegen import files, kept_models
from codegen.collecting import collected_again, collected_later, never_collected
from codegen.compiled import Compiled
from codegen.emitters.python.formatting import LINE_LENGTH, fits
from codegen.readers import yaml

SOURCE = '''"""A shop."""

class Item:
    """What is sold: \\u2026 and more."""

    price: int = 3

    def sell(self, to: str, *, gift: bool = False) -> "Item | None": ...
'''


def test_an_import_leaves_what_reading_its_specs_would_give(
    tmp_path: Path, run_codegen: Any
) -> None:
    """The models that an import keeps are those that its specs say, by the digests of their texts."""
    (tmp_path / "shop.py").write_text(SOURCE, encoding="utf-8")
    run_codegen(tmp_path, "import", "source", "shop.py", "--out", "project")
    kept = kept_models.load(tmp_path / "project")
    spec = tmp_path / "project" / "specs" / "shop.yaml"
    module, problems = yaml.read(yaml.Document("shop.yaml", spec.read_text("utf-8")))
    assert (kept, problems) == ({files.digest(spec.read_bytes()): module}, [])


def test_models_of_another_tool_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another state of the generator may read a spec otherwise; then nothing is known."""
    module, _ = yaml.read(yaml.Document("shop.yaml", "module: shop\n"))
    assert module is not None
    kept_models.save(tmp_path, {"digest": module})
    assert kept_models.load(tmp_path) == {"digest": module}
    monkeypatch.setattr("codegen.state.tool_files", list)
    assert kept_models.load(tmp_path) == {}


def test_templates_are_compiled_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Byte code is kept for another run; garbage in its place, or another text, is compiled anew."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def render(text: str) -> str:
        environment = Environment(
            loader=DictLoader({"sum.txt": text}), bytecode_cache=Compiled("1")
        )
        return environment.get_template("sum.txt").render()

    assert render("{{ 1 + 1 }}") == "2"
    (kept,) = (tmp_path / "codegen" / "templates").iterdir()
    data = kept.read_bytes()
    kept.write_bytes(b"garbage")
    assert (render("{{ 1 + 1 }}"), kept.read_bytes()) == ("2", data)
    assert render("{{ 1 + 2 }}") == "3"


@given(st.text("a \u00e9\u2026\u4e00\uff21\u0301", min_size=40, max_size=100))
def test_lines_are_as_wide_as_black_takes_them_to_be(line: str) -> None:
    """Black is only asked where it matters, and never contradicts."""
    assert fits([line]) == (str_width(line) <= LINE_LENGTH)


def test_the_collector_rests_until_the_end_unless_work_goes_on() -> None:
    """A command is not collected; one that goes on is, but for the blocks that ask for rest."""
    try:
        with never_collected():
            assert not gc.isenabled()
            with collected_later():
                pass
            assert not gc.isenabled()
            collected_again()
            with collected_later():
                assert not gc.isenabled()
            assert gc.isenabled()
    finally:
        gc.unfreeze()
        gc.enable()
