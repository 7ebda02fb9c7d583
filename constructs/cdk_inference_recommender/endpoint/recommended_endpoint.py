"""An endpoint that runs what a recommendation job found to be best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import jsii
from aws_cdk import Tags
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender.model.network import JobNetwork
from cdk_inference_recommender.model.tags import tags_of
from cdk_inference_recommender.permissions.hosting_role import hosting_role
from cdk_inference_recommender.permissions.role_arn import role_arn_of
from cdk_inference_recommender.recommendation.serverless_recommendation import ServerlessRecommendation
from cdk_inference_recommender.request import UNRESOLVED
from cdk_inference_recommender.validation import checks
from cdk_inference_recommender.validation.finite_numbers import refuse_non_finite
from cdk_inference_recommender.validation.prop_types import check_types
from cdk_inference_recommender.validation.reported_problems import report_problems, share_causes
from cdk_inference_recommender.validation.stack_environment import region_of
from cdk_inference_recommender.validation.tokens import mask_tokens
from cdk_inference_recommender.validation.validation_error import ValidationError, prefix_errors_with_path
from inference_recommendations_handler.protocol.contract import OwnerTag

from .auto_scaled_endpoint import AutoScaledEndpoint
from .configuration import endpoint_configuration
from .deployment import EndpointDeployment
from .document import endpoint_document, rendered_props
from .hosted_model import HostedModel
from .instance_count import EndpointInstanceCount
from .prop_types import ALARM_ARGUMENT_TYPES, reject_props_of_other_kind
from .props.endpoint_props import ENDPOINT_PROP_TYPES, ENDPOINT_PROPS, EndpointProps, endpoint_property_path
from .recommended_model import RecommendedModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import Duration, Size
    from aws_cdk.aws_ecr import IRepository
    from aws_cdk.aws_s3 import IBucket
    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

    from cdk_inference_recommender.model.model_source import ModelSource
    from cdk_inference_recommender.recommendation.real_time_recommendation import RealTimeRecommendation
    from cdk_inference_recommender.request import Path

    from .props.async_inference import AsyncInference
    from .props.core_dump import CoreDump
    from .props.data_capture import DataCapture
    from .props.deployment_config import AnyAlarm, DeploymentConfig
    from .props.inference_ami_version import InferenceAmiVersion
    from .props.routing_strategy import RoutingStrategy


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
        initial_instance_count: jsii.Number | None = None,
        provisioned_concurrency: jsii.Number | None = None,
        deployment_config: DeploymentConfig | None = None,
        data_capture: DataCapture | None = None,
        async_inference: AsyncInference | None = None,
        core_dump: CoreDump | None = None,
        model_data_download_timeout: Duration | None = None,
        container_startup_health_check_timeout: Duration | None = None,
        instance_provision_timeout: Duration | None = None,
        inference_ami_version: InferenceAmiVersion | None = None,
        routing_strategy: RoutingStrategy | None = None,
        capacity_reservation: str | None = None,
        enable_ssm_access: bool | None = None,
        enhanced_metrics: bool | None = None,
        metric_publish_frequency: Duration | None = None,
        volume_size: Size | None = None,
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
            initial_instance_count: How many instances, 1 or more. Default: as recommended.
            provisioned_concurrency: Of a serverless endpoint, 1 to 200 and at most its concurrency. Default: none.
            deployment_config: How updates shift the traffic, and what rolls them back. Real-time only, as the following
                props. Default: all at once, and no alarms.
            data_capture: Records requests and responses. Default: none.
            async_inference: Takes requests from a queue. Default: synchronous invocations.
            core_dump: Keeps the memory of a container that crashes. Default: nothing.
            model_data_download_timeout: Until the model is extracted, 1 to 60 minutes. Default: the service's.
            container_startup_health_check_timeout: Until the container is healthy, 1 to 60 minutes. Default: likewise.
            instance_provision_timeout: Until instances have started, 5 to 60 minutes. Default: likewise.
            inference_ami_version: Machine image of the instances. Default: the service's, which the job has measured.
            routing_strategy: Which instance gets a request. Default: the service's.
            capacity_reservation: ARN of the ML capacity reservation that all instances start in. An update needs room
                in it for the new instances beside the old ones. Default: none.
            enable_ssm_access: Whether Systems Manager opens sessions in the containers. Default: it doesn't.
            enhanced_metrics: Whether there are metrics of each instance. Default: there aren't.
            metric_publish_frequency: How often metrics are published: 10, 30, 60, 120, 180, 240 or 300 seconds.
                Default: 60 seconds.
            volume_size: Of each instance's volume, 1 to 512 GiB. Default: the service's.
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
        given = {name: value for name, value in locals().items() if name in ENDPOINT_PROPS}
        super().__init__(scope, id)
        check_types(self, ENDPOINT_PROP_TYPES, **{name: given[name] for name in ENDPOINT_PROP_TYPES})
        share_causes(self, given)
        props = EndpointProps(**given)
        self._recommendation, self._variant_name, self._given_name = recommendation, variant_name, endpoint_name
        self._is_serverless = isinstance(recommendation, ServerlessRecommendation)
        reject_props_of_other_kind(self, props, is_serverless=self._is_serverless)
        with prefix_errors_with_path(self):
            rendered = rendered_props(props)
            refuse_non_finite(rendered, endpoint_property_path)
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
        self._connections = network.connections if network else None
        self._role = role or hosting_role(
            self,
            input_buckets=hosted.input_buckets,
            image_repositories=hosted.image_repositories,
            network=network,
        )
        self._model = RecommendedModel(
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
        self._configuration: Final = endpoint_configuration(self, props, rendered, model=self._model, role=self.role)
        self._endpoint = sagemaker.CfnEndpoint(
            self,
            "Resource",
            endpoint_config_name=self._configuration.attr_endpoint_config_name,
            endpoint_name=endpoint_name,
            # Whenever there are instances: a value that changes would itself update the endpoint, and a rollback to
            # false would reset what autoscaling, or somebody by hand, has set at run time. Whether it would also keep
            # a serverless endpoint from getting another memory or concurrency isn't documented.
            retain_all_variant_properties=None if self._is_serverless else True,
        )
        self._deployment: Final = EndpointDeployment(self._endpoint, self.role, deployment_config)
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
                initial_instance_count=initial_instance_count,
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
                self._deployment.added_to(rendered),
                model=hosted.source,
                role_arn=role_arn_of(self.role),
                network=network,
                tags=tags_of_each(),
            )

        def spell(path: Path) -> str:
            return endpoint_property_path(path, document())

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
                    fewest_instances=self._fewest_instances(initial_instance_count),
                    alarms_of_endpoint=self._deployment.alarms_of_endpoint(),
                ),
                *checks.check_network(network),
                *checks.check_incoming_references(document(), self, own_role=role is None),
            ],
            spell,
        )

    def add_rollback_alarms(self, *alarms: AnyAlarm) -> None:
        """Let alarms roll updates of the endpoint back, besides those of `deployment_config`.

        CloudFormation creates an alarm on the endpoint's own metrics, such as `metric_model_latency()`, before the
        endpoint only if the endpoint's name is given as `endpoint_name`.

        Args:
            *alarms: Alarms or their names; at most 10 in all.

        Raises:
            ValidationError: The endpoint is serverless, or an alarm is of another type.
        """
        check_types(self, ALARM_ARGUMENT_TYPES, alarms=alarms)
        if self._is_serverless:
            raise ValidationError(
                f"{self.node.path}: a serverless endpoint has no rollback by alarms (developer guide, deployment "
                "guardrails). Leave the alarms out, or use a real-time recommendation."
            )
        self._deployment.add_alarms(alarms)
