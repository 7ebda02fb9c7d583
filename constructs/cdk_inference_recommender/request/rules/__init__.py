"""The rules beyond the service model, in the order in which they are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .container import CONTAINER_RULES
from .endpoint_configurations import ENDPOINT_CONFIGURATION_RULES
from .existing_endpoint import EXISTING_ENDPOINT_RULES
from .job_type import JOB_TYPE_RULES
from .names_network_encryption import NAME_NETWORK_ENCRYPTION_RULES
from .stopping_conditions import STOPPING_CONDITION_RULES
from .traffic import TRAFFIC_RULES

if TYPE_CHECKING:
    from .rule import Rule

RULES: Final[tuple[Rule, ...]] = (
    *JOB_TYPE_RULES,
    *EXISTING_ENDPOINT_RULES,
    *TRAFFIC_RULES,
    *ENDPOINT_CONFIGURATION_RULES,
    *STOPPING_CONDITION_RULES,
    *CONTAINER_RULES,
    *NAME_NETWORK_ENCRYPTION_RULES,
)
"""Every rule, by topic."""
