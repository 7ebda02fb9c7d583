from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

HANDLE = {"Type": "AWS::CloudFormation::WaitConditionHandle"}


# SSM refuses it when it is created.
BAD = {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "Nonsense", "Value": "x"}}


def _parameter(value: Any, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": value, **properties}}


def _message(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Message"])


def test_resources_are_made_after_what_they_depend_on_and_deleted_before(account: Any) -> None:
    resources = {
        "Third": _parameter({"Fn::Sub": "${Second}"}),
        "First": HANDLE,
        "Second": _parameter("x") | {"DependsOn": "First"},
    }
    stack_id = account.deploy(resources)
    assert [name for name, status in account.events(stack_id) if status == "CREATE_COMPLETE"] == [
        "First",
        "Second",
        "Third",
        "stack",
    ]
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    deleted = [name for name, status in account.events(stack_id) if status == "DELETE_COMPLETE"]
    assert deleted == ["Third", "Second", "First", "stack"]


def test_a_failed_creation_is_rolled_back_with_the_reason(account: Any) -> None:
    resources = {"Good": _parameter("x"), "Bad": _parameter("x", Type="Nonsense") | {"DependsOn": "Good"}}
    stack_id = account.deploy(resources)
    assert account.status(stack_id) == "ROLLBACK_COMPLETE"
    statuses = [status for name, status in account.events(stack_id) if name == "Good"]
    assert statuses[-1] == "DELETE_COMPLETE"
    reasons = [event.get("ResourceStatusReason") for event in account._raw_events(stack_id)]
    assert "The following resource(s) failed to create: [Bad]. Rollback requested by user." in reasons


def test_rollback_can_be_disabled_and_done_later(account: Any) -> None:
    stack_id = account.deploy({"Good": _parameter("x"), "Bad": BAD}, DisableRollback=True)
    assert account.status(stack_id) == "CREATE_FAILED"
    account.client("cloudformation").rollback_stack(StackName=stack_id)
    assert account.wait(stack_id) == "ROLLBACK_COMPLETE"


def test_a_stack_that_failed_without_rollback_can_be_mended_by_an_update(account: Any) -> None:
    stack_id = account.deploy({"Good": _parameter("x"), "Bad": BAD}, DisableRollback=True)
    account.deploy({"Good": _parameter("x"), "Fixed": _parameter("y")}, name=stack_id, DisableRollback=True)
    assert account.status(stack_id) == "UPDATE_COMPLETE"


def test_a_failed_update_brings_everything_back(account: Any) -> None:
    stack_id = account.deploy({"Kept": _parameter("old")}, outputs={"Value": {"Value": {"Fn::GetAtt": "Kept.Value"}}})
    bad = {**BAD, "DependsOn": ["Kept", "New"]}
    account.deploy({"Kept": _parameter("new"), "New": _parameter("x"), "Bad": bad}, name=stack_id)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    resources = account.client("cloudformation").describe_stack_resources(StackName=stack_id)["StackResources"]
    [kept] = resources
    assert account.client("ssm").get_parameter(Name=kept["PhysicalResourceId"])["Parameter"]["Value"] == "old"
    assert account.outputs(stack_id) == {"Value": "old"}
    account.deploy({"Kept": _parameter("newer")}, name=stack_id)
    assert account.status(stack_id) == "UPDATE_COMPLETE"


def test_a_property_that_cannot_change_replaces_the_resource(account: Any) -> None:
    first, second = f"/{account.name()}/a", f"/{account.name()}/b"
    stack_id = account.deploy({"Parameter": _parameter("x", Name=first)})
    account.deploy({"Parameter": _parameter("x", Name=second)}, name=stack_id)
    names = [item["Name"] for item in account.client("ssm").describe_parameters()["Parameters"]]
    assert second in names
    assert first not in names


def test_a_removed_resource_is_deleted_in_cleanup_unless_it_is_retained(account: Any) -> None:
    names = [f"/{account.name()}/{kind}" for kind in ("deleted", "retained")]
    deleted, retained = (_parameter("x", Name=name) for name in names)
    stack_id = account.deploy({"A": deleted, "B": {**retained, "DeletionPolicy": "Retain"}, "C": HANDLE})
    account.deploy({"C": HANDLE}, name=stack_id)
    assert ("B", "DELETE_SKIPPED") in account.events(stack_id)
    left = [item["Name"] for item in account.client("ssm").describe_parameters()["Parameters"]]
    assert names[1] in left
    assert names[0] not in left


def test_an_export_in_use_can_neither_change_nor_go(account: Any) -> None:
    name = account.name()
    exported = {"Value": {"Value": {"Fn::GetAtt": "P.Value"}, "Export": {"Name": name}}}
    exporting = account.deploy({"P": _parameter("1")}, outputs=exported)
    importing = account.deploy({"Q": _parameter({"Fn::ImportValue": name})})
    user = account.stack(importing)["StackName"]

    account.deploy({"P": _parameter("2")}, name=exporting, outputs=exported)
    assert account.status(exporting) == "UPDATE_ROLLBACK_COMPLETE"
    reasons = [event.get("ResourceStatusReason") for event in account._raw_events(exporting)]
    assert f"Export {name} cannot be updated as it is in use by {user}" in reasons

    account.deploy({"P": _parameter("1"), "R": HANDLE}, name=exporting)
    assert account.status(exporting) == "UPDATE_ROLLBACK_COMPLETE"
    with pytest.raises(ClientError, match="cannot be deleted as it is in use by"):
        account.delete(exporting)

    assert account.delete(importing) == "DELETE_COMPLETE"
    account.deploy({"P": _parameter("2")}, name=exporting, outputs=exported)
    assert account.status(exporting) == "UPDATE_COMPLETE"


def test_an_import_that_no_stack_exports_fails(account: Any) -> None:
    stack_id = account.deploy({"Q": _parameter({"Fn::ImportValue": "nobody-exports-this"})})
    assert account.reason(stack_id, "Q").startswith("No export named nobody-exports-this found")


def test_parameters_of_ssm_are_looked_up_when_the_stack_is_deployed(account: Any) -> None:
    name = f"/{account.name()}"
    account.client("ssm").put_parameter(Name=name, Type="String", Value="first")
    declared = {"Looked": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": name}}
    options: dict[str, Any] = {"Parameters": declared, "outputs": {"Out": {"Value": {"Ref": "Looked"}}}}
    stacks = account.client("cloudformation")
    template = {"Resources": {"H": HANDLE}, "Parameters": declared, "Outputs": options["outputs"]}
    stack_id = stacks.create_stack(StackName=account.name(), TemplateBody=json.dumps(template))["StackId"]
    account.wait(stack_id)
    assert account.outputs(stack_id) == {"Out": "first"}
    assert account.stack(stack_id)["Parameters"][0]["ResolvedValue"] == "first"

    account.client("ssm").put_parameter(Name=name, Type="String", Value="second", Overwrite=True)
    previous = [{"ParameterKey": "Looked", "UsePreviousValue": True}]
    stacks.update_stack(StackName=stack_id, UsePreviousTemplate=True, Parameters=previous)
    account.wait(stack_id)
    assert account.outputs(stack_id) == {"Out": "second"}


def test_nothing_to_update_is_refused(account: Any) -> None:
    stack_id = account.deploy({"H": HANDLE})
    with pytest.raises(ClientError) as error:
        account.deploy({"H": HANDLE}, name=stack_id)
    assert _message(error) == "No updates are to be performed."


def test_a_protected_stack_is_not_deleted(account: Any) -> None:
    stack_id = account.deploy({"H": HANDLE}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        account.delete(stack_id)


def test_a_stack_that_rolled_back_cannot_be_updated(account: Any) -> None:
    stack_id = account.deploy({"Bad": BAD})
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        account.deploy({"H": HANDLE}, name=stack_id)


def test_a_name_is_free_again_when_its_stack_is_deleted(account: Any) -> None:
    name = account.name()
    first = account.deploy({"H": HANDLE}, name=name)
    account.delete(first)
    second = account.deploy({"H": HANDLE}, name=name)
    assert first != second
    assert account.status(first) == "DELETE_COMPLETE"


def test_a_missing_stack_is_reported_as_aws_does(account: Any) -> None:
    with pytest.raises(ClientError) as error:
        account.stack("nobody")
    assert error.value.response["Error"]["Code"] == "ValidationError"
    assert _message(error) == "Stack with id nobody does not exist"


@pytest.mark.parametrize(
    ("resources", "message"),
    [
        ({}, "At least one Resources member must be defined"),
        ({"A": {"Properties": {}}}, "Every Resources object must contain a Type member"),
        ({"A": {**HANDLE, "DependsOn": "B"}}, r"Unresolved resource dependencies \[B\]"),
    ],
)
def test_a_template_that_is_none_is_refused(account: Any, resources: dict[str, Any], message: str) -> None:
    with pytest.raises(ClientError, match=message):
        account.deploy(resources)


def test_a_circle_of_resources_fails(account: Any) -> None:
    stacks = account.client("cloudformation")
    body = json.dumps({"Resources": {"A": {**HANDLE, "DependsOn": "B"}, "B": {**HANDLE, "DependsOn": "A"}}})
    with pytest.raises(ClientError, match="Circular dependency between resources"):
        stacks.create_change_set(StackName=account.name(), ChangeSetName="c", ChangeSetType="CREATE", TemplateBody=body)


def test_events_come_in_pages_the_newest_first(account: Any) -> None:
    stack_id = account.deploy({f"H{number}": HANDLE for number in range(60)})
    stacks = account.client("cloudformation")
    page = stacks.describe_stack_events(StackName=stack_id)
    assert len(page["StackEvents"]) == 100
    assert page["StackEvents"][0]["PhysicalResourceId"] == stack_id
    rest = stacks.describe_stack_events(StackName=stack_id, NextToken=page["NextToken"])
    assert len(page["StackEvents"]) + len(rest["StackEvents"]) == 60 * 3 + 2
    times = [event["Timestamp"] for event in page["StackEvents"]]
    assert times == sorted(times, reverse=True)
