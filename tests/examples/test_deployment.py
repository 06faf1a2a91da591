"""The Dockerfile and the manifest in examples/deploy: they hold together, and what they start serves.

No image is built here. What building does is done step by step instead: the distributions are built from what the
Dockerfile copies, installed into an environment, and the command is run there with the variables of the image.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import pytest
import yaml
from flyteidl2.connector.connector_pb2 import ListConnectorsRequest
from flyteidl2.connector.service_pb2_grpc import ConnectorMetadataServiceStub
from kubernetes import client as kubernetes

from flyte.models import SerializationContext
from flyte_runtime.service.settings import PREFIX, Settings, from_environment

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "examples" / "deploy"
DOCUMENTS: list[Any] = list(
    yaml.safe_load_all((DEPLOY / "connectors.yaml").read_text())
)


class Instruction(NamedTuple):
    """One instruction of a Dockerfile, its lines joined."""

    name: str
    text: str


def instructions() -> list[Instruction]:
    """Read the Dockerfile."""
    text = (DEPLOY / "Dockerfile").read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found = [line.split(maxsplit=1) for line in joined.splitlines() if line]
    return [Instruction(name, rest) for name, rest in found]


def all_of(name: str) -> list[str]:
    """Return what stands after each instruction of a name."""
    return [text for found, text in instructions() if found == name]


def variables() -> dict[str, str]:
    """Return the environment of the image, without the search path."""
    pairs = [word.split("=", 1) for text in all_of("ENV") for word in shlex.split(text)]
    return {name: value for name, value in pairs if name != "PATH"}


def document(kind: str) -> Any:
    """Return the one object of a kind in the manifest."""
    (found,) = [one for one in DOCUMENTS if one["kind"] == kind]
    return found


POD = document("Deployment")["spec"]["template"]
CONTAINER = POD["spec"]["containers"][0]


def settings() -> Settings:
    """Return the settings of the service in the container."""
    given = {one["name"]: one.get("value", "") for one in CONTAINER["env"]}
    return from_environment({**variables(), **given})


# The image


def test_the_dockerfile_is_of_known_instructions() -> None:
    """It begins with an image, ends with a command, and has no instruction that is misspelt."""
    names = [name for name, _ in instructions()]
    assert (names[0], names[-1]) == ("FROM", "CMD")
    assert set(names) <= {*"FROM RUN WORKDIR COPY ENV USER EXPOSE CMD".split()}


def test_what_is_copied_exists_and_is_sent() -> None:
    """Each COPY has a source, and the ignore file lets it through."""
    sent = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for text in all_of("COPY"):
        source, target = text.split()
        assert (ROOT / source).is_dir()
        # The build steps rely on the same places below the working directory.
        assert source == target
        assert f"!{source}" in sent


def test_the_image_serves(
    installed: Callable[..., Path],
    sources: Path,
    tmp_path: Path,
    start: Callable[..., Any],
) -> None:
    """Built from what is copied, installed as it says, the command serves the connector on all addresses."""
    context = tmp_path / "context"
    for text in all_of("COPY"):
        source, target = text.split()
        shutil.copytree(sources / source, context / target)
    built = re.findall(
        r"cd (\S+) && python -m hatchling build -t wheel -d /wheels", str(all_of("RUN"))
    )
    environment = installed(*(context / folder for folder in built))
    (command,) = map(json.loads, all_of("CMD"))
    service = start(
        command=(str(environment / "bin" / command[0]), *command[1:]),
        environment={**variables(), "PYTHONPATH": ""},
    )
    stub: Any = ConnectorMetadataServiceStub(service.channel)
    found = stub.ListConnectors(ListConnectorsRequest(), timeout=60)
    assert [connector.name for connector in found.connectors] == ["SQLite Connector"]
    assert f"listening on 0.0.0.0:{service.port}" in service.log.read_text()


def test_python_is_where_the_sdk_expects_it() -> None:
    """The image can also be that of a ConnectorEnvironment."""
    expected = PurePosixPath(SerializationContext(version="1").interpreter_path)
    assert f"python -m venv {expected.parents[1]}" in all_of("RUN")
    assert any(f"PATH={expected.parent}:" in text for text in all_of("ENV"))


# The manifest


@pytest.mark.parametrize("found", DOCUMENTS, ids=lambda one: one["kind"])
def test_every_field_is_known_to_kubernetes(found: Mapping[str, Any]) -> None:
    """Read into the models of the API and written again, each object is the same: no field is lost, none is missing."""
    api: Any = kubernetes.ApiClient()
    model = f"V1{found['kind']}"
    read = api.deserialize(json.dumps(found), model, None)
    assert api.sanitize_for_serialization(read) == found


def test_a_misspelt_field_would_be_noticed() -> None:
    """The check above fails for a field that Kubernetes does not know."""
    wrong = json.loads(json.dumps(document("Deployment")))
    wrong["spec"]["template"]["spec"]["terminationGracePeriod"] = 1
    with pytest.raises(AssertionError):
        test_every_field_is_known_to_kubernetes(wrong)


def test_the_ports_are_those_of_the_service() -> None:
    """Probes, ports, the Service, the policy and the annotations mean the ports the service listens on."""
    chosen = settings()
    ports = {port["name"]: port["containerPort"] for port in CONTAINER["ports"]}
    assert ports == {"grpc": chosen.port, "metrics": chosen.prometheus_port}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert CONTAINER[probe]["grpc"]["port"] == chosen.port
    assert POD["metadata"]["annotations"]["prometheus.io/port"] == str(
        chosen.prometheus_port
    )
    assert [port["targetPort"] for port in document("Service")["spec"]["ports"]] == [
        "grpc"
    ]
    rules = document("NetworkPolicy")["spec"]["ingress"]
    assert [port["port"] for rule in rules for port in rule["ports"]] == list(ports)
    assert all_of("EXPOSE") == [" ".join(map(str, ports.values()))]


def test_the_service_can_be_reached_and_drained() -> None:
    """It listens on all addresses, and is not killed before its grace period is over."""
    chosen = settings()
    assert chosen.host == "0.0.0.0"
    pause = int(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][1])
    assert (
        POD["spec"]["terminationGracePeriodSeconds"] >= pause + chosen.grace_period + 5
    )
    liveness = CONTAINER["livenessProbe"]
    assert (
        liveness["periodSeconds"] * liveness["failureThreshold"] > chosen.grace_period
    )


def test_the_variables_are_options() -> None:
    """Each variable with the prefix of the service is one that it reads."""
    known = set(Settings.__dataclass_fields__)
    names = {*variables(), *(one["name"] for one in CONTAINER["env"])}
    for name in names:
        if name.startswith(PREFIX):
            assert name.removeprefix(PREFIX).lower() in known


def test_the_objects_belong_together() -> None:
    """Selectors select the pods, volumes and accounts that are named exist."""
    labels = POD["metadata"]["labels"]
    assert document("Deployment")["spec"]["selector"]["matchLabels"] == labels
    assert document("Service")["spec"]["selector"] == labels
    assert document("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels
    assert (
        POD["spec"]["serviceAccountName"]
        == document("ServiceAccount")["metadata"]["name"]
    )
    volumes = {volume["name"]: volume for volume in POD["spec"]["volumes"]}
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == set(volumes)
    claim = volumes["databases"]["persistentVolumeClaim"]["claimName"]
    assert claim == document("PersistentVolumeClaim")["metadata"]["name"]


def test_the_container_has_no_more_rights_than_it_needs() -> None:
    """It runs as the image's own user, cannot become another, and writes to no file of the image."""
    (user,) = all_of("USER")
    context = POD["spec"]["securityContext"]
    assert f"{context['runAsUser']}:{context['runAsGroup']}" == user
    assert context["runAsNonRoot"]
    own = CONTAINER["securityContext"]
    assert own["readOnlyRootFilesystem"]
    assert not own["allowPrivilegeEscalation"]
    assert own["capabilities"] == {"drop": ["ALL"]}
    mounts = {mount["mountPath"] for mount in CONTAINER["volumeMounts"]}
    assert mounts == {"/tmp", variables()["FLYTE_SQLITE_ROOT"]}
