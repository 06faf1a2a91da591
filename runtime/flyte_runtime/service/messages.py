"""Between messages and what connectors work with.

Knows flyteidl2's connector messages and the values of the SDK. It must not know threads or gRPC servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from flyteidl2.connector.connector_pb2 import CreateTaskRequest
from flyteidl2.connector.connector_pb2 import Resource as ResourceMessage
from grpc import StatusCode

from flyte.connectors import Resource, ResourceMeta
from flyte_runtime.connectors import RESERVED
from flyte_runtime.service.failures import Refused, describe
from flyte_runtime.types import interchange

if TYPE_CHECKING:
    from flyteidl2.core.security_pb2 import Connection

    from flyte.connectors import AsyncConnector

T = TypeVar("T")


def connection_arguments(connection: Connection) -> dict[str, str]:
    """Return secrets and settings as keyword arguments; a setting wins over a secret of the same name."""
    if not (connection.secrets or connection.configs):
        return {}
    arguments = {**connection.secrets, **connection.configs}
    taken = [name for name in RESERVED if name in arguments]
    if taken:
        raise Refused(
            StatusCode.INVALID_ARGUMENT,
            f"a secret or setting of the connection is called {taken[0]!r}, a name the service uses itself;"
            " call it something else",
        )
    return arguments


def native_inputs(request: CreateTaskRequest) -> dict[str, Any]:
    """Return the inputs of a task as Python values."""
    try:
        return interchange.inputs_to_native(request.inputs, request.template.interface)
    except (TypeError, ValueError) as error:
        raise Refused(StatusCode.INVALID_ARGUMENT, str(error)) from error


def decoded(connector: AsyncConnector, data: bytes) -> ResourceMeta:
    """Read what `create` returned."""
    kind = connector.metadata_type
    try:
        return kind.decode(data)
    except Exception as error:
        # Connectors may decode as they like, so anything may be raised.
        raise Refused(
            StatusCode.INVALID_ARGUMENT,
            f"resource_meta is not what connector {connector.name!r} encoded: {describe(error)}",
        ) from error


def encoded(connector: AsyncConnector, meta: object) -> bytes:
    """Write what `create` returned."""
    return checked(meta, ResourceMeta, "create", connector).encode()


def fill_resource(
    message: ResourceMessage, connector: AsyncConnector, found: object
) -> None:
    """Write the state of a job into a message; outputs go through the type engine."""
    resource = checked(found, Resource, "get", connector)
    try:
        _fill(message, resource)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"get of connector {connector.name!r} returned a Resource that cannot be sent: {error}"
        ) from error


def _fill(message: ResourceMessage, resource: Resource) -> None:
    message.phase = resource.phase
    if resource.message:
        message.message = resource.message
    if resource.log_links:
        message.log_links.extend(resource.log_links)
    if resource.outputs:
        message.outputs.CopyFrom(interchange.outputs_to_proto(resource.outputs))
    if resource.custom_info:
        _fill_custom_info(message, resource.custom_info)


def _fill_custom_info(message: ResourceMessage, custom_info: dict[str, Any]) -> None:
    from google.protobuf.json_format import ParseDict, ParseError

    try:
        ParseDict(custom_info, message.custom_info)
    except (ParseError, TypeError, ValueError) as error:
        raise TypeError(
            f"custom_info must hold values that JSON has: {error}"
        ) from error


def checked(
    found: object, expected: type[T], method: str, connector: AsyncConnector
) -> T:
    """Return what a connector's method returned; raise TypeError if it is something else than documented."""
    if not isinstance(found, expected):
        raise TypeError(
            f"{method} of connector {connector.name!r} must return {expected.__name__}, got {type(found).__name__}"
        )
    return found
