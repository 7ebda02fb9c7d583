"""What becomes of resources that were replaced when an update fails and isn't rolled back, or not to its end."""

from __future__ import annotations

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


def _thing_and_other(provider: str, name: str, **of_other: str) -> dict[str, Any]:
    """`Thing` is replaced where the name changes; `Other` is updated after it."""
    other = _custom(provider, Id="other", Value=name, **of_other) | {"DependsOn": "Thing"}
    return {"Thing": _custom(provider, Id=name), "Other": other}


def _deletes(account: Any, stack_id: str) -> list[str]:
    return [event["PhysicalResourceId"] for event in account.received(stack_id) if event["RequestType"] == "Delete"]


def _deploy(account: Any, stack_id: str, resources: dict[str, Any]) -> str:
    """Update a stack without rollback; return its status."""
    account.deploy(resources, name=stack_id, DisableRollback=True)
    return str(account.status(stack_id))


def test_deleting_after_a_failed_rollback_deletes_the_replacement_too(account: Any, provider: str) -> None:
    stack_id = account.deploy(_thing_and_other(provider, "one"))
    account.order({"fault": "fail-resource", "resource": "Other", "operation": "update", "count": 2})
    account.deploy(_thing_and_other(provider, "two"), name=stack_id)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_FAILED"
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    assert sorted(_deletes(account, stack_id)) == ["one", "other", "two"]


def test_deleting_after_a_failed_update_deletes_what_was_replaced_too(account: Any, provider: str) -> None:
    stack_id = account.deploy(_thing_and_other(provider, "one"))
    assert _deploy(account, stack_id, _thing_and_other(provider, "two", Fail="Update")) == "UPDATE_FAILED"
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    first, *others = _deletes(account, stack_id)
    assert first == "other", "what depends on both goes first"
    assert sorted(others) == ["one", "two"]


def test_what_was_replaced_is_retained_where_its_policy_says_so(account: Any, provider: str) -> None:
    def resources(name: str, **of_other: str) -> dict[str, Any]:
        thing_and_other = _thing_and_other(provider, name, **of_other)
        thing_and_other["Thing"]["UpdateReplacePolicy"] = "Retain"
        return thing_and_other

    stack_id = account.deploy(resources("one"))
    assert _deploy(account, stack_id, resources("two", Fail="Update")) == "UPDATE_FAILED"
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    assert _deletes(account, stack_id) == ["other", "two"]


def test_what_cannot_be_deleted_of_it_fails_the_deletion_until_it_is_retained(account: Any, provider: str) -> None:
    stack_id = account.deploy(_thing_and_other(provider, "one"))
    assert _deploy(account, stack_id, _thing_and_other(provider, "two", Fail="Update")) == "UPDATE_FAILED"
    account.order({"fault": "fail-resource", "resource": "Thing", "operation": "delete", "count": 2})
    assert account.delete(stack_id) == "DELETE_FAILED"
    with pytest.raises(ClientError, match="Do not specify resources that are in the DELETE_COMPLETE state"):
        account.delete(stack_id, RetainResources=["Thing", "Other"])
    assert account.delete(stack_id, RetainResources=["Thing"]) == "DELETE_COMPLETE"
    assert _deletes(account, stack_id) == ["other"]


def test_the_next_update_that_completes_cleans_up_after_all_that_failed(account: Any, provider: str) -> None:
    stack_id = account.deploy(_thing_and_other(provider, "one"))
    for name in ("two", "three"):
        assert _deploy(account, stack_id, _thing_and_other(provider, name, Fail="Update")) == "UPDATE_FAILED"
    assert _deletes(account, stack_id) == []
    assert _deploy(account, stack_id, _thing_and_other(provider, "four")) == "UPDATE_COMPLETE"
    assert sorted(_deletes(account, stack_id)) == ["one", "three", "two"]


def test_a_rollback_goes_back_to_what_was_complete_last(account: Any, provider: str) -> None:
    stack_id = account.deploy(_thing_and_other(provider, "one"))
    for name in ("two", "three"):
        assert _deploy(account, stack_id, _thing_and_other(provider, name, Fail="Update")) == "UPDATE_FAILED"
    account.client("cloudformation").rollback_stack(StackName=stack_id)
    assert account.wait(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert sorted(_deletes(account, stack_id)) == ["three", "two"]
    assert account.delete(stack_id) == "DELETE_COMPLETE"


def test_a_rollback_of_what_was_never_complete_deletes_it(account: Any, provider: str) -> None:
    failing = _thing_and_other(provider, "one", Fail="Create")
    stack_id = account.deploy(failing, DisableRollback=True)
    assert account.status(stack_id) == "CREATE_FAILED"
    assert _deploy(account, stack_id, failing) == "UPDATE_FAILED", "the same template may be tried again"
    account.client("cloudformation").rollback_stack(StackName=stack_id)
    assert account.wait(stack_id) == "ROLLBACK_COMPLETE"
    assert "one" in _deletes(account, stack_id)


def test_a_failed_stack_is_updated_without_rollback_only(account: Any, provider: str) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Fail="Create")}, DisableRollback=True)
    with pytest.raises(ClientError, match=r"in a non-terminal \[CREATE_FAILED\] state"):
        account.deploy({"Thing": _custom(provider)}, name=stack_id)
    assert _deploy(account, stack_id, {"Thing": _custom(provider)}) == "UPDATE_COMPLETE"


def test_a_custom_resource_whose_update_failed_is_updated_again_whatever_its_properties(
    account: Any, provider: str
) -> None:
    stack_id = account.deploy({"Thing": _custom(provider, Id="one", Value="old")})
    failing = {"Thing": _custom(provider, Id="one", Value="new", Fail="Update")}
    assert _deploy(account, stack_id, failing) == "UPDATE_FAILED"
    assert _deploy(account, stack_id, {"Thing": _custom(provider, Id="one", Value="old")}) == "UPDATE_COMPLETE"
    again = account.received(stack_id)[-1]
    assert again["OldResourceProperties"]["Value"] == "new"
    assert again["ResourceProperties"]["Value"] == "old"
