"""The checks of props, whose rules are imported when an app is validated.

A third of the library's modules are rules, and an app that only imports the library doesn't need them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cdk_inference_recommender.cost.cost_rules import check_cost
    from cdk_inference_recommender.cross_stack.rules import check_incoming_references
    from cdk_inference_recommender.endpoint.rules import check_endpoint
    from cdk_inference_recommender.job.rules import check_props, check_waiting
    from cdk_inference_recommender.model.network_rules import check_network
    from cdk_inference_recommender.permissions.policy_size_rules import (
        check_default_role_policies,
        check_handler_policies,
    )
    from cdk_inference_recommender.recommendation.constraint_rules import check_constraints
    from cdk_inference_recommender.recommendation.objective_rules import check_objective
    from cdk_inference_recommender.recommendation.scaling_rules import check_scaling
    from cdk_inference_recommender.request import check_request

    from .region_rules import check_regions

__all__ = [
    "check_constraints",
    "check_cost",
    "check_default_role_policies",
    "check_endpoint",
    "check_handler_policies",
    "check_incoming_references",
    "check_network",
    "check_objective",
    "check_props",
    "check_regions",
    "check_request",
    "check_scaling",
    "check_waiting",
]

_MODULES: Final = {
    "check_constraints": "recommendation.constraint_rules",
    "check_cost": "cost.cost_rules",
    "check_default_role_policies": "permissions.policy_size_rules",
    "check_endpoint": "endpoint.rules",
    "check_handler_policies": "permissions.policy_size_rules",
    "check_incoming_references": "cross_stack.rules",
    "check_network": "model.network_rules",
    "check_objective": "recommendation.objective_rules",
    "check_props": "job.rules",
    "check_regions": "validation.region_rules",
    "check_request": "request",
    "check_scaling": "recommendation.scaling_rules",
    "check_waiting": "job.rules",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    check: object = getattr(import_module(f"cdk_inference_recommender.{module}"), name)
    globals()[name] = check
    return check
