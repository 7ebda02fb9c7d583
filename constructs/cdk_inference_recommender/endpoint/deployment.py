"""Updates of a recommended endpoint, and the alarms that roll them back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import Stack
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_inference_recommender.permissions.endpoint_grants import describe_alarms_statement
from cdk_inference_recommender.validation.api_member import rendered, with_member

from .props.deployment_config import alarm_name, rendered_alarms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_sagemaker as sagemaker
    from aws_cdk.interfaces.aws_cloudwatch import IAlarmRef

    from .props.deployment_config import AnyAlarm, DeploymentConfig

_ALARMS: Final = ("DeploymentConfig", "AutoRollbackConfiguration", "Alarms")


class EndpointDeployment:
    """How CloudFormation's endpoint is updated."""

    def __init__(self, endpoint: sagemaker.CfnEndpoint, role: iam.IRole, config: DeploymentConfig | None) -> None:
        """Set the endpoint's deployment configuration.

        Args:
            endpoint: CloudFormation's endpoint.
            role: The containers' role, with which SageMaker reads the alarms.
            config: As given; None for the service's default.
        """
        self._endpoint: Final = endpoint
        self._role: Final = role
        self._alarms: Final[list[AnyAlarm]] = []
        if config is not None:
            endpoint.add_property_override("DeploymentConfig", rendered(config, "deployment_config"))
            self.add_alarms(config.alarms)

    def add_alarms(self, alarms: Sequence[AnyAlarm]) -> None:
        """Let further alarms roll updates back.

        Args:
            alarms: Names or constructs.
        """
        if not alarms:
            return
        self._alarms.extend(alarms)
        self._endpoint.add_property_override(".".join(_ALARMS), rendered_alarms(self._alarms))
        names = [alarm_name(alarm) for alarm in alarms]
        self._role.add_to_principal_policy(describe_alarms_statement(self._endpoint, names))
        self._endpoint.node.add_dependency(self._role)

    def added_to(self, document: Mapping[str, object]) -> dict[str, object]:
        """Return a document with all alarms.

        Args:
            document: As `rendered_props` makes it.
        """
        alarms = rendered_alarms(self._alarms)
        return with_member(document, _ALARMS, alarms) if alarms else dict(document)

    def alarms_of_endpoint(self) -> list[str]:
        """Return the paths of the alarms that CloudFormation can create only after the endpoint that names them."""
        stack = Stack.of(self._endpoint)
        own = json.dumps(stack.get_logical_id(self._endpoint))
        found = []
        for alarm in self._alarms:
            watched = None if isinstance(alarm, str) else _watched(alarm)
            if watched is not None and not isinstance(alarm, str) and own in json.dumps(stack.resolve(watched)):
                found.append(alarm.node.path)
        return found


def _watched(alarm: IAlarmRef) -> list[Any] | None:
    resource = alarm if isinstance(alarm, cloudwatch.CfnAlarm) else alarm.node.default_child
    return [resource.dimensions, resource.metrics] if isinstance(resource, cloudwatch.CfnAlarm) else None
