"""The command `python -m flyte.serialization`: what each environment of a file becomes.

Knows how a file is imported as a container would import it, and how messages are told in a few lines. It must not know
how they are made.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shlex
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flyte_runtime import environments
from flyte_runtime.types.variable_maps import variables

if TYPE_CHECKING:
    from flyteidl2.app.app_definition_pb2 import App
    from flyteidl2.core.interface_pb2 import VariableMap
    from flyteidl2.core.types_pb2 import LiteralType
    from flyteidl2.task.task_definition_pb2 import TaskSpec

    from flyte._environment import Environment
    from flyte.models import SerializationContext
    from flyte.serialization import EnvironmentSpec, TaskDeployment


class _Arguments(argparse.Namespace):
    file: Path
    version: str
    json: bool
    project: str | None
    domain: str | None
    org: str | None
    root_dir: Path | None


class _Failure(Exception):
    """What is wrong, in one line."""


def main() -> None:
    """Print what each environment of the file on the command line becomes."""
    try:
        print(describe(_parse(sys.argv[1:])))
    except _Failure as failure:
        sys.exit(f"error: {' '.join(str(failure).split())}")


def describe(arguments: _Arguments) -> str:
    """Import the file and tell of its environments, as JSON or in a few lines each."""
    from flyte.models import SerializationContext

    root = arguments.root_dir or arguments.file.parent
    found = _load(arguments.file.absolute(), root.absolute())
    context = SerializationContext(
        version=arguments.version,
        project=arguments.project,
        domain=arguments.domain,
        org=arguments.org,
        root_dir=root.absolute(),
    )
    specs = _serialize(found, context)
    return _as_json(specs) if arguments.json else "\n\n".join(map(_summary, specs))


def _parse(words: Sequence[str]) -> _Arguments:
    parser = argparse.ArgumentParser(
        prog="python -m flyte.serialization",
        description="Print what each environment of a file becomes when it is deployed.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "file", metavar="FILE.py", type=Path, help="the file, which is imported"
    )
    parser.add_argument("--version", required=True, help="the version to deploy as")
    parser.add_argument("--json", action="store_true", help="print whole messages")
    for option in ("project", "domain", "org"):
        parser.add_argument(f"--{option}", metavar="NAME", help=f"the {option}")
    parser.add_argument(
        "--root-dir",
        metavar="FOLDER",
        type=Path,
        help="the folder that modules are named from (default: that of the file)",
    )
    return parser.parse_args(words, _Arguments())


# Environments


def _load(file: Path, root: Path) -> list[Environment]:
    """Import a file under the name a container will import it by; return the environments it makes."""
    if not file.is_relative_to(root):
        raise _Failure(f"{file} is not below the root folder {root}")
    parts = file.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or file.stem
    if not all(part.isidentifier() for part in name.split(".")):
        raise _Failure(f"{name!r} is not a name a module can be imported by")
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise _Failure(f"{file} is not a Python file")
    before = len(environments.list_loaded_environments())
    sys.path.insert(0, str(root))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _Failure(
            f"{file.name} failed to import: {type(error).__name__}: {error}"
        ) from error
    found = environments.list_loaded_environments()[before:]
    if not found:
        raise _Failure(f"{file.name} makes no environments")
    return found


def _serialize(
    found: Sequence[Environment], context: SerializationContext
) -> list[EnvironmentSpec]:
    """Serialize environments in the order in which they are to be deployed, each once."""
    from flyte.serialization import environment_to_proto

    _refuse_doubles(found)
    needed = {id(one) for environment in found for one in environment.depends_on}
    # What nothing depends on comes first and brings the rest along; only cycles remain after it.
    tops = [environment for environment in found if id(environment) not in needed]
    done: dict[str, EnvironmentSpec] = {}
    for environment in [*tops, *found]:
        if environment.name in done:
            continue
        try:
            for spec in environment_to_proto(environment, context):
                done.setdefault(spec.name, spec)
        except Exception as error:
            raise _Failure(
                f"environment {environment.name!r} cannot be serialized: {error}"
            ) from error
    return list(done.values())


def _refuse_doubles(found: Sequence[Environment]) -> None:
    counts = Counter(environment.name for environment in found)
    for name, count in counts.items():
        if count > 1:
            raise _Failure(f"{count} environments have the name {name!r}")


def _as_json(specs: Sequence[EnvironmentSpec]) -> str:
    from flyte.serialization import to_json

    content = [json.loads(to_json(spec)) for spec in specs]
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)


# Summaries


def _summary(spec: EnvironmentSpec) -> str:
    return "\n".join([spec.name, *(f"  {line}" for line in _lines(spec))])


def _lines(spec: EnvironmentSpec) -> Iterator[str]:
    if spec.depends_on:
        yield f"depends on: {', '.join(spec.depends_on)}"
    if spec.app is not None:
        yield from _app_lines(spec.app)
    for task in spec.tasks:
        yield from _task_lines(task)
    if spec.app is None and not spec.tasks:
        yield "no tasks"


def _app_lines(app: App) -> Iterator[str]:
    replicas = app.spec.autoscaling.replicas
    yield f"app: {app.spec.profile.type or 'app'}, {replicas.min} to {replicas.max} replicas"
    if not app.spec.HasField("container"):
        yield "runs in a pod template"
        return
    container = app.spec.container
    yield f"image: {container.image}"
    for port in container.ports:
        yield f"port: {port.container_port} {port.name}".rstrip()
    yield f"command: {shlex.join([*container.command, *container.args])}"


def _task_lines(task: TaskDeployment) -> Iterator[str]:
    template = task.spec.task_template
    interface = template.interface
    inputs = _variables(interface.inputs, _optional_inputs(task.spec))
    yield f"task: {template.id.name}({inputs}) -> ({_variables(interface.outputs)})"
    image = f", image {template.container.image}" if template.container.image else ""
    yield f"  type {template.type}{image}"
    for trigger in task.triggers:
        yield f"  trigger: {trigger.name}"


def _optional_inputs(spec: TaskSpec) -> set[str]:
    return {parameter.name for parameter in spec.default_inputs}


def _variables(message: VariableMap, optional: Collection[str] = frozenset()) -> str:
    """List names and types by name: on the wire they have no order."""
    return ", ".join(
        f"{name}: {_type(variable.type)}{' = ...' if name in optional else ''}"
        for name, variable in sorted(variables(message).items())
    )


def _type(kind: LiteralType) -> str:
    from flyteidl2.core.types_pb2 import SimpleType

    if kind.HasField("simple"):
        return SimpleType.Name(kind.simple).lower()
    if kind.HasField("collection_type"):
        return f"list of {_type(kind.collection_type)}"
    if kind.HasField("map_value_type"):
        return f"map of {_type(kind.map_value_type)}"
    if kind.HasField("union_type"):
        return " or ".join(_type(variant) for variant in kind.union_type.variants)
    return str(kind.WhichOneof("type")).replace("_", " ")


if __name__ == "__main__":
    main()
