"""The sandbox's SageMaker behind boto3, with a clock that only the test moves."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from inference_recommender_sandbox.iam.authorization import Authorizer
from inference_recommender_sandbox.sagemaker import Installation, install

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ACCOUNT = "123456789012"
REGION = "us-east-1"
PACKAGE = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/image-classifier/1"
TRAFFIC = {"TrafficType": "PHASES", "Phases": [{"InitialNumberOfUsers": 1, "SpawnRate": 1, "DurationInSeconds": 600}]}


class StandingClock:
    """A clock that only its test moves."""

    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Clients:
    """Clients of boto3, each made once: making one takes longer than most tests' calls of it.

    A test that changes a client makes one of its own.
    """

    def __init__(self) -> None:
        self.client = cache(boto3.Session().client)


class Aws:
    """What a test does with the account."""

    def __init__(self, boto: Clients, clock: StandingClock, installation: Installation, authorizer: Authorizer) -> None:
        self.boto = boto
        self.clock = clock
        self.installation = installation
        self.authorizer = authorizer
        self.iam = self.client("iam")
        self.sagemaker = self.client("sagemaker")

    def client(self, service: Any, access_key_id: str = "AKIAIOSFODNN7DEVELOP") -> Any:
        return self.boto.client(
            service, aws_access_key_id=access_key_id, aws_secret_access_key="none", region_name=REGION
        )

    def role(
        self,
        name: str,
        statements: Sequence[Mapping[str, Any]] = ({"Effect": "Allow", "Action": "*", "Resource": "*"},),
        *,
        service: str = "sagemaker.amazonaws.com",
    ) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        created = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy([trust]))
        if statements:
            self.iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=policy(statements))
        arn: str = created["Role"]["Arn"]
        return arn

    def session(self, role_name: str, statements: Sequence[Mapping[str, Any]]) -> Any:
        """A SageMaker client that runs as a Lambda function's role."""
        self.role(role_name, statements, service="lambda.amazonaws.com")
        access_key_id = f"ASIA{len(role_name):016d}"
        self.authorizer.register_session(access_key_id, role_name, "the-function")
        return self.client("sagemaker", access_key_id)

    def request(self, name: str = "job", **overrides: Any) -> dict[str, Any]:
        return {
            "JobName": name,
            "JobType": "Default",
            "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/execution",
            "InputConfig": {"ModelPackageVersionArn": PACKAGE},
        } | overrides

    def advanced_request(self, name: str = "job", **source: Any) -> dict[str, Any]:
        stopping = source.pop("StoppingConditions", None)
        request = self.request(
            name,
            JobType="Advanced",
            InputConfig={
                "ModelPackageVersionArn": PACKAGE,
                "JobDurationInSeconds": 7200,
                "TrafficPattern": TRAFFIC,
                "EndpointConfigurations": [{"InstanceType": "ml.c5.xlarge"}],
            }
            | source,
        )
        return request | ({"StoppingConditions": stopping} if stopping else {})

    def create(self, name: str = "job", **overrides: Any) -> str:
        arn: str = self.sagemaker.create_inference_recommendations_job(**self.request(name, **overrides))["JobArn"]
        return arn

    def describe(self, name: str = "job") -> Any:
        return self.sagemaker.describe_inference_recommendations_job(JobName=name)

    def status(self, name: str = "job") -> Any:
        return self.describe(name)["Status"]

    def steps(self, name: str = "job", **filters: Any) -> Any:
        return self.sagemaker.list_inference_recommendations_job_steps(JobName=name, **filters)["Steps"]

    def finish(self, name: str = "job") -> Any:
        """Lets a job run to its end."""
        self.clock.sleep(6 * 3600)
        return self.describe(name)


def policy(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture(scope="session")
def boto() -> Clients:
    return Clients()


@pytest.fixture
def aws(boto: Clients, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "false")
    clock, authorizer = StandingClock(), Authorizer()
    installation = install(clock=clock, authorizer=authorizer)
    with mock_aws():
        account = Aws(boto, clock, installation, authorizer)
        account.role("execution")
        yield account
    installation.uninstall()
