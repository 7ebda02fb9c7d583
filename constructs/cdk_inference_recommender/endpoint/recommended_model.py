"""The model of a recommended endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jsii
from aws_cdk import ITaggableV2, RemovalPolicy, TagManager
from constructs import Construct

from cdk_inference_recommender.cross_stack.references import THROUGH_PARAMETER, report_cross_stack_references
from cdk_inference_recommender.model.name_prefix import name_prefix
from cdk_inference_recommender.model.tags import JobTags
from cdk_inference_recommender.permissions.role_arn import role_arn_of
from cdk_inference_recommender.provider.inference_recommender_provider import custom_resources_of
from inference_recommendations_handler.protocol.contract import (
    MAX_MODEL_NAME_PREFIX_LENGTH,
    RecommendedModelProperty,
    ResourceType,
)

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam

    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.model.network import JobNetwork
    from cdk_inference_recommender.recommendation.recommendation import Recommendation


@jsii.implements(ITaggableV2)
class RecommendedModel(Construct):
    """A model with the environment and the inference specification that were measured; see `RecommendedEndpoint`.

    CloudFormation's own model can't be used: the names of the environment variables are known at deploy time only.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        recommendation: Recommendation,
        source: ModelSource,
        role: iam.IRole,
        network: JobNetwork | None,
        network_isolation: bool | None,
    ) -> None:
        """Declare a model.

        Args:
            scope: The endpoint.
            id: Its id.
            recommendation: What was chosen.
            source: The model package, or the model, that was measured.
            role: With which the containers run.
            network: Where they have network interfaces; None for those of the source.
            network_isolation: Whether the containers have no network; None as the source.
        """
        super().__init__(scope, id)
        self.tags: Final = JobTags(None, ResourceType.RECOMMENDED_MODEL)
        prefix = name_prefix(scope, id, max_length=MAX_MODEL_NAME_PREFIX_LENGTH)
        custom_resources = custom_resources_of(self)
        properties: dict[RecommendedModelProperty, Any] = {
            RecommendedModelProperty.NAME_PREFIX: prefix,
            RecommendedModelProperty.MODEL_PACKAGE_ARN: source.model_package_version_arn,
            RecommendedModelProperty.SOURCE_MODEL_NAME: source.model_name,
            RecommendedModelProperty.EXECUTION_ROLE_ARN: role_arn_of(role),
            RecommendedModelProperty.VPC_CONFIG: _vpc_config(network),
            RecommendedModelProperty.ENABLE_NETWORK_ISOLATION: network_isolation,
            RecommendedModelProperty.TAGS: self.tags.known() or None,
            RecommendedModelProperty.RECOMMENDATION_ID: recommendation.recommendation_id,
            RecommendedModelProperty.INFERENCE_SPECIFICATION_NAME: recommendation.inference_specification_name,
            RecommendedModelProperty.COMPILATION_JOB_NAME: recommendation.compilation_job_name,
            RecommendedModelProperty.ENVIRONMENT_JSON: recommendation.environment_json,
        }
        package_arn = source.model_package_version_arn
        resource = custom_resources.add(
            self,
            "Resource",
            ResourceType.RECOMMENDED_MODEL,
            properties,
            after=(
                *custom_resources.grants.pass_role(role),
                *(custom_resources.grants.read_model_package(package_arn) if package_arn is not None else ()),
                *(network.established if network else ()),
            ),
        )
        resource.apply_removal_policy(RemovalPolicy.DESTROY)
        self.tags.of(resource)
        report_cross_stack_references(scope, resource, "ModelName", THROUGH_PARAMETER)
        self.model_name: Final = resource.ref
        """Known when the model was made; another one for a choice that runs otherwise."""

    @property
    def cdk_tag_manager(self) -> TagManager:
        """The model's tags, so that `Tags.of(...)` reaches it."""
        return self.tags.manager


def _vpc_config(network: JobNetwork | None) -> dict[str, list[str]] | None:
    if network is None:
        return None
    return {
        "Subnets": list(network.subnet_ids),
        "SecurityGroupIds": [group.security_group_id for group in network.security_groups],
    }
