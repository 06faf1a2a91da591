"""What the service tells about itself: health, reflection, and the connectors it has."""

from __future__ import annotations

import grpc
import pytest
from flyteidl2.connector import connector_pb2 as pb
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from tests.service import client
from tests.service.example_calls import about, ask, creation

SERVICES = [
    f"{package}.{name}"
    for package in client.PACKAGES
    for name in ("AsyncConnectorService", "ConnectorMetadataService")
]
HEALTH = "grpc.health.v1.Health"
SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("name", ["", HEALTH, *SERVICES])
def test_health_is_known_by_every_name(channel: grpc.Channel, name: str) -> None:
    """The service as a whole and each service by its full name can be checked and watched."""
    stub = health_pb2_grpc.HealthStub(channel)
    request = health_pb2.HealthCheckRequest(service=name)
    watch = stub.Watch(request, timeout=60)
    assert stub.Check(request, timeout=60).status == SERVING
    assert next(watch).status == SERVING
    watch.cancel()


def test_the_health_of_what_is_not_there_is_unknown(channel: grpc.Channel) -> None:
    """A check of another name is NOT_FOUND, as the health protocol says."""
    stub = health_pb2_grpc.HealthStub(channel)
    with pytest.raises(grpc.RpcError) as refused:
        stub.Check(health_pb2.HealthCheckRequest(service="x"), timeout=60)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_reflection_lists_the_services(channel: grpc.Channel) -> None:
    """A client finds all services by reflection."""
    listed = ProtoReflectionDescriptorDatabase(channel).get_services()
    assert {*SERVICES, HEALTH} <= set(listed)


@pytest.mark.parametrize("name", SERVICES)
def test_reflection_describes_the_services(channel: grpc.Channel, name: str) -> None:
    """From what reflection says a client that knows no flyteidl2 can build each request and response."""
    pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    service = pool.FindServiceByName(name)
    expected = client.SERVICES[service.name].methods
    described = [
        (method.name, method.input_type.full_name, method.output_type.full_name)
        for method in service.methods
    ]
    assert described == [
        (method.name, method.input_type.full_name, method.output_type.full_name)
        for method in expected
    ]
    for method in service.methods:
        known = client.METHODS[method.name]
        assert method.server_streaming == known.server_streaming
        fields = [field.name for field in method.input_type.fields]
        assert fields == [field.name for field in known.input_type.fields]


def test_connectors_of_one_name_are_listed_together(channel: grpc.Channel) -> None:
    """Each name is listed once, with all task types and versions that are served under it."""
    listed = ask(channel, pb.ListConnectorsRequest()).connectors
    served = {
        one.name: [(kind.name, kind.version) for kind in one.supported_task_categories]
        for one in listed
    }
    assert len(served) == len(listed)
    assert served["Echo"] == [("echo", 0), ("echo", 3)]
    assert [name for name, _ in served["Logs"]] == [
        "logs-coroutine",
        "logs-list",
        "logs-async-generator",
        "logs-generator",
        "logs-function",
    ]


def test_one_connector_is_described(channel: grpc.Channel) -> None:
    """GetConnector answers what ListConnectors says of the name; another name is NOT_FOUND, and the known are told."""
    listed = ask(channel, pb.ListConnectorsRequest()).connectors
    for one in listed:
        assert ask(channel, pb.GetConnectorRequest(name=one.name)).connector == one
    refusal = ask(channel, pb.GetConnectorRequest(name="Eco"))
    assert refusal.status == "NOT_FOUND"
    assert "no connector is registered under the name 'Eco'" in refusal.details
    assert "'Echo'" in refusal.details


def test_a_connector_registered_at_run_time_is_served(channel: grpc.Channel) -> None:
    """What a connector registers while the service runs is listed and called like any other."""
    assert ask(channel, about("GetTask", "late")).status == "NOT_FOUND"
    ask(channel, creation("registering", "late"))
    answer = ask(channel, creation("late", "anything"))
    report = ask(channel, about("GetTask", "late", answer.resource_meta))
    assert report.resource.message == "anything"
    assert ask(channel, pb.GetConnectorRequest(name="Late")).connector.name == "Late"
