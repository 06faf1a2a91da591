"""Pod templates on the wire: a Kubernetes pod whose primary container is completed by the task or app.

Knows the optional kubernetes package, which is imported only here, and the plain form of its pods. It must not know
tasks or apps: they hand over a container.
"""

from __future__ import annotations

import copy
import importlib
from typing import TYPE_CHECKING, Any

from flyteidl2.core.tasks_pb2 import (
    Container,
    ContainerPort,
    K8sObjectMetadata,
    K8sPod,
    Resources,
)

from flyte_runtime.wire import containers as wire_containers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flyte._pod import PodTemplate
    from flyte.models import SerializationContext

    Pod = dict[str, Any]

PRIMARY_CONTAINER = "primary_container_name"


def to_k8s_pod(self: PodTemplate) -> K8sPod:
    """Return the template as it is, with the name of its primary container."""
    pod = _message(self, {} if self.pod_spec is None else _plain(self.pod_spec))
    pod.primary_container_name = self.primary_container_name
    return pod


def pod_to_proto(
    template: PodTemplate,
    container: Container,
    context: SerializationContext,
) -> K8sPod:
    """Return the pod with the container in place of the primary one; the template is not changed.

    The container decides on command, arguments and, if it has any, resources. Its image yields to the one of the
    template; variables and ports of the template follow its own. An Image in the template becomes its address, that of
    the one that was built under the name of the container if need be.
    """
    pod = _plain(_with_addresses(template.pod_spec, context))
    containers: list[Pod] = pod.get("containers") or []
    for candidate in containers:
        if candidate.get("name") == template.primary_container_name:
            candidate.update(_completed(candidate, container))
            return _message(template, pod)
    names = ", ".join(repr(one.get("name")) for one in containers) or "none"
    raise ValueError(
        f"the pod template has no container {template.primary_container_name!r}, "
        f"which is its primary one; the containers are {names}"
    )


def _completed(template: Pod, container: Container) -> Pod:
    changes: Pod = {
        **({} if template.get("image") else _image(container)),
        "command": list(container.command),
        "args": list(container.args),
    }
    requests = _quantities(container.resources.requests)
    limits = _quantities(container.resources.limits)
    if requests:
        changes["resources"] = {"limits": limits, "requests": requests}
    variables: list[Pod] = [
        *({"name": pair.key, "value": pair.value} for pair in container.env),
        *(template.get("env") or []),
    ]
    # A task names its variables even if there are none: versions of reused containers have always contained that.
    if variables or not container.ports:
        changes["env"] = variables
    if container.ports:
        changes["ports"] = [
            *(_port(port) for port in container.ports),
            *(template.get("ports") or []),
        ]
    return changes


def _image(container: Container) -> Pod:
    return {"image": container.image} if container.image else {}


def _port(port: ContainerPort) -> Pod:
    number = {"containerPort": port.container_port}
    return {**number, "name": port.name} if port.name else number


def _quantities(
    entries: Iterable[Resources.ResourceEntry],
) -> dict[str, str]:
    name = Resources.ResourceName.Name
    return {
        name(entry.name).lower().replace("_", "-"): entry.value for entry in entries
    }


def _with_addresses(spec: Any, context: SerializationContext) -> Any:
    """Return a copy of the pod in which every image is an address."""
    from flyte._image import Image

    if spec is None:
        raise ValueError("the pod template has no pod_spec")
    changed: Any = copy.copy(spec)
    given: list[Any] = changed.containers or []
    containers = [copy.copy(one) for one in given]
    for container in containers:
        image: object = container.image
        if isinstance(image, Image):
            container.image = wire_containers.image_uri(image, container.name, context)
    changed.containers = containers
    return changed


def _plain(spec: Any) -> Pod:
    """Return a pod as Kubernetes writes it in JSON."""
    try:
        client = importlib.import_module("kubernetes.client")
    except ImportError as error:
        raise ImportError(
            "a PodTemplate can only be serialized with the package kubernetes: "
            "pip install kubernetes"
        ) from error
    pod: Pod = client.ApiClient().sanitize_for_serialization(spec)
    return pod


def _message(template: PodTemplate, spec: Pod) -> K8sPod:
    pod = K8sPod(
        metadata=K8sObjectMetadata(
            labels=template.labels, annotations=template.annotations
        )
    )
    pod.pod_spec.update(spec)
    return pod
