"""A CDK pipeline: each push is measured, and production is deployed where the gate lets it pass.

    cdk deploy --app "python -m examples.pipeline" -c connection_arn=<ARN of the connection to the repository>

The pipeline itself costs a few USD a month. With each push that changes what is measured, a load test runs for about
45 minutes and costs what its instances cost meanwhile. CodePipeline waits for it: up to three days for one stack.

Context values (`-c name=value`), beside those of `model_stack.py`:
    connection_arn: ARN of a connection (CodeConnections) to the repository. Create it once, in the console.
    repository: The repository's `owner/name`. Default: my-organisation/my-model.
"""

from aws_cdk import App, Stack, Stage, pipelines
from constructs import Construct

from examples.gate_in_ci import Gate


class Measured(Stage):
    """What one environment has: here the gate. Give it `env` to deploy to another account or Region."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        self.gate = Gate(self, "Gate")


class Pipeline(Stack):
    """Source, synthesis, and a stage that fails where no result meets the constraints."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        connection = self.format_arn(service="codeconnections", resource="connection", resource_name="example")
        pipeline = pipelines.CodePipeline(
            self,
            "Pipeline",
            synth=pipelines.ShellStep(
                "Synth",
                input=pipelines.CodePipelineSource.connection(
                    str(self.node.try_get_context("repository") or "my-organisation/my-model"),
                    "main",
                    connection_arn=str(self.node.try_get_context("connection_arn") or connection),
                ),
                commands=["pip install -r requirements.txt", 'npx cdk synth --app "python -m examples.pipeline"'],
            ),
        )
        measured = Measured(self, "Measured")
        # Runs after the gate only: a step here, or further stages, can use what was chosen.
        show = pipelines.ShellStep(
            "Show", env_from_cfn_outputs=dict(measured.gate.outputs), commands=["echo $AcceptedInstanceType"]
        )
        pipeline.add_stage(measured, post=[show])


app = App()
Pipeline(app, "Pipeline")
app.synth()
