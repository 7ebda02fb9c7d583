"""Models, endpoints and the model registry; their physical ids are the ARNs that carry their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .api_resource import ApiCall, ApiResource, Parameters, fixed, same, tag_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource


def _name(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _with_name(member: str) -> Callable[[Parameters, str], Parameters]:
    return lambda properties, name: {**properties, member: name}


def _by_name(member: str) -> Callable[[Parameters, str], Parameters]:
    return lambda _, arn: {member: _name(arn)}


def _tag_changes(old: Parameters, new: Parameters, current: ProvisionedResource) -> Iterator[ApiCall]:
    gone, changed = tag_changes(old, new)
    if gone:
        yield fixed("DeleteTags", {"ResourceArn": current.physical_id, "TagKeys": gone})
    if changed:
        yield fixed("AddTags", {"ResourceArn": current.physical_id, "Tags": changed})


_UPDATE_MEMBERS: Final = (
    "EndpointConfigName",
    "DeploymentConfig",
    "RetainAllVariantProperties",
    "RetainDeploymentConfig",
    "ExcludeRetainedVariantProperties",
)


def _not_deployed(properties: Parameters, response: Parameters) -> str | None:
    """Return why an endpoint doesn't serve what it should; SageMaker has rolled the update back, or failed."""
    wanted, status = properties["EndpointConfigName"], response["EndpointStatus"]
    if status == "InService" and response["EndpointConfigName"] == wanted:
        return None
    reason = response.get("FailureReason") or f"the endpoint is {status} with {response['EndpointConfigName']}"
    return f"{response['EndpointName']} wasn't updated to {wanted}: {reason}"


_IN_SERVICE: Final = ApiCall(
    operation="DescribeEndpoint",
    parameters=lambda _, arn: {"EndpointName": _name(arn)},
    until=lambda response: response["EndpointStatus"] not in ("Creating", "Updating", "RollingBack"),
    failure=_not_deployed,
)


def _immutable_resource(noun: str) -> ApiResource:
    """Return a resource whose tags alone can be updated in place."""
    name_member, arn_member = f"{noun}Name", f"{noun}Arn"
    return ApiResource(
        service="sagemaker",
        changes=_tag_changes,
        updatable=frozenset({"Tags"}),
        create=(ApiCall(operation=f"Create{noun}", parameters=_with_name(name_member)),),
        delete=(ApiCall(operation=f"Delete{noun}", parameters=_by_name(name_member)),),
        physical_id=lambda _properties, _name, response: response[arn_member],
        attributes=lambda _properties, arn, response: {
            name_member: _name(arn),
            arn_member: response.get(arn_member),
        },
        name_property=name_member,
    )


SAGEMAKER_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::SageMaker::Model": _immutable_resource("Model"),
    "AWS::SageMaker::EndpointConfig": _immutable_resource("EndpointConfig"),
    "AWS::SageMaker::Endpoint": ApiResource(
        service="sagemaker",
        changes=_tag_changes,
        create=(
            ApiCall(
                operation="CreateEndpoint",
                parameters=lambda p, name: (
                    {
                        key: value
                        for key, value in p.items()
                        if key in ("EndpointConfigName", "DeploymentConfig", "Tags")
                    }
                    | {"EndpointName": name}
                ),
            ),
            _IN_SERVICE,
        ),
        update=(
            ApiCall(
                operation="UpdateEndpoint",
                parameters=lambda p, arn: same(p, *_UPDATE_MEMBERS) | {"EndpointName": _name(arn)},
            ),
            _IN_SERVICE,
        ),
        delete=(ApiCall(operation="DeleteEndpoint", parameters=_by_name("EndpointName")),),
        physical_id=lambda _properties, _name, response: response["EndpointArn"],
        attributes=lambda _properties, name, response: {
            "EndpointName": _name(name),
            "EndpointArn": response.get("EndpointArn"),
        },
        name_property="EndpointName",
    ),
    "AWS::SageMaker::ModelPackageGroup": ApiResource(
        service="sagemaker",
        changes=_tag_changes,
        updatable=frozenset({"Tags"}),
        create=(
            ApiCall(
                operation="CreateModelPackageGroup",
                parameters=lambda p, name: (
                    {key: value for key, value in p.items() if key != "ModelPackageGroupPolicy"}
                    | {"ModelPackageGroupName": name}
                ),
            ),
        ),
        delete=(ApiCall(operation="DeleteModelPackageGroup", parameters=_by_name("ModelPackageGroupName")),),
        physical_id=lambda _properties, _name, response: response["ModelPackageGroupArn"],
        attributes=lambda _properties, _name, response: {"ModelPackageGroupArn": response.get("ModelPackageGroupArn")},
        name_property="ModelPackageGroupName",
    ),
    "AWS::SageMaker::ModelPackage": ApiResource(
        service="sagemaker",
        changes=_tag_changes,
        create=(ApiCall(operation="CreateModelPackage", parameters=lambda p, _: dict(p)),),
        update=(
            ApiCall(
                operation="UpdateModelPackage",
                parameters=lambda p, arn: (
                    {"ModelPackageArn": arn}
                    | {key: p[key] for key in ("ModelApprovalStatus", "ApprovalDescription") if key in p}
                ),
            ),
        ),
        delete=(ApiCall(operation="DeleteModelPackage", parameters=lambda _, arn: {"ModelPackageName": arn}),),
        physical_id=lambda _properties, _name, response: response["ModelPackageArn"],
        attributes=lambda _properties, _name, response: {"ModelPackageArn": response.get("ModelPackageArn")},
    ),
}
