"""Quick start: measure a model, and run it on the instance type that costs the least at an acceptable latency.

    cdk deploy --app "python -m examples.quick_start"

The load test takes about 45 minutes, and costs what its instances cost meanwhile. The endpoint stays, and costs money
until `cdk destroy --app "python -m examples.quick_start"`.
"""

from aws_cdk import App, Duration, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3
from constructs import Construct

import cdk_inference_recommender as ir
from examples.acknowledged_findings import NO_VOLUME_KEY, acknowledge, acknowledge_defaults


class QuickStart(Stack):
    """A job, the result that was chosen, and an endpoint that runs it."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        # Put the names of your model package, bucket and repository here. The local AWS has these.
        package = self.format_arn(service="sagemaker", resource="model-package", resource_name="image-classifier/1")
        bucket = s3.Bucket.from_bucket_name(self, "Payload", f"sagemaker-{self.region}-{self.account}")
        repository = ecr.Repository.from_repository_name(self, "Images", "image-classifier")
        job = ir.InferenceRecommendationsJob(
            self,
            "Job",
            model=ir.ModelSource.from_model_package(package),
            # The job may read the sample payload and the model's artifacts, and pull the container's image.
            input_buckets=[bucket],
            image_repositories=[repository],
        )
        best = job.recommend_real_time(
            "Best",
            optimize_for=ir.Objective.COST_PER_INFERENCE,
            # Where no result is as fast, the deployment fails and says what was measured.
            constraints=ir.Constraints(max_model_latency=Duration.millis(200)),
        )
        # The model, and what the endpoint may read, are the job's. A new winner reaches it without downtime.
        endpoint = ir.RecommendedEndpoint(self, "Endpoint", recommendation=best)
        job.add_outputs(best)
        # For the compliance checks of this repository; leave these out.
        acknowledge_defaults(self)
        acknowledge(endpoint, "An example. In production: give volume_encryption_key.", *NO_VOLUME_KEY)


app = App()
QuickStart(app, "QuickStart")
app.synth()
