"""The request of an Inference Recommender job: its shape, its rules, its problems.

Pure: neither AWS nor the CDK is needed to check a request.
"""

from .api_path import Path, api_path
from .check_request import check_request
from .problem import Problem, Severity, told_once
from .request_document import RequestDocument
from .request_model import botocore_version, request_shape
from .rules import RULES
from .rules.rule import Breach, Rule, check_rules
from .shape import Shape
from .unresolved import UNRESOLVED, Unresolved

__all__ = [
    "RULES",
    "UNRESOLVED",
    "Breach",
    "Path",
    "Problem",
    "RequestDocument",
    "Rule",
    "Severity",
    "Shape",
    "Unresolved",
    "api_path",
    "botocore_version",
    "check_request",
    "check_rules",
    "request_shape",
    "told_once",
]
