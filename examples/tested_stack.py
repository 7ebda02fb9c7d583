"""A stack with tests: `test_tested_stack.py` checks what it requests of the service, without AWS.

    pytest examples/test_tested_stack.py
    cdk deploy --app "python -m examples.tested_stack"

The tests cost nothing. Deployed, the load test takes about 45 minutes, and costs what its instances cost meanwhile; the
endpoint stays until `cdk destroy --app "python -m examples.tested_stack"`.
`model_stack.py` has the context values that name your model.
"""

from aws_cdk import App, Duration
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import NO_VOLUME_KEY, acknowledge
from examples.model_stack import ModelStack


class ImageClassifier(ModelStack):
    """A job, and an endpoint on the cheapest result within the team's latency limit.

    Args:
        scope: Where the stack belongs.
        construct_id: Its id.
        max_latency_ms: The longest acceptable model latency, in milliseconds. Default: 200.
    """

    def __init__(self, scope: Construct, construct_id: str, *, max_latency_ms: float = 200) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        best = job.recommend_real_time(
            "Best", constraints=ir.Constraints(max_model_latency=Duration.millis(max_latency_ms))
        )
        endpoint = ir.RecommendedEndpoint(self, "Endpoint", recommendation=best)
        acknowledge(endpoint, "An example. In production: give volume_encryption_key.", *NO_VOLUME_KEY)


if __name__ == "__main__":
    app = App()
    ImageClassifier(app, "TestedStack")
    app.synth()
