"""All examples in one run: deployed side by side, looked at, and deleted, after which nothing runs.

The pipeline is synthesised only: what it creates (CodePipeline, CodeBuild) the sandbox doesn't have.
"""

from __future__ import annotations

import json
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.compliance.applications import checked
from tests.e2e.cloud_assembly import assembled_stacks, deploy
from tests.e2e.commands import job_status, until
from tests.e2e.hosting import physical_ids, scaled, serving
from tests.example_applications import APP, APPLICATIONS, GATE, PIPELINE, RECOMMENDED_ENDPOINT, ROOT, synthesised
from tests.sandbox.model_package import complete_package
from tests.sandbox.named_resources import put_image, put_object

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("short_jobs")]

DEPLOYED: Final = [each for each in APPLICATIONS if each not in {APP, RECOMMENDED_ENDPOINT, PIPELINE}]
"""Names of the modules; `test_example_app.py` and `test_composition.py` deploy the others, and more of them."""
BUCKET: Final = "s3://sagemaker-us-east-1-123456789012"
IMAGE: Final = "123456789012.dkr.ecr.us-east-1.amazonaws.com/image-classifier:1"
PAST_JOB: Final = "image-classifier-1"
SIDE_BY_SIDE: Final = 40
"""Jobs that may run at a time: all of the examples'."""
PATIENCE: Final = 400
"""Seconds in which all stacks have to be deployed, however busy the machine is."""


@pytest.fixture(scope="module")
def prepared(bootstrapped: LocalAws) -> LocalAws:
    """Return the local AWS with what the examples only refer to."""
    put_object(bootstrapped.client, f"{BUCKET}/churn/model.tar.gz")
    put_object(bootstrapped.client, f"{BUCKET}/churn/payload.tar.gz")
    put_image(bootstrapped.client, IMAGE)
    sagemaker = bootstrapped.client("sagemaker")
    for group in ("churn", "fraud"):
        sagemaker.create_model_package_group(ModelPackageGroupName=group)
        sagemaker.create_model_package(ModelPackageGroupName=group, **complete_package())
    sagemaker.create_inference_recommendations_job(
        JobName=PAST_JOB,
        JobType="Default",
        RoleArn=_role(bootstrapped.client("iam")),
        InputConfig={
            "ModelPackageVersionArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/1"
        },
    )
    until(lambda: job_status(bootstrapped, PAST_JOB) == "COMPLETED")
    return bootstrapped


def _role(iam: Any) -> str:
    name = "starts-the-past-job"
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    trusted = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trusted))["Role"]
    iam.put_role_policy(RoleName=name, PolicyName="All", PolicyDocument=_policy(allowed))
    return str(role["Arn"])


def _policy(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture(scope="module")
def deployed(prepared: LocalAws) -> LocalAws:
    """Return the local AWS with every example, deployed with its defaults."""
    prepared.admin("faults", {"fault": "quota", "limit": SIDE_BY_SIDE})
    failed: dict[str, list[str]] = {}
    applications = [assembled_stacks(prepared, checked(each).assembly) for each in DEPLOYED]
    # The first stacks of all applications together, then the second ones, which read what the first ones publish.
    for stacks in zip_longest(*applications):
        started = [stack for stack in stacks if stack is not None]
        for stack in started:
            stack.start()
        failed |= {stack.name: reasons for stack in started if (reasons := stack.wait(seconds=PATIENCE))}
    assert failed == {}
    return prepared


def outputs(aws: LocalAws, stack: str) -> dict[str, str]:
    [found] = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}


def requests(aws: LocalAws, *names: str) -> Sequence[Mapping[str, Any]]:
    """Return the requests of jobs, in this order."""
    received = {request["JobName"]: request for request in aws.received_jobs()}
    return [received[name] for name in names]


@pytest.mark.parametrize("stack", ["QuickStart", "PastJob"])
def test_an_endpoint_has_the_instance_type_that_the_output_names(deployed: LocalAws, stack: str) -> None:
    variant, _ = serving(deployed, stack)
    [chosen] = [value for name, value in outputs(deployed, stack).items() if name.endswith("InstanceType")]
    assert variant["InstanceType"] == chosen


def test_a_past_job_is_used_and_none_is_started(deployed: LocalAws) -> None:
    assert outputs(deployed, "PastJob")["JobName"] == PAST_JOB
    assert "Custom::InferenceRecommendationsJob" not in physical_ids(deployed, "PastJob")


def test_a_serverless_endpoint_has_the_memory_size_that_won(deployed: LocalAws) -> None:
    variant, _ = serving(deployed, "Serverless")
    assert variant["ServerlessConfig"]["MemorySizeInMB"] == int(outputs(deployed, "Serverless")["BestMemorySizeInMB"])


def test_the_endpoint_is_scaled_within_its_bounds(deployed: LocalAws) -> None:
    registered = scaled(deployed, outputs(deployed, "AutoscaledEndpoint")["EndpointName"])
    assert registered is not None
    assert (registered.min_capacity, registered.max_capacity) == (1, 4)


def test_network_and_key_are_those_of_the_stack(deployed: LocalAws) -> None:
    ids = physical_ids(deployed, "VpcAndKeys")
    [request] = [each for each in deployed.received_jobs() if each["JobName"].startswith("vpcandkeys-")]
    variant, _ = serving(deployed, "VpcAndKeys")
    model = deployed.client("sagemaker").describe_model(ModelName=variant["ModelName"])
    subnets = deployed.client("ec2").describe_subnets(SubnetIds=model["VpcConfig"]["Subnets"])["Subnets"]
    assert {each["VpcId"] for each in subnets} == {ids["AWS::EC2::VPC"]}
    assert request["InputConfig"]["VpcConfig"]["Subnets"] == model["VpcConfig"]["Subnets"]
    assert request["InputConfig"]["VolumeKmsKeyId"].endswith(ids["AWS::KMS::Key"])


def test_the_second_job_tries_what_the_first_has_picked(deployed: LocalAws) -> None:
    values = outputs(deployed, "DefaultFeedsAdvanced")
    first, second = requests(deployed, values["FirstJobName"], values["SecondJobName"])
    assert (first["JobType"], second["JobType"]) == ("Default", "Advanced")
    assert second["InputConfig"]["EndpointConfigurations"] == [{"InstanceType": values["FirstPickedInstanceType"]}]


def test_phases_and_ranges_are_requested(deployed: LocalAws) -> None:
    [request] = requests(deployed, outputs(deployed, "LoadTestPhases")["JobName"])
    configurations = request["InputConfig"]["EndpointConfigurations"]
    assert len(request["InputConfig"]["TrafficPattern"]["Phases"]) == 2
    assert all(each["EnvironmentParameterRanges"] for each in configurations)
    assert "OMP_NUM_THREADS" in json.loads(outputs(deployed, "LoadTestPhases")["Environment"])


def test_the_document_is_what_is_requested(deployed: LocalAws) -> None:
    document = json.loads((ROOT / "examples" / "cli_document.json").read_text())
    [request] = requests(deployed, outputs(deployed, "CliDocument")["JobName"])
    assert request["InputConfig"] == document["InputConfig"]
    assert request["StoppingConditions"] == document["StoppingConditions"]


def test_each_model_has_a_job_and_a_winner(deployed: LocalAws) -> None:
    values = outputs(deployed, "ManyModels")
    names = ("Churn", "Fraud", "ImageClassifier")
    jobs = requests(deployed, *(values[f"{name}JobName"] for name in names))
    packages = [each["InputConfig"]["ModelPackageVersionArn"].partition("/")[2] for each in jobs]
    assert packages == ["churn/1", "fraud/1", "image-classifier/1"]
    for name, prefix in zip(("churn", "fraud", "image-classifier"), names, strict=True):
        published = deployed.client("ssm").get_parameter(Name=f"/models/{name}/InstanceType")["Parameter"]["Value"]
        assert published == values[f"{prefix}BestInstanceType"]


def test_a_model_without_a_registry_is_measured(deployed: LocalAws) -> None:
    [request] = requests(deployed, outputs(deployed, "ModelWithoutRegistry")["JobName"])
    model = physical_ids(deployed, "ModelWithoutRegistry")["AWS::SageMaker::Model"].rpartition("/")[2]
    assert request["InputConfig"]["ModelName"] == model


def test_the_gate_fails_on_the_constraint_and_says_why(deployed: LocalAws, tmp_path: Path) -> None:
    passed = outputs(deployed, "Gate")
    gate = partial(synthesised, GATE)
    reasons = " ".join(deploy(deployed, gate(tmp_path / "tight", max_latency_ms="1")))
    assert "MaxModelLatency" in reasons
    assert outputs(deployed, "Gate") == passed, "what was accepted before stays"
    assert deploy(deployed, gate(tmp_path / "loose", max_latency_ms="1000")) == []
    assert outputs(deployed, "Gate")["JobName"] == passed["JobName"], "other limits run no job"


def test_nothing_is_left_running(deployed: LocalAws) -> None:
    client = deployed.client("cloudformation")
    names = {name for each in DEPLOYED for name in checked(each).templates}
    ids = [client.describe_stacks(StackName=name)["Stacks"][0]["StackId"] for name in sorted(names)]
    for stack_id in ids:
        client.delete_stack(StackName=stack_id)
    for stack_id in ids:
        deployed.wait_for_stack(stack_id, seconds=PATIENCE)
    described = [client.describe_stacks(StackName=each)["Stacks"][0]["StackStatus"] for each in ids]
    assert set(described) == {"DELETE_COMPLETE"}
    until(lambda: not any(deployed.admin("running").values()))
