"""What the API shows of stacks, change sets, resources and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.template.capabilities import needed_capability
from inference_recommender_sandbox.cloudformation.template.parameters import is_ssm_parameter
from inference_recommender_sandbox.cloudformation.template.structure import transforms

from .stack import Stack, StackEvent, StackOutput, StackResource, timestamp

if TYPE_CHECKING:
    from inference_recommender_sandbox.cloudformation.change_sets.change_set import ChangeSet, ResourceChange
    from inference_recommender_sandbox.cloudformation.template.template import Template

_MASK: Final = "****"


def stack_description(stack: Stack) -> dict[str, Any]:
    """Return `Stack` of DescribeStacks."""
    return stack_summary(stack) | {
        "Description": stack.template.description if stack.template else None,
        "Parameters": _parameters(stack.template, stack.parameters, stack.resolved_parameters),
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
        "Outputs": [
            {
                "OutputKey": output.key,
                "OutputValue": output.value,
                "Description": output.description,
                "ExportName": output.export_name,
            }
            for output in stack.outputs
        ],
        "Capabilities": stack.capabilities,
        "NotificationARNs": stack.notification_arns,
        "DisableRollback": stack.disable_rollback,
        "EnableTerminationProtection": stack.termination_protection,
        "RoleARN": stack.role_arn,
        "ChangeSetId": stack.change_set_id,
        "RollbackConfiguration": {},
    }


def stack_summary(stack: Stack) -> dict[str, Any]:
    """Return `StackSummary` of ListStacks."""
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "CreationTime": timestamp(stack.created_at),
        "LastUpdatedTime": None if stack.updated_at is None else timestamp(stack.updated_at),
        "DeletionTime": None if stack.deleted_at is None else timestamp(stack.deleted_at),
        "StackStatus": stack.status,
        "StackStatusReason": stack.status_reason,
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }


def resource_description(stack: Stack, resource: StackResource) -> dict[str, Any]:
    """Return what DescribeStackResource, DescribeStackResources and ListStackResources show."""
    updated = timestamp(resource.updated_at)
    return {
        "StackName": stack.name,
        "StackId": stack.stack_id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id or None,
        "ResourceType": resource.type,
        "Timestamp": updated,
        "LastUpdatedTimestamp": updated,
        "ResourceStatus": resource.status,
        "ResourceStatusReason": resource.status_reason,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
        "Metadata": None,
    }


def event_description(stack: Stack, event: StackEvent) -> dict[str, Any]:
    """Return `StackEvent`."""
    return {
        "StackId": stack.stack_id,
        "StackName": stack.name,
        "EventId": event.event_id,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": timestamp(event.timestamp),
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
    }


def operation_event_description(stack: Stack, event: StackEvent) -> dict[str, Any]:
    """Return `OperationEvent` of DescribeEvents."""
    return event_description(stack, event) | {
        "EventType": "STACK_EVENT",
        "StartTime": timestamp(event.timestamp),
        "EndTime": timestamp(event.timestamp),
    }


def export_description(stack: Stack, output: StackOutput) -> dict[str, Any]:
    """Return `Export` of ListExports."""
    return {"ExportingStackId": stack.stack_id, "Name": output.export_name, "Value": output.value}


def change_set_description(change_set: ChangeSet, stack_name: str) -> dict[str, Any]:
    """Return what DescribeChangeSet shows."""
    return change_set_summary(change_set, stack_name) | {
        "ChangeSetType": change_set.type,
        "Parameters": _parameters(change_set.template, change_set.parameters, change_set.resolved_parameters),
        "NotificationARNs": change_set.notification_arns,
        "RollbackConfiguration": {},
        "Capabilities": change_set.capabilities,
        "Tags": [{"Key": key, "Value": value} for key, value in change_set.tags.items()],
        "Changes": [_change(change) for change in change_set.changes],
        "OnStackFailure": change_set.on_stack_failure,
    }


def change_set_summary(change_set: ChangeSet, stack_name: str) -> dict[str, Any]:
    """Return `ChangeSetSummary` of ListChangeSets."""
    return {
        "ChangeSetName": change_set.name,
        "ChangeSetId": change_set.change_set_id,
        "StackId": change_set.stack_id,
        "StackName": stack_name,
        "Description": change_set.description,
        "CreationTime": timestamp(change_set.created_at),
        "ExecutionStatus": change_set.execution_status,
        "Status": change_set.status,
        "StatusReason": change_set.status_reason,
        "IncludeNestedStacks": False,
    }


def template_summary(template: Template) -> dict[str, Any]:
    """Return what GetTemplateSummary and ValidateTemplate show."""
    types = sorted({item["Type"] for item in template.resources.values()})
    capability = needed_capability(template)
    return {
        "Description": template.description,
        "Parameters": [
            {
                "ParameterKey": name,
                "DefaultValue": None if "Default" not in declaration else str(declaration["Default"]),
                "ParameterType": declaration.get("Type", "String"),
                "NoEcho": bool(declaration.get("NoEcho", False)),
                "Description": declaration.get("Description"),
                "ParameterConstraints": {"AllowedValues": declaration.get("AllowedValues", [])},
            }
            for name, declaration in template.parameters.items()
        ],
        "Capabilities": [capability] if capability else [],
        "CapabilitiesReason": None,
        "ResourceTypes": types,
        "Version": template.sections.get("AWSTemplateFormatVersion"),
        "DeclaredTransforms": transforms(template.sections),
    }


def _parameters(template: Template | None, values: dict[str, str], resolved: dict[str, Any]) -> list[dict[str, Any]]:
    described = []
    for name, value in values.items():
        declaration = template.parameters.get(name, {}) if template else {}
        item: dict[str, Any] = {
            "ParameterKey": name,
            "ParameterValue": _MASK if declaration.get("NoEcho") else value,
        }
        if is_ssm_parameter(declaration):
            found = resolved.get(name)
            item["ResolvedValue"] = ",".join(found) if isinstance(found, list) else found
        described.append(item)
    return described


def _change(change: ResourceChange) -> dict[str, Any]:
    described: dict[str, Any] = {
        "Action": change.action,
        "LogicalResourceId": change.logical_id,
        "PhysicalResourceId": change.physical_id,
        "ResourceType": change.type,
        "Replacement": change.replacement,
        "Scope": ["Properties"] if change.action == "Modify" else [],
        "Details": [
            {
                "Target": {"Attribute": "Properties", "Name": name, "RequiresRecreation": "Never"},
                "Evaluation": "Static",
                "ChangeSource": "DirectModification",
            }
            for name in change.changed_properties
        ],
    }
    return {"Type": "Resource", "ResourceChange": described}
