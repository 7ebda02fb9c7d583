"""The role of a stack's function, and what it may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_iam as iam

from cdk_inference_recommender.model.selected_subnets import SelectedSubnets
from cdk_inference_recommender.permissions.acknowledged_findings import (
    WILDCARD_OF_A_FUNCTION,
    acknowledge,
    wildcard_reasons,
)
from cdk_inference_recommender.permissions.granted_statement import (
    GrantedStatement,
    allow,
    arn_in_stack,
    policy_of,
)
from cdk_inference_recommender.permissions.handler_permissions import handler_statements
from cdk_inference_recommender.permissions.network_permissions import (
    InterfaceNetwork,
    deny_network_to_code,
    function_network_statements,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_logs as logs
    from constructs import Construct

    from .provider_settings import ProviderSettings

_EVERY_RESOURCE: Final = (
    "Only actions that support no narrower resource are allowed on every one; conditions bound the others."
)


def function_statements(
    scope: Construct, log_group: logs.ILogGroup, settings: ProviderSettings
) -> list[GrantedStatement]:
    """Return what the function needs before it is created: the log's statement first.

    Args:
        scope: The provider.
        log_group: Log group of the function.
        settings: What the app has configured.
    """
    granted = [
        allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [log_group.log_group_arn],
            reason="Writes the function's log.",
            without="A failed deployment's log is missing.",
        ),
        *handler_statements(scope),
    ]
    if settings.vpc is not None:
        granted += function_network_statements(scope, _network_of(scope, settings.vpc, settings))
    return granted


def handler_role(scope: Construct, granted: Sequence[GrantedStatement], settings: ProviderSettings) -> iam.IRole:
    """Return the function's role with its permissions: the one that is handed in, or a new one.

    Args:
        scope: The provider.
        granted: What `function_statements` returned.
        settings: What the app has configured.
    """
    if settings.role is not None:
        for each in granted:
            settings.role.add_to_principal_policy(each.statement)
        return settings.role
    role = iam.Role(
        scope,
        "Role",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description="Starts and watches the SageMaker Inference Recommender jobs of its stack",
        inline_policies={
            "Logs": policy_of(granted[:1]),
            "InferenceRecommender": policy_of(granted[1:]),
        },
    )
    acknowledge(role, wildcard_reasons(scope, granted) | {WILDCARD_OF_A_FUNCTION: _EVERY_RESOURCE})
    return role


def state_machine_access(
    scope: Construct, state_machine_arn: str, state_machine_name: str, function_arn: str, settings: ProviderSettings
) -> list[GrantedStatement]:
    """Return what the function needs once it and the state machine exist.

    Args:
        scope: The provider.
        state_machine_arn: ARN of the state machine; a token.
        state_machine_name: Name of the state machine; a token.
        function_arn: ARN of the function.
        settings: What the app has configured.
    """
    executions = arn_in_stack(scope, "states", f"execution:{state_machine_name}:*")
    return [
        allow(
            ["states:StartExecution", "states:ListExecutions"],
            [state_machine_arn],
            reason="Starts the state machine that polls a job, and finds the executions of an earlier event.",
            without="A request that AWS throttles isn't retried, and no job is waited for.",
        ),
        allow(
            ["states:DescribeExecution", "states:StopExecution"],
            [executions],
            reason="Reads what an execution waits for, and stops one that a deletion has overtaken.",
            without="A deleted job could be created by an execution that still retries.",
        ),
        *([deny_network_to_code(function_arn)] if settings.vpc is not None else []),
    ]


def _network_of(scope: Construct, vpc: ec2.IVpc, settings: ProviderSettings) -> InterfaceNetwork:
    return InterfaceNetwork(
        subnet_ids=SelectedSubnets.of(scope, vpc, settings.vpc_subnets).ids,
        # Without any, the function makes one, which it needs the role before.
        security_group_ids=[group.security_group_id for group in settings.security_groups or ()],
        vpc_id=vpc.vpc_id,
    )
