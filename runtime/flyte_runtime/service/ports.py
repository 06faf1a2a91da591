"""TCP ports: whether one can be taken, and whether somebody answers there.

Knows sockets. It must not know what is to listen.
"""

from __future__ import annotations

import errno
import socket
from typing import Any

from flyte_runtime.service.failures import CannotServe


def check_free(host: str, port: int) -> None:
    """Raise CannotServe if a port cannot be listened on."""
    try:
        family, address = resolve(host, port)
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # A port that was closed a moment ago is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise CannotServe(
            f"cannot listen on {host} port {port}: {reason(error)}"
        ) from error


def resolve(host: str, port: int) -> tuple[socket.AddressFamily, Any]:
    """Return the address of a host and port to listen on, with its family; raise OSError if there is none."""
    found = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    family, _, _, _, address = found[0]
    return family, address


def reason(error: OSError) -> str:
    """Say what the system said, and what that usually means."""
    text = error.strerror or str(error)
    if error.errno == errno.EADDRINUSE:
        return f"{text}; is another service running there?"
    return text


def answers(host: str, port: int) -> bool:
    """Tell whether somebody listens on a port."""
    # What listens on all addresses listens on the local one.
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        with socket.create_connection((local, port), timeout=1):
            return True
    except OSError:
        return False
