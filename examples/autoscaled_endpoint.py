"""Endpoint with autoscaling: as many instances as the load needs, by what each was measured to take.

    cdk deploy --app "python -m examples.autoscaled_endpoint"

The load test takes about 45 minutes, and costs what its instances cost meanwhile. The endpoint stays, with one to four
instances, and costs money until `cdk destroy --app "python -m examples.autoscaled_endpoint"`.
`model_stack.py` has the context values that name your model.
"""

from aws_cdk import App, CfnOutput, Duration
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import NO_VOLUME_KEY, acknowledge
from examples.model_stack import ModelStack


class AutoscaledEndpoint(ModelStack):
    """A job, and an endpoint on its winner that follows its load."""

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
            "Best",
            # Burstable instances can't be scaled.
            constraints=ir.Constraints(excluded_instance_families=["t2"]),
        )
        endpoint = ir.RecommendedEndpoint(self, "Endpoint", recommendation=best)
        instances = endpoint.auto_scale_instance_count(min_capacity=1, max_capacity=4)
        # The target is 60 percent of the requests a minute that an instance served in the load test. A new winner
        # brings its own: the endpoint is taken out of autoscaling while its instance type changes, and put back.
        instances.scale_on_invocations(
            "Load",
            safety_factor=0.6,
            scale_out_cooldown=Duration.minutes(1),
            # Slowly, so that a short pause in the traffic doesn't cost the instances that the next minute needs.
            scale_in_cooldown=Duration.minutes(10),
        )
        CfnOutput(self, "EndpointName", value=endpoint.endpoint_name)
        acknowledge(endpoint, "An example. In production: give volume_encryption_key.", *NO_VOLUME_KEY)


app = App()
AutoscaledEndpoint(app, "AutoscaledEndpoint")
app.synth()
