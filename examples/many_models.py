"""Many models in one app: a list of them, and for each the instance type that wins.

    cdk deploy --app "python -m examples.many_models"

The load tests run at the same time, as far as the account's quota allows. Each takes about 45 minutes, and costs what
its instances cost meanwhile. Nothing is left running. A model that is added later is measured alone.
`model_stack.py` has the context values that name bucket and repository.
"""

from aws_cdk import App, Duration
from constructs import Construct

import cdk_inference_recommender as ir
from examples.model_stack import ModelStack

# Group and version in the model registry, and the longest acceptable latency in milliseconds.
MODELS = {
    "churn": (1, 50),
    "fraud": (1, 20),
    "image-classifier": (1, 300),
}


class ManyModels(ModelStack):
    """A job for each model; all of them share one function and one state machine."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        for name, (version, max_latency) in MODELS.items():
            job = ir.InferenceRecommendationsJob(
                self,
                # Ids stay with their models, so that the order of the list means nothing.
                f"{name}-job",
                model=ir.ModelSource.from_model_package(
                    self.format_arn(service="sagemaker", resource="model-package", resource_name=f"{name}/{version}")
                ),
                input_buckets=[self.payload_bucket],
                image_repositories=[self.images],
                # With many jobs some have to wait for the quota, and the timeout counts from the start of waiting.
                timeout=Duration.hours(6),
                tags={"model": name},
            )
            best = job.recommend_real_time(
                "Best", constraints=ir.Constraints(max_model_latency=Duration.millis(max_latency))
            )
            best.publish(f"/models/{name}")
            job.add_outputs(best, prefix=name.title().replace("-", ""))


app = App()
ManyModels(app, "ManyModels")
app.synth()
