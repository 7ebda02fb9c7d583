"""Queues, topics and subscriptions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from .api_resource import ApiCall, ApiResource, Parameters, fixed, same, tag_changes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_recommender_sandbox.cloudformation.resource_provider import ProvisionedResource

_QUEUE_DEFAULTS: Final = {
    "DelaySeconds": 0,
    "MaximumMessageSize": 1_048_576,
    "MessageRetentionPeriod": 345_600,
    "ReceiveMessageWaitTimeSeconds": 0,
    "VisibilityTimeout": 30,
}
"""Attributes that an update sets back. Source: API reference of SetQueueAttributes."""
_QUEUE_CHOICES: Final = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
)
_TOPIC_CHOICES: Final = ("ContentBasedDeduplication", "DisplayName", "KmsMasterKeyId")


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(properties: Parameters, *names: str) -> dict[str, str]:
    return {name: _text(value) for name, value in same(properties, *names).items()}


def _tags(properties: Parameters) -> dict[str, str]:
    return {tag["Key"]: str(tag["Value"]) for tag in properties.get("Tags", [])}


def _queue_creation(properties: Parameters, name: str) -> Parameters:
    is_fifo = _text(properties.get("FifoQueue", False)) == "true"
    attributes = _texts(properties, *_QUEUE_DEFAULTS, *_QUEUE_CHOICES) | ({"FifoQueue": "true"} if is_fifo else {})
    suffix = ".fifo" if is_fifo and not name.endswith(".fifo") else ""
    return {"QueueName": name + suffix, "Attributes": attributes, "tags": _tags(properties)}


def _queue_update(properties: Parameters, url: str) -> Parameters:
    defaults = {name: str(value) for name, value in _QUEUE_DEFAULTS.items()}
    return {"QueueUrl": url, "Attributes": defaults | _texts(properties, *_QUEUE_DEFAULTS, *_QUEUE_CHOICES)}


def _queue_tag_changes(old: Parameters, new: Parameters, current: ProvisionedResource) -> Iterator[ApiCall]:
    gone, changed = tag_changes(old, new)
    if gone:
        yield fixed("UntagQueue", {"QueueUrl": current.physical_id, "TagKeys": gone})
    if changed:
        yield fixed("TagQueue", {"QueueUrl": current.physical_id, "Tags": _tags({"Tags": changed})})


def _topic_tag_changes(old: Parameters, new: Parameters, current: ProvisionedResource) -> Iterator[ApiCall]:
    gone, changed = tag_changes(old, new)
    if gone:
        yield fixed("UntagResource", {"ResourceArn": current.physical_id, "TagKeys": gone})
    if changed:
        yield fixed("TagResource", {"ResourceArn": current.physical_id, "Tags": changed})
    for name in _TOPIC_CHOICES:
        if old.get(name) != new.get(name):
            yield fixed(
                "SetTopicAttributes",
                {
                    "TopicArn": current.physical_id,
                    "AttributeName": name,
                    "AttributeValue": _text(new.get(name, "")),
                },
            )


def _topic_creation(properties: Parameters, name: str) -> Parameters:
    is_fifo = _text(properties.get("FifoTopic", False)) == "true"
    attributes = _texts(properties, *_TOPIC_CHOICES) | ({"FifoTopic": "true"} if is_fifo else {})
    suffix = ".fifo" if is_fifo and not name.endswith(".fifo") else ""
    return {"Name": name + suffix, "Attributes": attributes, "Tags": properties.get("Tags", [])}


MESSAGING_RESOURCES: Final[dict[str, ApiResource]] = {
    "AWS::SNS::Subscription": ApiResource(
        service="sns",
        create=(ApiCall(operation="Subscribe", parameters=lambda p, _: same(p, "TopicArn", "Protocol", "Endpoint")),),
        delete=(ApiCall(operation="Unsubscribe", parameters=lambda _, arn: {"SubscriptionArn": arn}),),
        physical_id=lambda _properties, _name, response: response["SubscriptionArn"],
        attributes=lambda _properties, _name, response: {"Arn": response.get("SubscriptionArn")},
    ),
    "AWS::SNS::Topic": ApiResource(
        service="sns",
        create=(ApiCall(operation="CreateTopic", parameters=_topic_creation),),
        changes=_topic_tag_changes,
        updatable=frozenset({"Tags", *_TOPIC_CHOICES}),
        delete=(ApiCall(operation="DeleteTopic", parameters=lambda _, arn: {"TopicArn": arn}),),
        physical_id=lambda _properties, _name, response: response["TopicArn"],
        attributes=lambda _properties, _name, response: {
            "TopicArn": response.get("TopicArn"),
            "TopicName": str(response.get("TopicArn")).rsplit(":", 1)[-1],
        },
        name_property="TopicName",
        max_name_length=256,
    ),
    "AWS::SQS::Queue": ApiResource(
        service="sqs",
        create=(ApiCall(operation="CreateQueue", parameters=_queue_creation),),
        update=(ApiCall(operation="SetQueueAttributes", parameters=_queue_update),),
        changes=_queue_tag_changes,
        updatable=frozenset({"Tags", *_QUEUE_DEFAULTS, *_QUEUE_CHOICES}),
        delete=(ApiCall(operation="DeleteQueue", parameters=lambda _, url: {"QueueUrl": url}),),
        physical_id=lambda _properties, _name, response: response["QueueUrl"],
        describe=(
            ApiCall(
                operation="GetQueueAttributes",
                parameters=lambda _, url: {"QueueUrl": url, "AttributeNames": ["QueueArn"]},
            ),
        ),
        attributes=lambda _properties, _name, response: (
            {
                "Arn": response["Attributes"]["QueueArn"],
                "QueueName": response["QueueUrl"].rsplit("/", 1)[-1],
                "QueueUrl": response["QueueUrl"],
            }
            if response
            else {}
        ),
        name_property="QueueName",
        max_name_length=75,
    ),
}
"""A made-up queue's name leaves room for the suffix of FIFO queues."""
