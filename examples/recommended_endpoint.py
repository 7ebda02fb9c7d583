"""A recommendation job in one stack, and an endpoint on its winner in another.

    cdk deploy --all --app "python -m examples.recommended_endpoint" -c optimize_for=ModelLatency

A new winner, of another objective or of another job, reaches the endpoint with the next `cdk deploy --all`. Unlike
`app.py` this leaves an endpoint running, which costs money until `cdk destroy --all`.

Context values (`-c name=value`), beside those of `model_stack.py`:
    optimize_for: By which measure the winner is chosen. Default: CostPerInference.
"""

from aws_cdk import App, CfnOutput, Duration
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import NO_VOLUME_KEY, acknowledge
from examples.model_stack import ModelStack

PREFIX = "/inference-recommender-example/endpoint"


class Measured(ModelStack):
    """A load test of two instance types with two settings each, and the winner for other stacks to read."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            job_type=ir.JobType.ADVANCED,
            model=self.model,
            job_duration=Duration.hours(1),
            traffic_pattern=ir.TrafficPattern.stairs(
                duration=Duration.seconds(240), number_of_steps=2, users_per_step=2
            ),
            endpoint_configurations=[
                ir.EndpointInputConfiguration.real_time(
                    instance_type, environment_parameter_ranges={"OMP_NUM_THREADS": ["2", "4"]}
                )
                for instance_type in ("ml.c5.xlarge", "ml.g4dn.xlarge")
            ],
            max_number_of_tests=4,
            max_parallel_of_tests=4,
            stopping_conditions=ir.StoppingConditions(
                max_invocations=1000,
                model_latency_thresholds=[
                    ir.ModelLatencyThreshold(percentile=ir.LatencyPercentile.P95, value=Duration.millis(500))
                ],
            ),
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        best = job.recommend_real_time(
            "Best", optimize_for=ir.Objective.of(self.context("optimize_for", "CostPerInference"))
        )
        best.publish(PREFIX)
        job.add_outputs(best)


class Served(ModelStack):
    """The endpoint: as the winner was measured, its environment variables included."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        endpoint = ir.RecommendedEndpoint(
            self,
            "Endpoint",
            recommendation=ir.RealTimeRecommendation.from_parameters(self, "Best", PREFIX),
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        acknowledge(endpoint, "An example. In production: give volume_encryption_key.", *NO_VOLUME_KEY)
        CfnOutput(self, "EndpointName", value=endpoint.endpoint_name)


app = App()
Measured(app, "Measured")
Served(app, "Served")
app.synth()
