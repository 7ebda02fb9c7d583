"""What has to be in the stack's Region, by the function that checks it."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Aws

from cdk_inference_recommender.request import UNRESOLVED
from cdk_inference_recommender.validation.region_rules import check_regions

from .found_problems import Found, found

PACKAGE = "arn:aws:sagemaker:us-east-1:123456789012:model-package/bert/1"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
NAMED: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "ModelPackageRegion",
        "InputConfig.ModelPackageVersionArn",
        PACKAGE,
        {"InputConfig": {"ModelPackageVersionArn": PACKAGE}},
    ),
    ("KmsKeyRegion", "InputConfig.VolumeKmsKeyId", KEY, {"InputConfig": {"VolumeKmsKeyId": KEY}}),
    ("KmsKeyRegion", "OutputConfig.KmsKeyId", KEY, {"OutputConfig": {"KmsKeyId": KEY}}),
]


@pytest.mark.parametrize(("rule", "path", "arn", "document"), NAMED)
def test_what_is_elsewhere(rule: str, path: str, arn: str, document: dict[str, Any]) -> None:
    detail = "it is in us-east-1, and the stack in eu-west-1"
    assert found(check_regions(document, region="eu-west-1")) == [Found(rule, path, arn, detail)]


@pytest.mark.parametrize("document", [document for *_, document in NAMED])
def test_what_is_here_or_may_be(document: dict[str, Any]) -> None:
    assert found(check_regions(document, region="us-east-1")) == []
    assert found(check_regions(document, region=Aws.REGION)) == []


def test_what_names_no_region() -> None:
    document = {
        "InputConfig": {"ModelPackageVersionArn": UNRESOLVED, "VolumeKmsKeyId": "alias/bert"},
        "OutputConfig": {"KmsKeyId": "1234abcd"},
    }
    assert found(check_regions(document, region="eu-west-1")) == []
