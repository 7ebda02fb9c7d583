"""The Lambda function and the state machine that handle a stack's recommendation jobs at deploy time."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import ArnFormat, CfnResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from cdk_inference_recommender.permissions.handler_grants import HandlerGrants, attached_policy
from cdk_inference_recommender.permissions.handler_permissions import handler_statements
from cdk_inference_recommender.permissions.inline_policy_size import inline_policy_size_of
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.construct_memo import once
from cdk_inference_recommender.validation.reported_problems import report_problems
from cdk_inference_recommender.validation.stack_environment import stack_of
from inference_recommendations_handler.protocol.contract import (
    CALL_SECONDS,
    CHOICE_SERVICE_TIMEOUT_SECONDS,
    FUNCTION_TIMEOUT_SECONDS,
    MAX_EVENT_AGE_SECONDS,
    StateKey,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from constructs import IDependable

_ID: Final = "InferenceRecommenderProvider"
_HANDLER_PACKAGE: Final = "inference_recommendations_handler"


class InferenceRecommenderProvider(Construct):
    """The function and the state machine that a stack's jobs share; eight resources, however many jobs there are.

    Use `of` to get the stack's singleton.
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
    def _of_stack(cls, stack: Stack) -> InferenceRecommenderProvider:
        existing = stack.node.try_find_child(_ID)
        return existing if isinstance(existing, InferenceRecommenderProvider) else cls(stack, _ID)

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        super().__init__(scope, id)
        log_group = logs.LogGroup(
            self,
            "LogGroup",
            retention=logs.RetentionDays.ONE_MONTH,
            # A failed deployment's reasons point to it, also once the stack was rolled back.
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.role: Final = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Starts and watches the SageMaker Inference Recommender jobs of its stack",
            inline_policies={
                "Logs": _policy_document(
                    iam.PolicyStatement(
                        actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
                    )
                ),
                "InferenceRecommender": _policy_document(*handler_statements(self)),
            },
        )
        self.function: Final = self._function(log_group)
        self._function_arn: Final = self.function.function_arn
        invoke_config = lambda_.EventInvokeConfig(
            self,
            "InvokeConfig",
            function=self.function,
            # A late Create must not start a job after its Delete.
            max_event_age=Duration.seconds(MAX_EVENT_AGE_SECONDS),
            retry_attempts=2,
        )
        state_machine = self._state_machine()
        self.state_machine_arn: Final = state_machine.state_machine_arn
        """ARN of the state machine; a token."""
        # Neither can hang on the function itself: the state machine needs the function, and the function may start
        # the state machine, which would be a cycle.
        self._ready: Final = (self._allow_state_machine(state_machine), invoke_config)
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

    def _function(self, log_group: logs.ILogGroup) -> lambda_.Function:
        with _staged_handler() as asset:
            function = lambda_.Function(
                self,
                "Handler",
                description="Starts, watches and stops SageMaker Inference Recommender jobs for CloudFormation",
                code=lambda_.Code.from_asset(asset),
                handler=f"{_HANDLER_PACKAGE}.handler.on_event",
                runtime=lambda_.Runtime.PYTHON_3_13,
                # In every Region; arm64 isn't.
                architecture=lambda_.Architecture.X86_64,
                memory_size=256,
                timeout=Duration.seconds(FUNCTION_TIMEOUT_SECONDS),
                role=self.role,
                log_group=log_group,
            )
        resource = function.node.default_child
        if isinstance(resource, lambda_.CfnFunction):
            # CloudFormation refuses to change the ServiceToken of a custom resource, so that the function may never
            # be replaced by another one, even if this class changes.
            resource.override_logical_id("InferenceRecommenderHandler")
        return function

    def _state_machine(self) -> sfn.StateMachine:
        wait = sfn.Wait(
            self, "Wait", time=sfn.WaitTime.seconds_path(f"$.{StateKey.WAIT_SECONDS}"), comment="Poll interval"
        )
        poll = self._task("Poll", comment="Look again", refused_attempts=25)
        answer = self._task(
            "Answer", comment="The handler failed permanently: respond to CloudFormation", refused_attempts=12
        )
        poll.add_catch(answer, errors=["States.ALL"], result_path=f"$.{StateKey.ERROR}")
        done = sfn.Choice(self, "Done?")
        done.when(
            sfn.Condition.boolean_equals(f"$.{StateKey.DONE}", value=True), sfn.Succeed(self, "Succeed")
        ).otherwise(wait)
        return sfn.StateMachine(
            self,
            "StateMachine",
            comment="Waits for SageMaker Inference Recommender jobs on behalf of CloudFormation",
            definition_body=sfn.DefinitionBody.from_chainable(wait.next(poll).next(done)),
            # Longer than the longest `timeout` of a job, so that it only ends what nothing else ends.
            timeout=Duration.hours(25),
        )

    def _task(self, id: str, *, comment: str, refused_attempts: int) -> tasks.LambdaInvoke:  # noqa: A002 -- the CDK's name for it
        """Return a call of the function that is retried for as long as the sum at `WAIT_STAGE_SECONDS` allows.

        Args:
            id: The state's name.
            comment: What the state is for.
            refused_attempts: How often the call is retried where Lambda itself refuses it; 5 seconds apart.
        """
        task = tasks.LambdaInvoke(
            self,
            id,
            comment=comment,
            lambda_function=self.function,
            payload_response_only=True,
            retry_on_service_exceptions=False,
            # Lambda ends the function before. A call whose result is lost would otherwise never end.
            task_timeout=sfn.Timeout.duration(Duration.seconds(CALL_SECONDS)),
        )
        # Without jitter, which would halve the average delay: so an outage of two minutes is outlasted for certain, and
        # within half the time that random delays of the same average take at most. Executions that
        # throttle each other get through all the same, as each round lets some of them in: 26 rounds are enough for 260
        # executions at the smallest concurrency quota, 10.
        task.add_retry(
            errors=[
                "Lambda.TooManyRequestsException",
                "Lambda.ServiceException",
                "Lambda.AWSLambdaException",
                "Lambda.SdkClientException",
                "Lambda.ClientExecutionTimeoutException",
            ],
            interval=Duration.seconds(5),
            max_attempts=refused_attempts,
            backoff_rate=1,
        )
        # The function hung or crashed. Each of these calls may take its whole time, so that there are few of them. What
        # AWS or the response bucket rejects isn't among them: the handler returns, and is called again.
        task.add_retry(
            errors=["States.ALL"],
            interval=Duration.seconds(5),
            max_attempts=2,
            backoff_rate=2,
            jitter_strategy=sfn.JitterType.FULL,
        )
        return task

    def _allow_state_machine(self, machine: sfn.StateMachine) -> iam.Policy:
        executions = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return attached_policy(
            self,
            "StateMachineAccess",
            iam.PolicyStatement(
                actions=["states:StartExecution", "states:ListExecutions"], resources=[machine.state_machine_arn]
            ),
            iam.PolicyStatement(actions=["states:DescribeExecution", "states:StopExecution"], resources=[executions]),
            role=self.role,
        )


def _policy_document(*statements: iam.PolicyStatement) -> iam.PolicyDocument:
    return iam.PolicyDocument(statements=list(statements))


@contextmanager
def _staged_handler() -> Iterator[str]:
    """Copy the handler's sources, and nothing else, to where the package is a subfolder.

    An installed package has neighbours, and bytecode that differs from machine to machine: either would change the
    asset's hash, and so deploy the function again for nothing.
    """
    with tempfile.TemporaryDirectory(prefix="inference-recommender-") as staged:
        _copy_sources(files(_HANDLER_PACKAGE), Path(staged) / _HANDLER_PACKAGE)
        yield staged


def _copy_sources(package: Traversable, target: Path) -> None:
    # One by one: `as_file` takes no folder of a zip before Python 3.12.
    target.mkdir(mode=0o755)
    for source in package.iterdir():
        copy = target / source.name
        if source.is_file() and copy.suffix == ".py":
            copy.write_bytes(source.read_bytes())
            # Lambda runs as another user than the one whose umask this is.
            copy.chmod(0o644)
        elif source.is_dir() and source.name != "__pycache__":
            _copy_sources(source, copy)
