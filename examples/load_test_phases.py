"""Load test in phases, with environment ranges: how many users, and how many threads, does an instance take?

    cdk deploy --app "python -m examples.load_test_phases"

Six instances are tested at a time, for up to an hour, and cost what they cost meanwhile. Nothing is left running.
`model_stack.py` has the context values that name your model.
"""

from aws_cdk import App, CfnOutput, Duration
from constructs import Construct

import cdk_inference_recommender as ir
from examples.model_stack import ModelStack


class LoadTestPhases(ModelStack):
    """An Advanced job with growing load, over two instance types with three settings each."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            job_type=ir.JobType.ADVANCED,
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
            job_duration=Duration.hours(1),
            # Users are added steadily: from 1 to 3 in two minutes, and then faster, from 3 to 13 in five.
            traffic_pattern=ir.TrafficPattern.phases(
                ir.Phase(initial_number_of_users=1, spawn_rate=1, duration=Duration.minutes(2)),
                ir.Phase(initial_number_of_users=3, spawn_rate=2, duration=Duration.minutes(5)),
            ),
            # The container reads the variable. Each instance type is tested with each of its values.
            endpoint_configurations=[
                ir.EndpointInputConfiguration.real_time(
                    instance_type, environment_parameter_ranges={"OMP_NUM_THREADS": ["1", "2", "4"]}
                )
                for instance_type in ("ml.c5.xlarge", "ml.c5.2xlarge")
            ],
            max_number_of_tests=6,
            max_parallel_of_tests=6,
            stopping_conditions=ir.StoppingConditions(
                model_latency_thresholds=[
                    ir.ModelLatencyThreshold(percentile=ir.LatencyPercentile.P99, value=Duration.millis(500))
                ],
                # Test all phases, even where more users bring no more invocations.
                flat_invocations=ir.FlatInvocations.CONTINUE,
            ),
        )
        most = job.recommend_real_time("Most", optimize_for=ir.Objective.MAX_INVOCATIONS)
        job.add_outputs(most)
        # The value of OMP_NUM_THREADS that won. A RecommendedEndpoint sets it by itself.
        CfnOutput(self, "Environment", value=most.environment_json)


app = App()
LoadTestPhases(app, "LoadTestPhases")
app.synth()
