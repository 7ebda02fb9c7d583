from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.conftest import SPEED


def _custom(provider: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "Custom::Thing", "Properties": {"ServiceToken": provider, **properties}}


def _kinds(account: Any, stack_id: str) -> list[tuple[str, str | None]]:
    return [(event["RequestType"], event.get("PhysicalResourceId")) for event in account.received(stack_id)]


def test_create_sends_the_function_everything_and_every_scalar_is_text(account: Any, provider: str) -> None:
    properties = {"Flag": True, "Number": 5, "Float": 0.5, "List": [1, False, {"Deep": 2}], "Id": "one"}
    stack_id = account.deploy({"Thing": _custom(provider, **properties)})
    [event] = account.received(stack_id)
    assert event["RequestType"] == "Create"
    assert event["ResourceType"] == "Custom::Thing"
    assert event["LogicalResourceId"] == "Thing"
    assert event["ServiceToken"] == provider
    assert "PhysicalResourceId" not in event
    assert event["ResourceProperties"] == {
        "ServiceToken": provider,
        "Flag": "true",
        "Number": "5",
        "Float": "0.5",
        "List": ["1", "false", {"Deep": "2"}],
        "Id": "one",
    }


def test_the_response_gives_the_id_and_the_attributes(account: Any, provider: str) -> None:
    outputs = {
        "Id": {"Value": {"Ref": "Thing"}},
        "Value": {"Value": {"Fn::GetAtt": ["Thing", "Value"]}},
    }
    stack_id = account.deploy({"Thing": _custom(provider, Id="one", Value="seven")}, outputs=outputs)
    assert account.outputs(stack_id) == {"Id": "one", "Value": "seven"}


def test_an_attribute_that_the_response_lacks_fails_the_deployment(account: Any, provider: str) -> None:
    parameter = {"Type": "String", "Value": {"Fn::GetAtt": ["Thing", "Nothing"]}}
    stack_id = account.deploy(
        {"Thing": _custom(provider), "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": parameter}}
    )
    assert account.status(stack_id) == "ROLLBACK_COMPLETE"
    expected = "CustomResource attribute error: Vendor response doesn't contain Nothing attribute in object"
    assert account.reason(stack_id, "Parameter") == expected


def test_a_failed_response_fails_the_stack_with_its_reason_and_is_deleted_by_its_own_id(
    account: Any, provider: str
) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Fail="Create", Id="half-made")})
    assert account.status(stack_id) == "ROLLBACK_COMPLETE"
    reason = account.reason(stack_id, "Thing")
    assert reason.startswith("Received response status [FAILED] from custom resource. Message returned: asked to fail")
    assert _kinds(account, stack_id) == [("Create", None), ("Delete", "half-made")]


def test_no_response_fails_after_the_service_timeout_and_is_deleted_by_an_invented_id(
    account: Any, provider: str
) -> None:
    before = account.sandbox.clock.now()
    stack_id = account.deploy({"Thing": _custom(provider, Silent="Create", ServiceTimeout=1800)})
    assert account.sandbox.clock.now() - before >= 1800
    assert "did not receive a response from your Custom Resource" in account.reason(stack_id, "Thing")
    (_, _), (kind, invented) = _kinds(account, stack_id)
    assert kind == "Delete"
    assert str(invented).startswith(f"{account.stack(stack_id)['StackName']}-Thing-")


def test_a_create_that_is_cancelled_is_deleted_by_an_invented_id(account: Any, provider: str) -> None:
    resources = {
        "Slow": _custom(provider, Silent="Create"),
        "Failing": _custom(provider, Fail="Create"),
    }
    stack_id = account.deploy(resources)
    assert account.reason(stack_id, "Slow") == "Resource creation cancelled"
    [deleted] = [
        event["PhysicalResourceId"]
        for event in account.received(stack_id)
        if event["RequestType"] == "Delete" and event["LogicalResourceId"] == "Slow"
    ]
    assert "-Slow-" in deleted


def test_an_update_has_the_old_properties_and_keeps_the_id(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Id="one", Value="a")})
    account.deploy({"Thing": _custom(provider, Id="one", Value="b")}, name=stack_id)
    assert account.status(stack_id) == "UPDATE_COMPLETE"
    _, event = account.received(stack_id)
    assert (event["RequestType"], event["PhysicalResourceId"]) == ("Update", "one")
    assert event["OldResourceProperties"]["Value"] == "a"
    assert event["ResourceProperties"]["Value"] == "b"


def test_another_id_on_update_replaces_the_old_one_is_deleted_in_cleanup(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Id="one")})
    account.deploy({"Thing": _custom(provider, Id="two")}, name=stack_id)
    assert _kinds(account, stack_id) == [("Create", None), ("Update", "one"), ("Delete", "one")]
    statuses = [status for logical_id, status in account.events(stack_id) if logical_id == "stack"]
    assert statuses[-3:] == ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"]
    events = account.events(stack_id)
    assert events.index(("stack", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")) < events.index(("Thing", "DELETE_COMPLETE"))


def test_a_rolled_back_replacement_swaps_the_properties_and_deletes_the_new_one(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Id="one")})
    failing = _custom(provider, Fail="Create") | {"DependsOn": "Thing"}
    account.deploy({"Thing": _custom(provider, Id="two"), "Failing": failing}, name=stack_id)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    history = [event for event in account.received(stack_id) if event["LogicalResourceId"] == "Thing"]
    assert [(event["RequestType"], event.get("PhysicalResourceId")) for event in history] == [
        ("Create", None),
        ("Update", "one"),
        ("Update", "two"),
        ("Delete", "two"),
    ]
    assert history[2]["OldResourceProperties"]["Id"] == "two"
    assert history[2]["ResourceProperties"]["Id"] == "one"


def test_an_update_that_fails_is_sent_back_the_old_properties(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Id="one", Value="a")})
    account.deploy({"Thing": _custom(provider, Id="one", Value="b", Fail="Update")}, name=stack_id)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    _, _, back = account.received(stack_id)
    assert (back["RequestType"], back["PhysicalResourceId"]) == ("Update", "one")
    assert back["OldResourceProperties"]["Value"] == "b"
    assert back["ResourceProperties"]["Value"] == "a"


def test_nothing_is_sent_where_nothing_changes(account: Any, provider: str) -> None:
    thing = _custom(provider, Id="one")
    stack_id = account.deploy({"Thing": thing})
    account.deploy({"Thing": {**thing, "Metadata": {"a": 1}}, "Other": _custom(provider)}, name=stack_id)
    kinds = [(event["LogicalResourceId"], event["RequestType"]) for event in account.received(stack_id)]
    assert kinds == [("Thing", "Create"), ("Other", "Create")]


def test_a_changed_service_token_is_refused(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider)})
    account.deploy({"Thing": _custom(account.function())}, name=stack_id)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert account.reason(stack_id, "Thing") == "Modifying service token is not allowed."


def test_a_delete_that_fails_leaves_the_stack_undeleted_until_it_is_retained(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Fail="Delete")})
    assert account.delete(stack_id) == "DELETE_FAILED"
    assert account.delete(stack_id, RetainResources=["Thing"]) == "DELETE_COMPLETE"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"Padding": 5000}, "Response object is too long."),
        ({"Raw": json.dumps({"PhysicalResourceId": ""})}, "Invalid PhysicalResourceId"),
        ({"Raw": json.dumps({"Status": "MAYBE"})}, "Invalid Status: MAYBE; must be SUCCESS or FAILED."),
    ],
)
def test_a_response_that_cloudformation_cannot_take_fails(
    account: Any, provider: str, properties: dict[str, Any], reason: str
) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, **properties)})
    assert account.reason(stack_id, "Thing") == reason


@pytest.mark.parametrize("member", ["RequestId", "StackId", "LogicalResourceId"])
def test_a_response_to_another_request_is_ignored(account: Any, provider: str, member: str) -> None:
    raw = json.dumps({member: "another"})
    stack_id = account.deploy({"Thing": _custom(provider, Raw=raw, ServiceTimeout=60)})
    assert "did not receive a response" in account.reason(stack_id, "Thing")


def test_the_response_url_is_signed_for_two_hours_of_the_sandbox_s_clock(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider)})
    [event] = account.received(stack_id)
    query = parse_qs(urlsplit(event["ResponseURL"]).query)
    assert query["X-Amz-Expires"] == ["7200"]
    assert query["X-Amz-Date"][0].endswith("Z")
    account.sandbox.clock.speed = 1_000_000
    account.sandbox.clock.sleep(7201)
    account.sandbox.clock.speed = SPEED
    request = urllib.request.Request(event["ResponseURL"], data=b"{}", method="PUT")  # noqa: S310 - the sandbox's own
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)  # noqa: S310 - the sandbox's own


def test_a_tampered_response_url_is_refused(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider)})
    [event] = account.received(stack_id)
    request = urllib.request.Request(event["ResponseURL"][:-1] + "x", data=b"{}", method="PUT")  # noqa: S310 - the sandbox's own
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request)  # noqa: S310 - the sandbox's own


def test_only_the_first_response_counts(account: Any, provider: str) -> None:
    account.sandbox.faults.order({"fault": "repeat-delivery", "function": provider.rsplit(":", 1)[-1]})
    stack_id = account.deploy({"Thing": _custom(provider, Value="a")})
    assert account.status(stack_id) == "CREATE_COMPLETE"
    account.until(lambda: len(account.received(stack_id)) == 2)
    first, second = account.received(stack_id)
    assert first["RequestId"] == second["RequestId"]


def test_a_response_can_be_refused_on_order(account: Any, provider: str) -> None:
    account.sandbox.faults.order({"fault": "reject-response", "count": 2})
    assert account.status(account.deploy({"Thing": _custom(provider)})) == "CREATE_COMPLETE"


def test_a_function_that_crashes_is_invoked_again_by_the_same_request(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Crash="Create", ServiceTimeout=300)})
    assert account.status(stack_id) == "ROLLBACK_COMPLETE"
    creates = [event["RequestId"] for event in account.received(stack_id) if event["RequestType"] == "Create"]
    assert len(creates) == 3
    assert len(set(creates)) == 1


def test_a_missing_function_fails_at_once(account: Any) -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
    stack_id = account.deploy({"Thing": _custom(arn)})
    assert account.reason(stack_id, "Thing").startswith(f"Lambda function {arn} could not be invoked")


@pytest.mark.parametrize("timeout", [0, 3601, "soon"])
def test_a_service_timeout_out_of_range_is_refused(account: Any, provider: str, timeout: object) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, ServiceTimeout=timeout)})
    assert "ServiceTimeout" in account.reason(stack_id, "Thing")
    assert [event for event in account.received(stack_id) if event["RequestType"] == "Create"] == []


def test_what_a_function_logged_is_found_around_the_time_of_the_failure(account: Any, provider: str) -> None:
    account.sandbox.clock.sleep(3600)
    stack_id = account.deploy({"Thing": _custom(provider, Fail="Create")})
    pages = account.client("cloudformation").describe_stack_events(StackName=stack_id)["StackEvents"]
    [failed] = [event for event in pages if event["ResourceStatus"] == "CREATE_FAILED"]
    at = int(failed["Timestamp"].timestamp() * 1000)
    group = f"/aws/lambda/{provider.rpartition(':')[2]}"
    found = account.client("logs").filter_log_events(
        logGroupName=group,
        startTime=at - 60_000,
        endTime=at + 60_000,
        logStreamNamePrefix=f"{failed['Timestamp']:%Y/%m/%d}",
    )["events"]
    assert any(stack_id in event["message"] for event in found)
