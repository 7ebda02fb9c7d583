"""Gate in CI: `cdk deploy` fails where no instance type is fast and cheap enough.

    cdk deploy --app "python -m examples.gate_in_ci" -c model_package_arn=<the candidate's> -c max_latency_ms=100

The load test takes about 45 minutes, and costs what its instances cost meanwhile. Nothing is left running. Other limits
choose again among the same results, at no cost; another model package is measured anew.

Context values (`-c name=value`), beside those of `model_stack.py`:
    max_latency_ms: The longest acceptable model latency, in milliseconds. Default: 200.
    max_cost_per_hour: The highest acceptable cost of an instance, in USD an hour. Default: 1.
"""

from aws_cdk import App, Duration
from constructs import Construct

import cdk_inference_recommender as ir
from examples.model_stack import ModelStack


class Gate(ModelStack):
    """A recommendation that has to meet constraints, or the deployment fails."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        # The error names each result with how far it misses. What was deployed before stays as it is.
        accepted = job.recommend_real_time(
            "Accepted",
            constraints=ir.Constraints(
                max_model_latency=Duration.millis(float(self.context("max_latency_ms", "200"))),
                max_cost_per_hour=float(self.context("max_cost_per_hour", "1")),
            ),
        )
        # What comes after the gate reads what passed: RealTimeRecommendation.from_parameters of another stack.
        accepted.publish(f"/{construct_id.lower()}/accepted")
        self.outputs = job.add_outputs(accepted)


if __name__ == "__main__":
    app = App()
    Gate(app, "Gate")
    app.synth()
