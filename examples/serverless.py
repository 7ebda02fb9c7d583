"""Serverless: which memory size is worth its price, and an endpoint that costs nothing while it isn't invoked.

    cdk deploy --app "python -m examples.serverless"

The load test takes up to an hour and costs what its invocations cost. The endpoint stays until
`cdk destroy --app "python -m examples.serverless"`; you pay for its invocations only.
`model_stack.py` has the context values that name your model.
"""

from aws_cdk import App, Duration, Size
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import NO_VOLUME_KEY, acknowledge
from examples.model_stack import ModelStack


class Serverless(ModelStack):
    """An Advanced job on three memory sizes, and a serverless endpoint with the cheapest that is fast enough."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            # AWS measures serverless endpoints in Advanced jobs only.
            job_type=ir.JobType.ADVANCED,
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
            job_duration=Duration.hours(1),
            traffic_pattern=ir.TrafficPattern.stairs(duration=Duration.minutes(4), number_of_steps=2, users_per_step=2),
            endpoint_configurations=[
                ir.EndpointInputConfiguration.serverless(memory_size=Size.gibibytes(memory), max_concurrency=10)
                for memory in (2, 4, 6)
            ],
            max_number_of_tests=3,
            max_parallel_of_tests=3,
            stopping_conditions=ir.StoppingConditions(
                max_invocations=300,
                model_latency_thresholds=[
                    ir.ModelLatencyThreshold(percentile=ir.LatencyPercentile.P95, value=Duration.seconds(1))
                ],
            ),
        )
        best = job.recommend_serverless("Best", constraints=ir.Constraints(max_model_latency=Duration.seconds(1)))
        endpoint = ir.RecommendedEndpoint(self, "Endpoint", recommendation=best)
        job.add_outputs(best)
        acknowledge(endpoint, "A serverless endpoint has no volume of its own.", *NO_VOLUME_KEY)


app = App()
Serverless(app, "Serverless")
app.synth()
