"""The state machine that polls on behalf of CloudFormation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from cdk_inference_recommender.permissions.acknowledged_findings import acknowledge, wildcard_reasons
from cdk_inference_recommender.permissions.granted_statement import allow
from inference_recommendations_handler.protocol.contract import CALL_SECONDS, StateKey

if TYPE_CHECKING:
    from constructs import Construct

    from .provider_settings import ProviderSettings

_TIMEOUT_SECONDS: Final = 25 * 3600
"""Longer than the longest `timeout` of a job, so that it only ends what nothing else ends."""
_REFUSED_BY_LAMBDA: Final = (
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
)


def wait_state_machine(scope: Construct, function_arn: str, settings: ProviderSettings) -> sfn.StateMachine:
    """Create the state machine, which calls the function again until it has responded.

    Args:
        scope: The provider.
        function_arn: ARN of the function; a token.
        settings: What the app has configured.
    """
    given = settings.state_machine_logs
    state_machine = sfn.StateMachine(
        scope,
        "StateMachine",
        # A document, since states as constructs of the CDK would be 25 more calls into its JavaScript.
        definition_body=sfn.DefinitionBody.from_string(json.dumps(_definition(function_arn), separators=(",", ":"))),
        role=settings.state_machine_role,
        # Executions have CloudFormation's response address in their input.
        logs=sfn.LogOptions(destination=given.destination, level=given.level, include_execution_data=False)
        if given is not None
        else None,
        tracing_enabled=True if settings.tracing is lambda_.Tracing.ACTIVE else None,
    )
    invoke = allow(["lambda:InvokeFunction"], [function_arn], reason="Calls the function.", without="No job is polled.")
    state_machine.add_to_role_policy(invoke.statement)
    if settings.state_machine_role is None and (given is not None or settings.tracing is lambda_.Tracing.ACTIVE):
        by_cdk = allow(
            ["logs:CreateLogDelivery", "xray:PutTraceSegments"],
            ["*"],
            reason="X-Ray and the delivery of logs to CloudWatch support no narrower resource.",
            without="The state machine has no log and no traces.",
        )
        acknowledge(state_machine, wildcard_reasons(scope, [by_cdk]))
    return state_machine


def _definition(function_arn: str) -> dict[str, Any]:
    return {
        "StartAt": "Wait",
        "States": {
            "Wait": {
                "Type": "Wait",
                "Comment": "Poll interval",
                "SecondsPath": f"$.{StateKey.WAIT_SECONDS}",
                "Next": "Poll",
            },
            "Poll": {
                "Next": "Done?",
                "Retry": _retries(refused_attempts=25),
                "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": f"$.{StateKey.ERROR}", "Next": "Respond"}],
                **_call(function_arn, comment="Poll the job"),
            },
            "Done?": {
                "Type": "Choice",
                "Choices": [{"Variable": f"$.{StateKey.DONE}", "BooleanEquals": True, "Next": "Succeed"}],
                "Default": "Wait",
            },
            "Succeed": {"Type": "Succeed"},
            "Respond": {
                "End": True,
                "Retry": _retries(refused_attempts=12),
                **_call(function_arn, comment="The handler failed permanently: respond to CloudFormation"),
            },
        },
        "TimeoutSeconds": _TIMEOUT_SECONDS,
        "Comment": "Waits for SageMaker Inference Recommender jobs on behalf of CloudFormation",
    }


def _call(function_arn: str, *, comment: str) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Comment": comment,
        # Lambda ends the function before. A call whose result is lost would otherwise never end.
        "TimeoutSeconds": CALL_SECONDS,
        "Resource": function_arn,
    }


def _retries(*, refused_attempts: int) -> list[dict[str, Any]]:
    """Return retries that last as long as the sum at `WAIT_STAGE_SECONDS` allows.

    Args:
        refused_attempts: How often a call is retried where Lambda itself refuses it; 5 seconds apart.
    """
    return [
        # Without jitter, which would halve the average delay: so an outage of two minutes is outlasted for certain,
        # and within half the time that random delays of the same average take at most. Executions that throttle each
        # other get through all the same, as each round lets some of them in: 26 rounds are enough for 260 executions
        # at the smallest concurrency quota, 10.
        {
            "ErrorEquals": list(_REFUSED_BY_LAMBDA),
            "IntervalSeconds": 5,
            "MaxAttempts": refused_attempts,
            "BackoffRate": 1,
        },
        # The function hung or crashed. Each of these calls may take its whole time, so that there are few of them.
        # What AWS or the response bucket rejects isn't among them: the handler returns, and is called again.
        {
            "ErrorEquals": ["States.ALL"],
            "IntervalSeconds": 5,
            "MaxAttempts": 2,
            "BackoffRate": 2,
            "JitterStrategy": "FULL",
        },
    ]
