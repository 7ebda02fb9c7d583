"""The example application: two recommendation jobs, and an endpoint configuration that uses what they found.

`examples/model_stack.py` lists the context values (`cdk deploy -c name=value`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import App, CfnOutput
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender import InferenceRecommendationsJob, Objective, RealTimeRecommendation
from examples.acknowledged_findings import NO_VOLUME_KEY, acknowledge, acknowledge_granted
from examples.load_test_stairs import LoadTest
from examples.model_stack import ModelStack

if TYPE_CHECKING:
    from constructs import Construct

PREFIX = "/inference-recommender-example/cheapest"


class InstanceRecommendation(ModelStack):
    """A Default job: AWS picks the instance types, and the cheapest per inference is published."""

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        super().__init__(scope, id)
        job = InferenceRecommendationsJob(
            self, "Job", model=self.model, input_buckets=[self.payload_bucket], image_repositories=[self.images]
        )
        cheapest = job.recommend_real_time("Cheapest", optimize_for=Objective.COST_PER_INFERENCE)
        cheapest.publish(PREFIX)
        CfnOutput(self, "JobName", value=job.job_name)
        CfnOutput(self, "InstanceType", value=cheapest.instance_type)
        CfnOutput(self, "CostPerHour", value=cheapest.cost_per_hour)


class Hosting(ModelStack):
    """An endpoint configuration on the published instance type; not created before the job has finished."""

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 -- the CDK's name for it
        super().__init__(scope, id)
        cheapest = RealTimeRecommendation.from_parameters(self, "Cheapest", PREFIX)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        self.payload_bucket.grant_read(role)
        self.images.grant_pull(role)
        acknowledge_granted(role)
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(model_package_name=self.model_package_arn),
        )
        model.node.add_dependency(role)
        configuration = sagemaker.CfnEndpointConfig(
            self,
            "EndpointConfig",
            production_variants=[cheapest.production_variant(model_name=model.attr_model_name)],
        )
        acknowledge(configuration, "An example. In production: give kms_key_id.", *NO_VOLUME_KEY)
        CfnOutput(self, "EndpointConfigName", value=configuration.attr_endpoint_config_name)
        CfnOutput(self, "InstanceType", value=cheapest.instance_type)


app = App()
InstanceRecommendation(app, "InstanceRecommendation")
LoadTest(app, "LoadTest")
Hosting(app, "Hosting")
app.synth()
