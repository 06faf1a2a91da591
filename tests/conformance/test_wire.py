"""Tasks and apps become the messages that the published SDK sends, except where a list says why not."""

from __future__ import annotations

import base64
import difflib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flyteidl2.app.app_definition_pb2 import App
from flyteidl2.task.task_definition_pb2 import TaskSpec, TaskTrigger
from google.protobuf import text_format

from tests.conformance.wire_cases import BY_HAND, Case, combinations
from tests.conformance.wire_differences import DIFFERENCES

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
REFERENCE = ROOT / ".venv-reference/bin/python"
SERIALIZE = HERE / "wire_serialize.py"

pytestmark = pytest.mark.conformance


class Pair(NamedTuple):
    """What became of a case under either SDK."""

    case: Case
    # Of the case itself, and of what the published SDK is given instead.
    refused: bool
    published: dict[str, str]
    ours: dict[str, str]

    @property
    def messages(self) -> tuple[Any, Any] | None:
        """Both messages, if there are two."""
        kind = TaskSpec if self.case.kind == "TaskEnvironment" else App
        if "message" not in self.published or "message" not in self.ours:
            return None
        published, ours = (
            kind.FromString(base64.b64decode(result["message"]))
            for result in (self.published, self.ours)
        )
        return published, ours


def _serialized(
    python: Path | str, cases: list[Case], path: list[Path], folder: Path
) -> list[dict[str, str]]:
    extra = [os.environ["PYTHONPATH"]] if "PYTHONPATH" in os.environ else []
    run = subprocess.run(
        [python, SERIALIZE],
        input=json.dumps([case._asdict() for case in cases]),
        env={**os.environ, "PYTHONPATH": os.pathsep.join([*map(str, path), *extra])},
        # Outside the repository, whose address the published SDK would add to each task.
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    found: list[dict[str, str]] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """All cases under both SDKs, each in one process."""
    if not REFERENCE.exists():
        pytest.skip("the published SDK is not installed; scripts/test installs it")
    folder = tmp_path_factory.mktemp("outside")
    cases = list(dict.fromkeys([*BY_HAND, *combinations()]))
    ours = _serialized(
        sys.executable, cases, [ROOT / "generated", ROOT / "runtime"], folder
    )
    given = list(dict.fromkeys([*cases, *map(_instead, cases)]))
    results = _serialized(REFERENCE, given, [], folder)
    published = dict(zip(given, results, strict=True))
    return [
        Pair(case, "error" in published[case], published[_instead(case)], own)
        for case, own in zip(cases, ours, strict=True)
    ]


def _instead(case: Case) -> Case:
    for difference in DIFFERENCES.values():
        case = difference.instead(case)
    return case


def _mend(case: Case, published: Any) -> Iterator[str]:
    """Apply all differences to a published message; name those that changed it."""
    for name, difference in DIFFERENCES.items():
        before = published.SerializeToString(deterministic=True)
        difference.mend(case, published)
        if published.SerializeToString(deterministic=True) != before:
            yield name


def _triggers(result: dict[str, str]) -> dict[str, Any]:
    return {
        name: TaskTrigger.FromString(base64.b64decode(encoded))
        for name, encoded in result.items()
        if name.startswith("trigger ")
    }


def _avoided(case: Case) -> list[str]:
    """Name the differences because of which the published SDK is given something else."""
    return [name for name, one in DIFFERENCES.items() if one.instead(case) != case]


def _compared(pair: Pair) -> str:
    """How a case differs; empty when it does not."""
    if "missing" in pair.published or "missing" in pair.ours:
        return ""
    if pair.messages is None:
        both_refuse = "error" in pair.published and "error" in pair.ours
        return "" if both_refuse else f"{pair.published} | {pair.ours}"
    if _triggers(pair.published) != _triggers(pair.ours):
        return f"triggers: {pair.published} | {pair.ours}"
    published, ours = pair.messages
    list(_mend(pair.case, published))
    if published == ours:
        return ""
    texts = (text_format.MessageToString(one) for one in (published, ours))
    lines = (text.splitlines() for text in texts)
    return "\n".join(difflib.unified_diff(*lines, "published", "ours", "", "", 2))


def test_messages_equal_the_published_ones(pairs: list[Pair]) -> None:
    """Every task and app becomes the same message, or is refused by both."""
    different = {str(pair.case): _compared(pair) for pair in pairs}
    found = {case: text for case, text in different.items() if text}
    report = "\n\n".join(f"{case}\n{text}" for case, text in found.items())
    assert not found, f"{len(found)} of {len(pairs)} differ\n\n{report[:20000]}"


def test_enough_messages_are_compared(pairs: list[Pair]) -> None:
    """The comparison is not empty: hundreds of cases become messages under both SDKs."""
    assert sum(pair.messages is not None for pair in pairs) >= 300


def test_pods_are_compared(pairs: list[Pair]) -> None:
    """Pods are compared wherever the package kubernetes is installed for both SDKs."""
    missing = {
        result["missing"]
        for pair in pairs
        for result in (pair.published, pair.ours)
        if "missing" in result
    }
    if missing:
        pytest.skip(f"some cases need {', '.join(sorted(missing))}")


def test_every_difference_is_still_true(pairs: list[Pair]) -> None:
    """A difference that is not needed by any message is to be removed."""
    needed: set[str] = set()
    for pair in pairs:
        if pair.messages is not None:
            needed.update(_mend(pair.case, pair.messages[0]))
            if pair.refused:
                needed.update(_avoided(pair.case))
    assert needed == DIFFERENCES.keys()


def test_every_difference_says_why() -> None:
    """The list is a list of reasons."""
    assert all(difference.reason for difference in DIFFERENCES.values())
