"""A stack that is deployed through CloudFormation's API: as the CDK CLI does it, without its pauses."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_cdk import App, CfnOutput, DefaultStackSynthesizer, Duration, Environment, Stack
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_s3 as s3

from cdk_inference_recommender import InferenceRecommendationsJob, ModelSource
from inference_recommendations_handler.protocol.contract import ResourceType

from .applications import MODEL_PACKAGE_ARN, PAYLOAD_BUCKET
from .cloud_assembly import publish
from .commands import until

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from tests.e2e.conftest import LocalAws

ASSETS = "lifecycle-assets"


@dataclass(kw_only=True)
class LifecycleStack:
    """One stack with one job or more, each with its cheapest recommendation."""

    aws: LocalAws
    name: str
    folder: Path
    environment: Environment | None = None
    stack_id: str = ""
    _synthesised: int = field(default=0)

    def deploy(
        self,
        *,
        jobs: int = 1,
        wait: bool = True,
        disable_rollback: bool = False,
        mangle: Callable[[dict[str, Any]], None] | None = None,
        **props: Any,
    ) -> str:
        """Create or update the stack; return its status.

        Args:
            jobs: How many.
            wait: Until the operation is over.
            disable_rollback: Leave the stack as it is when it fails.
            mangle: Changes the job's properties in the template, to what no construct would write.
            props: Of every job; a function is given the stack and makes the value in it.
        """
        template = self._template(jobs, props)
        if mangle is not None:
            template = _mangled(template, mangle)
        stacks = self.aws.client("cloudformation")
        arguments = {
            "StackName": self.stack_id or self.name,
            "TemplateURL": self._stored(template),
            "Capabilities": ["CAPABILITY_IAM"],
            "DisableRollback": disable_rollback,
        }
        if self.stack_id:
            stacks.update_stack(**arguments)
        else:
            self.stack_id = stacks.create_stack(**arguments)["StackId"]
        return self.wait() if wait else self.status

    def delete(self, *, wait: bool = True) -> str:
        """Delete the stack; return its status."""
        self.aws.client("cloudformation").delete_stack(StackName=self.stack_id)
        return self.wait() if wait else self.status

    def cancel_update(self) -> None:
        """Have the update that is under way rolled back."""
        self.aws.client("cloudformation").cancel_update_stack(StackName=self.stack_id)

    def wait(self, *, seconds: float = 120) -> str:
        """Wait at most so many real seconds for the stack's operation to end; return its status."""
        self.aws.wait_for_stack(self.stack_id, seconds=seconds)
        return self.status

    def in_real_time(self, *, speed: float = 1) -> AbstractContextManager[None]:
        """As the local AWS's."""
        return self.aws.in_real_time(speed=speed)

    def order(self, fault: str, **members: object) -> None:
        self.aws.admin("faults", {"fault": fault, **members})

    @property
    def jobs(self) -> str:
        """What the names of the stack's jobs have in common."""
        return f"{self.name.lower().replace('-', '')}-*"

    @property
    def function(self) -> str:
        """What the handler's name has in common with no other stack's."""
        return f"{self.name}-*"

    @property
    def description(self) -> dict[str, Any]:
        found: dict[str, Any] = self.aws.client("cloudformation").describe_stacks(StackName=self.stack_id)["Stacks"][0]
        return found

    @property
    def status(self) -> str:
        return str(self.description["StackStatus"])

    @property
    def outputs(self) -> dict[str, str]:
        return {item["OutputKey"]: item["OutputValue"] for item in self.description.get("Outputs", [])}

    @property
    def requests(self) -> list[str]:
        """Names of the jobs that were accepted, in order."""
        accepted = [request["JobName"] for request in self.aws.received_jobs()]
        return [name for name in accepted if name.startswith(self.jobs[:-1])]

    @property
    def attempts(self) -> list[dict[str, Any]]:
        """All requests for the stack's jobs, refused ones too."""
        return [item for item in self.aws.admin("attempts") if item["request"]["JobName"].startswith(self.jobs[:-1])]

    @property
    def executions(self) -> list[str]:
        """Executions of the stack's state machine that run now."""
        return [arn for arn in self.aws.admin("running")["executions"] if self.name in arn]

    @property
    def events_under_way(self) -> list[str]:
        """Functions of the stack to which an asynchronous event is yet to be delivered, or is just now."""
        functions = [str(event["function"]) for event in self.aws.admin("running")["events"]]
        return [function for function in functions if function.startswith(self.name)]

    def job(self, name: str) -> dict[str, Any]:
        described: dict[str, Any] = self.aws.client("sagemaker").describe_inference_recommendations_job(JobName=name)
        return described

    def tags(self, name: str) -> dict[str, str]:
        tags = self.aws.client("sagemaker").list_tags(ResourceArn=self.job(name)["JobArn"])["Tags"]
        return {tag["Key"]: tag["Value"] for tag in tags}

    def reasons(self) -> list[str]:
        """Why resources failed, in order, without those that were cancelled."""
        failed = [event for event in self.aws.events(self.stack_id) if event["ResourceStatus"].endswith("FAILED")]
        reasons = [
            str(event["ResourceStatusReason"]) for event in failed if event["PhysicalResourceId"] != self.stack_id
        ]
        return [reason for reason in reasons if not reason.endswith("cancelled")]

    def logged(self) -> list[str]:
        """Everything that the stack's handler and state machine logged."""
        logs = self.aws.client("logs")
        groups = logs.describe_log_groups()["logGroups"]
        names = [group["logGroupName"] for group in groups if self.name in group["logGroupName"]]
        pages = [page for name in names for page in logs.get_paginator("filter_log_events").paginate(logGroupName=name)]
        return [event["message"] for page in pages for event in page["events"]]

    @property
    def now(self) -> float:
        """The virtual time, in seconds since the epoch."""
        return float(self.aws.admin("clock")["now"])

    def after(self, seconds: float) -> None:
        """Let so many virtual seconds pass."""
        end = self.now + seconds
        until(lambda: self.now >= end)

    def resource(self, resource_type: str) -> dict[str, Any]:
        """The stack's resource of a type of which it has one."""
        resources = self.aws.client("cloudformation").describe_stack_resources(StackName=self.stack_id)
        found: list[dict[str, Any]] = resources["StackResources"]
        [resource] = [resource for resource in found if resource["ResourceType"] == resource_type]
        return resource

    def _stored(self, template: str) -> str:
        """Put a template into a bucket, as the CDK CLI does: a request takes at most 51,200 bytes of one."""
        bucket, s3 = f"templates-{self.name.lower()}", self.aws.client("s3")
        s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key="template.json", Body=template.encode())
        return f"https://{bucket}.s3.us-east-1.amazonaws.com/template.json"

    def _template(self, jobs: int, props: Mapping[str, Any]) -> str:
        self._synthesised += 1
        app = App(outdir=str(self.folder / f"{self.name}-{self._synthesised}"))
        synthesizer = DefaultStackSynthesizer(file_assets_bucket_name=ASSETS, generate_bootstrap_version_rule=False)
        stack = Stack(app, self.name, synthesizer=synthesizer, env=self.environment)
        self._declare(stack, jobs, props)
        directory = Path(app.synth().directory)
        self.aws.client("s3").create_bucket(Bucket=ASSETS)
        publish(self.aws, directory / f"{self.name}.assets.json")
        return (directory / f"{self.name}.template.json").read_text()

    def _declare(self, stack: Stack, jobs: int, props: Mapping[str, Any]) -> None:
        """Declare what the stack holds."""
        common = {
            # Every poll runs the handler, in real time.
            "poll_interval": Duration.minutes(15),
            "input_buckets": [s3.Bucket.from_bucket_name(stack, "Payload", PAYLOAD_BUCKET)],
            "image_repositories": [ecr.Repository.from_repository_name(stack, "Images", "images")],
            **{name: value(stack) if isfunction(value) else value for name, value in props.items()},
        }
        for number in range(jobs):
            suffix = str(number or "")
            job = InferenceRecommendationsJob(
                stack, f"Job{suffix}", model=ModelSource.from_model_package(MODEL_PACKAGE_ARN), **common
            )
            best = job.recommend_real_time("Best")
            CfnOutput(stack, f"JobName{suffix}", value=job.job_name)
            CfnOutput(stack, f"CpuUtilization{suffix}", value=best.cpu_utilization)


def _mangled(template: str, mangle: Callable[[dict[str, Any]], None]) -> str:
    document = json.loads(template)
    for resource in document["Resources"].values():
        if resource["Type"] == ResourceType.JOB:
            mangle(resource["Properties"])
    return json.dumps(document)
