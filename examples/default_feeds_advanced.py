"""A Default job that feeds an Advanced one: AWS picks the instance type, your traffic says how much it takes.

    cdk deploy --app "python -m examples.default_feeds_advanced"

45 minutes for the first job and up to an hour for the second, which waits for it; both cost what their instances cost
meanwhile. Nothing is left running. `model_stack.py` has the context values that name your model.
"""

from aws_cdk import App, Duration
from constructs import Construct

import cdk_inference_recommender as ir
from examples.model_stack import ModelStack


class DefaultFeedsAdvanced(ModelStack):
    """Two jobs, one after the other."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        first = ir.InferenceRecommendationsJob(
            self,
            "First",
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        picked = first.recommend_real_time("Picked")
        second = ir.InferenceRecommendationsJob(
            self,
            "Second",
            job_type=ir.JobType.ADVANCED,
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
            job_duration=Duration.hours(1),
            traffic_pattern=ir.TrafficPattern.stairs(
                duration=Duration.minutes(20), number_of_steps=10, users_per_step=2
            ),
            # A token: it has its value when the first job has finished, and so the second one waits. A later
            # deployment runs the second job again only if the first one has another winner.
            endpoint_configurations=[ir.EndpointInputConfiguration.real_time(picked.instance_type)],
            max_number_of_tests=1,
            max_parallel_of_tests=1,
            stopping_conditions=ir.StoppingConditions(
                max_invocations=3000,
                model_latency_thresholds=[
                    ir.ModelLatencyThreshold(percentile=ir.LatencyPercentile.P99, value=Duration.millis(300))
                ],
            ),
        )
        first.add_outputs(picked, prefix="First")
        second.add_outputs(second.recommend_real_time("Proven"), prefix="Second")


app = App()
DefaultFeedsAdvanced(app, "DefaultFeedsAdvanced")
app.synth()
