"""Calls as the tests write them: requests from few words, and how a refused call ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import grpc
from flyteidl2.connector import connector_pb2 as pb
from flyteidl2.core.security_pb2 import Connection

from tests.service import client


class Refusal(NamedTuple):
    """How a call ended that was not answered."""

    status: str
    details: str


def category(task_type: str, version: int = 0) -> pb.TaskCategory:
    """Return a task type as requests name it."""
    return pb.TaskCategory(name=task_type, version=version)


def connection(secrets: Mapping[str, str], **configs: str) -> Connection:
    """Return what a backend sends of a connection."""
    return Connection(secrets=secrets, configs=configs)


def meta(job_id: str) -> bytes:
    """Return the metadata of a job as most example connectors have it."""
    return json.dumps({"job_id": job_id}).encode()


def about(
    method: str,
    task_type: str,
    job_id: str | bytes = "job-1",
    version: int = 0,
    **fields: Any,
) -> Any:
    """Return the request of a method about a job."""
    data = job_id if isinstance(job_id, bytes) else meta(job_id)
    kind = getattr(pb, f"{method}Request")
    return kind(
        resource_meta=data, task_category=category(task_type, version), **fields
    )


def creation(
    task_type: str,
    name: str = "task",
    version: int = 0,
    custom: Mapping[str, Any] | None = None,
    **fields: Any,
) -> pb.CreateTaskRequest:
    """Return the request that creates a job."""
    request = pb.CreateTaskRequest(**fields)
    request.template.type = task_type
    request.template.task_type_version = version
    request.template.id.name = name
    request.template.custom.update(custom or {})
    return request


def ask(channel: grpc.Channel, request: Any) -> Any:
    """Make a call, and return its only response or the refusal."""
    answers = ask_all(channel, request)
    if isinstance(answers, Refusal):
        return answers
    (answer,) = answers
    return answer


def ask_all(channel: grpc.Channel, request: Any) -> list[Any] | Refusal:
    """Make a call, and return its responses or the refusal."""
    method = type(request).__name__.removesuffix("Request")
    try:
        return client.call(channel, method, request)
    except grpc.RpcError as error:
        return Refusal(error.code().name, error.details() or "")
