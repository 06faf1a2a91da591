"""What can go wrong, as the caller sees it and as the person at the command line sees it.

Knows status codes of gRPC and which exception becomes which. It must not know connectors or calls.

    Exception
    ├── Refused             a call that cannot be answered: a status code and a sentence
    ├── ConnectorExit       a connector tried to end the process
    └── RuntimeError
        └── CannotServe     the service cannot start: a sentence for the command line
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

# The command line says what is wrong even where grpc is not installed.
if TYPE_CHECKING:
    from grpc import StatusCode

# gRPC sends details as a header, in which a character takes up to twelve bytes, and limits headers to 8 kB.
LONGEST_DETAILS = 600

# What metrics call a status: backends have dashboards for the codes of HTTP.
_HTTP = {
    "INVALID_ARGUMENT": HTTPStatus.BAD_REQUEST,
    "UNAUTHENTICATED": HTTPStatus.UNAUTHORIZED,
    "NOT_FOUND": HTTPStatus.NOT_FOUND,
    "CANCELLED": HTTPStatus.REQUEST_TIMEOUT,
    "RESOURCE_EXHAUSTED": HTTPStatus.TOO_MANY_REQUESTS,
    "UNIMPLEMENTED": HTTPStatus.NOT_IMPLEMENTED,
    "UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
}


class Refused(Exception):
    """A call cannot be answered, and its caller is told why."""

    def __init__(self, status: StatusCode, reason: str) -> None:
        """Keep the status code beside the reason."""
        super().__init__(reason)
        self.status = status


class ConnectorExit(Exception):
    """A connector raised SystemExit or KeyboardInterrupt, which must not end the service."""


class CannotServe(RuntimeError):
    """The service cannot start; the message is one line that says what to do about it."""


def status_of(error: BaseException) -> StatusCode:
    """Return the status code that tells the caller what kind of error happened."""
    from grpc import StatusCode

    if isinstance(error, Refused):
        return error.status
    if isinstance(error, NotImplementedError):
        return StatusCode.UNIMPLEMENTED
    return StatusCode.INTERNAL


def http_code(status: StatusCode) -> str:
    """Return the status as metrics label it: the matching code of HTTP."""
    return str(int(_HTTP.get(status.name, HTTPStatus.INTERNAL_SERVER_ERROR)))


def describe(error: BaseException) -> str:
    """Name an exception and what it says."""
    if isinstance(error, Refused):
        return str(error)
    try:
        text = str(error)
    except Exception:
        # Exceptions are connectors' own, and so are the faults in them.
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def shortened(text: str) -> str:
    """Return details as a header can carry them: cut, and without halves of characters."""
    if len(text) > LONGEST_DETAILS:
        text = f"{text[: LONGEST_DETAILS - 1]}…"
    return text.encode(errors="replace").decode()
