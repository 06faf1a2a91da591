"""What containers of tasks and apps have in common on the wire: resources, accelerators, variables, secrets, image.

Knows the messages of `flyteidl2.core` for these. It must not know tasks, apps or environments. This module and the
other `wire_` ones import message classes on top, because they are themselves imported only to serialize something.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from flyteidl2.core.literals_pb2 import KeyValuePair
from flyteidl2.core.security_pb2 import Secret
from flyteidl2.core.tasks_pb2 import ExtendedResources, GPUAccelerator
from flyteidl2.core.tasks_pb2 import Resources as ResourcesMessage

from flyte_runtime.images import making

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flyte._image import Image
    from flyte._resources import Device, Resources
    from flyte._secret import SecretRequest
    from flyte.models import SerializationContext

    Amount = int | float | str

SHARED_MEMORY_PATH = "/dev/shm"
SHARED_MEMORY_NAME = "flyte-shm"

# The labels that nodes with an accelerator carry, where they differ from the name of the model.
_MODELS = {
    "A100": "nvidia-tesla-a100",
    "A100 80G": "nvidia-a100-80gb",
    "A10": "nvidia-a10",
    "A10G": "nvidia-a10g",
    "L4": "nvidia-l4",
    "L40s": "nvidia-l40s",
    "T4": "nvidia-tesla-t4",
    "V100": "nvidia-tesla-v100",
    "V5P": "tpu-v5p-slice",
    "V6E": "tpu-v6e-slice",
    # Not among the models that are offered, but a device can be given any.
    "A100G": "nvidia-a100g",
    "K80": "nvidia-tesla-k80",
    "L4_VWS": "nvidia-l4-vws",
    "M60": "nvidia-tesla-m60",
    "P100": "nvidia-tesla-p100",
    "P4": "nvidia-tesla-p4",
    "V5E": "tpu-v5-lite-podslice",
}


# Resources


def resources_to_proto(resources: Resources | None) -> ResourcesMessage | None:
    """Return requests and limits; None when nothing is asked for."""
    if resources is None:
        return None
    Entry = ResourcesMessage.ResourceEntry
    message = ResourcesMessage()
    for kind, request, limit in _amounts(resources):
        message.requests.append(Entry(name=kind, value=str(request)))
        if limit is not None:
            message.limits.append(Entry(name=kind, value=str(limit)))
    return message if message.requests else None


def _amounts(resources: Resources) -> Iterator[tuple[str, Amount, Amount | None]]:
    """Yield the name, the request and the limit of everything that is counted."""
    for kind, amount in (("CPU", resources.cpu), ("MEMORY", resources.memory)):
        if isinstance(amount, tuple):
            yield kind, amount[0], amount[1]
        elif amount is not None:
            yield kind, amount, None
    device = resources.get_device()
    if device is not None:
        yield "GPU", device.quantity, None
    if resources.disk is not None:
        yield "EPHEMERAL_STORAGE", resources.disk, None


def extended_resources_to_proto(
    resources: Resources | None,
) -> ExtendedResources | None:
    """Return the accelerator and the shared memory; None when neither is asked for."""
    if resources is None:
        return None
    # A bare number asks for any GPU, which is a matter of counting only.
    device = None if isinstance(resources.gpu, int) else resources.get_device()
    size = resources.get_shared_memory()
    if device is None and size is None:
        return None
    message = ExtendedResources()
    if device is not None:
        message.gpu_accelerator.CopyFrom(_accelerator(device))
    if size is not None:
        message.shared_memory.mount_path = SHARED_MEMORY_PATH
        message.shared_memory.mount_name = SHARED_MEMORY_NAME
        message.shared_memory.size_limit = size
    return message


def _accelerator(device: Device) -> GPUAccelerator:
    if device.device is None:
        raise ValueError(
            "a Device needs a model, such as 'T4'; for any GPU pass a number as gpu"
        )
    Accelerator = GPUAccelerator
    classes = {
        "GPU": Accelerator.NVIDIA_GPU,
        "TPU": Accelerator.GOOGLE_TPU,
        "NEURON": Accelerator.AMAZON_NEURON,
        "AMD_GPU": Accelerator.AMD_GPU,
        "HABANA_GAUDI": Accelerator.HABANA_GAUDI,
    }
    return Accelerator(
        device=_MODELS.get(device.device, device.device),
        device_class=classes[device.device_class],
        partition_size=device.partition or None,
    )


# Variables and secrets


def variables_to_proto(
    variables: Mapping[str, str] | None,
) -> list[KeyValuePair]:
    """Return names and values in the given order."""
    return [
        KeyValuePair(key=name, value=value) for name, value in (variables or {}).items()
    ]


def secrets_to_proto(secrets: SecretRequest | None) -> list[Secret]:
    """Return each secret with the way it is handed to the container."""
    from flyte._secret import secrets_from_request

    if secrets is None:
        return []
    MountType = Secret.MountType
    return [
        Secret(
            group=secret.group,
            key=secret.key,
            mount_requirement=(
                MountType.ENV_VAR if secret.as_env_var else MountType.FILE
            ),
            env_var=secret.as_env_var,
        )
        for secret in secrets_from_request(secrets)
    ]


# Images


def image_uri(
    image: str | Image, environment_name: str, context: SerializationContext
) -> str:
    """Return the image to run: the one that was built for the environment, if its image is built in layers."""
    if image == "auto":
        image = making.default_image()
    elif isinstance(image, str):
        image = _image_at(image)
    cache = context.image_cache
    if cache is None or not vars(image)["_layers"]:
        return image.uri
    if environment_name not in cache.image_lookup:
        from flyte.errors import RuntimeUserError

        raise RuntimeUserError(
            "MissingEnvironment",
            f"no image was built for environment {environment_name!r}; images were "
            f"built for {', '.join(sorted(cache.image_lookup)) or 'none'}. "
            "Name the environment in depends_on of the one that is deployed",
        )
    return cache.image_lookup[environment_name]


@lru_cache(maxsize=64)
def _image_at(address: str) -> Image:
    from flyte._image import Image

    return Image.from_base(address)
