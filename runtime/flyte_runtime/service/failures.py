"""What can go wrong, as the caller sees it and as the person at the command line sees it.

Knows status codes of gRPC and which exception becomes which. It must not know connectors or calls.

    Exception
    ├── Refused         a call that cannot be answered: a status code and a sentence
    ├── ConnectorExit   a connector tried to end the process
    └── CannotServe     the service cannot start: a sentence for the command line
"""

from __future__ import annotations

from asyncio import CancelledError
from http import HTTPStatus

from grpc import StatusCode

# gRPC sends details as a header, in which a character takes up to twelve bytes, and limits headers to 8 kB.
LONGEST_DETAILS = 600

# What metrics call a status: backends have dashboards for the codes of HTTP.
_HTTP = {
    StatusCode.INVALID_ARGUMENT: HTTPStatus.BAD_REQUEST,
    StatusCode.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    StatusCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    StatusCode.CANCELLED: HTTPStatus.REQUEST_TIMEOUT,
    StatusCode.RESOURCE_EXHAUSTED: HTTPStatus.TOO_MANY_REQUESTS,
    StatusCode.UNIMPLEMENTED: HTTPStatus.NOT_IMPLEMENTED,
    StatusCode.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}


class Refused(Exception):
    """A call cannot be answered, and its caller is told why."""

    def __init__(self, status: StatusCode, reason: str) -> None:
        """Keep the status code beside the reason."""
        super().__init__(reason)
        self.status = status


class ConnectorExit(Exception):
    """A connector raised SystemExit or KeyboardInterrupt, which must not end the service."""


class CannotServe(Exception):
    """The service cannot start; the message is one line that says what to do about it."""


def status_of(error: BaseException) -> StatusCode:
    """Return the status code that tells the caller what kind of error happened."""
    if isinstance(error, Refused):
        return error.status
    if isinstance(error, CancelledError):
        return StatusCode.CANCELLED
    if isinstance(error, NotImplementedError):
        return StatusCode.UNIMPLEMENTED
    return StatusCode.INTERNAL


def http_code(status: StatusCode) -> str:
    """Return the status as metrics label it: the matching code of HTTP."""
    return str(int(_HTTP.get(status, HTTPStatus.INTERNAL_SERVER_ERROR)))


def describe(error: BaseException) -> str:
    """Name an exception and what it says."""
    if isinstance(error, Refused):
        return str(error)
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def shortened(text: str) -> str:
    """Cut details that would not fit into a header."""
    if len(text) <= LONGEST_DETAILS:
        return text
    return f"{text[: LONGEST_DETAILS - 1]}…"
