"""Templates of a user, and the properties that synthesis generates for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference_recommendations_handler.lifecycle.job_properties import JobProperties
from inference_recommendations_handler.protocol.contract import WAIT_STAGE_SECONDS
from inference_recommendations_handler.stack.owner import Owner

from .machine import MACHINE_ARN

if TYPE_CHECKING:
    from inference_recommendations_handler.jobs.job_kind import JobKind

JOB, WAIT_STAGE, CHOICE = "Job", "JobWait", "JobRecommendation"
TYPES = {
    JOB: "Custom::InferenceRecommendationsJob",
    WAIT_STAGE: "Custom::InferenceRecommendationsJobWait",
    CHOICE: "Custom::InferenceRecommendation",
}
"""Resource types by suffix of the logical id."""

Properties = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Template:
    """Job of a stack, with the props that tests change."""

    id: str = ""
    """Prefix of the logical ids, for stacks with several jobs."""
    package: str = "1"
    role: str = "job"
    rerun_nonce: str | None = None
    prefix: str = "shop-job"
    exact: bool = False
    tags: tuple[tuple[str, str], ...] = ()
    timeout: int = 3 * 3600
    wait_stages: int | None = None
    """Number of wait stages; default: as needed for the timeout."""
    poll_interval: int = 30
    accept_stopped: bool = False
    objective: str = "CostPerInference"
    vpc: bool = False
    botocore_version: str = "1.44.5"

    @property
    def measured(self) -> tuple[object, ...]:
        """Members of the request that determine the job's name."""
        return (self.package, self.rerun_nonce, self.prefix, self.exact, self.vpc)

    def stage_seconds(self) -> list[int]:
        """Lengths of the wait stages for the timeout."""
        if self.wait_stages is not None:
            return [WAIT_STAGE_SECONDS] * self.wait_stages
        full, rest = divmod(self.timeout, WAIT_STAGE_SECONDS)
        return [WAIT_STAGE_SECONDS] * full + ([rest] if rest else [])

    def job(self) -> Properties:
        package = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/{self.package}"
        source: Properties = {"ModelPackageVersionArn": package, "JobDurationInSeconds": 3600}
        if self.vpc:
            source["VpcConfig"] = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
        role = f"arn:aws:iam::123456789012:role/{self.role}"
        properties: Properties = {
            "Request": {"JobType": "Default", "RoleArn": role, "InputConfig": source},
            "JobName" if self.exact else "NamePrefix": self.prefix,
            "Tags": [{"Key": key, "Value": value} for key, value in self.tags],
            "AcceptStopped": self.accept_stopped,
            "TimeoutSeconds": self.timeout,
            "StateMachineArn": MACHINE_ARN,
            "BotocoreVersion": self.botocore_version,
        }
        return properties | ({"RerunNonce": self.rerun_nonce} if self.rerun_nonce is not None else {})

    def wait_stage(self, number: int, job_name: str) -> Properties:
        lengths = self.stage_seconds()
        return {
            "JobName": job_name,
            "Stage": number,
            "Stages": len(lengths),
            "HandOverAfterSeconds": lengths[number - 1],
            "PollIntervalSeconds": self.poll_interval,
            "AcceptStopped": self.accept_stopped,
            "TimeoutSeconds": self.timeout,
            "StateMachineArn": MACHINE_ARN,
        }

    def first_name(self, stack_id: str, jobs: JobKind) -> str:
        """Return the first name that is tried for the job."""
        owner = Owner(stack_id=stack_id, logical_id=self.id + JOB)
        return JobProperties.parse(as_delivered(self.job()), owner=owner, jobs=jobs).base

    def choice(self, job_name: str) -> Properties:
        return {
            "JobName": job_name,
            "EndpointType": "RealTime",
            "Objective": self.objective,
        }


def as_delivered(value: Any) -> Any:
    """Return the properties as CloudFormation delivers them: every scalar is a string."""
    if isinstance(value, dict):
        return {key: as_delivered(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_delivered(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
