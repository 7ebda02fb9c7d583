"""An endpoint that runs what a recommendation job found to be best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk.interfaces.aws_sagemaker import EndpointReference

from cdk_inference_recommender.job.props.job_props import job_property_path
from cdk_inference_recommender.model.network import JobNetwork
from cdk_inference_recommender.model.tags import tags_of
from cdk_inference_recommender.permissions.hosting_role import hosting_role
from cdk_inference_recommender.permissions.kms_key import kms_key_id
from cdk_inference_recommender.permissions.network_permissions import InterfaceNetwork
from cdk_inference_recommender.permissions.role_arn import role_arn_of
from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
from cdk_inference_recommender.request import UNRESOLVED
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.prop_types import check_types
from cdk_inference_recommender.validation.reported_problems import report_problems, share_causes
from cdk_inference_recommender.validation.stack_environment import region_of
from cdk_inference_recommender.validation.tokens import mask_tokens
from cdk_inference_recommender.validation.validation_error import ValidationError
from inference_recommendations_handler.protocol.contract import OwnerTag

from .auto_scaled_endpoint import AutoScaledEndpoint
from .document import endpoint_document
from .grants import RecommendedEndpointGrants
from .hosted_model import HostedModel
from .instance_count import EndpointInstanceCount
from .prop_types import ENDPOINT_PROP_TYPES, reject_serverless_props
from .recommended_model import RecommendedModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
    from cdk_inference_recommender.request import Path


@jsii.implements(sagemaker.IEndpoint, iam.IGrantable, ec2.IConnectable)
class RecommendedEndpoint(AutoScaledEndpoint):
    """Model, endpoint configuration, endpoint and autoscaling, as a recommendation says and as it was measured.

    The model runs with the environment and the inference specification of the chosen result. A later deployment that
    chooses another result creates a new model and configuration, and updates the same endpoint to them. SageMaker
    starts the new instances beside the old ones, which serve until then (API reference, `UpdateEndpoint`). If the
    update fails, the old ones continue to serve. The number of instances and the weight that were set at run time, by
    autoscaling or by hand, are retained; another instance type starts with the recommended number of instances.

    A result that SageMaker Neo compiled fails the deployment, since the endpoint would run the uncompiled model, which
    wasn't measured.

    Example:
        ```python
        best = job.recommend_real_time("Best", constraints=Constraints(max_cost_per_hour=0.5))
        endpoint = RecommendedEndpoint(
            self, "Endpoint",
            recommendation=best,
        )
        endpoint.auto_scale_instance_count(max_capacity=4).scale_on_invocations("Load")
        endpoint.grant_invoke(client_function)
        ```
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 -- the CDK's name for it
        *,
        recommendation: RealTimeRecommendation | ServerlessRecommendation,
        model: ModelSource | None = None,
        role: iam.IRole | None = None,
        input_buckets: Sequence[IBucket] | None = None,
        image_repositories: Sequence[IRepository] | None = None,
        endpoint_name: str | None = None,
        variant_name: str = "AllTraffic",
        volume_encryption_key: IKeyRef | None = None,
        vpc: ec2.IVpc | None = None,
        vpc_subnets: ec2.SubnetSelection | None = None,
        security_groups: Sequence[ec2.ISecurityGroup] | None = None,
        network_isolation: bool | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Declare an endpoint and what it is made of.

        Args:
            scope: The construct's parent.
            id: Its id.
            recommendation: Of this stack, or read with `from_parameters`. Whether it is real-time or serverless decides
                what the endpoint is, and is known at synth.
            model: What the job has measured. A model is copied; its network and isolation are kept where none are
                given. `container_config` plays no part, except that one that lets SageMaker Neo compile is warned of.
                Default: the model of the recommendation's job. Required if the recommendation was read with
                `from_parameters` or the job is imported.
            role: With which the containers run. What is named below is granted to it, unless it is immutable, as by
                `without_policy_updates()`. Default: a role with the least that is needed.
            input_buckets: Buckets with the model's artifacts, which the role may read. Default: those of the
                recommendation's job.
            image_repositories: Repositories that the role may pull container images from. Default: likewise.
            endpoint_name: At most 63 characters. Default: generated. A name keeps CloudFormation from replacing the
                endpoint, should it have to.
            variant_name: Of the production variant. Default: `AllTraffic`.
            volume_encryption_key: Encrypts the instances' volumes. Real-time only. Instance types with local disks take
                none (API reference, `CreateEndpointConfig`): exclude their families in the constraints.
            vpc: The containers get network interfaces in it. Real-time only.
            vpc_subnets: Which of its subnets, 1 to 16. Default: the private ones, which the VPC has to have. Others
                need VPC endpoints for S3, ECR, CloudWatch and CloudWatch Logs, and are warned of.
            security_groups: Default: one of its own, which allows everything out and nothing in.
            network_isolation: Whether the containers have no network. Real-time only. Default: as the source, or
                no isolation for a package.
            tags: For model, configuration and endpoint, besides those of `Tags.of(...)`.

        Raises:
            ValidationError: The scope is in no stack, a prop is of another type, `vpc_subnets` finds no subnets, the
                model isn't known, or a serverless endpoint is given what it can't have. Every other problem, such as a
                name or a tag that the service refuses, is reported by `app.synth()`, together with those of all other
                constructs.
        """
        # Read before anything else is named here, so that no prop can be forgotten.
        given = {name: value for name, value in locals().items() if name in ENDPOINT_PROP_TYPES}
        super().__init__(scope, id)
        check_types(self, ENDPOINT_PROP_TYPES, **given)
        share_causes(self, given)
        is_serverless = isinstance(recommendation, ServerlessRecommendation)
        if is_serverless:
            reject_serverless_props(self, given)
        hosted = HostedModel.of(
            self,
            recommendation,
            model=model,
            input_buckets=input_buckets,
            image_repositories=image_repositories,
        )
        network = JobNetwork.of(
            self,
            vpc=vpc,
            vpc_subnets=vpc_subnets,
            security_groups=security_groups,
            description="Endpoint of a SageMaker Inference Recommender recommendation",
        )
        self._connections: Final = network.connections if network else None
        self.role: Final[iam.IRole] = role or hosting_role(
            self,
            input_buckets=hosted.input_buckets,
            image_repositories=hosted.image_repositories,
            network=InterfaceNetwork.of(network),
        )
        self._model: Final = RecommendedModel(
            self,
            "Model",
            recommendation=recommendation,
            source=hosted.source,
            role=self.role,
            network=network,
            network_isolation=network_isolation,
        )
        if role is not None:
            hosted.grant_to(role, before=self._model)
        self._recommendation = recommendation
        self._configuration: Final = sagemaker.CfnEndpointConfig(
            self,
            "EndpointConfig",
            production_variants=[
                recommendation.production_variant(model_name=self._model.model_name, variant_name=variant_name)
            ],
            kms_key_id=kms_key_id(volume_encryption_key),
        )
        if volume_encryption_key is not None:
            # An alias is named here, which says nothing of its being made first.
            self._configuration.node.add_dependency(volume_encryption_key)
        self._endpoint: Final = sagemaker.CfnEndpoint(
            self,
            "Resource",
            endpoint_config_name=self._configuration.attr_endpoint_config_name,
            endpoint_name=endpoint_name,
            # Whenever there are instances: a value that changes would itself update the endpoint, and a rollback to
            # false would reset what autoscaling, or somebody by hand, has set at run time. Whether it would also keep
            # a serverless endpoint from getting another memory or concurrency isn't documented.
            retain_all_variant_properties=None if is_serverless else True,
        )
        self._instance_count = (
            None
            if isinstance(recommendation, ServerlessRecommendation)
            else EndpointInstanceCount(
                self,
                "InstanceCount",
                endpoint=self._endpoint,
                configuration=self._configuration,
                variant_name=variant_name,
                recommendation=recommendation,
            )
        )
        # By this tag, and by no name, the handler may change how many instances there are.
        self._endpoint.tags.set_tag(OwnerTag.STACK_ID, self.stack.stack_id)
        for key, value in (tags or {}).items():
            Tags.of(self).add(key, value)

        def tags_of_each() -> list[list[dict[str, str]]]:
            return [self._model.tags.known(), tags_of(self._configuration.tags), tags_of(self._endpoint.tags)]

        def document() -> dict[str, object]:
            return endpoint_document(
                model=hosted.source,
                role_arn=role_arn_of(self.role),
                endpoint_name=endpoint_name,
                variant_name=variant_name,
                volume_kms_key_id=kms_key_id(volume_encryption_key),
                network=network,
                tags=tags_of_each(),
            )

        def spell(path: Path) -> str:
            return job_property_path(path, document())

        report_problems(
            self,
            lambda: [
                *checks.check_endpoint(
                    {name: mask_tokens(value) for name, value in document().items()},
                    measured=hosted.measured.input_config if hosted.measured else UNRESOLVED,
                    can_read=role is not None or bool(hosted.input_buckets or hosted.image_repositories),
                    region=region_of(self),
                    number_of_model_tags=len(self._model.tags.known()),
                    most_tags=max(map(len, tags_of_each())),
                ),
                *checks.check_network(network),
                *checks.check_incoming_references(document(), self, own_role=role is None),
            ],
            spell,
        )

    @property
    def endpoint_name(self) -> str:
        """Name of the endpoint."""
        return self._endpoint.attr_endpoint_name

    @property
    def endpoint_arn(self) -> str:
        """ARN of the endpoint."""
        return self._endpoint.ref

    @property
    def endpoint_ref(self) -> EndpointReference:
        """Reference for constructs that take an `IEndpointRef`."""
        return EndpointReference(endpoint_arn=self.endpoint_arn)

    @property
    def model_name(self) -> str:
        """Name of the model; another one for a choice that runs otherwise."""
        return self._model.model_name

    @property
    def grant_principal(self) -> iam.IPrincipal:
        """The role of the containers, so that `bucket.grant_read(endpoint)` works."""
        return self.role

    @property
    def connections(self) -> ec2.Connections:
        """Opens the containers' security groups to others.

        Raises:
            ValidationError: The endpoint is in no VPC.
        """
        if self._connections is None:
            raise ValidationError(f"{self.node.path}: an endpoint without a VPC has no connections. Give it a vpc.")
        return self._connections

    @property
    def grants(self) -> RecommendedEndpointGrants:
        """What others may be allowed to do with the endpoint, for example `endpoint.grants.invoke(function)`."""
        return RecommendedEndpointGrants(self.endpoint_arn)

    def grant_invoke(self, grantee: iam.IGrantable) -> iam.Grant:
        """Allow invoking the endpoint; the same as `grants.invoke`.

        Args:
            grantee: Who may invoke it.
        """
        return self.grants.invoke(grantee)

    def add_to_role_policy(self, statement: iam.PolicyStatement) -> None:
        """Add a statement to the policy of the containers' role.

        Args:
            statement: What the containers may do besides.
        """
        self.role.add_to_principal_policy(statement)
