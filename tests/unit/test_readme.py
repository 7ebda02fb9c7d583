"""The README's examples are what a user types first."""

from __future__ import annotations

import re
from pathlib import Path

import aws_cdk
import pytest
from aws_cdk import aws_ecr, aws_iam, aws_s3, aws_sagemaker

import cdk_inference_recommender

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


def _names(stack: aws_cdk.Stack) -> dict[str, object]:
    """What the examples leave out because a user knows it."""
    public = {name: getattr(cdk_inference_recommender, name) for name in cdk_inference_recommender.__all__}
    return public | {
        "self": stack,
        "Duration": aws_cdk.Duration,
        "package": "arn:aws:sagemaker:eu-west-1:111122223333:model-package/churn/7",
        "bucket": aws_s3.Bucket.from_bucket_name(stack, "Bucket", "bucket"),
        "client": aws_iam.Role.from_role_name(stack, "Client", "client"),
        "payload_bucket": aws_s3.Bucket.from_bucket_name(stack, "Payload", "payload"),
        "repository": aws_ecr.Repository.from_repository_name(stack, "Images", "images"),
        "model": aws_sagemaker.CfnModel(
            stack, "Model", execution_role_arn="arn:aws:iam::111122223333:role/of-the-model"
        ),
    }


def test_the_first_example_synthesises_as_it_stands() -> None:
    app = aws_cdk.App()
    stack = aws_cdk.Stack(app, "Stack")
    exec(EXAMPLES[0], _names(stack))  # noqa: S102 -- our own README
    artifact = app.synth().get_stack_by_name("Stack")
    assert {"Custom::InferenceRecommendationsJob", "AWS::SageMaker::Endpoint"} <= {
        resource["Type"] for resource in artifact.template["Resources"].values()
    }
    assert not artifact.messages


def test_the_load_test_synthesises_without_a_problem() -> None:
    app = aws_cdk.App()
    stack = aws_cdk.Stack(app, "Stack")
    package = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/churn/7"
    names = _names(stack) | {"model": cdk_inference_recommender.ModelSource.from_model_package(package)}
    exec(EXAMPLES[1], names)  # noqa: S102 -- our own README
    assert not app.synth().get_stack_by_name("Stack").messages


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_every_example_is_python(example: str) -> None:
    compile(example, "README.md", "exec")


def test_its_links_lead_somewhere() -> None:
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
