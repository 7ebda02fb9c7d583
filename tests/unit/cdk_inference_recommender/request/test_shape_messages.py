"""Message, remedy and source of each rule of botocore's service model, word for word."""

from __future__ import annotations

import pytest

from cdk_inference_recommender.request import Path, check_request
from cdk_inference_recommender.request.request_model import botocore_version

from .request_documents import ADVANCED, DEFAULT, Document, with_value
from .test_check_request import IN_VPC, JOB_DURATION, SECURITY_GROUPS, only

DESCRIPTION = ("JobDescription",)
ENDPOINT_TYPE = ("InputConfig", "ContainerConfig", "SupportedEndpointType")
PARALLEL = ("InputConfig", "ResourceLimit", "MaxParallelOfTests")
ROLE = ("RoleArn",)


@pytest.mark.parametrize(
    ("document", "path", "broken", "message", "remedy"),
    [
        (DEFAULT, DESCRIPTION, 5, "must be a string", "Write a string, not an integer"),
        (DEFAULT, DESCRIPTION, None, "must be a string", "Write a string, not null"),
        (DEFAULT, ("Tags",), {}, "must be a list", "Write a list, not a structure"),
        (DEFAULT, ("OutputConfig",), [], "must be a structure", "Write a structure, not a list"),
        (DEFAULT, ("OutputConfig",), (), "must be a structure", "Write a structure, not a list"),
        (ADVANCED, JOB_DURATION, "7200", "must be an integer", "Write an integer, not a string"),
        (ADVANCED, JOB_DURATION, True, "must be an integer", "Write an integer, not a boolean"),
        (ADVANCED, JOB_DURATION, 7.5, "must be an integer", "Write an integer, not a number"),
        (ADVANCED, JOB_DURATION, b"1", "must be an integer", "Write an integer, not a bytes"),
        (DEFAULT, ("JobNme",), "x", "is no member that the API knows", "Did you mean JobName?"),
        (DEFAULT, DESCRIPTION, "x" * 129, "must be at most 128 characters, not 129", "Use 128 characters or less"),
        (IN_VPC, SECURITY_GROUPS, ["sg-1"] * 6, "must be at most 5 items, not 6", "Use 5 items or less"),
        (IN_VPC, SECURITY_GROUPS, [], "must be at least 1 item, not 0", "Use 1 item or more"),
        (ADVANCED, PARALLEL, 0, "must be at least 1", "Use 1 or more"),
        (DEFAULT, ENDPOINT_TYPE, "realtime", "must be one of RealTime, Serverless", "Did you mean RealTime?"),
        (DEFAULT, ENDPOINT_TYPE, "x", "must be one of RealTime, Serverless", "Choose one of RealTime, Serverless"),
        (DEFAULT, ROLE, "", "must be at least 20 characters, not 0", "Use 20 characters or more"),
    ],
)
def test_message_and_remedy(document: Document, path: Path, broken: object, message: str, remedy: str) -> None:
    problem = only(with_value(document, path, broken))
    assert (problem.message, problem.remedy) == (message, remedy)


def test_the_message_about_a_pattern_contains_it() -> None:
    subnets = {"SecurityGroupIds": ["a!"], "Subnets": ["subnet-1"]}
    problem = only(with_value(DEFAULT, ("InputConfig", "VpcConfig"), subnets))
    assert str(problem) == (
        "InputConfig.VpcConfig.SecurityGroupIds[0] = 'a!': must match [-0-9a-zA-Z]+. "
        "Change it so that the pattern covers all of it."
    )


def test_a_text_that_is_too_long_and_breaks_its_pattern_has_both_problems() -> None:
    problems = check_request(with_value(DEFAULT, ROLE, "x" * 2049))
    assert [problem.rule for problem in problems] == ["MaximumLength", "Pattern"]


def test_the_source_is_the_shape_in_botocores_model() -> None:
    assert only(with_value(DEFAULT, DESCRIPTION, 5)).source == (
        f"botocore {botocore_version()}, service model of sagemaker, shape RecommendationJobDescription"
    )
