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
    from collections.abc import Mapping

    from .rule import Rule

RULES_BY_TOPIC: Final[Mapping[str, tuple[Rule, ...]]] = {
    "Job type and model": JOB_TYPE_RULES,
    "Existing endpoint": EXISTING_ENDPOINT_RULES,
    "Traffic": TRAFFIC_RULES,
    "Endpoint configurations and limits": ENDPOINT_CONFIGURATION_RULES,
    "Stopping conditions": STOPPING_CONDITION_RULES,
    "Container": CONTAINER_RULES,
    "Name, tags and keys": NAME_NETWORK_ENCRYPTION_RULES,
}
"""Every rule."""

RULES: Final[tuple[Rule, ...]] = tuple(rule for rules in RULES_BY_TOPIC.values() for rule in rules)
"""Every rule, topic by topic."""
