"""`Custom::RecommendedModel`: a SageMaker model that runs as the chosen recommendation was measured.

The physical id is the model's name, a hash of what determines how it runs. Another choice is another model, and
CloudFormation deletes the old one after the endpoint's update.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from inference_recommendations_handler.aws.error_codes import ErrorKind
from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, code_of, is_missing, kind_of, message_of
from inference_recommendations_handler.protocol.custom_resource_event import RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.property_values import tag_list, tags_of
from inference_recommendations_handler.protocol.response import Response

from .model_properties import (
    ModelProperties,
    ModelPropertiesError,
    is_model_name,
    model_name,
    model_tags,
    name_prefix,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_sagemaker import SageMakerClient

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

_MISSING: Final = "could not find model"
"""Part of SageMaker's message, in a ValidationException."""


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response:
    """Handle one event. Raise what boto3 raises if another delivery can succeed."""
    client = invocation.clients.sagemaker
    if event.request_type is RequestType.DELETE:
        return _delete(event, client)
    name = model_name(event)
    try:
        properties = ModelProperties.parse(event.properties)
        if event.request_type is RequestType.UPDATE and event.physical_resource_id == name:
            existing = _describe(name, client)
            if existing is not None:
                _update_tags(event, existing, client)
                return Response(physical_resource_id=name)
        _create(name, properties, event, client)
    except ModelPropertiesError as error:
        return _failed(event, name, str(error), invocation)
    except AWS_ERRORS as error:
        if kind_of(error) in MAY_PASS:
            raise
        reason = f"{message_of(error)} ({code_of(error)}.) The model {name} of the recommended endpoint wasn't created."
        return _failed(event, name, reason, invocation)
    return Response(physical_resource_id=name)


def _create(name: str, properties: ModelProperties, event: CustomResourceEvent, client: SageMakerClient) -> None:
    source = None
    if properties.source_model is not None:
        source = _describe(properties.source_model, client)
        if source is None:
            raise ModelPropertiesError(
                f"There is no model {properties.source_model}: give the endpoint the model that was measured."
            )
    try:
        # mypy can't check containers that are copied from a description.
        cast("Any", client).create_model(**properties.request(source), ModelName=name, Tags=tag_list(model_tags(event)))
    except AWS_ERRORS as error:
        if kind_of(error) is not ErrorKind.TAKEN:
            raise
        # An earlier delivery created it, or a rollback returns to it.
        log("model exists", physicalResourceId=name, requestId=event.request_id)
        existing = _describe(name, client)
        if existing is not None:
            _update_tags(event, existing, client)
        return
    log("model created", physicalResourceId=name, requestId=event.request_id)


def _delete(event: CustomResourceEvent, client: SageMakerClient) -> Response:
    # CloudFormation generates an id for a Create without a response, which may have created its model nevertheless.
    name = event.own_id if event.own_id.startswith(f"{name_prefix(event)}-") else model_name(event)
    if not is_model_name(name):
        return Response(physical_resource_id=event.own_id)
    try:
        client.delete_model(ModelName=name)
    except AWS_ERRORS as error:
        if not (is_missing(error, _MISSING) or _is_denied_without_model(error, name, client)):
            raise
    return Response(physical_resource_id=event.own_id)


def _is_denied_without_model(error: Exception, name: str, client: SageMakerClient) -> bool:
    """Return whether a call was denied because the model doesn't exist.

    The role's permission to delete models depends on their tags, and a name without a model has none. The call is also
    denied while the model's tags aren't visible yet. Then another delivery of the event can succeed.
    """
    return kind_of(error) is ErrorKind.PERMISSION and _describe(name, client) is None


def _describe(name: str, client: SageMakerClient) -> Mapping[str, Any] | None:
    try:
        return client.describe_model(ModelName=name)
    except AWS_ERRORS as error:
        if is_missing(error, _MISSING):
            return None
        raise


def _update_tags(event: CustomResourceEvent, model: Mapping[str, Any], client: SageMakerClient) -> None:
    wanted, arn = model_tags(event), str(model["ModelArn"])
    removed = sorted(tags_of(event.old_properties).keys() - wanted.keys())
    try:
        client.add_tags(ResourceArn=arn, Tags=tag_list(wanted))
        if removed:
            client.delete_tags(ResourceArn=arn, TagKeys=removed)
    except AWS_ERRORS as error:
        # A failed update would roll back the whole stack, although the model runs without these tags.
        log(
            "tags not updated",
            level="WARNING",
            physicalResourceId=event.physical_resource_id,
            errorCode=code_of(error),
            reason=message_of(error),
        )


def _failed(event: CustomResourceEvent, name: str, reason: str, invocation: Invocation) -> Response:
    # A failed Update keeps the old id, so that the rollback finds the old model.
    return invocation.failed(event, reason, physical_resource_id=event.physical_resource_id or name)
