"""The custom resources that a stack's function handles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import CfnResource

from cdk_inference_recommender.validation.construct_memo import once
from inference_recommendations_handler.protocol.contract import CHOICE_SERVICE_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Stack
    from constructs import Construct, IDependable

    from cdk_inference_recommender.permissions.handler_grants import HandlerGrants

_ATTRIBUTE: Final = "_inference_recommender_custom_resources"


@dataclass(frozen=True, kw_only=True)
class CustomResources:
    """The custom resources of a stack, with what they all need of its provider.

    Attributes:
        stack: The stack.
        function_arn: ARN of the function; a token.
        state_machine_arn: ARN of the state machine; a token.
        grants: Permissions of the function for users' own roles, keys and model packages.
        ready: What each custom resource has to wait for.
    """

    stack: Stack
    function_arn: str
    state_machine_arn: str
    grants: HandlerGrants
    ready: Sequence[IDependable]

    @classmethod
    def of(cls, provider: Construct) -> CustomResources:
        """Return the custom resources of a provider.

        Args:
            provider: The provider, to which they are attached.
        """
        attached: CustomResources = vars(provider)[_ATTRIBUTE]
        return attached

    def attach_to(self, provider: Construct) -> None:
        """Attach this to a provider, so that `of` returns it.

        Args:
            provider: The provider.
        """
        vars(provider)[_ATTRIBUTE] = self

    def add(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        resource_type: str,
        properties: Mapping[Any, object],
        *,
        service_timeout_seconds: int = CHOICE_SERVICE_TIMEOUT_SECONDS,
        after: Sequence[IDependable] = (),
        made_by: type[CfnResource] = CfnResource,
    ) -> CfnResource:
        """Create a resource that the function handles, once the function has what it needs.

        The CDK's `CustomResource` would be two constructs, and three more calls into its JavaScript.

        Args:
            scope: Where it is created.
            id: Its id.
            resource_type: What it is.
            properties: By the type's own property names; None leaves one out.
            service_timeout_seconds: After which CloudFormation no longer waits for a response.
            after: What it waits for, which itself waits for what the function needs. Default: that alone.
            made_by: Class of the resource.
        """
        resource = made_by(
            scope,
            id,
            type=resource_type,
            properties={
                "ServiceToken": self.function_arn,
                "ServiceTimeout": str(service_timeout_seconds),
                **{name.value: value for name, value in properties.items() if value is not None},
            },
        )
        once(resource, "stack", lambda: self.stack)
        targets = after or self.ready
        if len(targets) == 1 and isinstance(targets[0], CfnResource):
            resource.add_resource_dependency(targets[0])
        else:
            resource.node.add_dependency(*targets)
        return resource
