"""Functions' settings, parameters, log groups, state machines and autoscaling."""

from __future__ import annotations

import json
from typing import Any, Final

from .api_resource import ApiCall, ApiResource, Parameters, camel_case, same


def _ssm_parameter(properties: Parameters, name: str) -> Parameters:
    members = same(properties, "Type", "Value", "Description", "AllowedPattern", "Tier", "DataType", "Policies")
    return members | {"Name": name}


def _event_invoke_config(properties: Parameters, _: str) -> Parameters:
    return same(properties, "FunctionName", "MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


def _definition(properties: Parameters) -> str:
    text = properties.get("DefinitionString")
    if text is None:
        text = json.dumps(properties["Definition"])
    for key, value in properties.get("DefinitionSubstitutions", {}).items():
        text = text.replace(f"${{{key}}}", str(value))
    return str(text)


def _state_machine(properties: Parameters) -> Parameters:
    renamed = {
        "roleArn": properties["RoleArn"],
        "definition": _definition(properties),
        "loggingConfiguration": camel_case(properties.get("LoggingConfiguration")),
        "tracingConfiguration": camel_case(properties.get("TracingConfiguration")),
    }
    return {key: value for key, value in renamed.items() if value is not None}


def _state_machine_creation(properties: Parameters, name: str) -> Parameters:
    tags = [{"key": tag["Key"], "value": tag["Value"]} for tag in properties.get("Tags", [])]
    kind = {"type": properties["StateMachineType"]} if "StateMachineType" in properties else {}
    return _state_machine(properties) | kind | {"name": name, "tags": tags}


def _scalable_target(properties: Parameters, _: str) -> Parameters:
    members = ("MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState")
    return same(properties, "ServiceNamespace", "ResourceId", "ScalableDimension", *members)


def _scalable_target_id(properties: Parameters) -> str:
    return f"{properties['ResourceId']}|{properties['ScalableDimension']}|{properties['ServiceNamespace']}"


def _of_scaling_policy(properties: Parameters) -> Parameters:
    if "ScalingTargetId" in properties:
        resource_id, dimension, namespace = str(properties["ScalingTargetId"]).split("|")
        return {"ServiceNamespace": namespace, "ResourceId": resource_id, "ScalableDimension": dimension}
    return same(properties, "ServiceNamespace", "ResourceId", "ScalableDimension")


def _scaling_policy(properties: Parameters, _: str) -> Parameters:
    step, tracking = "StepScalingPolicyConfiguration", "TargetTrackingScalingPolicyConfiguration"
    return (
        _of_scaling_policy(properties)
        | same(properties, "PolicyName", "PolicyType", step)
        | ({tracking: properties[tracking]} if tracking in properties else {})
    )


def _named(member: str) -> Any:
    return lambda _, name: {member: name}


_RETENTION: Final = ApiCall(
    operation="PutRetentionPolicy",
    parameters=lambda p, name: {"logGroupName": name, "retentionInDays": p["RetentionInDays"]},
    when=lambda p: "RetentionInDays" in p,
)

APPLICATION_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ApiResource(
        service="application-autoscaling",
        create=(ApiCall(operation="RegisterScalableTarget", parameters=_scalable_target),),
        update=(ApiCall(operation="RegisterScalableTarget", parameters=_scalable_target),),
        delete=(
            ApiCall(
                operation="DeregisterScalableTarget",
                parameters=lambda p, _: same(p, "ServiceNamespace", "ResourceId", "ScalableDimension"),
            ),
        ),
        physical_id=lambda p, _name, _response: _scalable_target_id(p),
        attributes=lambda p, _name, _response: {"Id": _scalable_target_id(p)},
    ),
    "AWS::ApplicationAutoScaling::ScalingPolicy": ApiResource(
        service="application-autoscaling",
        create=(ApiCall(operation="PutScalingPolicy", parameters=_scaling_policy),),
        update=(ApiCall(operation="PutScalingPolicy", parameters=_scaling_policy),),
        delete=(
            ApiCall(
                operation="DeleteScalingPolicy",
                parameters=lambda p, _: _of_scaling_policy(p) | same(p, "PolicyName"),
            ),
        ),
        physical_id=lambda _properties, _name, response: response["PolicyARN"],
        attributes=lambda _properties, _name, response: {"Arn": response.get("PolicyARN")},
    ),
    "AWS::Lambda::EventInvokeConfig": ApiResource(
        service="lambda",
        create=(ApiCall(operation="PutFunctionEventInvokeConfig", parameters=_event_invoke_config),),
        update=(ApiCall(operation="PutFunctionEventInvokeConfig", parameters=_event_invoke_config),),
        delete=(ApiCall(operation="DeleteFunctionEventInvokeConfig", parameters=lambda p, _: same(p, "FunctionName")),),
    ),
    "AWS::Lambda::Permission": ApiResource(
        service="lambda",
        create=(
            ApiCall(
                operation="AddPermission",
                parameters=lambda p, name: (
                    same(p, "FunctionName", "Action", "Principal", "SourceArn", "SourceAccount") | {"StatementId": name}
                ),
            ),
        ),
        delete=(
            ApiCall(
                operation="RemovePermission",
                parameters=lambda p, name: same(p, "FunctionName") | {"StatementId": name},
            ),
        ),
        attributes=lambda _properties, name, _response: {"Id": name},
    ),
    "AWS::Logs::LogGroup": ApiResource(
        service="logs",
        create=(
            ApiCall(
                operation="CreateLogGroup",
                parameters=lambda p, name: (
                    {"logGroupName": name}
                    | ({"kmsKeyId": p["KmsKeyId"]} if "KmsKeyId" in p else {})
                    | {"tags": {tag["Key"]: tag["Value"] for tag in p.get("Tags", [])}}
                ),
            ),
            _RETENTION,
        ),
        update=(
            _RETENTION,
            ApiCall(
                operation="DeleteRetentionPolicy",
                parameters=_named("logGroupName"),
                when=lambda p: "RetentionInDays" not in p,
            ),
        ),
        delete=(ApiCall(operation="DeleteLogGroup", parameters=_named("logGroupName")),),
        arn="arn:aws:logs:{region}:{account_id}:log-group:{name}:*",
        name_property="LogGroupName",
        max_name_length=512,
    ),
    "AWS::SSM::Parameter": ApiResource(
        service="ssm",
        create=(
            ApiCall(
                operation="PutParameter",
                parameters=lambda p, name: (
                    _ssm_parameter(p, name)
                    | {"Tags": [{"Key": key, "Value": value} for key, value in p.get("Tags", {}).items()]}
                ),
            ),
        ),
        update=(
            ApiCall(operation="PutParameter", parameters=lambda p, name: _ssm_parameter(p, name) | {"Overwrite": True}),
        ),
        delete=(ApiCall(operation="DeleteParameter", parameters=_named("Name")),),
        attributes=lambda p, _name, _response: same(p, "Type", "Value"),
        mutable=("Type", "Value"),
        name_property="Name",
    ),
    "AWS::StepFunctions::StateMachine": ApiResource(
        service="stepfunctions",
        create=(ApiCall(operation="CreateStateMachine", parameters=_state_machine_creation),),
        update=(
            ApiCall(
                operation="UpdateStateMachine", parameters=lambda p, arn: _state_machine(p) | {"stateMachineArn": arn}
            ),
        ),
        delete=(ApiCall(operation="DeleteStateMachine", parameters=_named("stateMachineArn")),),
        physical_id=lambda _properties, _name, response: response["stateMachineArn"],
        attributes=lambda _properties, name, response: {
            "Arn": response.get("stateMachineArn", name),
            "Name": name.rsplit(":", 1)[-1],
        },
        name_property="StateMachineName",
    ),
}
