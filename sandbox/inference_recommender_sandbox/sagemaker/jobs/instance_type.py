"""What the sandbox assumes about an instance type, read from its name alone.

Prices are approximate us-east-1 on-demand prices of SageMaker hosting, taken apart into a price per vCPU and one per
accelerator; they are simulated figures, good for comparing types and for nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME: Final = re.compile(r"ml\.(?P<family>[a-z][a-z0-9-]*)\.(?P<size>[a-z0-9-]+)")
_SIZE: Final = re.compile(r"(?P<multiple>\d*)xlarge")
_SMALL_SIZES: Final[Mapping[str, int]] = {"nano": 1, "micro": 1, "small": 1, "medium": 1, "large": 2}
_VCPUS_PER_XLARGE: Final = 4
_METAL_VCPUS: Final = 96


@dataclass(frozen=True, kw_only=True)
class InstanceType:
    """One instance type, as far as the performance model looks at it."""

    name: str
    vcpus: int
    memory_gib: float
    core_speed: float
    """Speed of a vCPU; 1.0 is a vCPU of `ml.m5`."""
    accelerators: int
    accelerator_speed: float
    """Speed of one accelerator at neural networks, in vCPUs of `ml.m5`; 0 without accelerators."""
    cost_per_hour: float
    """USD."""


@dataclass(frozen=True, kw_only=True)
class _Family:
    cost_per_vcpu: float
    memory_per_vcpu: float
    core_speed: float
    accelerator_speed: float = 0.0
    cost_per_accelerator: float = 0.0
    accelerators: Mapping[str, int] | None = None
    """By size; a size that isn't listed has one."""


_FOUR_AT_12: Final[Mapping[str, int]] = {"12xlarge": 4, "24xlarge": 4, "48xlarge": 8, "metal": 8}

_FAMILIES: Final[Mapping[str, _Family]] = {
    "t2": _Family(cost_per_vcpu=0.0278, memory_per_vcpu=2, core_speed=0.6),
    "t3": _Family(cost_per_vcpu=0.025, memory_per_vcpu=2, core_speed=0.7),
    "m4": _Family(cost_per_vcpu=0.06, memory_per_vcpu=4, core_speed=0.85),
    "m5": _Family(cost_per_vcpu=0.0575, memory_per_vcpu=4, core_speed=1.0),
    "m5d": _Family(cost_per_vcpu=0.068, memory_per_vcpu=4, core_speed=1.0),
    "m6g": _Family(cost_per_vcpu=0.0462, memory_per_vcpu=4, core_speed=0.95),
    "m6i": _Family(cost_per_vcpu=0.0575, memory_per_vcpu=4, core_speed=1.12),
    "m7i": _Family(cost_per_vcpu=0.0605, memory_per_vcpu=4, core_speed=1.25),
    "c4": _Family(cost_per_vcpu=0.06, memory_per_vcpu=1.875, core_speed=0.95),
    "c5": _Family(cost_per_vcpu=0.051, memory_per_vcpu=2, core_speed=1.15),
    "c5d": _Family(cost_per_vcpu=0.0575, memory_per_vcpu=2, core_speed=1.15),
    "c6g": _Family(cost_per_vcpu=0.0408, memory_per_vcpu=2, core_speed=1.0),
    "c6i": _Family(cost_per_vcpu=0.051, memory_per_vcpu=2, core_speed=1.25),
    "c7g": _Family(cost_per_vcpu=0.0434, memory_per_vcpu=2, core_speed=1.2),
    "c7i": _Family(cost_per_vcpu=0.0536, memory_per_vcpu=2, core_speed=1.4),
    "r5": _Family(cost_per_vcpu=0.0756, memory_per_vcpu=8, core_speed=1.0),
    "r6i": _Family(cost_per_vcpu=0.0756, memory_per_vcpu=8, core_speed=1.12),
    "r7i": _Family(cost_per_vcpu=0.0794, memory_per_vcpu=8, core_speed=1.25),
    "g4dn": _Family(
        cost_per_vcpu=0.064,
        memory_per_vcpu=4,
        core_speed=1.0,
        accelerator_speed=28,
        cost_per_accelerator=0.48,
        accelerators={"12xlarge": 4, "metal": 8},
    ),
    "g5": _Family(
        cost_per_vcpu=0.052,
        memory_per_vcpu=4,
        core_speed=1.15,
        accelerator_speed=60,
        cost_per_accelerator=1.2,
        accelerators=_FOUR_AT_12,
    ),
    "g6": _Family(
        cost_per_vcpu=0.05,
        memory_per_vcpu=4,
        core_speed=1.2,
        accelerator_speed=65,
        cost_per_accelerator=0.93,
        accelerators=_FOUR_AT_12,
    ),
    "g6e": _Family(
        cost_per_vcpu=0.055,
        memory_per_vcpu=8,
        core_speed=1.2,
        accelerator_speed=110,
        cost_per_accelerator=2.35,
        accelerators=_FOUR_AT_12,
    ),
    "p3": _Family(
        cost_per_vcpu=0.06,
        memory_per_vcpu=7.6,
        core_speed=0.9,
        accelerator_speed=75,
        cost_per_accelerator=3.345,
        accelerators={"8xlarge": 4, "16xlarge": 8},
    ),
    "p4d": _Family(
        cost_per_vcpu=0.06,
        memory_per_vcpu=12,
        core_speed=1.0,
        accelerator_speed=180,
        cost_per_accelerator=4.0,
        accelerators={"24xlarge": 8},
    ),
    "p5": _Family(
        cost_per_vcpu=0.07,
        memory_per_vcpu=10.7,
        core_speed=1.2,
        accelerator_speed=400,
        cost_per_accelerator=12.4,
        accelerators={"48xlarge": 8},
    ),
    "inf1": _Family(
        cost_per_vcpu=0.048,
        memory_per_vcpu=2,
        core_speed=1.0,
        accelerator_speed=30,
        cost_per_accelerator=0.105,
        accelerators={"6xlarge": 4, "24xlarge": 16},
    ),
    "inf2": _Family(
        cost_per_vcpu=0.0525,
        memory_per_vcpu=4,
        core_speed=1.1,
        accelerator_speed=70,
        cost_per_accelerator=0.78,
        accelerators={"24xlarge": 6, "48xlarge": 12},
    ),
}

_UNLISTED_FAMILIES: Final[Mapping[str, str]] = {
    "inf": "inf2",
    "trn": "inf2",
    "c": "c6i",
    "m": "m6i",
    "r": "r6i",
    "x": "r6i",
    "t": "t3",
    "g": "g5",
    "p": "p4d",
}
"""The family that stands in for one that isn't listed, by the beginning of its name; longest beginnings first."""


def instance_type(name: str) -> InstanceType:
    """Read an instance type from its name.

    Args:
        name: `ml.<family>.<size>`. A family that isn't listed is taken for the nearest that is, so that types newer
            than this release work.

    Raises:
        ValueError: The name doesn't have that form.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is no instance type; write ml.<family>.<size>, for example ml.c5.xlarge")
    family, size = _family(match["family"]), match["size"]
    vcpus = _vcpus(size)
    accelerators = (family.accelerators or {}).get(size, 1) if family.accelerator_speed else 0
    return InstanceType(
        name=name,
        vcpus=vcpus,
        memory_gib=vcpus * family.memory_per_vcpu,
        core_speed=family.core_speed,
        accelerators=accelerators,
        accelerator_speed=family.accelerator_speed,
        cost_per_hour=round(vcpus * family.cost_per_vcpu + accelerators * family.cost_per_accelerator, 4),
    )


def _family(name: str) -> _Family:
    listed = _FAMILIES.get(name)
    if listed is not None:
        return listed
    stand_in = next((known for start, known in _UNLISTED_FAMILIES.items() if name.startswith(start)), "m5")
    return _FAMILIES[stand_in]


def _vcpus(size: str) -> int:
    if size in _SMALL_SIZES:
        return _SMALL_SIZES[size]
    match = _SIZE.fullmatch(size)
    return _VCPUS_PER_XLARGE * int(match["multiple"] or 1) if match else _METAL_VCPUS
