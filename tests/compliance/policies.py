"""Identity policies and state machines of templates, as they are once deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PLACE: Final = "us-east-1:123456789012"
_PSEUDO: Final = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackId": f"arn:aws:cloudformation:{_PLACE}:stack/stack/1",
    "AWS::StackName": "stack",
    "AWS::URLSuffix": "amazonaws.com",
}
_ARNS: Final = {
    "AWS::CodeBuild::Project": f"arn:aws:codebuild:{_PLACE}:project/{{}}",
    "AWS::IAM::ManagedPolicy": "arn:aws:iam::123456789012:policy/{}",
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/{}",
    "AWS::KMS::Key": f"arn:aws:kms:{_PLACE}:key/{{}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{_PLACE}:function:{{}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{_PLACE}:log-group:{{}}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{_PLACE}:{{}}",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{_PLACE}:stateMachine:{{}}",
}
_REF_IS_ARN: Final = frozenset({"AWS::StepFunctions::StateMachine"})


def identity_policies(template: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of roles and policies, by the resource's logical id."""
    for logical_id, resource in template["Resources"].items():
        properties = resource["Properties"]
        if resource["Type"] == "AWS::IAM::Role":
            for policy in properties.get("Policies", ()):
                yield logical_id, deployed(policy["PolicyDocument"], template)
        elif resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
            yield logical_id, deployed(properties["PolicyDocument"], template)


def state_machines(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the definitions of state machines as JSON, by the resource's logical id."""
    for logical_id, resource in template["Resources"].items():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            yield logical_id, deployed(resource["Properties"]["DefinitionString"], template)


def deployed(value: Any, template: Mapping[str, Any]) -> Any:
    """Return a value of a template with intrinsic functions replaced by what they could return."""
    if isinstance(value, list):
        return [deployed(each, template) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(function, argument)] = value.items()
        if function == "Ref":
            return _PSEUDO.get(argument) or _reference(argument, template)
        if function == "Fn::GetAtt":
            logical_id, attribute = argument
            kind = template["Resources"][logical_id]["Type"]
            return _ARNS[kind].format(logical_id) if attribute == "Arn" else logical_id
        if function == "Fn::Join":
            delimiter, parts = argument
            return delimiter.join(deployed(each, template) for each in parts)
    return {key: deployed(each, template) for key, each in value.items()}


def _reference(logical_id: str, template: Mapping[str, Any]) -> str:
    kind = template["Resources"].get(logical_id, {}).get("Type")
    return _ARNS[kind].format(logical_id) if kind in _REF_IS_ARN else logical_id
