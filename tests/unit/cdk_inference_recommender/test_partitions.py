"""The maximal app in every partition of AWS."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from aws_cdk import Environment, Stage

from tests.maximal_app import maximal_stack

from .synthesis import ACCOUNT, Json
from .template_validation import lint_errors, validated_app, violations_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_cdk.cx_api import CloudAssembly

REGIONS: Final = {
    "aws": "eu-west-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-eusc": "eusc-de-east-1",
}
"""A Region of each partition (botocore, `data/partitions.json`)."""
FIXED_ARN: Final = re.compile(r"arn:aws[a-z-]*:")
DOMAIN: Final = re.compile(r"[a-z0-9.-]*amazonaws\.[a-z.]+|[a-z0-9.-]*\.(?:c2s|sc2s)\.[a-z.]+")


def texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


@pytest.fixture(scope="module")
def assembly() -> CloudAssembly:
    """One stage for each partition, and one whose Region isn't known at synth."""
    app = validated_app()
    maximal_stack(app)
    for partition, region in REGIONS.items():
        maximal_stack(Stage(app, partition), env=Environment(account=ACCOUNT, region=region))
    return app.synth()


def template_of(assembly: CloudAssembly, partition: str) -> Json:
    template: Json = assembly.get_nested_assembly(f"assembly-{partition}").stacks[0].template
    return template


def test_nothing_is_invalid(assembly: CloudAssembly) -> None:
    assert violations_in(Path(assembly.directory)) == []
    [stack] = assembly.stacks
    assert lint_errors(json.dumps(stack.template)) == []


@pytest.mark.parametrize("partition", REGIONS)
def test_nothing_of_another_partition_is_named(assembly: CloudAssembly, partition: str) -> None:
    arns = {arn for each in texts(template_of(assembly, partition)) for arn in FIXED_ARN.findall(each)}
    assert arns <= {f"arn:{partition}:"}


@pytest.mark.parametrize("partition", REGIONS)
def test_nothing_warns(assembly: CloudAssembly, partition: str) -> None:
    [stack] = assembly.get_nested_assembly(f"assembly-{partition}").stacks
    assert [str(message.entry.data) for message in stack.messages] == []


def test_without_a_region_nothing_names_a_partition_or_its_domain(assembly: CloudAssembly) -> None:
    """Principals of services have the same domain in every partition (CDK, `ServicePrincipal`)."""
    [stack] = assembly.stacks
    found = list(texts(stack.template))
    assert not [each for each in found if FIXED_ARN.search(each)]
    domains = {domain for each in found for domain in DOMAIN.findall(each)}
    assert domains <= {
        "lambda.amazonaws.com",
        "states.amazonaws.com",
        "sagemaker.amazonaws.com",
        "sagemaker.application-autoscaling.amazonaws.com",
    }
