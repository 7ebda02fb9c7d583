"""The request of an Inference Recommender job: its shape, its rules, its problems.

Pure: neither AWS nor the CDK is needed to check a request. The rules are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cdk_inference_recommender.request.rules.rule import Rule, Violation, check_rules

from .api_path import Path, api_path
from .check_request import check_request
from .problem import Problem, Severity, deduplicate
from .request_document import RequestDocument
from .request_model import botocore_version, request_shape
from .shape import Shape
from .unresolved import UNRESOLVED, Unresolved

if TYPE_CHECKING:
    from cdk_inference_recommender.request.rules.all_rules import RULES

__all__ = [
    "RULES",
    "UNRESOLVED",
    "Path",
    "Problem",
    "RequestDocument",
    "Rule",
    "Severity",
    "Shape",
    "Unresolved",
    "Violation",
    "api_path",
    "botocore_version",
    "check_request",
    "check_rules",
    "deduplicate",
    "request_shape",
]


def __getattr__(name: str) -> object:
    if name != "RULES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    rules: object = import_module(f"{__name__}.rules.all_rules").RULES
    return rules
