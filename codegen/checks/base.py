"""What a check is given and what it yields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from codegen.diagnostics import Location, Severity
from codegen.model import Module
from codegen.package import Package
from codegen.project import Settings
from codegen.readers.source import CoreModule
from codegen.walk import Path

Cores = Mapping[str, CoreModule]
"""The modules of cores that specs name, by dotted name; absent ones do not exist."""


class Finding(NamedTuple):
    """Something wrong at a path of the spec, in ``length`` characters from ``offset`` of the text there."""

    rule: str
    path: Path
    message: str
    hint: str = ""
    key: bool = False
    offset: int = 0
    length: int = 0
    related_path: Path | None = None
    related: Location | None = None
    severity: Severity = "error"


class Context(NamedTuple):
    """What a check may look at beside its module."""

    package: Package
    settings: Settings
    cores: Cores
    incomplete: bool = False
    """Some spec could not be read whole, so that a name may be missing for a reason already reported."""
    site: bool = False
    """It is a documentation site that is made."""


Check = Callable[[Module, Context], Iterator[Finding]]
