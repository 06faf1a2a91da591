"""Construction of the errors a run ends with.

Knows the constructors of `flyte.errors` and nothing of who raises them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flyte.errors import (
        BaseRuntimeError,
        ErrorKind,
        RuntimeSystemError,
        RuntimeUnknownError,
        RuntimeUserError,
    )


def initialize(
    self: BaseRuntimeError,
    code: str,
    kind: ErrorKind,
    root_cause_message: str,
    worker: str | None = None,
) -> None:
    """Keep what an error says about itself; its message is the root cause alone."""
    RuntimeError.__init__(self, root_cause_message)
    self.code = code
    self.kind = kind
    self.worker = worker


def initialize_system_error(
    self: RuntimeSystemError, code: str, message: str, worker: str | None = None
) -> None:
    """Blame the platform."""
    initialize(self, code, "system", message, worker)


def initialize_user_error(
    self: RuntimeUserError, code: str, message: str, worker: str | None = None
) -> None:
    """Blame the code of the user."""
    initialize(self, code, "user", message, worker)


def initialize_unknown_error(
    self: RuntimeUnknownError, code: str, message: str, worker: str | None = None
) -> None:
    """Blame nobody."""
    initialize(self, code, "unknown", message, worker)
