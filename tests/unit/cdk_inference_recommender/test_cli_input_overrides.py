"""One document for all stages, and the props that say what differs."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import pytest
from aws_cdk import Duration, Size, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_inference_recommender import (
    ContainerConfig,
    EndpointInputConfiguration,
    FlatInvocations,
    InferenceRecommendationsJob,
    JobType,
    LatencyPercentile,
    ModelLatencyThreshold,
    ModelSource,
    PayloadConfig,
    Phase,
    StoppingConditions,
    Task,
    TrafficPattern,
    ValidationError,
)
from cdk_inference_recommender.job.props.job_props import JobProps

from .request.request_documents import ADVANCED, DEFAULT, MODEL_NAME, with_value
from .synthesis import (
    JOB,
    MODEL_CONFIG,
    PACKAGE_ARN,
    ROLE_ARN,
    Json,
    errors_of,
    given_role,
    new_stack,
    only,
    resources,
    template_of,
    warnings_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

OTHER_ROLE: Final = "arn:aws:iam::123456789012:role/other"
OTHER_PACKAGE: Final = f"{PACKAGE_ARN[:-1]}2"
KEY_ARN: Final = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PATTERN: Final = TrafficPattern.stairs(duration=Duration.minutes(4), number_of_steps=2, users_per_step=1)

FULL: Final = {
    **ADVANCED,
    "JobDescription": "of the document",
    "RoleArn": ROLE_ARN,
    "Tags": [{"Key": "team", "Value": "search"}],
    "OutputConfig": {"KmsKeyId": "alias/artifacts", "CompiledOutputConfig": {"S3OutputUri": "s3://models/a"}},
    "InputConfig": {
        **ADVANCED["InputConfig"],
        "VolumeKmsKeyId": "alias/volumes",
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "Endpoints": [{"EndpointName": "bert"}],
        "ResourceLimit": {"MaxNumberOfTests": 10, "MaxParallelOfTests": 3},
    },
}
"""A document with every member that a prop overrides."""


def in_request(*path: str) -> Callable[[Json], Any]:
    def value(properties: Json) -> Any:
        found: Any = properties["Request"]
        for step in path:
            found = found[step]
        return found

    return value


def vpc(scope: Construct) -> ec2.IVpc:
    existing = scope.node.try_find_child("Vpc")
    return existing or ec2.Vpc.from_vpc_attributes(  # type: ignore[return-value]
        scope,
        "Vpc",
        vpc_id="vpc-1",
        availability_zones=["eu-west-1a", "eu-west-1b"],
        private_subnet_ids=["subnet-8", "subnet-9"],
        isolated_subnet_ids=["subnet-6", "subnet-7"],
    )


def key(scope: Construct) -> kms.IKey:
    return kms.Key.from_key_arn(scope, "Key", KEY_ARN)


OVERRIDES: Final[dict[str, tuple[Callable[[Construct], Json], Callable[[Json], Any], Any]]] = {
    "model": (
        lambda _: {"model": ModelSource.from_model_package(OTHER_PACKAGE)},
        in_request("InputConfig", "ModelPackageVersionArn"),
        OTHER_PACKAGE,
    ),
    "job_type": (lambda _: {"job_type": JobType.DEFAULT}, in_request("JobType"), "Default"),
    "job_name": (lambda _: {"job_name": "mine"}, lambda properties: properties["JobName"], "mine"),
    "job_name_prefix": (lambda _: {"job_name_prefix": "mine"}, lambda properties: properties["NamePrefix"], "mine"),
    "description": (lambda _: {"description": "mine"}, in_request("JobDescription"), "mine"),
    "role": (
        lambda scope: {"role": iam.Role.from_role_arn(scope, "OtherRole", OTHER_ROLE)},
        in_request("RoleArn"),
        OTHER_ROLE,
    ),
    "job_duration": (
        lambda _: {"job_duration": Duration.hours(1)},
        in_request("InputConfig", "JobDurationInSeconds"),
        3600,
    ),
    "traffic_pattern": (
        lambda _: {"traffic_pattern": PATTERN},
        in_request("InputConfig", "TrafficPattern"),
        {
            "TrafficType": "STAIRS",
            "Stairs": {"DurationInSeconds": 240, "NumberOfSteps": 2, "UsersPerStep": 1},
        },
    ),
    "max_number_of_tests": (
        lambda _: {"max_number_of_tests": 7},
        in_request("InputConfig", "ResourceLimit"),
        {"MaxNumberOfTests": 7, "MaxParallelOfTests": 3},
    ),
    "max_parallel_of_tests": (
        lambda _: {"max_parallel_of_tests": 2},
        in_request("InputConfig", "ResourceLimit"),
        {"MaxNumberOfTests": 10, "MaxParallelOfTests": 2},
    ),
    "endpoint_configurations": (
        lambda _: {"endpoint_configurations": [EndpointInputConfiguration.real_time("ml.m5.large")]},
        in_request("InputConfig", "EndpointConfigurations"),
        [{"InstanceType": "ml.m5.large"}],
    ),
    "existing_endpoint": (
        lambda _: {"existing_endpoint": "mine"},
        in_request("InputConfig", "Endpoints"),
        [{"EndpointName": "mine"}],
    ),
    "stopping_conditions": (
        lambda _: {"stopping_conditions": StoppingConditions(max_invocations=5)},
        in_request("StoppingConditions"),
        {"MaxInvocations": 5},
    ),
    "output_encryption_key": (
        lambda scope: {"output_encryption_key": key(scope)},
        in_request("OutputConfig"),
        {"KmsKeyId": KEY_ARN, "CompiledOutputConfig": {"S3OutputUri": "s3://models/a"}},
    ),
    "compiled_output_s3_uri": (
        lambda _: {"compiled_output_s3_uri": "s3://models/b"},
        in_request("OutputConfig"),
        {"KmsKeyId": "alias/artifacts", "CompiledOutputConfig": {"S3OutputUri": "s3://models/b"}},
    ),
    "volume_encryption_key": (
        lambda scope: {"volume_encryption_key": key(scope)},
        in_request("InputConfig", "VolumeKmsKeyId"),
        KEY_ARN,
    ),
    "vpc": (
        lambda scope: {"vpc": vpc(scope)},
        in_request("InputConfig", "VpcConfig", "Subnets"),
        ["subnet-8", "subnet-9"],
    ),
    "vpc_subnets": (
        lambda scope: {
            "vpc": vpc(scope),
            "vpc_subnets": ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        },
        in_request("InputConfig", "VpcConfig", "Subnets"),
        ["subnet-6", "subnet-7"],
    ),
    "security_groups": (
        lambda scope: {
            "vpc": vpc(scope),
            "security_groups": [ec2.SecurityGroup.from_security_group_id(scope, "Group", "sg-9")],
        },
        in_request("InputConfig", "VpcConfig", "SecurityGroupIds"),
        ["sg-9"],
    ),
    "tags": (
        lambda _: {"tags": {"stage": "test"}},
        lambda properties: properties["Tags"],
        [{"Key": "stage", "Value": "test"}],
    ),
    "timeout": (
        lambda _: {"timeout": Duration.hours(9)},
        lambda properties: properties["TimeoutSeconds"],
        32_400,
    ),
    "accept_stopped": (lambda _: {"accept_stopped": True}, lambda properties: properties["AcceptStopped"], True),
    "rerun_nonce": (lambda _: {"rerun_nonce": "2"}, lambda properties: properties["RerunNonce"], "2"),
}
"""What is given beside the document, where it shows in the job's resource, and as what."""

SHOWN_ELSEWHERE: Final = {
    "compiled_output_bucket",
    "image_repositories",
    "input_buckets",
    "max_cost",
    "poll_interval",
    "role_restrictions",
}


def declared(document: Json, stack: Stack | None = None, **props: Any) -> Json:
    """Properties of the job's resource."""
    stack = stack or new_stack()
    InferenceRecommendationsJob.from_cli_input(stack, "Job", document, **props)
    properties: Json = only(template_of(stack, check=False), JOB)["Properties"]
    return properties


def test_every_prop_is_looked_at() -> None:
    assert {field.name for field in fields(JobProps)} == OVERRIDES.keys() | SHOWN_ELSEWHERE


@pytest.fixture(scope="module")
def overridden() -> dict[str, Json]:
    """Properties of a job by the prop that is given beside the document; "" has none."""
    stack = new_stack()
    InferenceRecommendationsJob.from_cli_input(stack, "Job", FULL)
    for prop, (props, _, _) in OVERRIDES.items():
        scope = Construct(stack, prop)
        InferenceRecommendationsJob.from_cli_input(scope, "Job", FULL, **props(scope))
    jobs = resources(template_of(stack, check=False), JOB).values()
    return dict(zip(("", *OVERRIDES), (job["Properties"] for job in jobs), strict=True))


@pytest.mark.parametrize("prop", OVERRIDES)
def test_a_prop_overrides_the_document_s_member_and_nothing_else(overridden: dict[str, Json], prop: str) -> None:
    _, shown, value = OVERRIDES[prop]
    found, before = overridden[prop], overridden[""]
    assert shown(found) == value
    request, request_before = found["Request"], before["Request"]
    changed = {member for member in request_before if request.get(member) != request_before[member]}
    assert len(changed) <= 1
    if "InputConfig" in changed:
        config, config_before = request["InputConfig"], request_before["InputConfig"]
        assert sum(config.get(member) != config_before[member] for member in config_before) == 1


def test_buckets_and_repositories_are_granted_to_the_default_role() -> None:
    stack = new_stack()
    bucket = s3.Bucket.from_bucket_name(stack, "Mine", "mine")
    repository = ecr.Repository.from_repository_name(stack, "Own", "own")
    document = {name: value for name, value in FULL.items() if name != "RoleArn"}
    declared(document, stack, input_buckets=[bucket], image_repositories=[repository])
    template = str(template_of(stack, check=False))
    assert ":s3:::mine" in template
    assert ":repository/own" in template


def test_the_poll_interval_is_the_wait_stages() -> None:
    stack = new_stack()
    declared(DEFAULT, stack, poll_interval=Duration.minutes(2))
    wait = next(
        resource
        for resource in template_of(stack)["Resources"].values()
        if resource["Type"] == "Custom::InferenceRecommendationsJobWait"
    )
    assert wait["Properties"]["PollIntervalSeconds"] == 120


class TestModel:
    """A model replaces the document's, but for a container that it doesn't have."""

    def test_by_name_replaces_a_package(self) -> None:
        config = declared(DEFAULT, model=ModelSource.from_model("bert", container_config=MODEL_CONFIG))["Request"][
            "InputConfig"
        ]
        assert "ModelPackageVersionArn" not in config
        assert (config["ModelName"], config["ContainerConfig"]["Framework"]) == ("bert", "PYTORCH")

    def test_of_a_package_replaces_a_name_and_keeps_the_container(self) -> None:
        config = declared(MODEL_NAME, model=ModelSource.from_model_package(PACKAGE_ARN))["Request"]["InputConfig"]
        assert "ModelName" not in config
        assert config["ContainerConfig"] == MODEL_NAME["InputConfig"]["ContainerConfig"]

    def test_with_a_container_replaces_it_whole(self) -> None:
        model = ModelSource.from_model_package(PACKAGE_ARN, container_config=ContainerConfig(task=Task.OTHER))
        assert declared(MODEL_NAME, model=model)["Request"]["InputConfig"]["ContainerConfig"] == {"Task": "OTHER"}


class TestProblems:
    """A prop's problem is spelled as the prop, the document's as the document's."""

    def test_of_each_in_its_own_words(self) -> None:
        stack = new_stack()
        document = with_value(ADVANCED, ("InputConfig", "TrafficPattern", "Phases", 0, "SpawnRate"), -1)
        stopping = StoppingConditions(max_invocations=0)
        InferenceRecommendationsJob.from_cli_input(stack, "Job", document, stopping_conditions=stopping)
        assert sorted(problem.partition(" =")[0] for problem in errors_of(stack)) == [
            "[Stack/Job] InputConfig.TrafficPattern.Phases[0].SpawnRate",
            "[Stack/Job] stopping_conditions.max_invocations",
        ]

    def test_that_a_prop_overrides_is_gone(self) -> None:
        stack = new_stack()
        document = with_value(DEFAULT, ("JobType",), "neither")
        InferenceRecommendationsJob.from_cli_input(stack, "Job", document, job_type=JobType.DEFAULT)
        assert warnings_of(stack) == []

    def test_of_a_structure_that_a_prop_is_within_is_the_document_s(self) -> None:
        stack = new_stack()
        document = with_value(DEFAULT, ("InputConfig",), [])
        InferenceRecommendationsJob.from_cli_input(stack, "Job", document, job_duration=Duration.hours(1))
        (problem,) = errors_of(stack)
        assert problem.startswith("[Stack/Job] InputConfig = []: must be a structure.")

    def test_of_a_type_is_raised_as_the_constructor_does(self) -> None:
        with pytest.raises(ValidationError, match=r"^Stack/Job: job_type = 'x' isn't of type JobType"):
            InferenceRecommendationsJob.from_cli_input(new_stack(), "Job", DEFAULT, job_type="x")  # type: ignore[arg-type]

    def test_what_only_the_constructor_requires_may_be_the_document_s(self) -> None:
        stack = new_stack()
        InferenceRecommendationsJob.from_cli_input(stack, "Job", DEFAULT)
        assert warnings_of(stack) == []
        with pytest.raises(ValidationError, match="model = None isn't of type ModelSource"):
            InferenceRecommendationsJob(stack, "Other", model=None)  # type: ignore[arg-type]

    def test_a_sound_document_with_props_has_none(self) -> None:
        stack = new_stack()
        InferenceRecommendationsJob.from_cli_input(
            stack, "Job", ADVANCED, job_duration=Duration.hours(1), tags={"a": "b"}
        )
        assert warnings_of(stack) == []


words = st.text("abcdefghij", min_size=1, max_size=8)
integers = st.integers(1, 10)
seconds = st.integers(120, 3600).map(Duration.seconds)
phases = st.builds(Phase, initial_number_of_users=integers, spawn_rate=integers, duration=seconds)
ranges = st.dictionaries(words, st.lists(words, min_size=1, max_size=3), max_size=2)
containers = st.builds(
    ContainerConfig,
    task=st.none() | st.just(Task.OTHER),
    framework_version=st.none() | words,
    payload_config=st.none()
    | st.builds(PayloadConfig, sample_payload_url=words, supported_content_types=st.lists(words)),
    supported_response_mime_types=st.lists(words, max_size=2),
)
optional_props = {
    "description": words,
    "job_duration": seconds,
    "traffic_pattern": st.lists(phases, min_size=1, max_size=3).map(lambda given: TrafficPattern.phases(*given))
    | st.builds(TrafficPattern.stairs, duration=seconds, number_of_steps=integers, users_per_step=integers),
    "max_number_of_tests": integers,
    "max_parallel_of_tests": integers,
    "endpoint_configurations": st.lists(
        st.builds(EndpointInputConfiguration.real_time, words, environment_parameter_ranges=ranges)
        | st.builds(
            EndpointInputConfiguration.serverless,
            memory_size=integers.map(Size.gibibytes),
            max_concurrency=integers,
            inference_specification_name=st.none() | words,
        ),
        min_size=1,
        max_size=3,
    ),
    "existing_endpoint": words,
    "stopping_conditions": st.builds(
        StoppingConditions,
        max_invocations=st.none() | integers,
        model_latency_thresholds=st.lists(
            st.builds(
                ModelLatencyThreshold,
                percentile=st.just(LatencyPercentile.P95),
                value=integers.map(Duration.millis),
            ),
            max_size=2,
        ),
        flat_invocations=st.none() | st.just(FlatInvocations.STOP),
    ),
    "compiled_output_s3_uri": words.map("s3://{}".format),
    "tags": st.dictionaries(words, words, min_size=1, max_size=2),
}
models = st.builds(ModelSource.from_model_package, words, container_config=st.none() | containers)
props_of_jobs = st.fixed_dictionaries(
    {"model": models, "job_type": st.sampled_from([JobType.DEFAULT, JobType.ADVANCED])}, optional=optional_props
)


cases = st.lists(
    st.tuples(props_of_jobs, st.sets(st.sampled_from(["model", "job_type", *optional_props]))), min_size=5, max_size=5
)
"""Jobs of one stack, since a stack takes longer than a job: props, and those beside a document of the others."""


def template(jobs: Iterable[Callable[[Stack, str, iam.IRole], object]]) -> Json:
    stack = new_stack()
    role = given_role(stack)
    for number, declare in enumerate(jobs):
        declare(stack, f"Job{number}", role)
    return template_of(stack, check=False)


def by_props(props: Json) -> Callable[[Stack, str, iam.IRole], object]:
    return lambda stack, name, role: InferenceRecommendationsJob(stack, name, role=role, **props)


def by_document(document: Json, props: Json) -> Callable[[Stack, str, iam.IRole], object]:
    return lambda stack, name, role: InferenceRecommendationsJob.from_cli_input(
        stack, name, document, role=role, **props
    )


def documents_of(template_of_props: Json) -> list[Json]:
    """The documents that say what the jobs' props said."""
    jobs = [resource["Properties"] for resource in resources(template_of_props, JOB).values()]
    return [{**job["Request"], **({"Tags": job["Tags"]} if "Tags" in job else {})} for job in jobs]


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=5)
@given(cases)
def test_props_a_document_and_any_mixture_of_both_make_the_same_template(jobs: list[tuple[Json, set[str]]]) -> None:
    expected = template(by_props(props) for props, _ in jobs)
    beside = [{name: value for name, value in props.items() if name in chosen} for props, chosen in jobs]
    assert template(map(by_document, documents_of(expected), beside)) == expected
    # What the props say needn't be in the document at all.
    rest = [{name: value for name, value in props.items() if name not in chosen} for props, chosen in jobs]
    base = template(by_props({**DEFAULTS, **props}) for props in rest)
    assert template(map(by_document, documents_of(base), beside)) == expected


DEFAULTS: Final = {"model": ModelSource.from_model_package("another"), "job_type": JobType.DEFAULT}
