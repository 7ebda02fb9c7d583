"""Owned and imported jobs as an app's own code takes them."""

from __future__ import annotations

import jsii
import pytest
from aws_cdk import App, CfnOutput, CfnParameter, Environment, Resource, Stack
from aws_cdk import aws_iam as iam

from cdk_inference_recommender import (
    IInferenceRecommendationsJob,
    InferenceRecommendationsJob,
    InferenceRecommendationsJobGrants,
    ModelSource,
    RealTimeRecommendation,
    ValidationError,
)

from .synthesis import (
    ACCOUNT,
    PACKAGE_ARN,
    POLICY,
    REGION,
    ROLE_ARN,
    default_job,
    given_role,
    new_app,
    new_stack,
    payloads,
    resources,
    template_of,
)

HERE = Environment(account=ACCOUNT, region=REGION)
ARN = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:inference-recommendations-job/bert"


def recommend(job: IInferenceRecommendationsJob) -> RealTimeRecommendation:
    """Take any job, as mypy reads it."""
    grants: InferenceRecommendationsJobGrants = job.grants
    grants.read(given_role(job.stack))
    return job.recommend_real_time("Best")


@pytest.mark.parametrize("imported", [True, False])
def test_owned_and_imported_jobs_are_annotated_alike(*, imported: bool) -> None:
    stack = new_stack()
    job: IInferenceRecommendationsJob
    job = InferenceRecommendationsJob.from_job_name(stack, "Job", "bert") if imported else default_job(stack)
    assert recommend(job).node.path == "Stack/Job/Best"
    assert (job.role is None) is imported


def test_a_class_of_an_app_may_implement_it() -> None:
    @jsii.implements(IInferenceRecommendationsJob)
    class Job(Resource):
        pass

    assert Job(new_stack(), "Job").node.path == "Stack/Job"


def test_the_role_of_a_job_isn_t_changed_afterwards() -> None:
    stack = new_stack()
    job = default_job(stack, role=given_role(stack))
    with pytest.raises(AttributeError, match="role"):
        job.role = job.role  # type: ignore[misc]
    assert job.role.role_arn == ROLE_ARN


def test_a_statement_is_added_to_the_execution_role() -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob(
        stack, "Job", model=ModelSource.from_model_package(PACKAGE_ARN), input_buckets=[payloads(stack)]
    )
    job.add_to_role_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["arn:aws:s3:::more/*"]))
    policies = resources(template_of(stack), POLICY)
    (added,) = (policy for name, policy in policies.items() if name.startswith("JobRoleDefaultPolicy"))
    assert "arn:aws:s3:::more/*" in str(added["Properties"]["PolicyDocument"])


def test_an_imported_job_has_no_role_to_add_a_statement_to() -> None:
    job = InferenceRecommendationsJob.from_job_name(new_stack(), "Job", "bert")
    with pytest.raises(ValidationError, match=r"^Stack/Job: an imported job has no role here"):
        job.add_to_role_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"]))


class TestPhysicalName:
    """`job_name` is the name that other Regions and accounts know, too."""

    @staticmethod
    def seen_from_another_region(job_name: str | None) -> object:
        app = new_app()
        stack = new_stack(app, env=HERE)
        job = default_job(stack, **({"job_name": job_name} if job_name else {}))
        other = Stack(app, "Other", env=Environment(account=ACCOUNT, region="us-east-1"))
        CfnOutput(other, "Name", value=job.job_name)
        return template_of(other)["Outputs"]["Name"]["Value"]

    def test_is_known_in_another_region(self) -> None:
        assert self.seen_from_another_region("mine") == "mine"

    def test_that_is_generated_isn_t(self) -> None:
        with pytest.raises(RuntimeError, match="CrossStackReference"):
            self.seen_from_another_region(None)

    def test_is_a_reference_in_its_own_stack(self) -> None:
        stack = new_stack(env=HERE)
        CfnOutput(stack, "Name", value=default_job(stack, job_name="mine").job_name)
        assert set(template_of(stack)["Outputs"]["Name"]["Value"]) == {"Ref"}

    def test_may_be_a_token(self) -> None:
        stack = new_stack()
        job = default_job(stack, job_name=CfnParameter(stack, "JobName").value_as_string)
        CfnOutput(stack, "Name", value=job.job_name)
        assert set(template_of(stack)["Outputs"]["Name"]["Value"]) == {"Ref"}


class TestEnvironment:
    """A job that is known by its ARN is where its ARN says."""

    def test_is_the_arn_s(self) -> None:
        job = InferenceRecommendationsJob.from_job_arn(new_stack(env=HERE), "Job", ARN)
        assert (job.env.region, job.env.account) == ("us-east-1", ACCOUNT)

    def test_is_the_stack_s_where_the_arn_isn_t_known(self) -> None:
        stack = new_stack(env=HERE)
        job = InferenceRecommendationsJob.from_job_arn(stack, "Job", CfnParameter(stack, "Arn").value_as_string)
        assert job.env.region == REGION

    def test_is_that_of_its_metrics(self) -> None:
        stack = new_stack(env=HERE)
        job = InferenceRecommendationsJob.from_job_arn(stack, "Job", ARN)
        config = job.metric_client_latency(endpoint_name="bert").to_metric_config().metric_stat
        assert config is not None
        assert (config.region, config.account) == ("us-east-1", ACCOUNT)
        search = job.metric_client_latency().to_metric_config().search_expression
        assert search is not None
        assert search.search_region == "us-east-1"

    def test_of_an_arn_in_the_stack_s_own_environment_is_left_out_of_metrics(self) -> None:
        job = InferenceRecommendationsJob.from_job_arn(new_stack(env=HERE), "Job", ARN.replace("us-east-1", REGION))
        config = job.metric_client_latency(endpoint_name="bert").to_metric_config().metric_stat
        assert config is not None
        assert config.region is None

    def test_elsewhere_has_results_only_there(self) -> None:
        job = InferenceRecommendationsJob.from_job_arn(new_stack(App(), env=HERE), "Job", ARN)
        with pytest.raises(ValidationError, match="the job is in us-east-1, and results are read in eu-west-1"):
            job.recommend_real_time("Best")
