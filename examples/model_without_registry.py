"""A model without a registry: an image and its artifacts, without a model package.

    cdk deploy --app "python -m examples.model_without_registry"

The load test takes about 45 minutes, and costs what its instances cost meanwhile. Nothing is left running: a model by
itself costs nothing. `model_stack.py` has the context values that name bucket and repository.
"""

from aws_cdk import App
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import acknowledge_granted
from examples.model_stack import ModelStack


class ModelWithoutRegistry(ModelStack):
    """A SageMaker model, and a job that measures it."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(self, "ModelRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        self.payload_bucket.grant_read(role)
        self.images.grant_pull(role)
        model = sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role.role_arn,
            primary_container=sagemaker.CfnModel.ContainerDefinitionProperty(
                image=self.images.repository_uri_for_tag("1"),
                model_data_url=self.payload_bucket.s3_url_for_object("churn/model.tar.gz"),
            ),
        )
        # SageMaker checks at once whether the role may read.
        model.node.add_dependency(role)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            model=ir.ModelSource.from_model(
                model,
                # What a model package would say: the service compares the model with similar ones.
                container_config=ir.ModelContainerConfig(
                    domain=ir.Domain.MACHINE_LEARNING,
                    task=ir.Task.CLASSIFICATION,
                    framework=ir.Framework.XGBOOST,
                    framework_version="1.7-1",
                    payload_config=ir.PayloadConfig.from_bucket(
                        self.payload_bucket, "churn/payload.tar.gz", supported_content_types=["text/csv"]
                    ),
                ),
            ),
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        job.add_outputs(job.recommend_real_time("Best"))
        acknowledge_granted(role)


app = App()
ModelWithoutRegistry(app, "ModelWithoutRegistry")
app.synth()
