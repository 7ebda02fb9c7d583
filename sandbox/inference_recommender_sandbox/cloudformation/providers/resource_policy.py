"""`AWS::SQS::QueuePolicy` and `AWS::SNS::TopicPolicy`: a policy that several queues or topics get."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from inference_recommender_sandbox.cloudformation.providers.identities.identity_policies import document_text
from inference_recommender_sandbox.cloudformation.resource_provider import (
    ProvisionedResource,
    ResourceProvider,
    ResourceRequest,
)

from .api_resource import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .api_resource import ApiClients

_GONE: Final = ("NonExistentQueue", "NotFound")


@dataclass(frozen=True, kw_only=True)
class ResourcePolicy:
    """How a type sets and removes its policy.

    Attributes:
        service: boto3's name of the service.
        property_name: The property that lists who gets it.
        set: Sets the policy of one of them; an empty text removes it.
    """

    service: str
    property_name: str
    set: Callable[[Any, str, str], None]


def _set_queue_policy(sqs: Any, url: str, policy: str) -> None:
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


def _set_topic_policy(sns: Any, arn: str, policy: str) -> None:
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy or _default_topic_policy(arn))


def _default_topic_policy(arn: str) -> str:
    """Return what a topic has without a policy of its own: its account may publish and subscribe."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes", "SNS:SetTopicAttributes"],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}},
    }
    return json.dumps({"Version": "2008-10-17", "Statement": [statement]})


RESOURCE_POLICIES: Final[Mapping[str, ResourcePolicy]] = {
    "AWS::SNS::TopicPolicy": ResourcePolicy(service="sns", property_name="Topics", set=_set_topic_policy),
    "AWS::SQS::QueuePolicy": ResourcePolicy(service="sqs", property_name="Queues", set=_set_queue_policy),
}


class ResourcePolicyProvider(ResourceProvider):
    """Provisions a policy of queues or topics.

    Args:
        kind: How the type does it.
        clients: Call the sandbox.
    """

    def __init__(self, kind: ResourcePolicy, clients: ApiClients) -> None:
        self._kind = kind
        self._clients = clients

    def replaces(self, _old: dict[str, Any], _new: dict[str, Any]) -> bool:
        """Return False: every property can be changed in place."""
        return False

    def create(self, request: ResourceRequest) -> ProvisionedResource:
        """Set the policy."""
        name = request.generated_name()
        self._set(request, request.properties, document_text(request.properties["PolicyDocument"]))
        return ProvisionedResource(physical_id=name, attributes={"Id": name})

    def update(self, request: ResourceRequest, current: ProvisionedResource) -> ProvisionedResource:
        """Set the policy, and remove it from what no longer gets it."""
        kept = request.properties[self._kind.property_name]
        gone = [each for each in request.old_properties[self._kind.property_name] if each not in kept]
        self._set(request, {self._kind.property_name: gone}, "")
        self._set(request, request.properties, document_text(request.properties["PolicyDocument"]))
        return current

    def delete(self, request: ResourceRequest, current: ProvisionedResource) -> None:
        """Remove the policy; a queue or topic that is gone is no failure."""
        if not current.physical_id:
            return
        self._set(request, request.properties, "")

    def _set(self, request: ResourceRequest, properties: Mapping[str, Any], policy: str) -> None:
        client = self._clients.of(self._kind.service, request.region)
        for name in properties[self._kind.property_name]:
            try:
                self._kind.set(client, str(name), policy)
            except ClientError as error:
                if policy or not error.response["Error"]["Code"].endswith(_GONE):
                    raise refusal(error) from error
