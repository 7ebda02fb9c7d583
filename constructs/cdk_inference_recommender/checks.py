"""The checks of what constructs are given, whose rules are imported when an app is validated.

A third of the library's modules are rules, and an app that only imports the library doesn't need them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cdk_inference_recommender.constraint_rules import check_constraints
    from cdk_inference_recommender.cross_stack_rules import check_incoming_references
    from cdk_inference_recommender.endpoint_rules import check_endpoint
    from cdk_inference_recommender.job_rules import check_props, check_waiting
    from cdk_inference_recommender.network_rules import check_network
    from cdk_inference_recommender.objective_rules import check_objective
    from cdk_inference_recommender.policy_size_rules import check_default_role_policies, check_handler_policies
    from cdk_inference_recommender.region_rules import check_regions
    from cdk_inference_recommender.request import check_request
    from cdk_inference_recommender.scaling_rules import check_scaling

__all__ = [
    "check_constraints",
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
    "check_constraints": "constraint_rules",
    "check_default_role_policies": "policy_size_rules",
    "check_endpoint": "endpoint_rules",
    "check_handler_policies": "policy_size_rules",
    "check_incoming_references": "cross_stack_rules",
    "check_network": "network_rules",
    "check_objective": "objective_rules",
    "check_props": "job_rules",
    "check_regions": "region_rules",
    "check_request": "request",
    "check_scaling": "scaling_rules",
    "check_waiting": "job_rules",
}


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    check: object = getattr(import_module(f"cdk_inference_recommender.{module}"), name)
    globals()[name] = check
    return check
