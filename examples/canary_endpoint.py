"""An endpoint that is safe to change: a canary with alarms, autoscaling, metrics, and a sample of its requests.

    cdk deploy --all --app "python -m examples.canary_endpoint" -c optimize_for=ModelLatency

A new winner first gets half of the traffic. If one of the alarms goes into ALARM meanwhile, SageMaker returns all
traffic to the old winner, which has served all the time, and the stack rolls back. The job is in another stack than the
endpoint, which is scaled as the service recommends. It costs money until `cdk destroy --all`.

Context values (`-c name=value`), beside those of `model_stack.py`:
    optimize_for: By which measure the winner is chosen. Default: CostPerInference.
"""

from aws_cdk import App, CfnOutput, Duration
from aws_cdk import aws_s3 as s3
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import (
    ALARM_WITHOUT_ACTION,
    NO_VOLUME_KEY,
    PLAIN_BUCKET,
    acknowledge,
    wildcards,
)
from examples.model_stack import ModelStack

PREFIX = "/inference-recommender-example/canary"


class Benchmark(ModelStack):
    """A recommendation job, and the winner for the other stack to read."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        best = job.recommend_real_time(
            "Best", optimize_for=ir.Objective.of(self.context("optimize_for", "CostPerInference"))
        )
        best.publish(PREFIX)


class Operated(ModelStack):
    """The endpoint, with what its operators need."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        best = ir.RealTimeRecommendation.from_parameters(self, "Best", PREFIX)
        captured = s3.Bucket(self, "Captured", enforce_ssl=True, block_public_access=s3.BlockPublicAccess.BLOCK_ALL)
        endpoint = ir.RecommendedEndpoint(
            self,
            "Endpoint",
            recommendation=best,
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
            # Alarms on the endpoint's own metrics have to know it.
            endpoint_name="image-classifier",
            initial_instance_count=2,
            deployment_config=ir.DeploymentConfig.canary(
                size=ir.CapacitySize.percent(50),
                wait_interval=Duration.minutes(10),
                termination_wait=Duration.minutes(5),
            ),
            data_capture=ir.DataCapture(
                destination=ir.S3Destination(bucket=captured, prefix="requests"), sampling_percentage=5
            ),
        )
        errors = endpoint.metric_invocation_response_code(
            ir.InvocationHttpResponseCode.INVOCATION_5XX_ERRORS, statistic="Average", period=Duration.minutes(1)
        )
        latency = endpoint.metric_model_latency(statistic="p95", period=Duration.minutes(1))
        endpoint.add_rollback_alarms(
            errors.create_alarm(self, "Errors", threshold=0.01, evaluation_periods=1),
            # In microseconds.
            latency.create_alarm(self, "Latency", threshold=500_000, evaluation_periods=3),
        )
        endpoint.auto_scale_instance_count(min_capacity=2, max_capacity=8).scale_as_recommended(
            "Load", best.recommend_scaling("Scaling")
        )
        acknowledge(captured, "An example. In production: the bucket's own props.", *PLAIN_BUCKET)
        acknowledge(self, "SageMaker acts on the alarms: it rolls back.", ALARM_WITHOUT_ACTION)
        acknowledge(endpoint, "An example. In production: give volume_encryption_key.", *NO_VOLUME_KEY)
        acknowledge(
            endpoint,
            "What the CDK's bucket.grant_put allows, for the captured requests.",
            *wildcards("Action::s3:Abort*", "Resource::<Captured45005CB0.Arn>/requests/*"),
        )
        CfnOutput(self, "EndpointName", value=endpoint.endpoint_name)


app = App()
Benchmark(app, "Benchmark")
Operated(app, "Operated")
app.synth()
