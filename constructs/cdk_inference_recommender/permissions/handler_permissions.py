"""Permissions of the handler's role that are the same in every stack.

They are bounded by the stack's own tags instead of by names, so that they don't grow with the stack: IAM allows a role
10,240 characters of inline policies. All of them are there from the beginning, since removing the last endpoint, for
example, would otherwise take away the permission to delete its model before that is deleted.

Condition keys and resource types: Service Authorization Reference, Amazon SageMaker AI and Application Auto Scaling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam

from cdk_inference_recommender.model.job_arn import JOB_RESOURCE
from inference_recommendations_handler.protocol.contract import OwnerTag

from .precreated_roles import roles_are_customized
from .role_path import stack_role_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

_DIMENSION: Final = "sagemaker:variant:DesiredInstanceCount"
_LINKED_SERVICE: Final = "sagemaker.application-autoscaling.amazonaws.com"


def handler_statements(scope: Construct) -> list[iam.PolicyStatement]:
    """Return the statements.

    Args:
        scope: Any construct of the stack.
    """
    return [
        *_owned_resources(scope),
        *_reads(scope),
        pass_role_statement(_arn(scope, "iam", f"role{stack_role_path(scope)}*", region="")),
        *_scaling(scope),
    ]


def function_network_statement() -> iam.PolicyStatement:
    """Return a statement that allows Lambda to attach the function to a VPC.

    Its actions are those of the Lambda developer guide, "Required IAM permissions"; the interfaces' ids aren't known
    before, and Lambda's own managed policy allows them on all resources, too.
    """
    return _allow(
        [
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ],
        ["*"],
    )


def pass_role_statement(role_arn: str) -> iam.PolicyStatement:
    """Return a statement that allows passing a role to SageMaker, and to no other service.

    Args:
        role_arn: The role's ARN, or a pattern.
    """
    return _allow(["iam:PassRole"], [role_arn], {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}})


def model_package_statement(arn: str) -> iam.PolicyStatement:
    """Return a statement that allows creating models of a model package.

    Both actions are what a package's own policy has to allow another account (developer guide, model registry).

    Args:
        arn: ARN of a version of the package, or a pattern.
    """
    return _allow(["sagemaker:CreateModel", "sagemaker:DescribeModelPackage"], [arn])


def _owned_resources(scope: Construct) -> list[iam.PolicyStatement]:
    jobs, models, endpoints, packages = (
        _arn(scope, "sagemaker", f"{kind}/*") for kind in (JOB_RESOURCE, "model", "endpoint", "model-package")
    )
    requested = _with_stack_tag(scope, "aws:RequestTag")
    owned = _with_stack_tag(scope, "aws:ResourceTag")
    resize = ["sagemaker:UpdateEndpointWeightsAndCapacities"]
    return [
        _allow(["sagemaker:CreateInferenceRecommendationsJob", "sagemaker:CreateModel"], [jobs, models], requested),
        _allow(
            # A tagged creation is authorized as AddTags, too. Without the condition the role could put its stack's
            # tag on a stranger's job and then stop it. The reference says that the key holds the name of the operation
            # that creates the resource, and AWS's own policies have CreateModel there; no public document shows the
            # value for recommendation jobs, so that any creation will do.
            ["sagemaker:AddTags"],
            [jobs, models],
            _merge(requested, {"StringLike": {"sagemaker:TaggingAction": "Create*"}}),
        ),
        _allow(
            # A removed job, or one whose prefix has changed, can still be stopped while the stack rolls back.
            [
                "sagemaker:StopInferenceRecommendationsJob",
                "sagemaker:DeleteModel",
                "sagemaker:AddTags",
                "sagemaker:DeleteTags",
            ],
            [jobs, models],
            owned,
        ),
        _allow(resize, [endpoints], owned),
        # Application Auto Scaling tries this with the caller's permissions first, on names that it makes up or leaves
        # empty, which have no tags (user guide, permissions validation for API calls on target resources; for invented
        # names aws-controllers-k8s/community, issue 2110). A direct call always has the key, and it is false there.
        _allow(resize, [endpoints], {"BoolIfExists": {"aws:ViaAWSService": "true"}}),
        model_package_statement(packages),
    ]


def _reads(scope: Construct) -> list[iam.PolicyStatement]:
    """Return permissions without a condition: a tag condition would deny access to a name that doesn't exist."""
    kinds = (JOB_RESOURCE, "model", "endpoint", "endpoint-config")
    return [
        _allow(
            [
                "sagemaker:DescribeInferenceRecommendationsJob",
                "sagemaker:GetScalingConfigurationRecommendation",
                "sagemaker:DescribeModel",
                "sagemaker:DescribeEndpoint",
                "sagemaker:DescribeEndpointConfig",
                "sagemaker:ListTags",
            ],
            [_arn(scope, "sagemaker", f"{kind}/*") for kind in kinds],
        ),
        _allow(
            # None of them supports anything narrower.
            [
                "sagemaker:ListInferenceRecommendationsJobs",
                "sagemaker:ListInferenceRecommendationsJobSteps",
                "application-autoscaling:DescribeScalableTargets",
                "application-autoscaling:DescribeScalingPolicies",
                # A security group can't be deleted before the job's network interfaces are gone.
                "ec2:DescribeNetworkInterfaces",
            ],
            ["*"],
        ),
        # Which scalable targets this very stack has registered, and whether it rolls back.
        _allow(
            ["cloudformation:DescribeStacks", "cloudformation:DescribeStackResource"],
            [_stack_id(scope)],
        ),
    ]


def _scaling(scope: Construct) -> list[iam.PolicyStatement]:
    linked_role = f"role/aws-service-role/{_LINKED_SERVICE}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    return [
        _allow(
            [
                "application-autoscaling:RegisterScalableTarget",
                "application-autoscaling:DeregisterScalableTarget",
                "application-autoscaling:PutScalingPolicy",
                "application-autoscaling:DeleteScalingPolicy",
            ],
            # A target's ARN has an opaque id.
            [_arn(scope, "application-autoscaling", "scalable-target/*")],
            {
                "StringEquals": {
                    "application-autoscaling:service-namespace": "sagemaker",
                    "application-autoscaling:scalable-dimension": _DIMENSION,
                }
            },
        ),
        _allow(
            # Tried by Application Auto Scaling with the caller's permissions, as above.
            ["cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"],
            [_arn(scope, "cloudwatch", "alarm:*")],
        ),
        _allow(
            ["iam:CreateServiceLinkedRole"],
            [_arn(scope, "iam", linked_role, region="")],
            {"StringEquals": {"iam:AWSServiceName": _LINKED_SERVICE}},
        ),
    ]


def _with_stack_tag(scope: Construct, key: str) -> dict[str, dict[str, str]]:
    operator = "StringLike" if roles_are_customized(scope) else "StringEquals"
    return {operator: {f"{key}/{OwnerTag.STACK_ID}": _stack_id(scope)}}


def _stack_id(scope: Construct) -> str:
    """Return the stack's id, or a pattern if the role is created before the stack and its id isn't known."""
    stack = Stack.of(scope)
    if not roles_are_customized(scope):
        return stack.stack_id
    outermost, name = stack, "{}/*"
    while outermost.nested_stack_parent is not None:
        # CloudFormation names a nested stack after its parent.
        outermost, name = outermost.nested_stack_parent, "{}-*"
    return _arn(outermost, "cloudformation", f"stack/{name.format(outermost.stack_name)}")


def _merge(*conditions: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    merged: dict[str, dict[str, str]] = {}
    for condition in conditions:
        for operator, values in condition.items():
            merged.setdefault(operator, {}).update(values)
    return merged


def _arn(scope: Construct, service: str, resource: str, *, region: str | None = None) -> str:
    return Stack.of(scope).format_arn(
        service=service, resource=resource, region=region, arn_format=ArnFormat.NO_RESOURCE_NAME
    )


def _allow(
    actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Mapping[str, str]] | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=conditions)
