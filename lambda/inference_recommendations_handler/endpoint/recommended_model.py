"""`Custom::RecommendedModel`: a SageMaker model that runs as the chosen recommendation was measured.

The physical id is the model's name, made of what decides how it runs: a choice that runs otherwise is another model,
and CloudFormation deletes the old one once the endpoint has left it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from inference_recommendations_handler.aws.errors import (
    AWS_ERRORS,
    MAY_PASS,
    ErrorKind,
    code_of,
    kind_of,
    message_of,
    says,
)
from inference_recommendations_handler.protocol.custom_resource_event import RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.response import Response

from .model_properties import (
    ModelProperties,
    ModelPropertiesError,
    is_model_name,
    model_name,
    model_tags,
    name_prefix,
    user_tags,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_sagemaker import SageMakerClient

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response:
    """Serve one event. Raises what boto3 raises where another delivery may succeed."""
    client = invocation.clients.sagemaker
    if event.request_type is RequestType.DELETE:
        return _delete(event, client)
    name = model_name(event)
    try:
        properties = ModelProperties.parse(event.properties)
        if event.request_type is RequestType.UPDATE and event.physical_resource_id == name:
            existing = _describe(name, client)
            if existing is not None:
                _bring_tags_in_line(event, existing, client)
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
            message = f"There is no model {properties.source_model}: give the endpoint the model that was measured."
            raise ModelPropertiesError(message)
    tags = [{"Key": key, "Value": value} for key, value in model_tags(event).items()]
    try:
        # Containers are copied as the service describes them, which mypy can't follow.
        cast("Any", client).create_model(**properties.request(source), ModelName=name, Tags=tags)
    except AWS_ERRORS as error:
        if kind_of(error) is not ErrorKind.TAKEN:
            raise
        # An earlier delivery has made it, or it is what a rollback returns to.
        log("model exists", physicalResourceId=name, requestId=event.request_id)
        existing = _describe(name, client)
        if existing is not None:
            _bring_tags_in_line(event, existing, client)
        return
    log("model created", physicalResourceId=name, requestId=event.request_id)


def _delete(event: CustomResourceEvent, client: SageMakerClient) -> Response:
    own = event.physical_resource_id or event.logical_resource_id
    # CloudFormation invents an id where a Create was never answered, which may have made its model all the same.
    name = own if own.startswith(f"{name_prefix(event)}-") else model_name(event)
    if not is_model_name(name):
        return Response(physical_resource_id=own)
    try:
        client.delete_model(ModelName=name)
    except AWS_ERRORS as error:
        if not (_is_missing(error) or _is_denied_for_want_of_a_model(error, name, client)):
            raise
    return Response(physical_resource_id=own)


def _is_denied_for_want_of_a_model(error: Exception, name: str, client: SageMakerClient) -> bool:
    """Return whether a call was denied because the model that the permission depends on doesn't exist.

    The role may delete models by their tags, and a name that no model has carries none. A model whose tags aren't
    shown yet is denied, too: as while IAM propagates, another delivery of the event may be allowed.
    """
    return kind_of(error) is ErrorKind.PERMISSION and _describe(name, client) is None


def _describe(name: str, client: SageMakerClient) -> Mapping[str, Any] | None:
    try:
        return client.describe_model(ModelName=name)
    except AWS_ERRORS as error:
        if _is_missing(error):
            return None
        raise


def _bring_tags_in_line(event: CustomResourceEvent, model: Mapping[str, Any], client: SageMakerClient) -> None:
    wanted, arn = model_tags(event), str(model["ModelArn"])
    removed = sorted(user_tags(event.old_properties).keys() - wanted.keys())
    try:
        client.add_tags(ResourceArn=arn, Tags=[{"Key": key, "Value": value} for key, value in wanted.items()])
        if removed:
            client.delete_tags(ResourceArn=arn, TagKeys=removed)
    except AWS_ERRORS as error:
        # The model runs as it should without them, and a failed update would roll back the whole stack.
        log(
            "tags not updated",
            level="WARNING",
            physicalResourceId=event.physical_resource_id,
            errorCode=code_of(error),
            reason=message_of(error),
        )


def _is_missing(error: Exception) -> bool:
    # SageMaker's words for it, under ValidationException.
    return kind_of(error) is ErrorKind.NOT_FOUND or says(error, "could not find model")


def _failed(event: CustomResourceEvent, name: str, reason: str, invocation: Invocation) -> Response:
    # A failed Update keeps the old id, so that the rollback finds the old model under it.
    return invocation.failed(event, reason, physical_resource_id=event.physical_resource_id or name)
