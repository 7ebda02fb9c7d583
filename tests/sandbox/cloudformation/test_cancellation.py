"""A stack that is deleted while it is created, and an update that is cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import SPEED

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _in_real_time(account: Any) -> Iterator[None]:
    """So that no custom resource times out before it is cancelled."""
    account.sandbox.clock.speed = 1
    yield
    account.sandbox.clock.speed = SPEED


def _custom(provider: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "Custom::Thing", "Properties": {"ServiceToken": provider, **properties}}


def _requests(account: Any, stack_id: str) -> list[tuple[str, str | None]]:
    return [(event["RequestType"], event.get("PhysicalResourceId")) for event in account.received(stack_id)]


def _deploy_until_asked(account: Any, resources: dict[str, Any], *, requests: int, name: str | None = None) -> str:
    """Deploy until the function has had so many requests of the stack in all; it doesn't respond the last one."""
    stack_id: str = account.deploy(resources, name=name, wait=False)
    account.until(lambda: len(account.received(stack_id)) == requests)
    return stack_id


def test_deleting_a_stack_cancels_its_creation_and_deletes_what_there_is(account: Any, provider: str) -> None:
    first = _custom(provider, Id="first")
    slow = _custom(provider, Silent="Create") | {"DependsOn": "First"}
    never = _custom(provider, Id="never") | {"DependsOn": "Slow"}
    stack_id = _deploy_until_asked(account, {"First": first, "Slow": slow, "Never": never}, requests=2)
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    *_, (deleted, invented), last = _requests(account, stack_id)
    assert deleted == "Delete"
    assert str(invented).startswith(f"{account.stack(stack_id)['StackName']}-Slow-")
    assert last == ("Delete", "first")
    assert account.reason(stack_id, "Slow") == "Resource creation cancelled"
    of_the_stack = [status for name, status in account.events(stack_id) if name == "stack"]
    assert of_the_stack == ["CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "DELETE_COMPLETE"]


def test_a_create_that_responds_after_it_was_cancelled_changes_nothing(account: Any) -> None:
    provider = account.function(ANSWERS_CREATES_LATE, Timeout=30)
    stack_id = _deploy_until_asked(account, {"Thing": _custom(provider)}, requests=1)
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    account.sandbox.clock.speed = SPEED
    account.until(lambda: not account.sandbox.functions.running())
    assert account.events(stack_id)[-1] == ("stack", "DELETE_COMPLETE")
    [(_, _), (_, invented)] = _requests(account, stack_id)
    assert "-Thing-" in str(invented)


def test_a_stack_that_rolls_back_can_be_deleted(account: Any, provider: str) -> None:
    slow = _custom(provider, Silent="Delete", ServiceTimeout=600)
    failing = _custom(provider, Fail="Create") | {"DependsOn": "Slow"}
    stack_id = account.deploy({"Slow": slow, "Failing": failing}, wait=False)
    account.until(lambda: account.status(stack_id) == "ROLLBACK_IN_PROGRESS")
    account.client("cloudformation").delete_stack(StackName=stack_id)
    account.sandbox.clock.speed = SPEED
    assert account.wait(stack_id) == "DELETE_FAILED"
    assert not [status for _, status in account.events(stack_id) if status.startswith("ROLLBACK_F")]


def test_a_stack_that_is_updated_can_neither_be_deleted_nor_updated(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Id="one")})
    _deploy_until_asked(account, {"Thing": _custom(provider, Id="one", Silent="Update")}, requests=2, name=stack_id)
    with pytest.raises(ClientError, match="cannot be deleted while in status UPDATE_IN_PROGRESS"):
        account.client("cloudformation").delete_stack(StackName=stack_id)
    with pytest.raises(ClientError, match="is in UPDATE_IN_PROGRESS state and can not be updated"):
        account.deploy({"Thing": _custom(provider, Id="two")}, name=stack_id)
    account.client("cloudformation").cancel_update_stack(StackName=stack_id)
    account.wait(stack_id)


_KINDS = ("Create", "Update", "Delete")


def test_a_cancelled_update_is_rolled_back(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Id="one", Value="old")})
    changed = _custom(provider, Id="one", Value="new", Silent="Update")
    added = _custom(provider, Silent="Create")
    _deploy_until_asked(account, {"Thing": changed, "Added": added}, requests=3, name=stack_id)
    account.client("cloudformation").cancel_update_stack(StackName=stack_id)
    assert account.wait(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert account.reason(stack_id, "Thing") == "Resource update cancelled"
    # By type: the lines of two processes' logs may arrive out of turn.
    received = {kind: [each for each in account.received(stack_id) if each["RequestType"] == kind] for kind in _KINDS}
    [restored] = [each for each in received["Update"] if each["ResourceProperties"]["Value"] == "old"]
    assert restored["PhysicalResourceId"] == "one"
    assert restored["OldResourceProperties"]["Value"] == "new"
    [deleted] = received["Delete"]
    assert "-Added-" in deleted["PhysicalResourceId"]
    assert account.deploy({"Thing": _custom(provider, Id="one", Value="newer")}, name=stack_id) == stack_id
    assert account.status(stack_id) == "UPDATE_COMPLETE"


def test_only_an_update_that_is_under_way_can_be_cancelled(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider)})
    with pytest.raises(ClientError, match="CancelUpdateStack cannot be called from current stack status"):
        account.client("cloudformation").cancel_update_stack(StackName=stack_id)


ANSWERS_CREATES_LATE = """
import json, time, urllib.request

def handler(event, context):
    print("EVENT " + json.dumps(event | {"received": time.time()}), flush=True)
    if event["RequestType"] == "Create":
        time.sleep(20)
    names = ("StackId", "RequestId", "LogicalResourceId")
    response = {"Status": "SUCCESS", "PhysicalResourceId": event.get("PhysicalResourceId", "late")}
    body = json.dumps(response | {name: event[name] for name in names}).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})
    urllib.request.urlopen(request).close()
"""
