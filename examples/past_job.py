"""A past job: use the results of a job that has run already, whoever started it.

    cdk deploy --app "python -m examples.past_job" -c job_arn=<ARN of the job>

No load test runs, and the job is never stopped or deleted. The endpoint stays, and costs money until
`cdk destroy --app "python -m examples.past_job"`.

Context values (`-c name=value`), beside those of `model_stack.py`, which name the model that the job measured:
    job_arn: ARN of the job. One that still runs is waited for.
"""

from aws_cdk import App
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import NO_VOLUME_KEY, acknowledge
from examples.model_stack import ModelStack


class PastJob(ModelStack):
    """An endpoint on the fastest result of a job that isn't this app's."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob.from_job_arn(
            self,
            "Job",
            self.context(
                "job_arn", "arn:aws:sagemaker:us-east-1:123456789012:inference-recommendations-job/image-classifier-1"
            ),
        )
        fastest = job.recommend_real_time("Fastest", optimize_for=ir.Objective.MODEL_LATENCY)
        endpoint = ir.RecommendedEndpoint(
            self,
            "Endpoint",
            recommendation=fastest,
            # The app doesn't know what an existing job has measured: name it.
            model=self.model,
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        job.add_outputs(fastest)
        acknowledge(endpoint, "An example. In production: give volume_encryption_key.", *NO_VOLUME_KEY)


app = App()
PastJob(app, "PastJob")
app.synth()
