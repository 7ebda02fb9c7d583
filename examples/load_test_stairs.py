"""Load test in stairs: your own instance types, under steps of constant load.

    cdk deploy --app "python -m examples.load_test_stairs"

Three instances are tested at a time, for up to two hours, and cost what they cost meanwhile. Nothing is left running.
`model_stack.py` has the context values that name your model.
"""

from aws_cdk import App, CfnOutput, Duration
from constructs import Construct

import cdk_inference_recommender as ir
from examples.model_stack import ModelStack


class LoadTest(ModelStack):
    """An Advanced job: two steps of two users each, over three instance types."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            job_type=ir.JobType.ADVANCED,
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
            job_duration=Duration.hours(2),
            # The duration is that of all steps together.
            traffic_pattern=ir.TrafficPattern.stairs(
                duration=Duration.seconds(240), number_of_steps=2, users_per_step=2
            ),
            endpoint_configurations=[
                ir.EndpointInputConfiguration.real_time(instance_type)
                for instance_type in ("ml.c5.xlarge", "ml.m5.xlarge", "ml.g4dn.xlarge")
            ],
            max_number_of_tests=3,
            max_parallel_of_tests=3,
            stopping_conditions=ir.StoppingConditions(
                # The traffic to expect, in requests a minute: results have as many instances as it needs.
                max_invocations=1000,
                model_latency_thresholds=[
                    ir.ModelLatencyThreshold(percentile=ir.LatencyPercentile.P95, value=Duration.millis(500))
                ],
            ),
        )
        fastest = job.recommend_real_time("Fastest", optimize_for=ir.Objective.MODEL_LATENCY)
        CfnOutput(self, "JobName", value=job.job_name)
        CfnOutput(self, "InstanceType", value=fastest.instance_type)
        CfnOutput(self, "ModelLatencyMs", value=fastest.model_latency_ms)


if __name__ == "__main__":
    app = App()
    LoadTest(app, "LoadTestStairs")
    app.synth()
