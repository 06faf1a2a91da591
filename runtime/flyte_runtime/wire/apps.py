"""Apps and connectors on the wire.

Knows the message an app becomes and where each setting goes. The command line is that of the environment itself; the
values of parameters that become known later are asked for once, before anything else is done.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from flyteidl2.app.app_definition_pb2 import (
    App,
    AutoscalingConfig,
    Identifier,
    IngressConfig,
    Input,
    InputList,
    Meta,
    Profile,
    Replicas,
    ScalingMetric,
    SecurityContext,
    Spec,
)
from flyteidl2.common.runtime_version_pb2 import RuntimeMetadata
from flyteidl2.core.tasks_pb2 import Container, ContainerPort

from flyte.app._parameter import DelayedValue
from flyte.app._types import Scaling
from flyte_runtime import checks, syncify
from flyte_runtime.wire import containers as wire_containers
from flyte_runtime.wire import pods as wire_pods
from flyte_runtime.wire import versions

if TYPE_CHECKING:
    from flyte.app._app_environment import AppEnvironment
    from flyte.app._parameter import Parameter
    from flyte.models import SerializationContext

PRIMARY_CONTAINER = "app"

_RUNTIME = RuntimeMetadata(
    type=RuntimeMetadata.RuntimeType.FLYTE_SDK,
    version=versions.RELEASE,
    flavor="python",
)


# The whole app


def app_to_proto(app: AppEnvironment, context: SerializationContext) -> App:
    """Return all that a backend keeps of an app; wait for values that become known later."""
    parameters = app.parameters
    if any(_is_delayed(parameter) for parameter in parameters):
        parameters = syncify.block(_with_values(parameters))
    return _app(app, context, parameters)


async def translate_app_env_to_idl(
    app_env: AppEnvironment,
    serialization_context: SerializationContext,
    parameter_overrides: list[Parameter] | None = None,
    desired_state: Spec.DesiredState | None = None,
) -> App:
    """Return all that a backend keeps of an app, with other parameters or another state."""
    parameters = await _with_values(parameter_overrides or app_env.parameters)
    app = _app(app_env, serialization_context, parameters)
    if desired_state is not None:
        app.spec.desired_state = desired_state
    return app


def _is_delayed(parameter: Parameter) -> bool:
    return isinstance(parameter.value, DelayedValue)


async def _with_values(parameters: list[Parameter]) -> list[Parameter]:
    return [
        (
            dataclasses.replace(parameter, value=await parameter.value.get())
            if isinstance(parameter.value, DelayedValue)
            else parameter
        )
        for parameter in parameters
    ]


def _app(
    app: AppEnvironment, context: SerializationContext, parameters: list[Parameter]
) -> App:
    identifier = Identifier(
        org=context.org,
        project=context.project,
        domain=context.domain,
        name=app.name,
    )
    message = App(metadata=Meta(id=identifier))
    _fill(message.spec, app, context, parameters)
    return message


def _fill(
    spec: Spec,
    app: AppEnvironment,
    context: SerializationContext,
    parameters: list[Parameter],
) -> None:
    """Write in place: a constructor copies the messages it is given, once per level."""
    spec.desired_state = Spec.DesiredState.DESIRED_STATE_ACTIVE
    spec.autoscaling.CopyFrom(_autoscaling(app.scaling))
    spec.ingress.CopyFrom(_ingress(app))
    security_context = _security_context(app)
    if security_context is not None:
        spec.security_context.CopyFrom(security_context)
    spec.cluster_pool = app.cluster_pool
    extended_resources = wire_containers.extended_resources_to_proto(app.resources)
    if extended_resources is not None:
        spec.extended_resources.CopyFrom(extended_resources)
    spec.runtime_metadata.CopyFrom(_RUNTIME)
    spec.profile.CopyFrom(Profile(type=app.type, short_description=app.description))
    for link in app.links:
        spec.links.add(path=link.path, title=link.title, is_relative=link.is_relative)
    spec.inputs.CopyFrom(_inputs(parameters))
    _set_target(spec, app, context, parameters)


# Where it runs


def _set_target(
    spec: Spec,
    app: AppEnvironment,
    context: SerializationContext,
    parameters: list[Parameter],
) -> None:
    """Say what runs the app: a pod, which has images of its own, or a container."""
    template = app.pod_template
    if not template:
        spec.container.CopyFrom(_container(app, context, parameters))
        spec.container.image = wire_containers.image_uri(app.image, app.name, context)
        return
    if isinstance(template, str):
        raise NotImplementedError(
            f"app {app.name!r} names the pod template {template!r}; "
            "backends only know those of tasks by name, so pass a PodTemplate"
        )
    if template.primary_container_name != PRIMARY_CONTAINER:
        raise ValueError(
            f"the primary container of app {app.name!r} must be called "
            f"{PRIMARY_CONTAINER!r}, not {template.primary_container_name!r}"
        )

    container = _container(app, context, parameters)
    spec.pod.CopyFrom(wire_pods.pod_to_proto(template, container, context))


def _container(
    app: AppEnvironment, context: SerializationContext, parameters: list[Parameter]
) -> Container:
    port = app.get_port()
    return Container(
        command=app.container_cmd(context, parameters),
        args=app.container_args(context),
        resources=wire_containers.resources_to_proto(app.resources),
        ports=[ContainerPort(container_port=port.port, name=port.name)],
        env=wire_containers.variables_to_proto(app.env_vars),
    )


# Parts


def _autoscaling(scaling: Scaling) -> AutoscalingConfig:
    least, most = scaling.get_replicas()
    message = AutoscalingConfig(replicas=Replicas(min=least, max=most))
    if scaling.metric is not None:
        message.scaling_metric.CopyFrom(_metric(scaling.metric))
    if scaling.scaledown_after is not None:
        message.scaledown_period.FromTimedelta(
            checks.require_duration("scaledown_after", scaling.scaledown_after)
        )
    return message


def _metric(metric: Scaling.Concurrency | Scaling.RequestRate) -> ScalingMetric:
    message = ScalingMetric()
    if isinstance(metric, Scaling.Concurrency):
        message.concurrency.target_value = metric.val
    else:
        message.request_rate.target_value = metric.val
    return message


def _ingress(app: AppEnvironment) -> IngressConfig:
    domain = app.domain
    if domain is None:
        return IngressConfig(private=False)
    return IngressConfig(
        private=False, subdomain=domain.subdomain, cname=domain.custom_domain
    )


def _security_context(app: AppEnvironment) -> SecurityContext | None:
    if app.secrets is None and app.requires_auth:
        return None
    message = SecurityContext(allow_anonymous=not app.requires_auth)
    if app.secrets is not None:
        message.run_as.SetInParent()
        message.secrets.extend(wire_containers.secrets_to_proto(app.secrets))
    return message


def _inputs(parameters: list[Parameter]) -> InputList:
    if not parameters:
        return InputList()
    from flyte.io import Dir, File

    return InputList(
        items=[
            Input(
                name=parameter.name,
                string_value=(
                    parameter.value.path
                    if isinstance(parameter.value, (File, Dir))
                    else str(parameter.value)
                ),
            )
            for parameter in parameters
        ]
    )
