"""Rules for resources that have to be in the stack's Region."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.request import Problem, RequestDocument, Rule, Severity, Violation, check_rules
from cdk_inference_recommender.request.rules.sources import INFERRED

from .tokens import is_unresolved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_REGION: Final = "Region"
_KEYS: Final = ("InputConfig.VolumeKmsKeyId", "OutputConfig.KmsKeyId")
_PACKAGE: Final = "InputConfig.ModelPackageVersionArn"
_KEY_ARN: Final = re.compile(r"arn:[^:]+:kms:([^:]+):.+")
_PACKAGE_ARN: Final = re.compile(r"arn:[^:]+:sagemaker:([^:]+):[^:]+:model-package/.+")


def check_regions(document: Mapping[str, object], *, region: str) -> Iterator[Problem]:
    """Check that the resources that a job or an endpoint names are in the stack's Region.

    Args:
        document: A request with `UNRESOLVED` in place of each token, or a part of one.
        region: The stack's; nothing is known where it is a token.

    Yields:
        Every problem.
    """
    if not is_unresolved(region):
        yield from check_rules(REGION_RULES, RequestDocument({**document, _REGION: region}))


def _elsewhere(pattern: re.Pattern[str], *fields: str) -> Callable[[RequestDocument], Iterator[Violation]]:
    def violations(document: RequestDocument) -> Iterator[Violation]:
        here = document.at(_REGION)
        for field in fields:
            for path, arn in document.strings(field):
                found = pattern.fullmatch(arn)
                if found and found[1] != here:
                    yield Violation(path=path, value=arn, detail=f"it is in {found[1]}, and the stack in {here}")

    return violations


REGION_RULES: Final = (
    Rule(
        id="ModelPackageRegion",
        severity=Severity.WARNING,
        fields=(_PACKAGE,),
        text="a model package is used in its own Region only",
        remedy="Name the package's ARN in the stack's Region; register the model there if it isn't",
        source=(
            f"{INFERRED}; of such an ARN DescribeModelPackage says that it should be scoped to the correct Region "
            "(github.com/aws/amazon-sagemaker-examples, issue 1444)"
        ),
        violations=_elsewhere(_PACKAGE_ARN, _PACKAGE),
    ),
    Rule(
        id="KmsKeyRegion",
        severity=Severity.WARNING,
        fields=_KEYS,
        text="a KMS key is used in its own Region only",
        remedy="Name a key of the stack's Region, or the replica there of a multi-Region key",
        source=f"{INFERRED} of SageMaker; KMS developer guide, multi-Region keys, which are one key in each Region",
        violations=_elsewhere(_KEY_ARN, *_KEYS),
    ),
)
