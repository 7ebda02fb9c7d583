"""Rejects a request as the service does: wrong types first, then every broken constraint in one message.

What is wrong is found by the project's own rules, which read botocore's service model; only the wording is AWS's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.session import get_session

from cdk_inference_recommender.request import Problem, Severity, check_request
from cdk_inference_recommender.request.shape_rules import shape_problems

from .errors import SerializationException, ValidationException

_TYPE_RULE: Final = "MemberType"
_UNKNOWN_RULE: Final = "UnknownMember"


@cache
def operation_model(operation: str) -> OperationModel:
    """The service model's description of a SageMaker operation; loaded once."""
    return get_session().get_service_model("sagemaker").operation_model(operation)


def validate_input(operation: str, document: Mapping[str, Any]) -> None:
    """Check a request's document.

    Args:
        operation: Name of the operation. `CreateInferenceRecommendationsJob` is checked against the rules between
            members as well; any other against botocore's model only, whose unknown members pass.
        document: The request's body, parsed.

    Raises:
        SerializationException: A member has the wrong type, for example a string where a number belongs.
        ValidationException: A rule is broken; the message names every one.
    """
    shape = operation_model(operation).input_shape
    if shape is None:
        return
    if operation == "CreateInferenceRecommendationsJob":
        found = check_request(document)
    else:
        # A client that is newer than the installed botocore may send what its model lacks; moto passes it over.
        found = [problem for problem in shape_problems(document, shape) if problem.rule != _UNKNOWN_RULE]
    problems = [problem for problem in found if problem.severity is Severity.ERROR]
    for problem in problems:
        if problem.rule == _TYPE_RULE:
            raise SerializationException(_type_message(problem, _shape_at(shape, problem.path)))
    if problems:
        noun = "validation error" if len(problems) == 1 else "validation errors"
        listed = "; ".join(_constraint_message(problem, _shape_at(shape, problem.path)) for problem in problems)
        raise ValidationException(f"{len(problems)} {noun} detected: {listed}")


def _shape_at(shape: Shape, path: tuple[str | int, ...]) -> Shape | None:
    current: Shape | None = shape
    for part in path:
        if isinstance(current, StructureShape):
            current = current.members.get(str(part))
        elif isinstance(current, ListShape):
            current = current.member
        elif isinstance(current, MapShape):
            current = current.value
        else:
            return None
    return current


def _type_message(problem: Problem, shape: Shape | None) -> str:
    if isinstance(problem.value, Mapping):
        return "Start of structure or map found where not expected."
    if isinstance(problem.value, list):
        return "Start of list found where not expected"
    found = {str: "STRING_VALUE", bool: "TRUE_VALUE" if problem.value else "FALSE_VALUE"}.get(
        type(problem.value), "NUMBER_VALUE"
    )
    wanted = {"integer": "an Integer", "long": "a Long", "string": "a String", "boolean": "a Boolean"}
    return f"{found} can not be converted to {wanted.get(shape.type_name if shape else '', 'the expected type')}"


def _constraint_message(problem: Problem, shape: Shape | None) -> str:
    constraint = _constraint(problem, shape) or problem.message
    value = "null" if problem.value is None else f"'{problem.value}'"
    return f"Value {value} at '{_aws_path(problem.path)}' failed to satisfy constraint: {constraint}"


def _constraint(problem: Problem, shape: Shape | None) -> str | None:
    """AWS's words for a constraint of the service model; None for any other rule."""
    if problem.rule == "RequiredMember":
        return "Member must not be null"
    if shape is None:
        return None
    limits = shape.metadata
    return {
        "MinimumValue": f"Member must have value greater than or equal to {limits.get('min')}",
        "MaximumValue": f"Member must have value less than or equal to {limits.get('max')}",
        "MinimumLength": f"Member must have length greater than or equal to {limits.get('min')}",
        "MaximumLength": f"Member must have length less than or equal to {limits.get('max')}",
        "MinimumItems": f"Member must have length greater than or equal to {limits.get('min')}",
        "MaximumItems": f"Member must have length less than or equal to {limits.get('max')}",
        "AllowedValues": f"Member must satisfy enum value set: [{', '.join(limits.get('enum', []))}]",
        "Pattern": f"Member must satisfy regular expression pattern: {limits.get('pattern')}",
    }.get(problem.rule)


def _aws_path(path: tuple[str | int, ...]) -> str:
    """`inputConfig.trafficPattern.phases.1.member.durationInSeconds`: camel case, items counted from 1."""
    return ".".join(f"{part + 1}.member" if isinstance(part, int) else f"{part[:1].lower()}{part[1:]}" for part in path)
