"""How an endpoint takes requests from a queue."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.permissions.kms_key import kms_key_id
from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.cdk_interfaces import KEY, TOPIC
from cdk_inference_recommender.validation.enum_like import EnumLike
from cdk_inference_recommender.validation.prop_types import PropType

from .s3_destination import DESTINATION, S3Destination, destination_uri

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jsii
    from aws_cdk.aws_sns import ITopic
    from aws_cdk.interfaces.aws_kms import IKeyRef

_OUT: Final = "OutputConfig"
_NOTIFICATIONS: Final = "NotificationConfig"


class NotificationTopic(EnumLike):
    """A topic whose notifications hold the response (API reference, `AsyncInferenceNotificationConfig`)."""

    SUCCESS: ClassVar[NotificationTopic]
    ERROR: ClassVar[NotificationTopic]


NotificationTopic.SUCCESS = NotificationTopic("SUCCESS_NOTIFICATION_TOPIC")
NotificationTopic.ERROR = NotificationTopic("ERROR_NOTIFICATION_TOPIC")


@dataclass(frozen=True, kw_only=True)
class AsyncInference:
    """Where responses go if the endpoint is invoked with `InvokeEndpointAsync` (API reference, `AsyncInferenceConfig`).

    The endpoint then takes no `InvokeEndpoint`. Its role is allowed to write to the destinations, to publish to the
    topics and to use the key. The buckets with the requests are named in `input_buckets`, which it may read.

    Attributes:
        output: Where responses go.
        failure_output: Where the responses of failed invocations go. Default: nowhere.
        encryption_key: Of the objects. Default: the bucket's own encryption.
        success_topic: Receives a notification of each response. Default: none.
        error_topic: Receives a notification of each failure. Default: none.
        include_response_in: Topics whose notifications hold a response of at most 128 KB. Default: none.
        max_concurrent_invocations_per_instance: Requests that a container gets at a time, 1 to 1000. Default: the
            service chooses.
    """

    output: S3Destination = field(
        metadata=member(_OUT, "S3OutputPath", kind=replace(DESTINATION, is_required=True), render=destination_uri)
    )
    failure_output: S3Destination | None = field(
        default=None, metadata=member(_OUT, "S3FailurePath", kind=DESTINATION, render=destination_uri)
    )
    encryption_key: IKeyRef | None = field(
        default=None, metadata=member(_OUT, "KmsKeyId", kind=KEY, render=lambda key, _: kms_key_id(key))
    )
    success_topic: ITopic | None = field(
        default=None,
        metadata=member(_OUT, _NOTIFICATIONS, "SuccessTopic", kind=TOPIC, render=lambda topic, _: topic.topic_arn),
    )
    error_topic: ITopic | None = field(
        default=None,
        metadata=member(_OUT, _NOTIFICATIONS, "ErrorTopic", kind=TOPIC, render=lambda topic, _: topic.topic_arn),
    )
    include_response_in: Sequence[NotificationTopic] = field(
        default=(),
        metadata=member(
            _OUT,
            _NOTIFICATIONS,
            "IncludeInferenceResponseIn",
            kind=PropType(of=NotificationTopic, example="[NotificationTopic.SUCCESS]", is_list=True, is_required=True),
        ),
    )
    max_concurrent_invocations_per_instance: jsii.Number | None = field(
        default=None, metadata=member("ClientConfig", "MaxConcurrentInvocationsPerInstance")
    )
