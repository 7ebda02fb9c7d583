"""What a job adds to its stack, and in which order CloudFormation makes it."""

from __future__ import annotations

import json
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import CfnParameter, Stack, Stage
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_ssm as ssm

from cdk_inference_recommender import InferenceRecommendationsJob, ModelSource, RecommendedEndpoint

from .dependency_order import before, dependencies
from .every_prop import every_prop
from .synthesis import (
    JOB,
    PACKAGE_ARN,
    RECOMMENDATION,
    WAIT,
    Json,
    default_job,
    given_role,
    load_test,
    logical_id,
    new_app,
    new_stack,
    only,
    request_of,
    resources,
    template_of,
)

ROOT = Path(__file__).parents[3]
MOST_SHARED = 10
MOST_OF_A_JOB = 2


def shared(template: Json) -> set[str]:
    return {
        name for name in resources(template) if name.startswith(("InferenceRecommenderProvider", "InferenceRecomm"))
    }


def test_jobs_of_a_stack_share_one_function_and_one_state_machine() -> None:
    alone, together = new_stack(), new_stack()
    default_job(alone)
    default_job(together, "First")
    default_job(together, "Second").recommend_real_time("Best")
    template = template_of(together)
    assert len(resources(template, "AWS::Lambda::Function")) == 1
    assert len(resources(template, "AWS::StepFunctions::StateMachine")) == 1
    assert shared(template) == shared(template_of(alone))
    assert len(shared(template)) <= MOST_SHARED


def test_each_stack_has_its_own() -> None:
    app = new_app()
    stacks = [Stack(app, "First"), Stack(Stage(app, "Test"), "Second")]
    for stack in stacks:
        default_job(stack)
    assert all(len(resources(template_of(stack), "AWS::Lambda::Function")) == 1 for stack in stacks)


def test_a_job_is_two_resources_and_its_wait_stages() -> None:
    stack = new_stack()
    default_job(stack)
    template = template_of(stack)
    own = resources(template).keys() - shared(template)
    wait_stages = resources(template, WAIT).keys()
    assert len(own - wait_stages) <= MOST_OF_A_JOB
    assert len(wait_stages) <= 2


@pytest.mark.parametrize("jobs", [1, 3])
def test_jobs_with_one_role_are_a_resource_and_the_stages_each_and_a_policy_for_the_role(jobs: int) -> None:
    stack = new_stack()
    role = given_role(stack)
    for index in range(jobs):
        default_job(stack, f"Job{index}", role=role)
    template = template_of(stack)
    own = resources(template).keys() - shared(template) - resources(template, WAIT).keys()
    assert own == resources(template, JOB).keys()
    (policy,) = (name for name in resources(template, "AWS::IAM::Policy") if "PassRole" in name)
    assert len(own) == jobs
    assert all(policy in before(template, job) for job in own)


def test_a_network_adds_a_security_group_and_a_recommendation_itself() -> None:
    stack = new_stack()
    vpc = ec2.Vpc.from_vpc_attributes(
        stack, "Vpc", vpc_id="vpc-1", availability_zones=["eu-west-1a"], private_subnet_ids=["subnet-1"]
    )
    default_job(stack, vpc=vpc).recommend_real_time("Best")
    template = template_of(stack)
    own = resources(template).keys() - shared(template) - resources(template, WAIT).keys()
    assert len(own) <= MOST_OF_A_JOB + 2


def test_depending_on_a_job_is_depending_on_its_end_and_not_on_what_is_chosen() -> None:
    stack = new_stack()
    job = default_job(stack)
    best = job.recommend_real_time("Best")
    dependent = ssm.StringParameter(stack, "Dependent", string_value="x")
    dependent.node.add_dependency(job)
    template = template_of(stack)
    assert only(template, "AWS::SSM::Parameter")["DependsOn"] == [list(resources(template, WAIT))[-1]]
    assert logical_id(best) not in before(template, logical_id(dependent))


def test_what_a_job_depends_on_comes_before_every_part_of_it() -> None:
    stack = new_stack()
    job = default_job(stack)
    first = ssm.StringParameter(stack, "First", string_value="x")
    job.node.add_dependency(first)
    template = template_of(stack)
    assert logical_id(first) in before(template, logical_id(job))


def test_a_recommendation_is_chosen_after_the_last_wait_stage() -> None:
    stack = new_stack()
    default_job(stack).recommend_real_time("Best")
    template = template_of(stack)
    assert list(resources(template, WAIT))[-1] in only(template, RECOMMENDATION)["DependsOn"]


def test_a_job_waits_for_all_that_it_and_its_handler_need() -> None:
    stack = new_stack()
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    group = ec2.SecurityGroup(stack, "Group", vpc=vpc)
    group.add_ingress_rule(ec2.Peer.any_ipv4(), ec2.Port.tcp(443))
    other = ec2.SecurityGroup(stack, "Other", vpc=vpc)
    group.connections.allow_from(other, ec2.Port.tcp(80))
    job = default_job(stack, vpc=vpc, security_groups=[group])
    template = template_of(stack)
    needed = before(template, logical_id(job))
    kinds = {template["Resources"][name]["Type"] for name in needed}
    assert {"AWS::EC2::Route", "AWS::EC2::NatGateway", "AWS::EC2::SecurityGroupIngress"} <= kinds
    assert {"AWS::Lambda::EventInvokeConfig", "AWS::StepFunctions::StateMachine"} <= kinds
    policies = {name for name in needed if template["Resources"][name]["Type"] == "AWS::IAM::Policy"}
    assert {name.rstrip("0123456789ABCDEF") for name in policies} == {
        "InferenceRecommenderProviderStateMachineAccess",
        "InferenceRecommenderProviderStateMachineRoleDefaultPolicy",
    }


def test_what_is_granted_to_the_job_later_is_there_before_it_starts() -> None:
    stack = new_stack()
    job = default_job(stack)
    secret = ssm.StringParameter(stack, "Setting", string_value="x")
    secret.grant_read(job)
    template = template_of(stack)
    assert logical_id(secret) in before(template, logical_id(job))


def test_a_job_waits_for_an_alias_that_the_request_only_names() -> None:
    stack = new_stack()
    alias = kms.Alias(stack, "Alias", alias_name="alias/bert", target_key=kms.Key(stack, "Key"))
    job = default_job(stack, volume_encryption_key=alias)
    template = template_of(stack)
    assert logical_id(alias) in before(template, logical_id(job))


def test_one_job_depends_on_no_other_one() -> None:
    stack = new_stack()
    first, second = default_job(stack, "First"), default_job(stack, "Second")
    template = template_of(stack)
    for job, other in ((first, "Second"), (second, "First")):
        assert not [name for name in before(template, logical_id(job)) if name.startswith(other)]


def _everything(stack: Stack) -> None:
    on_instances, on_serverless = every_prop(stack)
    InferenceRecommendationsJob(stack, "Job", **on_instances).recommend_real_time("Best").publish("/bert/best")
    InferenceRecommendationsJob(stack, "ServerlessJob", **on_serverless).recommend_serverless("Best")


def _given_role_and_keys(stack: Stack) -> None:
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    key = kms.Key(stack, "Key")
    key.grant_encrypt_decrypt(role)
    load_test(stack, role=role, volume_encryption_key=key)


def _connected_both_ways(stack: Stack) -> None:
    vpc = ec2.Vpc(stack, "Vpc", max_azs=1)
    database = ec2.SecurityGroup(stack, "Database", vpc=vpc, allow_all_outbound=False)
    job = default_job(stack, vpc=vpc)
    database.connections.allow_from(job, ec2.Port.tcp(5432))
    job.connections.allow_from(database, ec2.Port.tcp(443))


def _existing(stack: Stack) -> None:
    job = InferenceRecommendationsJob.from_job_name(stack, "Job", CfnParameter(stack, "JobName").value_as_string)
    job.recommend_real_time("Best")


def _role_of_a_result(stack: Stack) -> None:
    """An Advanced job whose role depends on what a Default one has found."""
    first = default_job(stack, "First")
    best = first.recommend_real_time("Best")
    role = iam.Role(
        stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"), description=best.instance_type
    )
    first.grants.read(role)
    bucket = s3.Bucket.from_bucket_name(stack, "Results", f"results-of-{first.job_name}")
    key = kms.Key(stack, "Key", description=best.recommendation_id)
    load_test(stack, "Second", role=role, volume_encryption_key=key)
    load_test(stack, "Third", input_buckets=[bucket], volume_encryption_key=key)


def _hosted(stack: Stack) -> None:
    key = kms.Key(stack, "Key")
    job = default_job(stack, volume_encryption_key=key)
    key.add_to_resource_policy(
        iam.PolicyStatement(actions=["kms:Decrypt"], resources=["*"], principals=[iam.ArnPrincipal(job.role.role_arn)])
    )
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    job.grants.read(role)
    RecommendedEndpoint(
        stack,
        "Endpoint",
        recommendation=job.recommend_real_time("Best"),
        model=ModelSource.from_model_package(PACKAGE_ARN),
        role=role,
    ).auto_scale_instance_count(max_capacity=2).scale_on_invocations("Load")


@pytest.mark.parametrize(
    "build", [_everything, _given_role_and_keys, _connected_both_ways, _existing, _role_of_a_result, _hosted]
)
def test_no_resource_waits_for_itself(build: Any) -> None:
    stack = new_stack()
    build(stack)
    tuple(TopologicalSorter(dependencies(template_of(stack))).static_order())


def test_the_command_line_s_feature_flags_change_nothing_of_that() -> None:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    stack = new_stack(new_app(context))
    _everything(stack)
    tuple(TopologicalSorter(dependencies(template_of(stack))).static_order())
    assert len(resources(template_of(stack), JOB)) == 2


def test_an_endpoint_that_is_a_construct_is_named() -> None:
    stack = new_stack()
    default_job(stack, existing_endpoint=sagemaker.CfnEndpoint(stack, "Before", endpoint_config_name="before"))
    assert request_of(stack)["InputConfig"]["Endpoints"] == [
        {"EndpointName": {"Fn::GetAtt": ["Before", "EndpointName"]}}
    ]
