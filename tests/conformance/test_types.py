"""Types and values travel as with the published SDK, except where a list says why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flyteidl2.core.literals_pb2 import Literal
from flyteidl2.core.types_pb2 import LiteralType
from google.protobuf.json_format import MessageToDict

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / ".venv-reference/bin/python"
DESCRIBE = Path(__file__).with_name("describe_types.py")

pytestmark = pytest.mark.conformance

Description = dict[str, dict[str, Any]]

# Literals that the published SDK fails to write, although it accepts their type.
UNWRITTEN = {
    "None": "there a check of the type fails: None is no class",
    "list[None]": "there the type is refused as if it had no items",
    "TypedDict": "there a check of the type fails: no class checks for it",
    "File[str]": "there a file is not taken for a file of any format",
}
# Literals that the published SDK fails to read, although it wrote them.
UNREAD = {
    "Union[dataclass, dataclass]": "there any two dataclasses are ambiguous, whatever the schema says",
    "Annotated[dataclass]": "there the annotation is taken for the type",
}
# Types that the published SDK refuses as well, and not for want of another way than pickling.
REFUSED_BY_BOTH = {"tuple", "tuple[int, str]", "IntEnum", "list"}
# What the schema of a reference says about it is the text of the published class.
REFERENCES = {"File", "Dir", "DataFrame"}


def _describe(python: Path | str, path: list[Path], others: object) -> Description:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    libraries = sorted(ROOT.glob(".venv-reference/lib/python*/site-packages"))
    run = subprocess.run(
        # After all others: what only the published SDK's environment has, which is pydantic.
        [python, DESCRIBE, *libraries],
        input=json.dumps(others),
        env=environment,
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: Description = json.loads(run.stdout)
    return found


def _ours(others: object) -> Description:
    return _describe(sys.executable, [ROOT / "generated", ROOT / "runtime"], others)


def _literals(description: Description) -> dict[str, list[str]]:
    written = description["written"]
    return {
        name: [one for one in case.get("literals", []) if not _is_error(one)]
        for name, case in written.items()
    }


def _is_error(text: str) -> bool:
    return "Error" in text


@pytest.fixture(scope="module")
def both() -> tuple[Description, Description]:
    """What the published SDK and the generated one write, and what each reads of what the published one wrote."""
    if not REFERENCE.exists():
        pytest.skip("the published SDK is not installed; scripts/test installs it")
    literals = _literals(_describe(REFERENCE, [], {}))
    return _describe(REFERENCE, [], literals), _ours(literals)


def _comparable(case: dict[str, Any]) -> object:
    if "error" in case:
        return case["error"]
    literal_type = LiteralType.FromString(bytes.fromhex(case["type"]))
    return _without_descriptions(MessageToDict(literal_type))


def _comparable_literals(case: dict[str, Any]) -> list[object]:
    """Parse literals: a union repeats the type of its value, descriptions included."""
    return [
        (
            one
            if _is_error(one)
            else _without_descriptions(
                MessageToDict(Literal.FromString(bytes.fromhex(one)))
            )
        )
        for one in case.get("literals", [])
    ]


def _without_descriptions(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_descriptions(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    described = schema.get("title") in REFERENCES
    return {
        name: _without_descriptions(one)
        for name, one in schema.items()
        if not (described and name == "description")
    }


def test_types_equal_the_published_ones(both: tuple[Description, Description]) -> None:
    """Every type of the table becomes the same literal type."""
    published, ours = both
    different = {
        name: (_comparable(case), _comparable(ours["written"][name]))
        for name, case in published["written"].items()
        if _comparable(case) != _comparable(ours["written"][name])
    }

    assert len(published["written"]) >= 260
    assert different.keys() == {"list[None]"}


def test_literals_equal_the_published_ones(
    both: tuple[Description, Description],
) -> None:
    """Every value of the table becomes the same bytes; what the published SDK fails to write is listed."""
    published, ours = both
    different = {
        name
        for name, case in published["written"].items()
        if _comparable_literals(case) != _comparable_literals(ours["written"][name])
    }
    failing = {
        name
        for name in different
        if all(map(_is_error, published["written"][name].get("literals", [])))
    }
    errors = [one for case in ours["written"].values() for one in case["literals"]]

    assert different == failing == UNWRITTEN.keys()
    assert not list(filter(_is_error, errors))


def test_published_literals_are_read_alike(
    both: tuple[Description, Description],
) -> None:
    """Both SDKs read the same values from what the published one wrote; what that one fails to read is listed."""
    published, ours = both
    different = {
        name for name, case in published["read"].items() if case != ours["read"][name]
    }

    assert different == UNREAD.keys()
    for name in different:
        assert any(map(_is_error, published["read"][name]))
        assert not any(map(_is_error, ours["read"][name]))


def test_the_published_sdk_reads_ours(both: tuple[Description, Description]) -> None:
    """What the generated SDK writes is read alike by both."""
    literals = _literals(both[1])
    listed = UNWRITTEN.keys() | UNREAD.keys()
    published, ours = _describe(REFERENCE, [], literals), _ours(literals)

    for name in literals.keys() - listed:
        assert published["read"][name] == ours["read"][name], name


def test_what_would_be_pickled_is_refused(
    both: tuple[Description, Description],
) -> None:
    """Every type that the published SDK pickles is refused, and so is what that one refuses."""
    published, ours = both
    refused = {name for name, case in published["refused"].items() if "error" in case}

    assert refused == REFUSED_BY_BOTH
    for name, case in ours["refused"].items():
        pickled = "would have to be pickled" in case["error"]
        assert pickled == (name not in REFUSED_BY_BOTH), name


def test_outputs_of_connectors_equal_the_published_ones(
    both: tuple[Description, Description],
) -> None:
    """What the published SDK can return from a connector is written alike; what it cannot is written or refused here."""
    pairs = [
        pair
        for name, outputs in both[0]["outputs"].items()
        for pair in zip(outputs, both[1]["outputs"][name], strict=True)
    ]
    different = [(theirs, ours) for theirs, ours in pairs if theirs != ours]

    assert len(pairs) - len(different) >= 250
    assert len(different) >= 90
    for theirs, ours in different:
        assert _is_error(theirs), (theirs, ours)


def test_inputs_of_connectors_equal_the_published_ones(
    both: tuple[Description, Description],
) -> None:
    """Inputs are read alike, except from schemas, where the published SDK loses the fields that have defaults."""
    theirs, ours = both[0]["inputs"], both[1]["inputs"]
    different = {name for name in theirs if theirs[name] != ours[name]}
    failing = {name for name in ours if any(map(_is_error, ours[name]))}
    with_schema = {
        name for name in theirs if b"title".hex() in both[0]["written"][name]["type"]
    }

    assert sum(map(len, theirs.values())) >= 350
    assert different <= with_schema
    assert not failing


def test_types_have_the_published_transformers(
    both: tuple[Description, Description],
) -> None:
    """What translates a type has the same name, by which variants of unions are told apart."""
    published, ours = both

    assert ours["transformers"] == published["transformers"]


def test_literals_are_shown_as_by_the_published_sdk(
    both: tuple[Description, Description],
) -> None:
    """The plain data is the same; the published SDK fails on structs with bytes, or with keys that are no texts."""
    pairs = [
        pair
        for name, shown in both[0]["shown"].items()
        for pair in zip(shown, both[1]["shown"][name], strict=True)
    ]
    different = [(theirs, ours) for theirs, ours in pairs if theirs != ours]

    assert len(pairs) - len(different) >= 340
    for theirs, ours in different:
        assert _is_error(theirs), (theirs, ours)
        assert not _is_error(ours), (theirs, ours)


def test_pickles_are_not_read() -> None:
    """A literal that the published SDK would unpickle is not even looked at."""
    literal = Literal()
    literal.scalar.binary.value = b"\x80\x04N."
    read = _ours({"int": [literal.SerializeToString().hex()]})["read"]

    assert read["int"] == [
        "TypeTransformerFailedError: value: what may be a pickle is never read"
    ]


MODELS = """
import asyncio, dataclasses, sys
sys.path.extend(sys.argv[1:])
import pydantic
from flyte.types import TypeEngine

class Model(pydantic.BaseModel):
    count: int
    names: list[str] = []

@dataclasses.dataclass
class Holder:
    model: Model

async def show(hint, value, change=bytes):
    try:
        literal = await TypeEngine.to_literal(value, hint, TypeEngine.to_literal_type(hint))
        literal.scalar.binary.value = change(literal.scalar.binary.value)
        print(await TypeEngine.to_python_value(literal, hint))
    except TypeError as error:
        print(error)

asyncio.run(show(Holder, Holder(Model(count=1))))
asyncio.run(show(Model, {"count": 1}))
asyncio.run(show(Holder, Holder({"count": "secret"})))
asyncio.run(show(Model, Model(count=1), lambda _: b"\\x81\\xa5count\\xa6secret"))
asyncio.run(show(Model, Model(count=1), lambda _: b"\\xa6secret"))
"""


def test_models_are_refused_without_repeating_their_values() -> None:
    """Errors name the model, the field and the rule; what is refused may be secret."""
    libraries = sorted(ROOT.glob(".venv-reference/lib/python*/site-packages"))
    if not libraries:
        pytest.skip("the published SDK is not installed; scripts/test installs it")
    path = os.pathsep.join([str(ROOT / "generated"), str(ROOT / "runtime")])
    run = subprocess.run(
        [sys.executable, "-c", MODELS, *libraries],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )

    assert run.stdout.splitlines() == [
        "Holder(model=Model(count=1, names=[]))",
        "value: expected Model, got dict",
        "value.model: expected Model, got dict",
        "value: no Model: count: Input should be a valid integer, unable to parse string as an integer",
        "value: no Model: Input should be an object",
    ]
