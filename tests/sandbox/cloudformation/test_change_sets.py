from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}


def _template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


def _parameter(value: Any, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value, **properties}}


def _create(account: Any, stack: str, template: str, *, kind: str, name: str = "change") -> dict[str, Any]:
    stacks = account.client("cloudformation")
    stacks.create_change_set(StackName=stack, ChangeSetName=name, ChangeSetType=kind, TemplateBody=template)
    described: dict[str, Any] = stacks.describe_change_set(StackName=stack, ChangeSetName=name)
    return described


def _execute(account: Any, stack: str, name: str = "change") -> str:
    account.client("cloudformation").execute_change_set(StackName=stack, ChangeSetName=name)
    return str(account.wait(stack))


def test_creates_a_stack_in_review_and_then_deploys_it(account: Any) -> None:
    name = account.name()
    change_set = _create(account, name, _template(H=HANDLE), kind="CREATE")
    assert (change_set["Status"], change_set["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert account.status(name) == "REVIEW_IN_PROGRESS"
    [change] = change_set["Changes"]
    assert (change["ResourceChange"]["Action"], change["ResourceChange"]["LogicalResourceId"]) == ("Add", "H")
    assert _execute(account, name) == "CREATE_COMPLETE"


def test_is_carried_out_in_the_background(account: Any, provider: str) -> None:
    name = account.name()
    silent = {"Type": "Custom::X", "Properties": {"ServiceToken": provider, "Silent": "Create"}}
    _create(account, name, _template(X=silent), kind="CREATE")
    account.client("cloudformation").execute_change_set(StackName=name, ChangeSetName="change")
    assert account.status(name) == "CREATE_IN_PROGRESS"
    assert account.wait(name) == "ROLLBACK_COMPLETE"


def test_says_in_aws_s_words_that_nothing_changes(account: Any) -> None:
    stack_id = account.deploy({"P": _parameter("x")})
    change_set = _create(account, stack_id, _template(P=_parameter("x")), kind="UPDATE")
    assert (change_set["Status"], change_set["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert change_set["StatusReason"].startswith("The submitted information didn't contain changes.")
    with pytest.raises(ClientError, match="cannot be executed"):
        _execute(account, stack_id)


def test_lists_what_is_added_modified_replaced_and_removed(account: Any) -> None:
    before = {"Modified": _parameter("1"), "Replaced": _parameter("1", Name=f"/{account.name()}"), "Removed": HANDLE}
    stack_id = account.deploy(before)
    after = {
        "Modified": _parameter("2"),
        "Replaced": _parameter("1", Name=f"/{account.name()}"),
        "Added": HANDLE,
    }
    changes = _create(account, stack_id, _template(**after), kind="UPDATE")["Changes"]
    found = {
        change["ResourceChange"]["LogicalResourceId"]: (
            change["ResourceChange"]["Action"],
            change["ResourceChange"].get("Replacement"),
        )
        for change in changes
    }
    assert found == {
        "Modified": ("Modify", "False"),
        "Replaced": ("Modify", "True"),
        "Added": ("Add", None),
        "Removed": ("Remove", None),
    }


def test_the_same_name_is_another_change_set_in_another_stack(account: Any) -> None:
    first, second = account.name(), account.name()
    _create(account, first, _template(A=HANDLE), kind="CREATE")
    change_set = _create(account, second, _template(B=HANDLE), kind="CREATE")
    assert [change["ResourceChange"]["LogicalResourceId"] for change in change_set["Changes"]] == ["B"]


def test_deleting_one_that_does_not_exist_is_no_error(account: Any) -> None:
    stack_id = account.deploy({"H": HANDLE})
    account.client("cloudformation").delete_change_set(StackName=stack_id, ChangeSetName="nobody")
    with pytest.raises(ClientError) as error:
        account.client("cloudformation").describe_change_set(StackName=stack_id, ChangeSetName="nobody")
    assert error.value.response["Error"]["Code"] == "ChangeSetNotFound"


def test_a_resource_may_not_change_its_type(account: Any) -> None:
    stack_id = account.deploy({"A": HANDLE})
    with pytest.raises(ClientError, match="Update of resource type is not permitted"):
        _create(account, stack_id, _template(A=_parameter("x")), kind="UPDATE")


def test_creating_a_stack_that_exists_is_refused(account: Any) -> None:
    stack_id = account.deploy({"A": HANDLE})
    with pytest.raises(ClientError, match="already exists"):
        _create(account, account.stack(stack_id)["StackName"], _template(A=HANDLE), kind="CREATE")
