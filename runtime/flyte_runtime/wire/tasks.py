"""Tasks on the wire.

Knows the messages a task becomes and where each setting goes. Types and defaults of its inputs are the type engine's
business; what the container runs, is that of the task itself. It must not know environments beyond their name and
description. Messages are filled where they stand: a constructor copies those it is given, once per level.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flyteidl2.core.identifier_pb2 import Identifier, ResourceType
from flyteidl2.core.tasks_pb2 import Container, RuntimeMetadata, Sql, TaskMetadata
from flyteidl2.core.tasks_pb2 import TaskTemplate as TemplateMessage
from flyteidl2.task.common_pb2 import NamedParameter
from flyteidl2.task.task_definition_pb2 import TaskSpec
from google.protobuf.duration_pb2 import Duration

from flyte._docstring import Docstring
from flyte._retry import RetryStrategy
from flyte_runtime import caching, checks, policies
from flyte_runtime.types import engine as type_engine
from flyte_runtime.types.variable_maps import variables
from flyte_runtime.wire import containers as wire_containers
from flyte_runtime.wire import pods as wire_pods
from flyte_runtime.wire import reuse as wire_reuse
from flyte_runtime.wire import versions

if TYPE_CHECKING:
    from flyte._task import TaskTemplate
    from flyte._timeout import TimeoutType
    from flyte.models import SerializationContext

    AnyTask = TaskTemplate[..., Any, Any]

LONGEST_NAME = 63
LONGEST_TEXT = 2048

# Looking a name up in an enum takes as long as filling a message.
_TASK = ResourceType.TASK
_RUNTIME = RuntimeMetadata(
    type=RuntimeMetadata.RuntimeType.FLYTE_SDK,
    version=versions.RELEASE,
    flavor="python",
)


# The whole task


def task_to_proto(task: AnyTask, context: SerializationContext) -> TaskSpec:
    """Return all that a backend keeps of a task, with defaults and documentation."""
    defaults = type_engine.default_inputs(task.native_interface)
    spec = translate_task_to_wire(task, context, defaults)
    environment = task.parent_env() if task.parent_env else None
    if environment is not None and environment.description:
        spec.environment.description = environment.description
    _document(task, spec)
    return spec


def translate_task_to_wire(
    task: AnyTask,
    serialization_context: SerializationContext,
    default_inputs: list[NamedParameter] | None = None,
) -> TaskSpec:
    """Return the template of a task with the names it is shown under."""
    spec = TaskSpec(
        default_inputs=default_inputs, short_name=task.short_name[:LONGEST_NAME]
    )
    _fill_template(spec.task_template, task, serialization_context)
    environment = task.parent_env() if task.parent_env else None
    if environment is not None:
        spec.environment.name = environment.name[:LONGEST_NAME]
    return spec


def _document(task: AnyTask, spec: TaskSpec) -> None:
    """Describe the task and its inputs and outputs; its own documentation comes before that of the function."""
    spec.documentation.SetInParent()
    read = task.native_interface.docstring
    own = Docstring(task.docs.description) if task.docs is not None else read
    if own is not None:
        spec.documentation.short_description = checks.shorten_description(
            own.short_description or ""
        )
        spec.documentation.long_description = checks.shorten_description(
            own.long_description or "", LONGEST_TEXT
        )
    if read is None:
        return
    interface = spec.task_template.interface
    for declared, texts in (
        (variables(interface.inputs), read.input_descriptions),
        (variables(interface.outputs), read.output_descriptions),
    ):
        for name, text in texts.items():
            if name in declared and text is not None:
                declared[name].description = text


# The template


def get_proto_task(
    task: AnyTask, serialize_context: SerializationContext
) -> TemplateMessage:
    """Return what is needed to run a task."""
    template = TemplateMessage()
    _fill_template(template, task, serialize_context)
    return template


def _fill_template(
    template: TemplateMessage, task: AnyTask, context: SerializationContext
) -> None:
    template.id.CopyFrom(_identifier(task, context))
    template.type = task.task_type
    template.task_type_version = task.task_type_version
    _fill_metadata(template.metadata, task, context)
    interface = type_engine.interface_to_proto(task.native_interface)
    template.interface.CopyFrom(interface)
    extended_resources = wire_containers.extended_resources_to_proto(task.resources)
    if extended_resources is not None:
        template.extended_resources.CopyFrom(extended_resources)
    if task.secrets is not None:
        template.security_context.SetInParent()
        template.security_context.secrets.extend(
            wire_containers.secrets_to_proto(task.secrets)
        )
    custom = task.custom_config(context)
    if custom:
        template.custom.update(custom)
    _set_target(template, task, context)
    if task.reusable is not None:
        environment = _environment_name(task)
        bundle = context.code_bundle
        wire_reuse.add_reuse(template, task.reusable, environment, bundle)


def _identifier(task: AnyTask, context: SerializationContext) -> Identifier:
    return Identifier(
        resource_type=_TASK,
        project=context.project,
        domain=context.domain,
        org=context.org,
        name=task.name,
        version=context.version,
    )


def _set_target(
    template: TemplateMessage, task: AnyTask, context: SerializationContext
) -> None:
    """Say what runs the task: a statement, a pod or a container."""
    container = _container(task, context)
    sql = task.sql(context)
    pod = None if isinstance(task.pod_template, str) else task.pod_template
    if pod is not None:
        template.config[wire_pods.PRIMARY_CONTAINER] = pod.primary_container_name
    if sql is not None:
        template.sql.CopyFrom(_as_statement(sql))
    elif pod is not None:
        template.k8s_pod.CopyFrom(wire_pods.pod_to_proto(pod, container, context))
    else:
        template.container.CopyFrom(container)


def _as_statement(sql: object) -> Sql:
    """Accept a text as well as the message, which is what existing plugins return."""
    return sql if isinstance(sql, Sql) else Sql(statement=str(sql))


def _container(task: AnyTask, context: SerializationContext) -> Container:
    return Container(
        image=wire_containers.image_uri(task.image, _environment_name(task), context),
        args=task.container_args(context),
        resources=wire_containers.resources_to_proto(task.resources),
        env=wire_containers.variables_to_proto(task.env_vars),
        data_config=task.data_loading_config(context),
        config=wire_containers.variables_to_proto(task.config(context)),
    )


def _environment_name(task: AnyTask) -> str:
    if task.parent_env_name is None:
        from flyte.errors import RuntimeSystemError

        raise RuntimeSystemError(
            "BadConfig",
            f"task {task.name!r} belongs to no environment; "
            "make one with TaskEnvironment.from_task",
        )
    return task.parent_env_name


# Metadata


def _fill_metadata(
    metadata: TaskMetadata, task: AnyTask, context: SerializationContext
) -> None:
    cache = caching.cache_from_request(task.cache)
    flags = TaskMetadata(
        cache_serializable=cache.serialize,
        interruptible=task.interruptible,
        debuggable=task.debuggable,
    )
    metadata.CopyFrom(flags)
    metadata.runtime.CopyFrom(_RUNTIME)
    if cache.is_enabled():
        metadata.discoverable = True
        metadata.discovery_version = _cache_version(task, context)
        metadata.cache_ignore_input_vars.extend(cache.get_ignored_inputs())
    retries = task.retries
    metadata.retries.SetInParent()
    metadata.retries.retries = (
        retries.count if isinstance(retries, RetryStrategy) else retries
    )
    metadata.generates_deck.value = task.report
    if task.timeout is not None:
        metadata.timeout.CopyFrom(_duration(task.timeout))
    if isinstance(task.pod_template, str):
        metadata.pod_template_name = task.pod_template


def _cache_version(task: AnyTask, context: SerializationContext) -> str:
    from flyte._cache.cache import VersionParameters

    bundle = context.code_bundle
    if bundle is not None and bundle.pkl:
        # Even a version that was given: the pickled code may be any.
        return bundle.computed_version
    function = getattr(task, "func", None)
    return caching.cache_from_request(task.cache).get_version(
        VersionParameters(func=function, image=task.image)
    )


def _duration(timeout: TimeoutType) -> Duration:
    """Return the greatest time a task may run, to the microsecond."""
    if type(timeout) is int and timeout == 0:
        # Most tasks have no limit.
        return Duration()
    runtime = policies.timeout_from_request(timeout).max_runtime
    message = Duration()
    message.FromTimedelta(checks.require_duration("timeout", runtime))
    return message
