"""A prop of another type is reported as every other mistake is, not by an error of Python's."""

from __future__ import annotations

import inspect
import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsii
import pytest
from aws_cdk import Duration, Fn, IStableStringProducer, Lazy, Stack, Token
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender import (
    Constraints,
    ContainerConfig,
    Domain,
    EndpointInputConfiguration,
    InferenceRecommendationsJob,
    JobType,
    LatencyPercentile,
    ModelLatencyThreshold,
    ModelSource,
    PayloadConfig,
    Phase,
    RealTimeRecommendation,
    RecommendedEndpoint,
    StoppingConditions,
    TrafficPattern,
    ValidationError,
)
from cdk_inference_recommender.endpoint.props.endpoint_props import ENDPOINT_PROP_TYPES
from cdk_inference_recommender.job.props.job_props import JOB_PROP_TYPES

from .synthesis import MODEL_CONFIG, PACKAGE_ARN, default_job, images, load_test, new_stack, payloads, template_of

if TYPE_CHECKING:
    from cdk_inference_recommender.validation.prop_types import PropType

pytestmark = pytest.mark.usefixtures("arguments_are_checked")

MODEL = ModelSource.from_model_package(PACKAGE_ARN)
PHASE = Phase(initial_number_of_users=1, spawn_rate=1, duration=Duration.minutes(2))


@pytest.mark.parametrize(
    ("construct", "types"), [(InferenceRecommendationsJob, JOB_PROP_TYPES), (RecommendedEndpoint, ENDPOINT_PROP_TYPES)]
)
def test_every_type_is_of_a_prop(construct: Any, types: dict[str, PropType]) -> None:
    assert set(types) <= set(inspect.signature(construct.__init__).parameters)


def test_all_such_props_of_a_job_are_reported_at_once() -> None:
    stack = new_stack()
    wrong: dict[str, Any] = {
        "model": PACKAGE_ARN,
        "job_type": "Advanced",
        "job_duration": 3600,
        "endpoint_configurations": EndpointInputConfiguration.real_time("ml.c5.xlarge"),
        "input_buckets": s3.Bucket.from_bucket_name(stack, "Bucket", "payloads"),
    }
    with pytest.raises(ValidationError) as failure:
        InferenceRecommendationsJob(stack, "Job", **wrong)
    reported = str(failure.value)
    assert reported.startswith("Stack/Job: model = 'arn:")
    assert "\n" not in reported
    for part in (
        "isn't of type ModelSource. Write ModelSource.from_model_package(...).",
        "job_type = 'Advanced' isn't of type JobType. Write JobType.ADVANCED.",
        "job_duration = 3600 isn't of type Duration. Write Duration.hours(1).",
        "isn't a list. Write [EndpointInputConfiguration.real_time(...)].",
        "isn't a list. Write [bucket], with bucket = s3.Bucket.from_bucket_name(",
    ):
        assert part in reported


@pytest.mark.parametrize(
    ("props", "message"),
    [
        (
            {"endpoint_configurations": ["ml.c5.xlarge"]},
            r"endpoint_configurations\[0\] = 'ml.c5.xlarge' isn't of type EndpointInputConfiguration",
        ),
        (
            {"traffic_pattern": TrafficPattern.phases(Phase(initial_number_of_users=1, spawn_rate=1, duration=120))},  # type: ignore[arg-type]
            r"traffic_pattern\.phases\[0\]\.duration = 120 isn't a Duration\. Write Duration\.",
        ),
        (
            {"endpoint_configurations": [EndpointInputConfiguration.serverless(memory_size=2048, max_concurrency=1)]},  # type: ignore[arg-type]
            r"endpoint_configurations\[0\]\.memory_size = 2048 isn't a Size\. Write Size\.",
        ),
        (
            {
                "stopping_conditions": StoppingConditions(
                    model_latency_thresholds=[ModelLatencyThreshold(percentile=LatencyPercentile.P95, value=100)]  # type: ignore[arg-type]
                )
            },
            r"stopping_conditions\.model_latency_thresholds\[0\]\.value = 100 isn't a Duration\..*Duration\.millis",
        ),
        (
            {"model": ModelSource.from_model_package(PACKAGE_ARN, container_config=ContainerConfig(task="OTHER"))},  # type: ignore[arg-type]
            r"model\.container_config\.task = 'OTHER' isn't of type Task\. Write Task\.OTHER\.",
        ),
        (
            {
                "endpoint_configurations": [
                    EndpointInputConfiguration.real_time("ml.c5.xlarge", environment_parameter_ranges={"THREADS": "24"})
                ]
            },
            r"endpoint_configurations\[0\]\.environment_parameter_ranges\['THREADS'\] = '24' isn't a list",
        ),
        (
            {
                "model": ModelSource.from_model_package(
                    PACKAGE_ARN,
                    container_config=ContainerConfig(
                        payload_config=PayloadConfig(
                            sample_payload_url="s3://payloads/bert.tar.gz", supported_content_types="text/csv"
                        )
                    ),
                )
            },
            r"model\.container_config\.payload_config\.supported_content_types = 'text/csv' isn't a list",
        ),
        (
            {
                "stopping_conditions": StoppingConditions(
                    model_latency_thresholds=ModelLatencyThreshold(
                        percentile=LatencyPercentile.P95, value=Duration.millis(9)
                    )  # type: ignore[arg-type]
                )
            },
            r"stopping_conditions\.model_latency_thresholds = <ModelLatencyThreshold> isn't a list",
        ),
        (
            {"stopping_conditions": StoppingConditions(model_latency_thresholds=[{"value": 9}])},  # type: ignore[list-item]
            r"stopping_conditions\.model_latency_thresholds\[0\] = <dict> isn't of type ModelLatencyThreshold",
        ),
        (
            {"model": ModelSource.from_model_package(PACKAGE_ARN, container_config={"task": "OTHER"})},  # type: ignore[arg-type]
            r"model\.container_config = <dict> isn't of type ContainerConfig\. Write ContainerConfig\(",
        ),
        (
            {
                "model": ModelSource.from_model_package(
                    PACKAGE_ARN,
                    container_config=ContainerConfig(payload_config={}),  # type: ignore[arg-type]
                )
            },
            r"model\.container_config\.payload_config = <dict> isn't of type PayloadConfig",
        ),
        (
            {
                "endpoint_configurations": [
                    EndpointInputConfiguration.real_time(ec2.InstanceType("c5.xlarge"))  # type: ignore[arg-type]
                ]
            },
            r"endpoint_configurations\[0\]\.instance_type = <InstanceType> isn't of type str\. Write \"ml\.c5\.",
        ),
        (
            {"output_encryption_key": 7},
            r"output_encryption_key = 7 isn't of type IKeyRef\.",
        ),
    ],
)
def test_a_value_within_another_is_reported_with_its_place(props: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=rf"^Stack/Job: {message}"):
        load_test(new_stack(), **props)


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ({"optimize_for": "ModelLatency"}, r"optimize_for = 'ModelLatency' isn't of type Objective"),
        ({"constraints": {"max_cost_per_hour": 1}}, r"constraints = .* isn't of type Constraints"),
        (
            {"constraints": Constraints(excluded_instance_families="g4dn")},
            # It would be taken apart letter by letter.
            r"constraints\.excluded_instance_families = 'g4dn' isn't a list\. Write \[\"c5\", \"m5\"\]",
        ),
        (
            {"constraints": Constraints(allowed_instance_families=5)},  # type: ignore[arg-type]
            r"constraints\.allowed_instance_families = 5 isn't a list",
        ),
    ],
)
def test_a_recommendation_reports_it(choice: dict[str, Any], message: str) -> None:
    job = default_job(new_stack())
    with pytest.raises(ValidationError, match=rf"^Stack/Job/Best: {message}"):
        job.recommend_real_time("Best", **choice)


def test_an_endpoint_reports_it() -> None:
    stack = new_stack()
    wrong: dict[str, Any] = {"recommendation": default_job(stack), "model": PACKAGE_ARN}
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint: recommendation = .*from_parameters.* model = 'arn:"):
        RecommendedEndpoint(stack, "Endpoint", **wrong)


def test_what_a_value_is_refused_for_by_itself_begins_with_the_construct_s_path() -> None:
    stack = new_stack()
    best = default_job(stack).recommend_real_time("Best")
    with pytest.raises(ValidationError, match=r"^Stack/Short: poll_interval: 500 millis is 0\.5 seconds"):
        default_job(stack, "Short", poll_interval=Duration.millis(500))
    with pytest.raises(ValidationError, match=r"^Stack/Known: poll_interval: 500 millis is 0\.5 seconds"):
        InferenceRecommendationsJob.from_job_name(stack, "Known", "bert", poll_interval=Duration.millis(500))
    with pytest.raises(ValidationError, match=r"^Stack/Job/Best: 'best' isn't the prefix of a parameter's name"):
        best.publish("best")
    with pytest.raises(ValidationError, match=r"^Stack/Read: 'best' isn't the prefix of a parameter's name"):
        RealTimeRecommendation.from_parameters(stack, "Read", "best")
    endpoint = RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=best,
        model=MODEL,
        input_buckets=[s3.Bucket.from_bucket_name(stack, "B", "models")],
    )
    count = endpoint.auto_scale_instance_count(max_capacity=2)
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint/Scaling/Load: scale_in_cooldown = 60 isn't a Duration"):
        count.scale_on_invocations("Load", scale_in_cooldown=60)  # type: ignore[arg-type]


_WRONG_OF_BOTH = [
    (
        {"role": "arn:aws:iam::1:role/r"},
        r"role = 'arn:.*' isn't of type IRole\. Write iam\.Role\.from_role_arn\(self, ",
    ),
    (
        {"input_buckets": ["bkt"]},
        r"input_buckets\[0\] = 'bkt' isn't of type IBucket\. Write \[bucket\], with .*from_bucket_name",
    ),
    (
        {"image_repositories": ["rep"]},
        r"image_repositories\[0\] = 'rep' isn't of type IRepository of ECR\. Write \[repository\], with ",
    ),
    (
        {"volume_encryption_key": 5},
        r"volume_encryption_key = 5 isn't of type IKeyRef\. Write a kms\.Key, or kms\.Key\.from_key_arn",
    ),
    ({"vpc": "vpc-1"}, r"vpc = 'vpc-1' isn't of type IVpc\. Write ec2\.Vpc\.from_lookup\("),
    ({"vpc_subnets": {"subnet_group_name": "a"}}, r"vpc_subnets = <dict> isn't of type SubnetSelection\. Write ec2\."),
    ({"vpc_subnets": ["subnet-1"]}, r"vpc_subnets = <list> isn't of type SubnetSelection"),
    ({"security_groups": "sg-1"}, r"security_groups = 'sg-1' isn't a list\. Write \[ec2\.SecurityGroup\.from_"),
    ({"security_groups": ["sg-1"]}, r"security_groups\[0\] = 'sg-1' isn't of type ISecurityGroup"),
    ({"tags": [{"Key": "a", "Value": "b"}]}, r"tags = <list> isn't a mapping\. Write {\"team\": \"search\"}\."),
    ({"tags": {"a": 1}}, r"tags\['a'\] = 1 isn't of type str"),
    ({"tags": {1: "a"}}, r"tags: the key 1 isn't of type str"),
]


@pytest.mark.parametrize(
    ("props", "message"),
    [
        *_WRONG_OF_BOTH,
        ({"existing_endpoint": 5}, r"existing_endpoint = 5 isn't of type str or IEndpointRef\. Write the name of an "),
        ({"job_name": 7}, r"job_name = 7 isn't of type str\. Write \"bert\""),
        ({"job_name_prefix": 7}, r"job_name_prefix = 7 isn't of type str\. Write \"bert\""),
        ({"accept_stopped": 1}, r"accept_stopped = 1 isn't of type bool"),
        ({"rerun_nonce": 5}, r"rerun_nonce = 5 isn't of type str\. Write \"2\"\."),
        (
            {"accept_stopped": Token.as_string(Fn.ref("Flag"))},
            r"accept_stopped is known only at deploy time, but synthesis decides by it\. Write True or False\.",
        ),
        ({"accept_stopped": Fn.condition_equals("a", "b")}, r"accept_stopped is known only at deploy time"),
    ],
)
def test_a_job_reports_it(props: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=rf"^Stack/Job: {message}"):
        default_job(new_stack(), **props)


@pytest.mark.parametrize(
    ("props", "message"),
    [
        *_WRONG_OF_BOTH,
        ({"endpoint_name": 4}, "endpoint_name = 4 isn't of type str"),
        ({"network_isolation": "yes"}, "network_isolation = 'yes' isn't of type bool"),
    ],
)
def test_an_endpoint_reports_it_of_any_prop(props: dict[str, Any], message: str) -> None:
    stack = new_stack()
    sound: dict[str, Any] = {"recommendation": default_job(stack).recommend_real_time("Best"), "model": MODEL}
    with pytest.raises(ValidationError, match=rf"^Stack/Endpoint: {message}"):
        RecommendedEndpoint(stack, "Endpoint", **(sound | props))


def test_a_document_s_job_reports_it() -> None:
    wrong: dict[str, Any] = {"role": "arn:aws:iam::1:role/r", "input_buckets": ["bkt"], "accept_stopped": "no"}
    with pytest.raises(ValidationError, match=r"^Stack/Job: role = .* input_buckets\[0\] = .* accept_stopped = 'no' "):
        InferenceRecommendationsJob.from_cli_input(new_stack(), "Job", {"JobType": "Default"}, **wrong)


@pytest.mark.parametrize("document", [5, None, ["{}"]])
def test_what_is_no_document_is_reported_with_the_path_of_the_job_to_be(document: Any) -> None:
    with pytest.raises(ValidationError, match=r"^Stack/Job: document = .* isn't of type Mapping or str or PathLike\. "):
        InferenceRecommendationsJob.from_cli_input(new_stack(), "Job", document)


def test_a_document_that_cant_be_read_is_reported_with_the_path_of_the_job_to_be() -> None:
    with pytest.raises(ValidationError, match=r"^Stack/Job: document = 'none\.json' can't be read"):
        InferenceRecommendationsJob.from_cli_input(new_stack(), "Job", Path("none.json"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"metric_name": 5}, r"metric_name = 5 isn't of type str\. Write \"ClientLatency\"\."),
        ({"statistic": None}, r"statistic = None isn't of type str\. Write \"Average\"\."),
        ({"endpoint_name": 5}, r"endpoint_name = 5 isn't of type str"),
        ({"period": 60}, r"period = 60 isn't of type Duration\. Write Duration\.minutes\(1\)\."),
        ({"period": Duration.seconds(90)}, r"period = 90 seconds: CloudWatch has periods of 1, 5, 10, 20 and 30 sec"),
        ({"period": Duration.seconds(0)}, r"period = 0 seconds: CloudWatch has periods"),
        (
            {"period": Duration.seconds(Token.as_number(Fn.ref("Period")))},
            r"period is known only at deploy time, but a search over the job's endpoints is written with it now\.",
        ),
    ],
)
@pytest.mark.parametrize("endpoint_name", [None, "bert"])
def test_a_metric_reports_it(arguments: dict[str, Any], message: str, endpoint_name: str | None) -> None:
    job = default_job(new_stack())
    sound: dict[str, Any] = {"metric_name": "ClientLatency", "endpoint_name": endpoint_name}
    with pytest.raises(ValidationError, match=rf"^Stack/Job: {message}"):
        job.metric(**(sound | arguments))


def test_a_named_metric_reports_it() -> None:
    job = default_job(new_stack())
    with pytest.raises(ValidationError, match=r"^Stack/Job: period = 60 isn't of type Duration"):
        job.metric_client_latency(period=60)  # type: ignore[arg-type]


def test_a_bucket_is_no_repository_and_a_repository_no_bucket() -> None:
    stack = new_stack()
    swapped: dict[str, Any] = {"input_buckets": [images(stack)], "image_repositories": [payloads(stack)]}
    with pytest.raises(
        ValidationError, match=r"input_buckets\[0\] = <.*> isn't .* image_repositories\[0\] = <.*> isn't of type IRep"
    ):
        default_job(stack, **swapped)


@pytest.mark.parametrize(
    ("phases", "message"),
    [
        (([PHASE, PHASE],), r"phases\[0\] = <list> isn't of type Phase\. Write TrafficPattern\.phases\(Phase\("),
        ((PHASE, {"spawn_rate": 1}), r"phases\[1\] = <dict> isn't of type Phase"),
    ],
)
def test_phases_are_given_one_by_one(phases: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=rf"^traffic_pattern\.{message}"):
        TrafficPattern.phases(*phases)


def test_an_endpoint_configuration_reports_it() -> None:
    wrong: Any = ["THREADS"]
    with pytest.raises(ValidationError, match=r"^environment_parameter_ranges = <list> isn't a mapping\. Write {"):
        EndpointInputConfiguration.real_time("ml.c5.xlarge", environment_parameter_ranges=wrong)


def test_a_model_source_reports_it() -> None:
    wrong: Any = 5
    with pytest.raises(
        ValidationError, match=r"^model_package = 5 isn't of type str or IModelPackageRef\. Write the ARN"
    ):
        ModelSource.from_model_package(wrong)
    with pytest.raises(ValidationError, match=r"^model = 5 isn't of type str or IModelRef\. Write the name of a model"):
        ModelSource.from_model(wrong, container_config=MODEL_CONFIG)


def test_what_is_recommended_of_a_job_reports_it() -> None:
    stack = new_stack()
    job = default_job(stack)
    best = job.recommend_real_time("Best")
    wrong: Any = 5
    with pytest.raises(
        ValidationError, match=r"^Stack/Job/Best: parameter_prefix = 5 isn't of type str\. Write '/my-app/"
    ):
        best.publish(wrong)
    with pytest.raises(ValidationError, match=r"^Stack/Read: parameter_prefix = 5 isn't of type str"):
        RealTimeRecommendation.from_parameters(stack, "Read", wrong)
    with pytest.raises(
        ValidationError, match=r"^Stack/Job: recommendations\[1\] = 5 isn't of type .* prefix = 5 isn't"
    ):
        job.add_outputs(best, wrong, prefix=wrong)
    endpoint = RecommendedEndpoint(stack, "Endpoint", recommendation=best, model=MODEL, input_buckets=[payloads(stack)])
    count = endpoint.auto_scale_instance_count(max_capacity=2)
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint/Scaling: scaling = 5 isn't .* disable_scale_in = 5 "):
        count.scale_as_recommended("Load", wrong, disable_scale_in=wrong)
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint/Scaling: disable_scale_in = 5 isn't of type bool"):
        count.scale_on_invocations("Load", disable_scale_in=wrong)


def test_an_existing_job_reports_it() -> None:
    stack = new_stack()
    wrong: Any = 5
    with pytest.raises(
        ValidationError, match=r"^Stack/Named: job_name = 5 isn't .* poll_interval = 5 isn't of type Dur"
    ):
        InferenceRecommendationsJob.from_job_name(stack, "Named", wrong, poll_interval=wrong)
    with pytest.raises(
        ValidationError, match=r"^Stack/Arn: job_arn = 5 isn't of type str\. Write \"arn:aws:sagemaker:"
    ):
        InferenceRecommendationsJob.from_job_arn(stack, "Arn", wrong)


def test_constructs_that_are_known_by_name_or_arn_are_of_their_type() -> None:
    stack = new_stack()
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"], private_subnet_ids=["subnet-1"]
    )
    key = kms.Key.from_key_arn(stack, "Key", "arn:aws:kms:eu-west-1:123456789012:key/1")
    package = sagemaker.CfnModelPackage(stack, "Package")
    shared: dict[str, Any] = {
        "input_buckets": (s3.Bucket.from_bucket_name(stack, "Models", "models"), s3.Bucket(stack, "Own")),
        "image_repositories": [ecr.Repository(stack, "Repository")],
        "volume_encryption_key": key,
        "vpc": vpc,
        "vpc_subnets": ec2.SubnetSelection(subnets=vpc.private_subnets),
        "security_groups": [ec2.SecurityGroup.from_security_group_id(stack, "Group", "sg-1")],
        "tags": {"team": Lazy.string(_Search())},
        "model": ModelSource.from_model_package(package),
    }
    job = load_test(
        stack,
        existing_endpoint=sagemaker.CfnEndpoint(stack, "Before", endpoint_config_name="before"),
        output_encryption_key=kms.Alias.from_alias_name(stack, "Alias", "alias/a"),
        endpoint_configurations=[EndpointInputConfiguration.real_time(Fn.ref("InstanceType"))],
        **shared,
    )
    default_job(stack, "WithRole", role=iam.Role.from_role_arn(stack, "Given", "arn:aws:iam::123456789012:role/r"))
    RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=job.recommend_real_time("Best"),
        endpoint_name=Fn.ref("EndpointName"),
        **shared,
    )
    assert template_of(stack)


@jsii.implements(IStableStringProducer)
class _Search:
    def produce(self) -> str:
        return "search"


def untyped() -> Any:
    """What `Fn.condition_if` and others return: a value of no type yet."""
    return Fn.condition_if("IsProduction", "a", "b")


def endpoint_with(stack: Stack, **props: Any) -> None:
    best = RealTimeRecommendation.from_parameters(stack, "Best", "/bert")
    RecommendedEndpoint(
        stack, "Endpoint", recommendation=best, model=MODEL, image_repositories=[images(stack)], **props
    )


IS_TEXT = r"is a token, but not yet one of text\. Write Token\.as_string\(\.\.\.\) around it\."


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("existing_endpoint", lambda stack, value: default_job(stack, existing_endpoint=value)),
        ("job_name", lambda stack, value: default_job(stack, job_name=value)),
        ("tags['team']", lambda stack, value: default_job(stack, tags={"team": value})),
        ("rerun_nonce", lambda stack, value: default_job(stack, rerun_nonce=value)),
        ("model_package", lambda _, value: ModelSource.from_model_package(value)),
        ("model", lambda _, value: ModelSource.from_model(value, container_config=MODEL_CONFIG)),
        ("statistic", lambda stack, value: default_job(stack).metric("ClientLatency", statistic=value)),
        ("endpoint_name", lambda stack, value: default_job(stack).metric_client_latency(endpoint_name=value)),
        ("job_name", lambda stack, value: InferenceRecommendationsJob.from_job_name(stack, "Job", value)),
        ("job_arn", lambda stack, value: InferenceRecommendationsJob.from_job_arn(stack, "Job", value)),
        ("parameter_prefix", lambda stack, value: RealTimeRecommendation.from_parameters(stack, "Read", value)),
        *(
            (name, lambda stack, value, name=name: endpoint_with(stack, **{name: value}))
            for name in ("endpoint_name", "variant_name")
        ),
        ("tags['team']", lambda stack, value: endpoint_with(stack, tags={"team": value})),
    ],
)
def test_a_token_of_no_type_is_no_text_yet(name: str, make: Any) -> None:
    with pytest.raises(ValidationError, match=rf"{re.escape(name)} {IS_TEXT}"):
        make(new_stack(), untyped())
    if name not in {"parameter_prefix", "statistic"}:
        make(new_stack(), Token.as_string(untyped()))


def test_a_token_of_no_type_is_no_list_yet() -> None:
    config = ContainerConfig(supported_instance_types=untyped())
    with pytest.raises(
        ValidationError, match=r"supported_instance_types is a token, but not yet one of a list\. Write"
    ):
        default_job(new_stack(), model=ModelSource.from_model_package(PACKAGE_ARN, container_config=config))


def test_choices_in_words_are_reported_at_once_with_what_they_resemble() -> None:
    choices: dict[str, Any] = {
        "domain": "vision",
        "task": "x",
        "framework": "pytorch",
        "supported_endpoint_type": "serverles",
    }
    config = ContainerConfig(**choices)
    with pytest.raises(ValidationError) as failure:
        default_job(
            new_stack(), model=ModelSource.from_model_package(PACKAGE_ARN, container_config=config), rerun_nonce=2
        )
    reported = str(failure.value)
    for part in (
        "domain = 'vision' isn't of type Domain. Write Domain.COMPUTER_VISION. ",
        "task = 'x' isn't of type Task. Write Task.IMAGE_CLASSIFICATION or Task.OBJECT_DETECTION or ",
        "framework = 'pytorch' isn't of type Framework. Write Framework.PYTORCH. ",
        "isn't of type SupportedEndpointType. Write SupportedEndpointType.SERVERLESS. ",
        "rerun_nonce = 2 isn't of type str",
    ):
        assert part in reported


class OwnJobType(Enum):
    """An enum of the user's own."""

    ADVANCED = "Advanced"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Domain.MACHINE_LEARNING, r"Domain\.MACHINE_LEARNING isn't of type JobType\. Write {}"),
        (Domain.of("AUDIO"), r"Domain\.of\('AUDIO'\) isn't of type JobType\. Write {}"),
        (ec2.SubnetType.PUBLIC, r"SubnetType\.PUBLIC isn't of type JobType\. Write {}"),
        (OwnJobType.ADVANCED, r"OwnJobType\.ADVANCED isn't of type JobType\. Write JobType\.ADVANCED\."),
        (JobType, r"the class JobType isn't of type JobType\. Write {}"),
        (5, r"5 isn't of type JobType\. Write {}"),
    ],
    ids=["another choice", "a choice of no name", "CDK's", "own", "class", "number"],
)
def test_another_enum_s_member_is_reported_with_what_may_be_written(value: Any, message: str) -> None:
    every = r"JobType\.DEFAULT or JobType\.ADVANCED\."
    with pytest.raises(ValidationError, match=rf"^Stack/Job: job_type = {message.format(every)}$"):
        default_job(new_stack(), job_type=value)


def test_it_is_so_wherever_a_choice_is_taken() -> None:
    wrong: Any = JobType.ADVANCED
    config = ContainerConfig(supported_endpoint_type=wrong)
    with pytest.raises(
        ValidationError,
        match=r"supported_endpoint_type = JobType\.ADVANCED isn't of type SupportedEndpointType\. Write "
        r"SupportedEndpointType\.REAL_TIME or SupportedEndpointType\.SERVERLESS\.$",
    ):
        default_job(new_stack(), model=ModelSource.from_model_package(PACKAGE_ARN, container_config=config))


def test_a_stack_is_no_token() -> None:
    stack = new_stack()
    with pytest.raises(ValidationError, match=r"job_name = <Stack> isn't of type str"):
        default_job(stack, job_name=stack)
