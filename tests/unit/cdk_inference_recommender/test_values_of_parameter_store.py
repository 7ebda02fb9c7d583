"""Values that the CDK CLI looks up, and those that CloudFormation puts in by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ssm as ssm

from cdk_inference_recommender import (
    Domain,
    EndpointInputConfiguration,
    Framework,
    InferenceRecommendationsJob,
    JobType,
    ModelContainerConfig,
    ModelSource,
    PayloadConfig,
    RealTimeRecommendation,
    RecommendedEndpoint,
    Task,
    ValidationError,
)

from .synthesis import ACCOUNT, JOB, REGION, default_job, images, load_test, new_app, only, payloads, template_of

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("arguments_are_checked")

DYNAMIC_REFERENCES = [
    "{{resolve:ssm:/models/champion}}",
    "{{resolve:ssm:/models/champion:2}}",
    "{{resolve:ssm-secure:/models/champion}}",
    "{{resolve:secretsmanager:champion:SecretString:name}}",
]


def looked_up(stack: Stack, name: str) -> str:
    return ssm.StringParameter.value_from_lookup(stack, f"/alias/{name}")


def new_place(app: App | None = None) -> Stack:
    """A lookup needs a stack that knows where it goes."""
    return Stack(app or new_app(), "Stack", env=Environment(account=ACCOUNT, region=REGION))


def missing_in(app: App) -> set[str]:
    """Names of the parameters that the CLI looks up."""
    manifest = json.loads((Path(app.synth().directory) / "manifest.json").read_text())
    return {missing["props"]["parameterName"] for missing in manifest["missing"]}


def use_everywhere(stack: Stack, text: Callable[[str], str]) -> None:
    """Give the text to everything that takes one, but for what has to be literal."""
    model = ModelSource.from_model(
        text("model"),
        container_config=ModelContainerConfig(
            domain=Domain.of(text("domain")),
            task=Task.of(text("task")),
            framework=Framework.of(text("framework")),
            framework_version=text("version"),
            payload_config=PayloadConfig(
                sample_payload_url=text("payload"), supported_content_types=[text("content-type")]
            ),
            nearest_model_name=text("nearest"),
            supported_instance_types=[text("supported")],
            data_input_config=text("input"),
            supported_response_mime_types=[text("response")],
        ),
    )
    load_test(
        stack,
        "OnModel",
        model=model,
        job_type=JobType.of(text("type")),
        description=text("description"),
        endpoint_configurations=[
            EndpointInputConfiguration.real_time(
                text("instance-type"), environment_parameter_ranges={"OMP_NUM_THREADS": [text("threads")]}
            )
        ],
        existing_endpoint=text("endpoint"),
        output_encryption_key=kms.Alias.from_alias_name(stack, "OutputKey", text("output-key")),
        compiled_output_s3_uri=text("compiled"),
        volume_encryption_key=kms.Alias.from_alias_name(stack, "VolumeKey", text("volume-key")),
        tags={"team": text("team")},
        rerun_nonce=text("rerun-nonce"),
    )
    package = ModelSource.from_model_package(text("package"))
    job = default_job(stack, "OnPackage", model=package)
    job.metric_client_latency(endpoint_name=text("measured"))
    RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=job.recommend_real_time("Best"),
        model=package,
        endpoint_name=text("endpoint-name"),
        variant_name=text("variant"),
        volume_encryption_key=kms.Alias.from_alias_name(stack, "EndpointKey", text("volume-key")),
        tags={"team": text("team")},
        input_buckets=[payloads(stack)],
        image_repositories=[images(stack)],
    )
    InferenceRecommendationsJob.from_job_name(stack, "Named", text("name")).recommend_real_time("Best")
    document = {"InputConfig": {"ModelPackageVersionArn": text("package")}, "JobType": "Default", "RoleArn": text("r")}
    InferenceRecommendationsJob.from_cli_input(stack, "Document", document)


def test_the_first_synthesis_goes_through_so_that_the_cli_looks_the_values_up() -> None:
    app = new_app()
    stack = new_place(app)
    names: set[str] = set()

    def text(name: str) -> str:
        names.add(name)
        return looked_up(stack, name)

    use_everywhere(stack, text)
    InferenceRecommendationsJob.from_job_arn(stack, "Known", looked_up(stack, "arn")).recommend_real_time("Best")
    assert missing_in(app) == {f"/alias/{name}" for name in {*names, "arn"}}


@pytest.mark.parametrize("reference", DYNAMIC_REFERENCES)
def test_a_dynamic_reference_is_left_to_cloudformation(reference: str) -> None:
    app = new_app()
    use_everywhere(new_place(app), lambda _: reference)
    app.synth()


def test_what_was_looked_up_is_judged() -> None:
    key = f"ssm:account={ACCOUNT}:parameterName=/alias/package:region={REGION}"
    app = new_app({key: "bert"})
    stack = new_place(app)
    default_job(stack, model=ModelSource.from_model_package(looked_up(stack, "package")))
    with pytest.raises(RuntimeError, match=r"model_package_version_arn = 'bert'|model.* = 'bert'"):
        app.synth()


@pytest.mark.parametrize("prop", ["job_name", "job_name_prefix"])
def test_a_job_s_name_may_be_looked_up_since_it_is_literal_then(prop: str) -> None:
    app = new_app()
    stack = new_place(app)
    default_job(stack, **{prop: looked_up(stack, "job")})
    assert missing_in(app)


def test_a_job_s_name_may_be_a_dynamic_reference() -> None:
    app = new_app()
    stack = new_place(app)
    default_job(stack, job_name="{{resolve:ssm:/models/champion}}")
    app.synth()
    assert "{{resolve:ssm:/models/champion}}" in str(only(template_of(stack), JOB)["Properties"]["JobName"])


def test_a_prefix_is_no_dynamic_reference_since_the_length_of_a_generated_name_is_checked() -> None:
    app = new_app()
    default_job(new_place(app), job_name_prefix="{{resolve:ssm:/models/champion}}")
    with pytest.raises(RuntimeError, match=r"job_name_prefix: is known only at deploy time"):
        app.synth()


def test_a_job_s_arn_is_no_dynamic_reference_since_its_name_is_in_it() -> None:
    with pytest.raises(ValidationError, match=r"is a dynamic reference.*Refer to the job with from_job_name"):
        InferenceRecommendationsJob.from_job_arn(new_place(), "Known", DYNAMIC_REFERENCES[0])


def test_a_prefix_may_be_looked_up_since_it_is_literal_then() -> None:
    app = new_app()
    stack = new_place(app)
    default_job(stack).recommend_real_time("Best").publish(looked_up(stack, "prefix"))
    RealTimeRecommendation.from_parameters(stack, "Read", looked_up(stack, "prefix"))
    assert missing_in(app)
