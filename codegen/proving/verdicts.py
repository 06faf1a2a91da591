"""What the API diff claims, held against what type checkers say: who confirms a finding, and what no finding explains.

Knows which program is about what a change is about, and that some rules are about what no type checker sees. It must not
know how programs are made or run.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from codegen.diff.changes import Change
from codegen.diff.rules import AUDIENCES, RULES, Audience, Checkable
from codegen.proving.oracle import Broken, Evidence

_OF_CALLS = ("parameter-", "variadic-", "tuple-field-")


class Held(NamedTuple):
    """A finding held against the evidence: which checkers confirm it for some of those it says break, and if they can."""

    change: Change
    checkers: tuple[str, ...]
    checkable: Checkable


class Verdict(NamedTuple):
    """Each finding that harms somebody, and the broken programs that none of them explains."""

    findings: list[Held]
    unexplained: list[Broken]


def judge(changes: Iterable[Change], evidence: Evidence) -> Verdict:
    """Hold findings against evidence; findings that break nobody need no confirmation and are left out."""
    harmful = [change for change in changes if change.affected]
    owners = Counter(_owner(change) for change in harmful)
    findings: list[Held] = []
    for change in harmful:
        checkable = RULES[change.rule].checkable
        checkers: set[str] = set()
        if checkable != "never":
            alone = owners[_owner(change)] == 1
            checkers = {
                broken.checker
                for broken in evidence.broken
                if _confirms(broken, change, alone=alone)
            }
        findings.append(Held(change, tuple(sorted(checkers)), checkable))
    unexplained = [
        broken
        for broken in evidence.broken
        if not any(_explains(change, broken) for change in harmful)
    ]
    return Verdict(findings, unexplained)


def _owner(change: Change) -> str:
    return change.name.rpartition(".")[0]


def disagreements(changes: Sequence[Change], evidence: Evidence) -> list[str]:
    """For whom the findings and the checkers come to different verdicts, as sentences; none when they agree."""
    found: list[str] = []
    complaining = {broken.probe.audience for broken in evidence.broken}
    for audience in AUDIENCES:
        claims = {
            RULES[change.rule].checkable
            for change in changes
            if audience in change.affected
        }
        if audience in complaining and not claims & {"always", "sometimes"}:
            found.append(f"{audience} break, but no finding says so")
        if audience not in complaining and "always" in claims:
            found.append(f"a finding says that {audience} break, but they do not")
    return found


def broken_audiences(evidence: Evidence) -> list[Audience]:
    """Who breaks, as the checkers see it."""
    complaining = {broken.probe.audience for broken in evidence.broken}
    return [audience for audience in AUDIENCES if audience in complaining]


def _confirms(broken: Broken, change: Change, *, alone: bool) -> bool:
    """Whether a broken program is about what changed, or about its owner for want of anything else that changed there."""
    if broken.probe.audience not in change.affected:
        return False
    subject = broken.probe.subject
    if f"{subject}.".startswith(f"{change.name}."):
        return True
    last = re.escape(change.name.rpartition(".")[2])
    said = re.search(rf"\b{last}\b", broken.message) is not None
    return subject == _owner(change) and (alone or said)


def _explains(change: Change, broken: Broken) -> bool:
    """Whether what changed has to do with what a program is about: from above, from below, or as a part of one call."""
    if broken.probe.audience not in change.affected:
        return False
    subject, name = f"{broken.probe.subject}.", f"{change.name}."
    if name.startswith(subject) or subject.startswith(name):
        return True
    # A call that is about one parameter passes others as well.
    beside = f"{change.name.rpartition('.')[0]}."
    return change.rule.startswith(_OF_CALLS) and subject.startswith(beside)
