"""A client of the connector service, as a backend has one: flyteidl2, grpc, and nothing of this repository.

As a script it reads calls from standard input, one JSON object per line, makes them in their order over one connection
to the address it is given, and writes what came of each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import grpc
from flyteidl2.connector.service_pb2 import DESCRIPTOR
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2

# The two names flyteidl2 has had for the package of the services.
PACKAGES = ("flyteidl2.connector", "flyteidl2.service")
HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"]
SERVICES = {**DESCRIPTOR.services_by_name, "Health": HEALTH}
METHODS = {
    method.name: method for service in SERVICES.values() for method in service.methods
}
# Watching never ends by itself.
WATCHED = 1
TIMEOUT = 30


def path(method: str, package: str = PACKAGES[0]) -> str:
    """Return the path of a method under one of the names of its package."""
    service = METHODS[method].containing_service
    name = service.full_name if service is HEALTH else f"{package}.{service.name}"
    return f"/{name}/{method}"


def call(
    channel: grpc.Channel, method: str, request: Any, package: str = PACKAGES[0]
) -> list[Any]:
    """Call a method and return its responses, for all but streams one."""
    described = METHODS[method]
    response = GetMessageClass(described.output_type)
    make = channel.unary_stream if described.server_streaming else channel.unary_unary
    function = make(
        path(method, package),
        request_serializer=type(request).SerializeToString,
        response_deserializer=response.FromString,
    )
    answer = function(request, timeout=TIMEOUT, wait_for_ready=True)
    if method == "Watch":
        return [next(answer) for _ in range(WATCHED)]
    return list(answer) if described.server_streaming else [answer]


def _outcome(channel: grpc.Channel, asked: dict[str, Any]) -> dict[str, Any]:
    method = METHODS[asked["method"]]
    request = ParseDict(asked["request"], GetMessageClass(method.input_type)())
    try:
        responses = call(channel, method.name, request, asked["package"])
    except grpc.RpcError as error:
        return {"status": error.code().name, "details": error.details()}
    return {"status": "OK", "responses": [MessageToDict(one) for one in responses]}


def main(address: str, lines: Iterator[str]) -> None:
    """Make all calls."""
    with grpc.insecure_channel(address) as channel:
        for line in lines:
            print(json.dumps(_outcome(channel, json.loads(line))))


if __name__ == "__main__":
    main(sys.argv[1], iter(sys.stdin))
