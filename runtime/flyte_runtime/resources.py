"""Resources of containers and the accelerators among them.

Knows `flyte._resources` and its lists of models and partitions. It must not know how requests are serialized.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from flyte_runtime import checks

if TYPE_CHECKING:
    from flyte._resources import (
        A100_80GBParts,
        A100Parts,
        AMD_GPUType,
        Device,
        DeviceClass,
        GPUQuantity,
        GPUType,
        H200Parts,
        HABANA_GAUDIType,
        NeuronType,
        Resources,
        TPUType,
        V5PParts,
        V6EParts,
    )


# Requests


def check_resources(self: Resources) -> None:
    """Check every amount, as far as it is not for the cluster to decide."""
    from flyte._resources import Device

    _check_amount("cpu", self.cpu, (int, float, str), "an int, a float or a str")
    _check_amount("memory", self.memory, str, "a str")
    checks.require("disk", self.disk, (str, type(None)), "a str or None")
    checks.require("shm", self.shm, (str, type(None)), "a str or None")
    gpu: object = self.gpu
    if isinstance(gpu, str):
        _check_accelerator(gpu)
    elif not isinstance(gpu, (Device, type(None))):
        checks.require("gpu", gpu, int, "an int, a str, a Device or None")
        checks.require_integer("gpu", gpu, least=0)


def _check_amount(
    field: str, value: object, allowed: type | tuple[type, ...], wanted: str
) -> None:
    if value is None:
        return
    amounts = value if checks.is_tuple(value) else (value,)
    if checks.is_tuple(value) and len(value) != 2:
        raise ValueError(
            f"{field} must be one amount or a pair of request and limit, "
            f"got {checks.describe(value)}"
        )
    for amount in amounts:
        if isinstance(amount, bool) or not isinstance(amount, allowed):
            raise TypeError(
                f"{field} must be {wanted}, or a pair of these, "
                f"got {checks.describe(value)}"
            )
        # Written so that NaN is refused too.
        if isinstance(amount, (int, float)) and not amount >= 0:
            raise ValueError(f"{field} must not be negative, got {amount}")
        if amount == "":
            raise ValueError(f"{field} must not be empty")


def _check_accelerator(request: str) -> None:
    from flyte._resources import Accelerators

    known = get_args(Accelerators)
    if request not in known:
        meant = request if ":" in request else f"{request}:1"
        hint = checks.suggestion(meant, known)
        raise ValueError(
            "gpu must be a known model and how many of it, such as 'T4:1', "
            f"got {request!r}{hint and '; ' + hint}"
        )


def get_device(self: Resources) -> Device | None:
    """Return the accelerator as a device, whatever form it was requested in."""
    from flyte._resources import Device

    if self.gpu is None or self.gpu == 0:
        return None
    if isinstance(self.gpu, Device):
        return self.gpu
    if isinstance(self.gpu, int):
        return Device(quantity=self.gpu, device_class="GPU")
    model, _, quantity = self.gpu.partition(":")
    return Device(
        quantity=int(quantity), device_class=_device_classes()[model], device=model
    )


def get_shared_memory(self: Resources) -> str | None:
    """Return the size of the shared memory; empty stands for as much as the machine allows."""
    return "" if self.shm == "auto" else self.shm


def _device_classes() -> Mapping[str, DeviceClass]:
    from flyte import _resources as known

    models: dict[DeviceClass, object] = {
        "GPU": known.GPUType,
        "TPU": known.TPUType,
        "NEURON": known.NeuronType,
        "AMD_GPU": known.AMD_GPUType,
        "HABANA_GAUDI": known.HABANA_GAUDIType,
    }
    return {
        model: device_class
        for device_class, names in models.items()
        for model in get_args(names)
    }


# Devices


def check_device(self: Device) -> None:
    """Check the kind of device and how many there are."""
    from flyte._resources import DeviceClass

    checks.require_integer("the quantity of a device", self.quantity, least=1)
    checks.require_choice("device_class", self.device_class, get_args(DeviceClass))


def gpu(
    device: GPUType,
    quantity: GPUQuantity,
    partition: A100Parts | A100_80GBParts | H200Parts | None = None,
) -> Device:
    """Request NVIDIA GPUs."""
    from flyte import _resources as known

    checks.require_choice("device", device, get_args(known.GPUType))
    checks.require_choice("quantity", quantity, get_args(known.GPUQuantity))
    _check_partition(
        device,
        partition,
        {
            "A100": get_args(known.A100Parts),
            "A100 80G": get_args(known.A100_80GBParts),
            "H200": get_args(known.H200Parts),
        },
    )
    return known.Device(quantity, "GPU", device, partition)


def tpu(device: TPUType, partition: V5PParts | V6EParts | None = None) -> Device:
    """Request a Google Cloud TPU."""
    from flyte import _resources as known

    checks.require_choice("device", device, get_args(known.TPUType))
    _check_partition(
        device,
        partition,
        {"V5P": get_args(known.V5PParts), "V6E": get_args(known.V6EParts)},
    )
    return known.Device(1, "TPU", device, partition)


def neuron(device: NeuronType) -> Device:
    """Request an AWS Inferentia or Trainium chip."""
    from flyte import _resources as known

    checks.require_choice("device", device, get_args(known.NeuronType))
    return known.Device(1, "NEURON", device)


def amd_gpu(device: AMD_GPUType) -> Device:
    """Request an AMD GPU."""
    from flyte import _resources as known

    checks.require_choice("device", device, get_args(known.AMD_GPUType))
    return known.Device(1, "AMD_GPU", device)


def habana_gaudi(device: HABANA_GAUDIType) -> Device:
    """Request a Habana Gaudi accelerator."""
    from flyte import _resources as known

    checks.require_choice("device", device, get_args(known.HABANA_GAUDIType))
    return known.Device(1, "HABANA_GAUDI", device)


def _check_partition(
    device: str, partition: str | None, partitions: Mapping[str, tuple[str, ...]]
) -> None:
    if partition is None:
        return
    if device not in partitions:
        divisible = ", ".join(repr(name) for name in partitions)
        raise ValueError(
            f"partition must be None for {device!r}, got {partition!r}; "
            f"only {divisible} can be divided"
        )
    checks.require_choice(f"the partition of {device!r}", partition, partitions[device])
