"""Who may call the service, where a token is asked for.

Knows bearer tokens in the metadata of calls. Certificates are checked by gRPC itself.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

import grpc

from flyte_runtime.service.routes import refusal

# Probes of a platform carry no token, and learn nothing but whether the service works.
OPEN = "/grpc.health.v1.Health/"


class BearerToken(grpc.ServerInterceptor):
    """Lets in calls whose metadata says ``authorization: Bearer TOKEN``, and health checks."""

    def __init__(self, token: str) -> None:
        """Ask for this token."""
        self._expected = f"Bearer {token}".encode()

    def intercept_service(
        self,
        continuation: Callable[
            [grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None
        ],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Refuse a call without the token."""
        if not handler_call_details.method.startswith(OPEN):
            metadata = handler_call_details.invocation_metadata or ()
            given = dict(metadata).get("authorization", "")
            data = given if isinstance(given, bytes) else given.encode()
            # Takes as long for a wrong token as for the right one.
            if not hmac.compare_digest(data, self._expected):
                return refusal(
                    grpc.StatusCode.UNAUTHENTICATED,
                    "the call needs the metadata 'authorization: Bearer TOKEN' with the token of the service",
                )
        return continuation(handler_call_details)
