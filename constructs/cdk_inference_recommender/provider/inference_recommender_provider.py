"""The Lambda function and the state machine that handle a stack's recommendation jobs at deploy time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_inference_recommender.permissions.acknowledged_findings import (
    INLINE_POLICY,
    INLINE_POLICY_REASON,
    acknowledge,
    wildcard_reasons,
)
from cdk_inference_recommender.permissions.handler_grants import HandlerGrants, attached_policy
from cdk_inference_recommender.permissions.inline_policy_size import WrittenPolicy, inline_policy_size_of
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.construct_memo import node_of, once
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_environment import stack_of
from inference_recommendations_handler.protocol.contract import MAX_EVENT_AGE_SECONDS

from .custom_resources import CustomResources
from .handler_function import HandlerFunction
from .handler_role import function_statements, handler_role, state_machine_access
from .provider_settings import ProviderSettings
from .state_machine import wait_state_machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_kms as kms

_ID: Final = "InferenceRecommenderProvider"
# `CustomResourceConfig` sets retention and removal policy of what has this metadata; the CDK doesn't export its name
# (aws-cdk-lib, custom-resources/lib/custom-resource-config).
_CUSTOM_RESOURCE_LOG_GROUP: Final = "aws:cdk:is-custom-resource-handler-logGroup"


@jsii.implements(iam.IGrantable)
class InferenceRecommenderProvider(Construct):
    """The function and the state machine that a stack's jobs share; eight resources, however many jobs there are.

    Use `of` to get the stack's singleton, and `configure` before the first job to change what it is made of.

    Example:
        ```python
        InferenceRecommenderProvider.configure(app, vpc=vpc, tracing=lambda_.Tracing.ACTIVE)
        ```
    """

    @classmethod
    def of(cls, scope: Construct) -> InferenceRecommenderProvider:
        """Return the provider of the stack that a construct is in; created at the first call.

        Args:
            scope: Any construct of the stack.
        """
        stack = stack_of(scope)
        return once(stack, "provider", lambda: cls._of_stack(stack))

    @classmethod
    def configure(
        cls,
        scope: Construct,
        *,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        environment_encryption: kms.IKey | None = None,
        log_group: logs.ILogGroup | None = None,
        reserved_concurrent_executions: jsii.Number | None = None,
        tracing: lambda_.Tracing | None = None,
        state_machine_logs: sfn.LogOptions | None = None,
        on_failure: lambda_.IDestination | None = None,
        role: iam.IRole | None = None,
        state_machine_role: iam.IRole | None = None,
        permissions_boundary: iam.IManagedPolicy | None = None,
        memory_size: jsii.Number | None = None,
        architecture: lambda_.Architecture | None = None,
        runtime: lambda_.Runtime | None = None,
        code: lambda_.Code | None = None,
    ) -> None:
        """Configure the providers of a stack, of a stage, or of all stacks of an app.

        Call it before the first job or endpoint within the scope. A stack's own settings override those of its stage,
        and these those of the app, prop by prop. No setting replaces the function: its ServiceToken stays.

        Args:
            scope: A stack, a stage or the app.
            vpc: VPC of the function. Its subnets need a route to SageMaker, Step Functions, CloudFormation and S3
                (docs/provider.md). Default: none.
            vpc_subnets: Subnets of the function; they need `vpc`, here or at an outer scope. Default: the private ones.
            security_groups: Security groups of the function; they need `vpc`, too. Default: a new one, which allows all
                outbound traffic.
            environment_encryption: Key for the function's environment. Default: AWS's own.
            log_group: Log group of the function. Default: a new one, kept for a month, also after the stack's deletion.
            reserved_concurrent_executions: Reserved concurrency of the function, 1 or more. Default: none.
            tracing: X-Ray tracing of the function, and of the state machine if it is active. Default: disabled.
            state_machine_logs: Log of the state machine. Execution data is never logged, since it has CloudFormation's
                response addresses. Default: none.
            on_failure: Destination for events that the function could not handle, such as an SQS queue. An event has
                CloudFormation's response address. Default: none.
            role: Role of the function. It gets the permissions in docs/iam.md, unless it is one of
                `role.without_policy_updates()` or imported with `mutable=False`. Default: a new one.
            state_machine_role: Role of the state machine. Default: a new one.
            permissions_boundary: Permissions boundary of the roles that the provider creates. Default: none.
            memory_size: Memory of the function, 128 to 10,240 MB. Default: 256.
            architecture: Architecture of the function. Default: x86_64, which every Region has.
            runtime: Runtime of the function, Python 3.11 or newer. Default: Python 3.13.
            code: Code of the function: this release's handler in a bucket of yours, with `lambda_.Code.from_bucket`
                (docs/provider.md). Synthesizers without a bootstrap bucket need it. Default: an asset of the app.

        Raises:
            ValidationError: A value can't be used, the scope is configured already, or a job or an endpoint within it
                exists.
        """
        ProviderSettings(
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            environment_encryption=environment_encryption,
            log_group=log_group,
            reserved_concurrent_executions=reserved_concurrent_executions,
            tracing=tracing,
            state_machine_logs=state_machine_logs,
            on_failure=on_failure,
            role=role,
            state_machine_role=state_machine_role,
            permissions_boundary=permissions_boundary,
            memory_size=memory_size,
            architecture=architecture,
            runtime=runtime,
            code=code,
        ).attach_to(scope)

    @classmethod
    def _of_stack(cls, stack: Stack) -> InferenceRecommenderProvider:
        existing = node_of(stack).try_find_child(_ID)
        return existing if isinstance(existing, InferenceRecommenderProvider) else cls(stack, _ID)

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        """Use `of`.

        Args:
            scope: The stack.
            id: Its id.
        """
        super().__init__(scope, id)
        settings = ProviderSettings.of(stack_of(self))
        self.log_group: Final[logs.ILogGroup] = settings.log_group or self._new_log_group()
        """Log group of the function."""
        granted = function_statements(self, self.log_group, settings)
        self.role: Final = handler_role(self, granted, settings)
        """Role of the function."""
        self.function: Final = HandlerFunction(self, role=self.role, log_group=self.log_group, settings=settings)
        """The function."""
        invoke_config = lambda_.EventInvokeConfig(
            self,
            "InvokeConfig",
            function=self.function,
            # A late Create must not start a job after its Delete.
            max_event_age=Duration.seconds(MAX_EVENT_AGE_SECONDS),
            retry_attempts=2,
            on_failure=settings.on_failure,
        )
        function_arn = self.function.function_arn
        self.state_machine: Final = wait_state_machine(self, function_arn, settings)
        """The state machine."""
        self.state_machine_arn: Final = self.state_machine.state_machine_arn
        """ARN of the state machine; a token."""
        if settings.permissions_boundary is not None:
            iam.PermissionsBoundary.of(self).apply(settings.permissions_boundary)
        # Neither can hang on the function itself: the state machine needs the function, and the function may start
        # the state machine, which would be a cycle.
        access = state_machine_access(
            self, self.state_machine_arn, self.state_machine.state_machine_name, function_arn, settings
        )
        self.granted: Final = (*granted, *access)
        """What the function may do in every stack."""
        policy = attached_policy(self, "StateMachineAccess", *access, role=self.role)
        acknowledge(policy, wildcard_reasons(self, access))
        acknowledge(self, dict.fromkeys(INLINE_POLICY, INLINE_POLICY_REASON))
        ready = (policy, invoke_config)
        fixed = [WrittenPolicy(granted=each) for each in (granted[:1], granted[1:])]
        fixed.append(WrittenPolicy(granted=access, construct=policy))
        grants = HandlerGrants(self, self.role, ready=ready, fixed=() if settings.role is not None else fixed)
        CustomResources(
            stack=stack_of(self),
            function_arn=function_arn,
            state_machine_arn=self.state_machine_arn,
            grants=grants,
            ready=ready,
        ).attach_to(self)
        report_problems(
            self,
            lambda: checks.check_handler_policies(
                inline_policy_size_of(self.role, within=stack_of(self), written=grants.written)
            ),
        )

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """Role of the function, so that `key.grant_decrypt(provider)` works."""
        return self.role

    def grant_read_logs(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow reading the function's log, which has the reasons of failed deployments.

        Args:
            grantee: Who may.
        """
        return self.log_group.grant_read(grantee)

    def grant_read_executions(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow reading the state machine's executions, which show what is waited for.

        Their history has CloudFormation's response addresses: until they expire, after two hours, its readers could
        respond in the function's place.

        Args:
            grantee: Who may.
        """
        return self.state_machine.grant_read(grantee)

    def _new_log_group(self) -> logs.LogGroup:
        log_group = logs.LogGroup(
            self,
            "LogGroup",
            retention=logs.RetentionDays.ONE_MONTH,
            # A failed deployment's reasons point to it, also once the stack was rolled back.
            removal_policy=RemovalPolicy.RETAIN,
        )
        log_group.node.add_metadata(_CUSTOM_RESOURCE_LOG_GROUP, data=True)
        return log_group


def custom_resources_of(scope: Construct) -> CustomResources:
    """Return the custom resources of the stack that a construct is in.

    Args:
        scope: Any construct of the stack.
    """
    return CustomResources.of(InferenceRecommenderProvider.of(scope))
