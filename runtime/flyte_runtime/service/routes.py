"""Which path leads to which operation, under both generations of the wire, until the service drains.

Knows the services of flyteidl2 and their older name. It must not know what an operation does.
"""

from __future__ import annotations

from typing import Any, NoReturn

import grpc
from flyteidl2.connector.connector_pb2 import DESCRIPTOR as MESSAGES
from flyteidl2.connector.service_pb2 import DESCRIPTOR
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass

from flyte_runtime.service.answering import Answering, Operation
from flyte_runtime.service.calls import Calls

SERVICES: tuple[ServiceDescriptor, ...] = tuple(DESCRIPTOR.services_by_name.values())
PACKAGE: str = DESCRIPTOR.package
# What flyteidl2 called the package up to 2.0.0a14; the messages are the same.
OLDER_PACKAGE = "flyteidl2.service"
PACKAGES = (PACKAGE, OLDER_PACKAGE)


def service_names() -> list[str]:
    """Return the full names of the services, under both generations."""
    return [f"{package}.{service.name}" for package in PACKAGES for service in SERVICES]


class Router(grpc.GenericRpcHandler):
    """Finds the handler of each call, or refuses the call."""

    def __init__(self, calls: Calls, answering: Answering) -> None:
        """Make a handler for each path."""
        operations = _operations(calls)
        self._handlers = {
            f"/{package}.{service.name}/{method.name}": _handler(
                method, answering, *operations[method.name]
            )
            for package in PACKAGES
            for service in SERVICES
            for method in service.methods
        }
        self._draining = False

    def drain(self) -> None:
        """Refuse all calls from now on."""
        self._draining = True

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[Any, Any] | None:
        """Return the handler for a call; None if the path is not one of the service's."""
        handler = self._handlers.get(handler_call_details.method)
        if handler is None:
            return None
        if self._draining:
            return refusal(grpc.StatusCode.UNAVAILABLE, "the service is shutting down")
        return handler


def refusal(status: grpc.StatusCode, reason: str) -> grpc.RpcMethodHandler[Any, Any]:
    """Return a handler that ends any call with a status, without waiting for its request."""

    def refuse(requests: object, context: grpc.ServicerContext) -> NoReturn:
        context.abort(status, reason)

    return grpc.stream_unary_rpc_method_handler(refuse)


def _operations(calls: Calls) -> dict[str, tuple[str, Operation]]:
    """Return what is behind each RPC, with the name metrics and log lines have for it."""
    return {
        "CreateTask": ("create", calls.create),
        "GetTask": ("get", calls.get),
        "DeleteTask": ("delete", calls.delete),
        "GetTaskMetrics": ("get_metrics", calls.get_metrics),
        "GetTaskLogs": ("get_logs", calls.get_logs),
        "GetConnector": ("get_connector", calls.get_connector),
        "ListConnectors": ("list_connectors", calls.list_connectors),
    }


def _handler(
    method: MethodDescriptor, answering: Answering, name: str, operation: Operation
) -> grpc.RpcMethodHandler[Any, Any]:
    """Return the handler of an RPC; requests are parsed by the answer, so that garbage is a failed call like others."""
    request = GetMessageClass(method.input_type)
    response = GetMessageClass(method.output_type)
    if method.server_streaming:
        return grpc.unary_stream_rpc_method_handler(
            answering.stream(name, operation, request),
            response_serializer=response.SerializeToString,
        )
    return grpc.unary_unary_rpc_method_handler(
        answering.unary(name, operation, request),
        response_serializer=response.SerializeToString,
    )


def add_older_descriptors() -> None:
    """Let reflection describe the services under their older name as well."""
    pool = DESCRIPTOR.pool
    file = descriptor_pb2.FileDescriptorProto(
        name="flyteidl2/service/connector.proto",
        package=OLDER_PACKAGE,
        syntax="proto3",
        dependency=[MESSAGES.name],
    )
    for service in SERVICES:
        described = file.service.add()
        service.CopyToProto(described)
        for method in described.method:
            method.ClearField("options")
    pool.AddSerializedFile(file.SerializeToString())
