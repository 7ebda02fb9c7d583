"""The Lambda function and the state machine that handle a stack's recommendation jobs at deploy time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aws_cdk import CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk_inference_recommender.model.selected_subnets import SelectedSubnets
from cdk_inference_recommender.permissions.granted_statement import (
    GrantedStatement,
    allow,
    arn_in_stack,
    statements_of,
)
from cdk_inference_recommender.permissions.handler_grants import HandlerGrants, attached_policy
from cdk_inference_recommender.permissions.handler_permissions import handler_statements
from cdk_inference_recommender.permissions.inline_policy_size import inline_policy_size_of
from cdk_inference_recommender.permissions.network_permissions import (
    InterfaceNetwork,
    deny_network_to_code,
    function_network_statements,
)
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.construct_memo import once
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_environment import stack_of
from inference_recommendations_handler.protocol.contract import (
    CHOICE_SERVICE_TIMEOUT_SECONDS,
    MAX_EVENT_AGE_SECONDS,
)

from .handler_function import HandlerFunction
from .provider_settings import ProviderSettings
from .state_machine import wait_state_machine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import jsii
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_kms as kms
    from constructs import IDependable

_ID: Final = "InferenceRecommenderProvider"


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
    ) -> None:
        """Configure the providers of a stack, of a stage, or of all stacks of an app.

        Call it before the first job or endpoint within the scope. A stack's own settings override those of its stage,
        and these those of the app, prop by prop. No setting replaces the function: its ServiceToken stays.

        Args:
            scope: A stack, a stage or the app.
            vpc: VPC of the function. Its subnets need a route to SageMaker, Step Functions, CloudFormation and S3
                (docs/provider.md). Default: none.
            vpc_subnets: Subnets of the function. Default: the private ones.
            security_groups: Security groups of the function. Default: a new one, which allows all outbound traffic.
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
        ).attach_to(scope)

    @classmethod
    def _of_stack(cls, stack: Stack) -> InferenceRecommenderProvider:
        existing = stack.node.try_find_child(_ID)
        return existing if isinstance(existing, InferenceRecommenderProvider) else cls(stack, _ID)

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        """Use `of`.

        Args:
            scope: The stack.
            id: Its id.
        """
        super().__init__(scope, id)
        settings = ProviderSettings.of(stack_of(self))
        self.log_group: Final = settings.log_group or logs.LogGroup(
            self,
            "LogGroup",
            retention=logs.RetentionDays.ONE_MONTH,
            # A failed deployment's reasons point to it, also once the stack was rolled back.
            removal_policy=RemovalPolicy.RETAIN,
        )
        """Log group of the function."""
        self.granted: Final[list[GrantedStatement]] = []
        """What the function may do in every stack."""
        self.role: Final = self._handler_role(settings)
        """Role of the function."""
        self.function: Final = HandlerFunction(self, role=self.role, log_group=self.log_group, settings=settings)
        """The function."""
        self._function_arn: Final = self.function.function_arn
        invoke_config = lambda_.EventInvokeConfig(
            self,
            "InvokeConfig",
            function=self.function,
            # A late Create must not start a job after its Delete.
            max_event_age=Duration.seconds(MAX_EVENT_AGE_SECONDS),
            retry_attempts=2,
            on_failure=settings.on_failure,
        )
        self.state_machine: Final = wait_state_machine(self, self.function, settings)
        """The state machine."""
        self.state_machine_arn: Final = self.state_machine.state_machine_arn
        """ARN of the state machine; a token."""
        if settings.permissions_boundary is not None:
            iam.PermissionsBoundary.of(self).apply(settings.permissions_boundary)
        # Neither can hang on the function itself: the state machine needs the function, and the function may start
        # the state machine, which would be a cycle.
        self._ready: Final = (self._allow_state_machine(in_vpc=settings.vpc is not None), invoke_config)
        self.grants: Final = HandlerGrants(self, self.role, ready=self._ready)
        """Permissions for users' own roles, keys and model packages."""
        report_problems(
            self, lambda: checks.check_handler_policies(inline_policy_size_of(self.role, within=stack_of(self)))
        )

    def custom_resource(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        resource_type: str,
        properties: Mapping[Any, object],
        *,
        service_timeout_seconds: int = CHOICE_SERVICE_TIMEOUT_SECONDS,
        after: Sequence[IDependable] = (),
        made_by: type[CfnResource] = CfnResource,
    ) -> CfnResource:
        """Create a resource that the function handles, once the function has what it needs.

        The CDK's `CustomResource` would be two constructs, and three more calls into its JavaScript.

        Args:
            scope: Where it is created.
            id: Its id.
            resource_type: What it is.
            properties: By the type's own property names; None leaves one out.
            service_timeout_seconds: After which CloudFormation no longer waits for a response.
            after: What it waits for, which itself waits for what the function needs. Default: that alone.
            made_by: Class of the resource.
        """
        resource = made_by(
            scope,
            id,
            type=resource_type,
            properties={
                "ServiceToken": self._function_arn,
                "ServiceTimeout": str(service_timeout_seconds),
                **{name.value: value for name, value in properties.items() if value is not None},
            },
        )
        once(resource, "stack", lambda: stack_of(self))
        targets = after or self._ready
        if len(targets) == 1 and isinstance(targets[0], CfnResource):
            resource.add_resource_dependency(targets[0])
        else:
            resource.node.add_dependency(*targets)
        return resource

    def _handler_role(self, settings: ProviderSettings) -> iam.IRole:
        logs_statement = allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [self.log_group.log_group_arn],
            reason="Writes the function's log.",
            without="A failed deployment's log is missing.",
        )
        granted = handler_statements(self)
        if settings.vpc is not None:
            granted += function_network_statements(self, _network_of(self, settings.vpc, settings))
        self.granted.extend([logs_statement, *granted])
        if settings.role is not None:
            for each in self.granted:
                settings.role.add_to_principal_policy(each.statement)
            return settings.role
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Starts and watches the SageMaker Inference Recommender jobs of its stack",
            inline_policies={
                "Logs": iam.PolicyDocument(statements=[logs_statement.statement]),
                "InferenceRecommender": iam.PolicyDocument(statements=statements_of(granted)),
            },
        )

    def _allow_state_machine(self, *, in_vpc: bool) -> iam.Policy:
        executions = arn_in_stack(self, "states", f"execution:{self.state_machine.state_machine_name}:*")
        granted = [
            allow(
                ["states:StartExecution", "states:ListExecutions"],
                [self.state_machine_arn],
                reason="Starts the state machine that polls a job, and finds the executions of an earlier event.",
                without="A request that AWS throttles isn't retried, and no job is waited for.",
            ),
            allow(
                ["states:DescribeExecution", "states:StopExecution"],
                [executions],
                reason="Reads what an execution waits for, and stops one that a deletion has overtaken.",
                without="A deleted job could be created by an execution that still retries.",
            ),
        ]
        if in_vpc:
            granted.append(deny_network_to_code(self._function_arn))
        self.granted.extend(granted)
        return attached_policy(self, "StateMachineAccess", *statements_of(granted), role=self.role)


def _network_of(scope: Construct, vpc: ec2.IVpc, settings: ProviderSettings) -> InterfaceNetwork:
    return InterfaceNetwork(
        subnet_ids=SelectedSubnets.of(scope, vpc, settings.vpc_subnets).ids,
        # Without any, the function makes one, which it needs the role before.
        security_group_ids=[group.security_group_id for group in settings.security_groups or ()],
        vpc_id=vpc.vpc_id,
    )
