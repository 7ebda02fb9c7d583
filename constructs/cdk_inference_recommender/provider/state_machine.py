"""The state machine that polls on behalf of CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

from cdk_inference_recommender.permissions.acknowledged_findings import acknowledge, wildcard_reasons
from cdk_inference_recommender.permissions.granted_statement import GrantedStatement, allow
from inference_recommendations_handler.protocol.contract import CALL_SECONDS, StateKey

if TYPE_CHECKING:
    from constructs import Construct

    from .provider_settings import ProviderSettings


def wait_state_machine(scope: Construct, function: lambda_.IFunction, settings: ProviderSettings) -> sfn.StateMachine:
    """Create the state machine, which calls the function again until it has responded.

    Args:
        scope: The provider.
        function: The function.
        settings: What the app has configured.
    """
    wait = sfn.Wait(
        scope, "Wait", time=sfn.WaitTime.seconds_path(f"$.{StateKey.WAIT_SECONDS}"), comment="Poll interval"
    )
    poll = _task(scope, "Poll", function, comment="Poll the job", refused_attempts=25)
    respond = _task(
        scope,
        "Respond",
        function,
        comment="The handler failed permanently: respond to CloudFormation",
        refused_attempts=12,
    )
    poll.add_catch(respond, errors=["States.ALL"], result_path=f"$.{StateKey.ERROR}")
    done = sfn.Choice(scope, "Done?")
    done.when(sfn.Condition.boolean_equals(f"$.{StateKey.DONE}", value=True), sfn.Succeed(scope, "Succeed")).otherwise(
        wait
    )
    given = settings.state_machine_logs
    state_machine = sfn.StateMachine(
        scope,
        "StateMachine",
        comment="Waits for SageMaker Inference Recommender jobs on behalf of CloudFormation",
        definition_body=sfn.DefinitionBody.from_chainable(wait.next(poll).next(done)),
        # Longer than the longest `timeout` of a job, so that it only ends what nothing else ends.
        timeout=Duration.hours(25),
        role=settings.state_machine_role,
        # Executions have CloudFormation's response address in their input.
        logs=sfn.LogOptions(destination=given.destination, level=given.level, include_execution_data=False)
        if given is not None
        else None,
        tracing_enabled=True if settings.tracing is lambda_.Tracing.ACTIVE else None,
    )
    if settings.state_machine_role is None:
        acknowledge(state_machine, wildcard_reasons(state_machine, _granted_by_the_cdk(function)))
    return state_machine


def _granted_by_the_cdk(function: lambda_.IFunction) -> list[GrantedStatement]:
    return [
        allow(
            ["lambda:InvokeFunction"],
            [f"{function.function_arn}:*"],
            reason="Calls the function. The CDK also allows its versions and aliases.",
            without="No job is polled.",
        ),
        allow(
            ["logs:CreateLogDelivery", "xray:PutTraceSegments"],
            ["*"],
            reason="X-Ray and the delivery of logs to CloudWatch support no narrower resource.",
            without="The state machine has no log and no traces.",
        ),
    ]


def _task(
    scope: Construct, name: str, function: lambda_.IFunction, *, comment: str, refused_attempts: int
) -> tasks.LambdaInvoke:
    """Return a call of the function that is retried for as long as the sum at `WAIT_STAGE_SECONDS` allows.

    Args:
        scope: The provider.
        name: The state's name.
        function: The function.
        comment: What the state is for.
        refused_attempts: How often the call is retried where Lambda itself refuses it; 5 seconds apart.
    """
    task = tasks.LambdaInvoke(
        scope,
        name,
        comment=comment,
        lambda_function=function,
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
