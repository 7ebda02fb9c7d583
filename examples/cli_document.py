"""A document of the AWS CLI: the request that you have in a file already, as a job of the stack.

    cdk deploy --app "python -m examples.cli_document"

`cli_document.json` is what `aws sagemaker create-inference-recommendations-job --cli-input-json` takes;
`inference-recommender validate examples/cli_document.json` checks it. The load test takes up to an hour, and costs what
its two instances cost meanwhile. Nothing is left running. `model_stack.py` has the context values that name your model.
"""

from pathlib import Path

from aws_cdk import App
from constructs import Construct

import cdk_inference_recommender as ir
from examples.model_stack import ModelStack


class CliDocument(ModelStack):
    """A job whose request is a file's, except for what the props say."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        job = ir.InferenceRecommendationsJob.from_cli_input(
            self,
            "Job",
            Path(__file__).with_suffix(".json"),
            # A prop overrides the document's member: this account's model package, and not the one in the file.
            model=self.model,
            # The document names no role, and so the job gets one with the least that it needs.
            input_buckets=[self.payload_bucket],
            image_repositories=[self.images],
        )
        job.add_outputs(job.recommend_real_time("Best"))


app = App()
CliDocument(app, "CliDocument")
app.synth()
