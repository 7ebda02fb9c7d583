"""Every member of the API's request can be written with the construct's props, and arrives in the template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import botocore.session
import pytest
from botocore.model import ListShape, StructureShape
from botocore.validate import ParamValidator

from cdk_inference_recommender import InferenceRecommendationsJob
from cdk_inference_recommender.request import Severity, check_request

from .every_prop import every_prop
from .synthesis import JOB, Json, new_stack, resources, template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

Path = tuple[str, ...]


def request_shape() -> Shape:
    sagemaker = botocore.session.get_session().get_service_model("sagemaker")
    shape = sagemaker.operation_model("CreateInferenceRecommendationsJob").input_shape
    assert shape is not None
    return shape


REQUEST: Final = request_shape()
NEVER_ALLOWED: Final = "ProvisionedConcurrency"
"""A member that no job supports, and that thus has no prop."""


def members(shape: Shape, path: Path = ()) -> Iterator[Path]:
    """Every member that holds a value rather than other members."""
    match shape:
        case StructureShape():
            for name, member in shape.members.items():
                yield from members(member, (*path, name))
        case ListShape():
            yield from members(shape.member, (*path, "[]"))
        case _:
            yield path


def given(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every member of a rendered request that holds a value."""
    match value:
        # What CloudFormation replaces by a value.
        case {"Ref": _} | {"Fn::GetAtt": _} | {"Fn::Join": _}:
            yield path
        case dict():
            for name, member in value.items():
                yield from given(member, (*path, name))
        case list():
            for item in value:
                yield from given(item, (*path, "[]"))
        case _:
            assert value is not None
            yield path


def deployed(value: Any) -> Any:
    """The value that CloudFormation makes of a template's, near enough for its type."""
    match value:
        case {"Ref": name}:
            return name
        case {"Fn::GetAtt": [name, "Arn"]}:
            kind = "kms:eu-west-1:123456789012:key" if "Key" in name else "iam::123456789012:role"
            return f"arn:aws:{kind}/{name}"
        case {"Fn::GetAtt": [name, "GroupId"]}:
            return name
        case dict():
            return {name: deployed(member) for name, member in value.items()}
        case list():
            return [deployed(item) for item in value]
        case _:
            return value


def rendered_requests() -> list[Json]:
    """The jobs' whole requests: with the name that the handler makes, and the tags, which have a prop of their own."""
    stack = new_stack()
    for number, props in enumerate(every_prop(stack)):
        InferenceRecommendationsJob(stack, f"Job{number}", **props)
    template = template_of(stack, check=False)
    return [
        {
            "JobName": f"{job['Properties']['NamePrefix']}-{'a' * 12}",
            **job["Properties"]["Request"],
            "Tags": job["Properties"].get("Tags", []),
        }
        for job in resources(template, JOB).values()
    ]


@pytest.fixture(scope="module")
def requests() -> list[Json]:
    return rendered_requests()


@pytest.mark.parametrize("member", [path for path in members(REQUEST) if path[-1] != NEVER_ALLOWED], ids=".".join)
def test_member_has_a_prop(member: Path, requests: list[Json]) -> None:
    assert member in {path for request in requests for path in given(request)}


def test_no_member_is_made_up(requests: list[Json]) -> None:
    assert {path for request in requests for path in given(request)} <= set(members(REQUEST))


def test_rendered_requests_are_what_botocore_sends(requests: list[Json]) -> None:
    for request in requests:
        assert ParamValidator().validate(deployed(request), REQUEST).generate_report() == ""


def test_rendered_requests_have_no_error(requests: list[Json]) -> None:
    problems = [
        problem.rule
        for request in requests
        for problem in check_request(deployed(request))
        if problem.severity is Severity.ERROR
    ]
    assert problems == []
