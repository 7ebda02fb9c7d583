"""Permissions of the handler's role that are the same in every stack.

They are bounded by the stack's own tags instead of by names, so that they don't grow with the stack: IAM allows a role
10,240 characters of inline policies. All of them are there from the beginning, since removing the last endpoint, for
example, would otherwise take away the permission to delete its model before that is deleted.

Condition keys and resource types: Service Authorization Reference, Amazon SageMaker AI.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdk_inference_recommender.model.job_arn import JOB_RESOURCE
from cdk_inference_recommender.validation.stack_environment import parent_stack, stack_id_of, stack_name_of, stack_of
from inference_recommendations_handler.protocol.contract import OwnerTag

from .granted_statement import GrantedStatement, allow, arn_in_stack
from .precreated_roles import roles_are_customized
from .role_path import stack_role_path
from .scaling_permissions import resizing_statements, scaling_statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import Construct


def handler_statements(scope: Construct) -> list[GrantedStatement]:
    """Return the statements.

    Args:
        scope: Any construct of the stack.
    """
    return [
        *_owned_resources(scope),
        *_reads(scope),
        pass_role_statement(
            arn_in_stack(scope, "iam", f"role{stack_role_path(scope)}*", region=""),
            reason="Passes the default roles of the stack's jobs and endpoints to SageMaker.",
            without="Jobs and models with a default role aren't created.",
        ),
        *scaling_statements(scope),
    ]


def pass_role_statement(role_arn: str, *, reason: str, without: str) -> GrantedStatement:
    """Return a statement that allows passing a role to SageMaker, and to no other service.

    Args:
        role_arn: The role's ARN, or a pattern.
        reason: Who passes it.
        without: What fails without it.
    """
    condition = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    return allow(["iam:PassRole"], [role_arn], condition, reason=reason, without=without)


def model_package_statement(arn: str) -> GrantedStatement:
    """Return a statement that allows creating models of another account's model package.

    Both actions are what a package's own policy has to allow another account (developer guide, model registry).

    Args:
        arn: ARN of a version of the package.
    """
    return allow(
        ["sagemaker:CreateModel", "sagemaker:DescribeModelPackage"],
        [arn],
        reason=(
            "Creates an endpoint's model from a model package of another account or Region, or of one that isn't known "
            "at synth. AWS authorizes that on the package, too (developer guide, model registry)."
        ),
        without="The endpoint's model isn't created, after the job has finished.",
    )


def _owned_resources(scope: Construct) -> list[GrantedStatement]:
    jobs, models, packages = (
        arn_in_stack(scope, "sagemaker", f"{kind}/*") for kind in (JOB_RESOURCE, "model", "model-package")
    )
    requested = _with_stack_tag(scope, "aws:RequestTag")
    owned = _with_stack_tag(scope, "aws:ResourceTag")
    return [
        allow(
            ["sagemaker:CreateInferenceRecommendationsJob", "sagemaker:CreateModel"],
            [jobs, models],
            requested,
            reason="Creates jobs and models, only with the stack's tag.",
            without="No job starts.",
        ),
        allow(
            # Without the condition the role could put its stack's tag on a stranger's job and then stop it. The
            # reference says that the key holds the name of the operation that creates the resource, and AWS's own
            # policies have CreateModel there; no public document shows the value for recommendation jobs, so that any
            # creation will do.
            ["sagemaker:AddTags"],
            [jobs, models],
            _merge(requested, {"StringLike": {"sagemaker:TaggingAction": "Create*"}}),
            reason="Tags jobs and models as they are created, which AWS authorizes as `AddTags`, too.",
            without="No job starts, since each is created with tags.",
        ),
        allow(
            # A removed job, or one whose prefix has changed, can still be stopped while the stack rolls back.
            [
                "sagemaker:StopInferenceRecommendationsJob",
                "sagemaker:DeleteModel",
                "sagemaker:AddTags",
                "sagemaker:DeleteTags",
            ],
            [jobs, models],
            owned,
            reason="Stops, deletes and tags what carries the stack's tag, and nothing else.",
            without="A removed job continues to run and to cost money, models remain, and changed tags aren't applied.",
        ),
        *resizing_statements(scope, owned),
        allow(
            # The reference has the model as CreateModel's only resource type; a package of this account needs no more.
            ["sagemaker:DescribeModelPackage"],
            [packages],
            reason="Lets SageMaker look up the package of this account that a model is created from.",
            without="Creating a model could fail where SageMaker looks the package up with the caller's permissions.",
        ),
    ]


def _reads(scope: Construct) -> list[GrantedStatement]:
    """Return permissions without a condition: a tag condition would deny access to a name that doesn't exist."""
    kinds = (JOB_RESOURCE, "model", "endpoint", "endpoint-config")
    return [
        allow(
            [
                "sagemaker:DescribeInferenceRecommendationsJob",
                "sagemaker:GetScalingConfigurationRecommendation",
                "sagemaker:DescribeModel",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:ListTags",
            ],
            [arn_in_stack(scope, "sagemaker", f"{kind}/*") for kind in kinds],
            reason=(
                "Polls jobs, reads results and tags, and prepares endpoints. A condition on tags would make a name "
                "that doesn't exist read as a denial."
            ),
            without="The deployment waits in vain and fails at its timeout.",
        ),
        allow(
            # None of them supports anything narrower.
            [
                "sagemaker:ListInferenceRecommendationsJobs",
                "sagemaker:ListInferenceRecommendationsJobSteps",
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
                "ec2:DescribeNetworkInterfaces",
            ],
            ["*"],
            reason=(
                "Finds the stack's jobs, the benchmarks' failure reasons, the scaling that is registered, and the "
                "network interfaces that keep a security group from being deleted. None supports a narrower resource."
            ),
            without="Jobs that are to be stopped aren't found, and security groups fail to be deleted.",
        ),
        allow(
            ["cloudformation:DescribeStacks", "cloudformation:DescribeStackResource"],
            [_stack_id(scope)],
            reason="Reads whether the stack rolls back, and which scalable targets it has registered.",
            without="Endpoints whose scaling is registered fail to be updated.",
        ),
    ]


def _with_stack_tag(scope: Construct, key: str) -> dict[str, dict[str, str]]:
    operator = "StringLike" if roles_are_customized(scope) else "StringEquals"
    return {operator: {f"{key}/{OwnerTag.STACK_ID}": _stack_id(scope)}}


def _stack_id(scope: Construct) -> str:
    """Return the stack's id, or a pattern if the role is created before the stack and its id isn't known."""
    stack = stack_of(scope)
    if not roles_are_customized(scope):
        return stack_id_of(stack)
    outermost, name = stack, "{}/*"
    while (parent := parent_stack(outermost)) is not None:
        # CloudFormation names a nested stack after its parent.
        outermost, name = parent, "{}-*"
    return arn_in_stack(outermost, "cloudformation", f"stack/{name.format(stack_name_of(outermost))}")


def _merge(*conditions: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    merged: dict[str, dict[str, str]] = {}
    for condition in conditions:
        for operator, values in condition.items():
            merged.setdefault(operator, {}).update(values)
    return merged
