"""Faults that can be ordered, at the moments when a deployment can least bear them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_fault_stays(account: Any) -> Iterator[None]:
    yield
    account.sandbox.faults.clear()


def _custom(provider: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "Custom::Thing", "Properties": {"ServiceToken": provider, **properties}}


def _requests(account: Any, stack_id: str) -> list[tuple[str, str | None]]:
    return [(event["RequestType"], event.get("PhysicalResourceId")) for event in account.received(stack_id)]


def test_a_create_that_could_not_be_sent_is_not_deleted(account: Any, provider: str) -> None:
    account.sandbox.faults.order({"fault": "fail-resource", "resource": "Thing", "operation": "create"})
    stack_id = account.deploy({"Thing": _custom(provider)})
    assert account.status(stack_id) == "ROLLBACK_COMPLETE"
    assert account.reason(stack_id, "Thing") == "The create of Thing failed by order (fault 'fail-resource')"
    assert account.received(stack_id) == []


def test_a_rollback_that_fails_is_continued_without_what_is_skipped(account: Any, provider: str) -> None:
    old = {"Thing": _custom(provider, Id="old"), "Other": _custom(provider, Id="other", Value="old")}
    stack_id = account.deploy(old)
    account.sandbox.faults.order({"fault": "fail-resource", "resource": "Other", "operation": "update", "count": 2})
    new = {"Thing": _custom(provider, Id="new"), "Other": _custom(provider, Id="other", Value="new")}
    account.deploy(new | {"Other": new["Other"] | {"DependsOn": "Thing"}}, name=stack_id)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_FAILED"
    with pytest.raises(ClientError, match="is in UPDATE_ROLLBACK_FAILED state and can not be updated"):
        account.deploy(old, name=stack_id)
    account.client("cloudformation").continue_update_rollback(StackName=stack_id, ResourcesToSkip=["Other"])
    assert account.wait(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert ("Delete", "new") in _requests(account, stack_id)
    assert ("Delete", "old") not in _requests(account, stack_id)
    assert account.delete(stack_id) == "DELETE_COMPLETE"


@pytest.mark.parametrize(("adopts", "expected"), [(False, "one"), (True, "two")])
def test_the_id_in_a_failed_response_to_update_counts_by_order_only(
    account: Any, provider: str, adopts: bool, expected: str
) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Id="one")})
    if adopts:
        account.sandbox.faults.order({"fault": "adopt-failed-id"})
    account.deploy({"Thing": _custom(provider, Id="two", Fail="Update")}, name=stack_id)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    sent = _requests(account, stack_id)
    assert sent[:3] == [("Create", None), ("Update", "one"), ("Update", expected)]
    assert sent[3:] == ([("Delete", "two")] if adopts else [])


def test_a_function_that_cannot_be_imported_never_responds_until_it_is_mended(account: Any, provider: str) -> None:
    name = provider.rpartition(":")[2]
    account.sandbox.faults.order({"fault": "break-function", "function": name})
    response = account.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert response["FunctionError"] == "Unhandled"
    assert json.loads(response["Payload"].read())["errorType"] == "Runtime.ImportModuleError"
    stack_id = account.deploy({"Thing": _custom(provider, ServiceTimeout=900)})
    assert account.status(stack_id) == "ROLLBACK_FAILED"
    assert "did not receive a response" in account.reason(stack_id, "Thing")
    account.sandbox.faults.clear()
    assert account.delete(stack_id) == "DELETE_COMPLETE"


CALLS_SAGEMAKER = """
import boto3
def handler(event, context):
    try:
        boto3.client("sagemaker").list_inference_recommendations_jobs()
    except Exception as error:
        return type(error).__name__
    return "allowed"
"""


def test_policies_take_effect_late_and_are_gone_at_once(account: Any) -> None:
    role = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    allow = {"Effect": "Allow", "Action": "sagemaker:ListInferenceRecommendationsJobs", "Resource": "*"}
    account.sandbox.faults.order({"fault": "iam-propagation", "seconds": 600})

    def resources(*statements: Any) -> dict[str, Any]:
        document = {"Version": "2012-10-17", "Statement": statements}
        properties = {"PolicyName": "p", "PolicyDocument": document, "Roles": [{"Ref": "Role"}]}
        return {
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": role}},
            "Policy": {"Type": "AWS::IAM::Policy", "Properties": properties},
        }

    other = allow | {"Action": "sagemaker:DescribeModel"}
    with account.sandbox.clock.busy():
        stack_id = account.deploy(resources(allow), outputs={"Role": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}})
        name = account.function(CALLS_SAGEMAKER, Role=account.outputs(stack_id)["Role"])

        def response() -> str:
            return str(json.loads(account.client("lambda").invoke(FunctionName=name)["Payload"].read()))

        assert response() == "ClientError"
    account.sandbox.clock.sleep(600)
    assert response() == "allowed"
    account.deploy(resources(allow, other), name=stack_id)
    assert response() == "allowed", "what was there before stays in effect"
    account.deploy(resources(other), name=stack_id)
    assert response() == "ClientError"


def test_policies_are_updated_before_the_cleanup_deletes(account: Any, provider: str) -> None:
    def resources(value: str) -> dict[str, Any]:
        return {
            "Policy": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value}},
            "Thing": _custom(provider, Id=value) | {"DependsOn": "Policy"},
        }

    stack_id = account.deploy(resources("one"))
    account.deploy(resources("two"), name=stack_id)
    events = account.events(stack_id)
    assert _requests(account, stack_id)[-1] == ("Delete", "one")
    assert events.index(("Policy", "UPDATE_COMPLETE")) < events.index(("Thing", "DELETE_IN_PROGRESS"))


def test_running_executions_can_be_aborted(account: Any) -> None:
    machines = account.client("stepfunctions")
    definition = {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 3600, "End": True}}}
    machine = machines.create_state_machine(
        name=account.name(), definition=json.dumps(definition), roleArn=account.role("states.amazonaws.com")
    )["stateMachineArn"]
    with account.sandbox.clock.busy():
        arns = [
            machines.start_execution(stateMachineArn=machine, name=name)["executionArn"] for name in ("one-a", "two-a")
        ]
        account.order({"fault": "abort-execution", "execution": "one-*"})
        statuses = [machines.describe_execution(executionArn=arn)["status"] for arn in arns]
    assert statuses == ["ABORTED", "RUNNING"]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"fault": "iam-propagation"}, "fault 'iam-propagation' lacks seconds"),
        ({"fault": "fail-resource", "operation": "undo"}, "operation is 'undo'; choose one of create, update, delete"),
        ({"fault": "break-function", "count": 1}, "fault 'break-function' has no member 'count'"),
    ],
)
def test_an_order_that_means_nothing_is_refused(account: Any, fault: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        account.sandbox.faults.order(fault)
