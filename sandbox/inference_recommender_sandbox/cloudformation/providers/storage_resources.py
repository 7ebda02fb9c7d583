"""Keys and image repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.providers.identities.identity_policies import document_text

from .api_resource import ApiCall, ApiResource, Parameters, camel_case, fixed, same, tag_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource

_DAYS_UNTIL_DELETION: Final = 30
_KEY_DEFAULTS: Final = {"Description": "", "Enabled": True, "EnableKeyRotation": False}


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _key_tags(tags: list[Parameters]) -> list[Parameters]:
    return [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags]


def _key_creation(properties: Parameters, _: str) -> Parameters:
    members = same(properties, "Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin")
    policy = {"Policy": document_text(properties["KeyPolicy"])} if "KeyPolicy" in properties else {}
    return members | policy | {"Tags": _key_tags(properties.get("Tags", []))}


def _key_changes(old: Parameters, new: Parameters, current: ProvisionedResource) -> Iterator[ApiCall]:
    key = {"KeyId": current.physical_id}
    before, after = _KEY_DEFAULTS | old, _KEY_DEFAULTS | new
    if before["Description"] != after["Description"]:
        yield fixed("UpdateKeyDescription", key | same(after, "Description"))
    if before.get("KeyPolicy") != after.get("KeyPolicy") and "KeyPolicy" in after:
        yield fixed("PutKeyPolicy", key | {"PolicyName": "default", "Policy": document_text(after["KeyPolicy"])})
    for name, enable, disable in (
        ("Enabled", "EnableKey", "DisableKey"),
        ("EnableKeyRotation", "EnableKeyRotation", "DisableKeyRotation"),
    ):
        if _is_true(before[name]) != _is_true(after[name]):
            yield fixed(enable if _is_true(after[name]) else disable, key)
    gone, changed = tag_changes(old, new)
    if gone:
        yield fixed("UntagResource", key | {"TagKeys": gone})
    if changed:
        yield fixed("TagResource", key | {"Tags": _key_tags(changed)})


def _key_deletion(properties: Parameters, key_id: str) -> Parameters:
    return {"KeyId": key_id, "PendingWindowInDays": properties.get("PendingWindowInDays", _DAYS_UNTIL_DELETION)}


def _repository_creation(properties: Parameters, name: str) -> Parameters:
    members = same(properties, "EncryptionConfiguration", "ImageScanningConfiguration", "ImageTagMutability")
    return camel_case(members) | {"repositoryName": name, "tags": properties.get("Tags", [])}


def _repository_policy(properties: Parameters, name: str) -> Parameters:
    return {"repositoryName": name, "policyText": document_text(properties["RepositoryPolicyText"])}


_POLICY: Final = ApiCall(
    operation="SetRepositoryPolicy", parameters=_repository_policy, when=lambda p: "RepositoryPolicyText" in p
)
_LIFECYCLE: Final = ApiCall(
    operation="PutLifecyclePolicy",
    parameters=lambda p, name: {
        "repositoryName": name,
        "lifecyclePolicyText": p["LifecyclePolicy"]["LifecyclePolicyText"],
    },
    when=lambda p: "LifecyclePolicyText" in p.get("LifecyclePolicy", {}),
)

STORAGE_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::ECR::Repository": ApiResource(
        service="ecr",
        create=(ApiCall(operation="CreateRepository", parameters=_repository_creation), _POLICY, _LIFECYCLE),
        update=(
            ApiCall(
                operation="PutImageScanningConfiguration",
                parameters=lambda p, name: {
                    "repositoryName": name,
                    "imageScanningConfiguration": camel_case(
                        p.get("ImageScanningConfiguration", {"ScanOnPush": False})
                    ),
                },
            ),
            ApiCall(
                operation="PutImageTagMutability",
                parameters=lambda p, name: {
                    "repositoryName": name,
                    "imageTagMutability": p.get("ImageTagMutability", "MUTABLE"),
                },
            ),
            _POLICY,
            _LIFECYCLE,
        ),
        updatable=frozenset(
            {
                "EmptyOnDelete",
                "ImageScanningConfiguration",
                "ImageTagMutability",
                "LifecyclePolicy",
                "RepositoryPolicyText",
            }
        ),
        delete=(
            ApiCall(
                operation="DeleteRepository",
                parameters=lambda p, name: {"repositoryName": name, "force": p.get("EmptyOnDelete", False)},
            ),
        ),
        attributes=lambda _properties, _name, response: {
            "Arn": response.get("repository", {}).get("repositoryArn"),
            "RepositoryUri": response.get("repository", {}).get("repositoryUri"),
        },
        name_property="RepositoryName",
        lower_case_name=True,
    ),
    "AWS::KMS::Alias": ApiResource(
        service="kms",
        create=(
            ApiCall(operation="CreateAlias", parameters=lambda p, name: {"AliasName": name} | same(p, "TargetKeyId")),
        ),
        update=(
            ApiCall(operation="UpdateAlias", parameters=lambda p, name: {"AliasName": name} | same(p, "TargetKeyId")),
        ),
        delete=(ApiCall(operation="DeleteAlias", parameters=lambda _, name: {"AliasName": name}),),
        name_property="AliasName",
    ),
    "AWS::KMS::Key": ApiResource(
        service="kms",
        create=(
            ApiCall(operation="CreateKey", parameters=_key_creation),
            ApiCall(
                operation="EnableKeyRotation",
                parameters=lambda _, key_id: {"KeyId": key_id},
                when=lambda p: _is_true(p.get("EnableKeyRotation", False)),
            ),
            ApiCall(
                operation="DisableKey",
                parameters=lambda _, key_id: {"KeyId": key_id},
                when=lambda p: not _is_true(p.get("Enabled", True)),
            ),
        ),
        changes=_key_changes,
        updatable=frozenset({*_KEY_DEFAULTS, "KeyPolicy", "PendingWindowInDays", "Tags"}),
        delete=(ApiCall(operation="ScheduleKeyDeletion", parameters=_key_deletion),),
        physical_id=lambda _properties, _name, response: response["KeyMetadata"]["KeyId"],
        attributes=lambda _properties, _name, response: same(response.get("KeyMetadata", {}), "Arn", "KeyId"),
    ),
}
