"""Tasks that reuse containers on the wire: they become actors.

Knows the custom part of a reusable task, and how the version of its containers is computed: tasks share containers only
when it is the same, so it must not change without need.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from flyteidl2.core.tasks_pb2 import Container, K8sPod, TaskTemplate

from flyte_runtime import checks
from flyte_runtime.wire.pods import PRIMARY_CONTAINER

if TYPE_CHECKING:
    from flyte._reusable_environment import ReusePolicy
    from flyte.models import CodeBundle

ACTOR = "actor"

_VERSION_LENGTH = 15


def add_reuse(
    template: TaskTemplate,
    policy: ReusePolicy,
    environment: str,
    bundle: CodeBundle | None,
) -> None:
    """Turn a task into an actor, in place."""
    if template.HasField("custom"):
        raise ValueError(
            f"task {template.id.name!r} cannot reuse containers: "
            "its plugin has a configuration of its own"
        )
    container, image = _without_arguments(template)
    scaledown = policy.get_scaledown_ttl()
    template.type = ACTOR
    template.custom.update(
        {
            "name": environment,
            "version": _version(template, policy, environment, container, bundle),
            "type": ACTOR,
            "spec": {
                "container_image": image,
                "backlog_length": None,
                "parallelism": policy.concurrency,
                "min_replica_count": policy.min_replicas,
                "replica_count": policy.max_replicas,
                "ttl_seconds": _idle_seconds(policy),
                "scaledown_ttl_seconds": (
                    None if scaledown is None else scaledown.total_seconds()
                ),
            },
        }
    )


def _idle_seconds(policy: ReusePolicy) -> float:
    return checks.require_duration("idle_ttl", policy.idle_ttl).total_seconds()


def _without_arguments(template: TaskTemplate) -> tuple[bytes, str]:
    """Serialize the container or pod without the arguments, which differ from task to task; return its image as well."""
    if not template.HasField("k8s_pod"):
        container = Container()
        container.CopyFrom(template.container)
        container.ClearField("args")
        return container.SerializeToString(deterministic=True), container.image
    pod = K8sPod()
    pod.CopyFrom(template.k8s_pod)
    image = ""
    containers: Any = pod.pod_spec["containers"]
    for candidate in containers:
        if candidate["name"] == template.config[PRIMARY_CONTAINER]:
            image = candidate["image"]
            del candidate["args"]
    return pod.SerializeToString(deterministic=True), image


def _version(
    template: TaskTemplate,
    policy: ReusePolicy,
    environment: str,
    container: bytes,
    bundle: CodeBundle | None,
) -> str:
    parts: list[object] = [
        environment,
        container,
        policy.min_replicas,
        policy.max_replicas,
        _idle_seconds(policy),
        policy.get_scaledown_ttl(),
    ]
    if bundle is not None:
        parts.append(bundle.computed_version)
    parts += [
        template.security_context.SerializeToString(deterministic=True),
        template.metadata.interruptible,
        template.metadata.pod_template_name,
    ]
    text = ":".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:_VERSION_LENGTH]
