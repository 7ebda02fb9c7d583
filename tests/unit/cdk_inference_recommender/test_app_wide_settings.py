"""What an app sets for all of its constructs also holds for those of the library.

Tags: test_tags.py; removal policies of jobs and endpoints: test_stack_resource.py; `customize_roles`:
test_precreated_roles.py.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import jsii
import pytest
from aws_cdk import (
    Aspects,
    BootstraplessSynthesizer,
    DefaultStackSynthesizer,
    IAspect,
    Mixin,
    Mixins,
    NestedStack,
    PermissionsBoundary,
    RemovalPolicies,
    RemovalPolicy,
    Stack,
    Stage,
    Tags,
)
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk.custom_resources import CustomResourceConfig

import inference_recommendations_handler
from cdk_inference_recommender import InferenceRecommenderProvider, ValidationError

from .synthesis import default_job, new_app, new_stack, only, resources, template_of

if TYPE_CHECKING:
    from constructs import IConstruct

FUNCTION = "AWS::Lambda::Function"
LOG_GROUP = "AWS::Logs::LogGroup"


def stack_with_a_job() -> Stack:
    stack = new_stack()
    default_job(stack)
    return stack


def test_the_cdk_s_settings_for_custom_resources_hold_for_the_function_s_log() -> None:
    stack = stack_with_a_job()
    config = CustomResourceConfig.of(stack)
    config.add_log_retention_lifetime(logs.RetentionDays.TEN_YEARS)
    config.add_removal_policy(RemovalPolicy.DESTROY)
    log_group = only(template_of(stack), LOG_GROUP)
    assert log_group["Properties"]["RetentionInDays"] == 3653
    assert log_group["DeletionPolicy"] == "Delete"


def test_they_leave_a_log_group_alone_that_is_handed_in() -> None:
    stack = new_stack()
    own = logs.LogGroup(stack, "Own", retention=logs.RetentionDays.ONE_DAY)
    InferenceRecommenderProvider.configure(stack, log_group=own)
    default_job(stack)
    CustomResourceConfig.of(stack).add_log_retention_lifetime(logs.RetentionDays.TEN_YEARS)
    assert only(template_of(stack), LOG_GROUP)["Properties"]["RetentionInDays"] == 1


def test_they_leave_the_runtime_to_configure() -> None:
    """The handler needs a runtime that it was tested with; the CDK's own functions may need an older one."""
    stack = stack_with_a_job()
    CustomResourceConfig.of(stack).add_lambda_runtime(lambda_.Runtime.PYTHON_3_9)
    assert only(template_of(stack), FUNCTION)["Properties"]["Runtime"] == "python3.13"


@jsii.implements(IAspect)
class EncryptedEnvironments:
    """A platform team's aspect."""

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, lambda_.CfnFunction):
            node.kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"


def test_an_aspect_reaches_the_function() -> None:
    stack = stack_with_a_job()
    Aspects.of(stack).add(EncryptedEnvironments())
    assert only(template_of(stack), FUNCTION)["Properties"]["KmsKeyArn"].endswith("key/1")


class ExpressLogs(Mixin):
    """A platform team's mixin."""

    def supports(self, construct: IConstruct) -> bool:
        return isinstance(construct, logs.CfnLogGroup)

    def apply_to(self, construct: IConstruct) -> None:
        assert isinstance(construct, logs.CfnLogGroup)
        construct.log_group_class = "INFREQUENT_ACCESS"


def test_a_mixin_reaches_what_is_there_when_it_is_applied() -> None:
    stack = stack_with_a_job()
    Mixins.of(stack).apply(ExpressLogs())
    assert only(template_of(stack), LOG_GROUP)["Properties"]["LogGroupClass"] == "INFREQUENT_ACCESS"


def test_a_boundary_of_the_app_bounds_every_role() -> None:
    stack = stack_with_a_job()
    boundary = iam.ManagedPolicy.from_managed_policy_name(stack, "Boundary", "developers")
    iam.PermissionsBoundary.of(stack).apply(boundary)
    roles = resources(template_of(stack), "AWS::IAM::Role")
    assert len(roles) == 3
    assert all("PermissionsBoundary" in role["Properties"] for role in roles.values())


def test_a_boundary_of_a_stage_bounds_every_role() -> None:
    stage = Stage(new_app(), "Production", permissions_boundary=PermissionsBoundary.from_name("developers"))
    stack = Stack(stage, "Stack")
    default_job(stack)
    roles = resources(template_of(stack), "AWS::IAM::Role")
    assert len(roles) == 3
    assert all("developers" in str(role["Properties"]["PermissionsBoundary"]) for role in roles.values())


def test_removal_policies_reach_what_the_jobs_share() -> None:
    stack = stack_with_a_job()
    RemovalPolicies.of(stack).destroy()
    assert only(template_of(stack), LOG_GROUP)["DeletionPolicy"] == "Delete"


def test_tags_reach_what_the_jobs_share() -> None:
    stack = stack_with_a_job()
    Tags.of(stack).add("cost-centre", "search")
    template = template_of(stack)
    taggable = [FUNCTION, LOG_GROUP, "AWS::StepFunctions::StateMachine", "AWS::IAM::Role"]
    for resource in (each for kind in taggable for each in resources(template, kind).values()):
        assert {"Key": "cost-centre", "Value": "search"} in resource["Properties"]["Tags"]


def test_a_synthesizer_with_its_own_qualifier_takes_the_code_to_its_own_bucket() -> None:
    stack = Stack(new_app(), "Stack", synthesizer=DefaultStackSynthesizer(qualifier="own"))
    default_job(stack)
    bucket = only(template_of(stack), FUNCTION)["Properties"]["Code"]["S3Bucket"]
    assert bucket == {"Fn::Sub": "cdk-own-assets-${AWS::AccountId}-${AWS::Region}"}


def bootstrapless_stack() -> Stack:
    return Stack(new_app(), "Stack", synthesizer=BootstraplessSynthesizer())


@pytest.mark.parametrize("nested", [False, True])
def test_a_synthesizer_without_a_bucket_is_rejected_with_the_remedy(*, nested: bool) -> None:
    stack = bootstrapless_stack()
    scope = NestedStack(stack, "Nested") if nested else stack
    path = "Stack/Nested" if nested else "Stack"
    with pytest.raises(ValidationError, match=rf"^{path}: .*configure\(scope, code=lambda_\.Code\.from_bucket"):
        default_job(scope)


def test_a_synthesizer_without_a_bucket_takes_code_from_another_one() -> None:
    stack = bootstrapless_stack()
    bucket = s3.Bucket.from_bucket_name(stack, "Code", "handlers")
    InferenceRecommenderProvider.configure(stack, code=lambda_.Code.from_bucket(bucket, "handler-0.1.0.zip"))
    default_job(stack)
    properties = only(template_of(stack), FUNCTION)["Properties"]
    assert properties["Code"] == {"S3Bucket": "handlers", "S3Key": "handler-0.1.0.zip"}
    assert properties["Handler"] == "inference_recommendations_handler.handler.on_event"


def test_the_documented_command_makes_a_zip_file_of_the_handler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[3] / "docs" / "provider.md").read_text(encoding="utf-8")
    script = page.split("```python\nimport shutil", 1)[1].split("```", 1)[0]
    monkeypatch.chdir(tmp_path)
    exec(compile(f"import shutil{script}", "docs/provider.md", "exec"), {"shutil": shutil})  # noqa: S102 -- our own page
    [made] = tmp_path.glob("*.zip")
    package = Path(inference_recommendations_handler.__file__).parent
    with ZipFile(made) as archive:
        names = {name for name in archive.namelist() if name.endswith(".py")}
    assert names == {str(path.relative_to(package.parent)) for path in package.rglob("*.py")}
