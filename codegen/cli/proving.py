"""``codegen diff --prove``: the findings of a comparison held against mypy and pyright."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from codegen.cli.printing import USAGE, finish

if TYPE_CHECKING:
    from codegen.diff.changes import Change
    from codegen.package import Package
    from codegen.proving.oracle import Broken, Evidence
    from codegen.proving.verdicts import Held, Verdict

_LONGEST_MESSAGE = 200
_SILENCE = {
    "always": "not confirmed",
    "sometimes": "not confirmed; only some programs show it",
    "never": "nothing that type checkers see",
}


def prove(
    old: Package, new: Package, changes: Sequence[Change], *, aside: bool
) -> bool:
    """Print who confirms each finding and what checkers complain about beside; whether nothing is left unexplained.

    ``aside`` keeps standard output for what other programs read.
    """
    from codegen.proving import oracle, verdicts
    from codegen.proving.checkers import CheckerError

    try:
        evidence = oracle.prove({"": (old, new)})[""]
    except CheckerError as error:
        click.echo(f"codegen: {error}", err=True)
        finish(USAGE)
        raise
    verdict = verdicts.judge(changes, evidence)
    lines = [_of_finding(held) for held in verdict.findings]
    lines += dict.fromkeys(_of_complaint(broken) for broken in verdict.unexplained)
    lines.append(_summary(evidence, verdict))
    click.echo("\n".join(lines), err=aside)
    return not verdict.unexplained


def _of_finding(held: Held) -> str:
    verdict = _SILENCE[held.checkable]
    if held.checkers:
        verdict = f"confirmed by {' and '.join(held.checkers)}"
    return f"{held.change.name}: {held.change.rule}: {verdict}"


def _of_complaint(broken: Broken) -> str:
    message = " ".join(broken.message.split())
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[:_LONGEST_MESSAGE]}…"
    subject, audience = broken.probe.subject, broken.probe.audience
    return f"unexplained: {subject}: {broken.checker}, for {audience}: {message}"


def _summary(evidence: Evidence, verdict: Verdict) -> str:
    confirmed = sum(bool(held.checkers) for held in verdict.findings)
    left_out = len({broken.probe for broken in evidence.unusable})
    words = [
        f"{confirmed} of {len(verdict.findings)} findings confirmed",
        f"{len(verdict.unexplained)} complaints unexplained",
        f"{evidence.programs} programs tried",
    ]
    if left_out:
        words.append(f"{left_out} of them wrong before the change")
    return ", ".join(words)
