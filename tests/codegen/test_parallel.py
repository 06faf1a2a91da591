"""Work spread over processes gives what one process gives, and hides no error."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from codegen import parallel

# From Python 3.12 on, forking warns where a test runner has threads of its own.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


@pytest.fixture(autouse=True)
def _four_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_processors", lambda: 4)


def _squares(share: Sequence[int], own: bool) -> list[int]:
    return [number * number for number in share]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 97])
def test_results_come_in_order(count: int) -> None:
    """However the items are shared, the results are those of one process, in the same order."""
    expected = [number * number for number in range(count)]
    assert parallel.spread(range(count), _squares, size=10_000) == expected


def test_work_really_is_shared() -> None:
    """A large enough job runs in several processes, and this one knows its own share."""

    def work(share: Sequence[int], own: bool) -> list[tuple[int, bool]]:
        return [(os.getpid(), own) for _ in share]

    results = parallel.spread(range(8), work, size=10_000)
    assert len({process for process, _ in results}) == 4
    assert {own for process, own in results if process == os.getpid()} == {True}
    assert {own for process, own in results if process != os.getpid()} == {False}


def test_little_work_stays_here() -> None:
    """Below the threshold no process is started."""
    results = parallel.spread(range(8), lambda share, own: [os.getpid()], size=10)
    assert results == [os.getpid()]


def test_a_child_that_dies_costs_only_time() -> None:
    """When a child ends without a result, this process does its share."""
    here = os.getpid()

    def work(share: Sequence[int], own: bool) -> list[int]:
        if os.getpid() != here:
            os._exit(9)
        return _squares(share, own)

    expected = [number * number for number in range(9)]
    assert parallel.spread(range(9), work, size=10_000) == expected


def test_an_error_is_raised_in_this_process(capfd: pytest.CaptureFixture[str]) -> None:
    """An exception in a child's share is raised where it can be seen, once."""

    def work(share: Sequence[int], own: bool) -> list[int]:
        if 7 in share:
            raise ValueError("seven")
        return _squares(share, own)

    with pytest.raises(ValueError, match="seven"):
        parallel.spread(range(8), work, size=10_000)
    assert capfd.readouterr().err == ""
