"""Resources and devices: what is accepted, every refusal, and the device a request means."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest

import flyte
from flyte import Device, Resources
from flyte._resources import Accelerators


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"cpu": 0},
        {"cpu": 1.5},
        {"cpu": "500m"},
        {"cpu": (1, "2")},
        {"memory": "1Gi"},
        {"memory": ("1Gi", "2Gi")},
        {"gpu": 0},
        {"gpu": 4},
        {"gpu": "A100 80G:8"},
        {"gpu": Device(1, "GPU", "T4")},
        {"disk": "10Gi", "shm": "auto"},
    ],
)
def test_requests_stay_as_they_are(values: dict[str, Any]) -> None:
    """Every form of a request is kept in that form."""
    resources = Resources(**values)
    assert {field: getattr(resources, field) for field in values} == values


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"cpu": -1}, ValueError, "cpu must not be negative, got -1"),
        ({"cpu": (1, -2)}, ValueError, "cpu must not be negative, got -2"),
        ({"cpu": float("nan")}, ValueError, "cpu must not be negative, got nan"),
        ({"cpu": ""}, ValueError, "cpu must not be empty"),
        (
            {"cpu": (1, 2, 3)},
            ValueError,
            "cpu must be one amount or a pair of request and limit, "
            "got tuple (1, 2, 3)",
        ),
        (
            {"cpu": ()},
            ValueError,
            "cpu must be one amount or a pair of request and limit, got tuple ()",
        ),
        (
            {"cpu": [1, 2]},
            TypeError,
            "cpu must be an int, a float or a str, or a pair of these, got list [1, 2]",
        ),
        (
            {"cpu": True},
            TypeError,
            "cpu must be an int, a float or a str, or a pair of these, got bool True",
        ),
        (
            {"memory": 1024},
            TypeError,
            "memory must be a str, or a pair of these, got int 1024",
        ),
        (
            {"memory": ("1Gi", None)},
            TypeError,
            "memory must be a str, or a pair of these, got tuple ('1Gi', None)",
        ),
        ({"memory": ""}, ValueError, "memory must not be empty"),
        ({"disk": 10}, TypeError, "disk must be a str or None, got int 10"),
        ({"shm": 10}, TypeError, "shm must be a str or None, got int 10"),
        ({"gpu": -1}, ValueError, "gpu must be at least 0, got -1"),
        ({"gpu": True}, TypeError, "gpu must be an int, got bool True"),
        (
            {"gpu": 1.5},
            TypeError,
            "gpu must be an int, a str, a Device or None, got float 1.5",
        ),
        (
            {"gpu": "T4"},
            ValueError,
            "gpu must be a known model and how many of it, such as 'T4:1', got 'T4'; "
            "did you mean 'T4:1'?",
        ),
        (
            {"gpu": "A100:9"},
            ValueError,
            "gpu must be a known model and how many of it, such as 'T4:1', "
            "got 'A100:9'; did you mean 'A100:8'?",
        ),
    ],
)
def test_wrong_requests_are_refused(
    values: dict[str, Any], error: type[Exception], message: str
) -> None:
    """The error names the resource, the amount and what is allowed."""
    with pytest.raises(error) as caught:
        Resources(**values)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("gpu", "device"),
    [
        (None, None),
        (0, None),
        (2, Device(2, "GPU")),
        ("T4:1", Device(1, "GPU", "T4")),
        ("A100 80G:8", Device(8, "GPU", "A100 80G")),
        ("RTX PRO 6000:1", Device(1, "GPU", "RTX PRO 6000")),
        ("Trn1:16", Device(16, "NEURON", "Trn1")),
        ("Inf2:12", Device(12, "NEURON", "Inf2")),
        ("MI300X:1", Device(1, "AMD_GPU", "MI300X")),
        ("Gaudi1:1", Device(1, "HABANA_GAUDI", "Gaudi1")),
        (Device(1, "TPU", "V5P"), Device(1, "TPU", "V5P")),
    ],
)
def test_the_device_of_a_request(gpu: Any, device: Device | None) -> None:
    """A number, a text and a device all end as a device; none and zero as nothing."""
    assert Resources(gpu=gpu).get_device() == device


@pytest.mark.parametrize("request_text", get_args(Accelerators))
def test_every_accelerator_is_a_device(request_text: str) -> None:
    """Every text that is accepted has a class and a number."""
    gpu: Any = request_text
    device = Resources(gpu=gpu).get_device()
    assert device is not None
    assert f"{device.device}:{device.quantity}" == request_text


@pytest.mark.parametrize(
    ("shm", "expected"), [(None, None), ("auto", ""), ("1Gi", "1Gi")]
)
def test_shared_memory(shm: str | None, expected: str | None) -> None:
    """ "auto" leaves the size to the machine."""
    assert Resources(shm=shm).get_shared_memory() == expected


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        (flyte.GPU("T4", 2), Device(2, "GPU", "T4", None)),
        (flyte.GPU("A100", 1, "1g.5gb"), Device(1, "GPU", "A100", "1g.5gb")),
        (
            flyte.GPU("A100 80G", 1, partition="7g.80gb"),
            Device(1, "GPU", "A100 80G", "7g.80gb"),
        ),
        (flyte.GPU("H200", 8, "1g.18gb"), Device(8, "GPU", "H200", "1g.18gb")),
        (flyte.TPU("V5P"), Device(1, "TPU", "V5P")),
        (flyte.TPU("V5P", "2x2x1"), Device(1, "TPU", "V5P", "2x2x1")),
        (flyte.TPU("V6E", "8x16"), Device(1, "TPU", "V6E", "8x16")),
        (flyte.Neuron("Trn2u"), Device(1, "NEURON", "Trn2u")),
        (flyte.AMD_GPU("MI355X"), Device(1, "AMD_GPU", "MI355X")),
        (flyte.HABANA_GAUDI("Gaudi1"), Device(1, "HABANA_GAUDI", "Gaudi1")),
    ],
)
def test_devices_by_kind(device: Device, expected: Device) -> None:
    """Each function makes a device of its kind."""
    assert device == expected


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (
            flyte.GPU,
            ("T5", 1),
            "device must be one of 'A10', 'A10G', 'A100', 'A100 80G', 'B200', 'H100', "
            "'H200', 'L4', 'L40s', 'T4', 'V100', 'RTX PRO 6000', 'GB10', got str 'T5'",
        ),
        (
            flyte.GPU,
            ("T4", 9),
            "quantity must be one of 1, 2, 3, 4, 5, 6, 7, 8, got int 9",
        ),
        (
            flyte.GPU,
            ("T4", 0),
            "quantity must be one of 1, 2, 3, 4, 5, 6, 7, 8, got int 0",
        ),
        (
            flyte.GPU,
            ("A100", 1, "1g.10gb"),
            "the partition of 'A100' must be one of '1g.5gb', '2g.10gb', '3g.20gb', "
            "'4g.20gb', '7g.40gb', got str '1g.10gb'; did you mean '2g.10gb'?",
        ),
        (
            flyte.GPU,
            ("T4", 1, "1g.5gb"),
            "partition must be None for 'T4', got '1g.5gb'; "
            "only 'A100', 'A100 80G', 'H200' can be divided",
        ),
        (
            flyte.TPU,
            ("V4",),
            "device must be one of 'V5P', 'V6E', got str 'V4'",
        ),
        (
            flyte.TPU,
            ("V5P", "1x1"),
            "the partition of 'V5P' must be one of '2x2x1', '2x2x2', '2x4x4', '4x4x4', "
            "'4x4x8', '4x8x8', '8x8x8', '8x8x16', '8x16x16', '16x16x16', '16x16x24', "
            "got str '1x1'",
        ),
        (
            flyte.Neuron,
            ("Inf3",),
            "device must be one of 'Inf1', 'Inf2', 'Trn1', 'Trn1n', 'Trn2', 'Trn2u', "
            "got str 'Inf3'; did you mean 'Inf2'?",
        ),
        (
            flyte.AMD_GPU,
            ("MI35X",),
            "device must be one of 'MI100', 'MI210', 'MI250', 'MI250X', 'MI300A', "
            "'MI300X', 'MI325X', 'MI350X', 'MI355X', got str 'MI35X'; "
            "did you mean 'MI355X'?",
        ),
        (
            flyte.HABANA_GAUDI,
            ("Gaudi2",),
            "device must be one of 'Gaudi1', got str 'Gaudi2'; did you mean 'Gaudi1'?",
        ),
        (Device, (0, "GPU"), "the quantity of a device must be at least 1, got 0"),
        (
            Device,
            (1, "gpu"),
            "device_class must be one of 'GPU', 'TPU', 'NEURON', 'AMD_GPU', "
            "'HABANA_GAUDI', got str 'gpu'",
        ),
    ],
)
def test_wrong_devices_are_refused(
    make: Callable[..., object], arguments: tuple[Any, ...], message: str
) -> None:
    """The error lists what exists, and suggests the closest."""
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        make(*arguments)


def test_devices_are_values() -> None:
    """Devices are immutable, comparable and hashable."""
    device = flyte.GPU("T4", 1)
    assert {device, flyte.GPU("T4", 1)} == {device}
    changing: Any = device
    with pytest.raises(AttributeError):
        changing.quantity = 2
