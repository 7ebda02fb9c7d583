"""An app as a user writes it, which every type checker has to accept."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

import jsii
from aws_cdk import CfnOutput, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker

import cdk_inference_recommender as ir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_ecr as ecr
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_s3 as s3
    from aws_cdk.interfaces import aws_sagemaker as refs
    from constructs import Construct


class Final(Stack):
    """The README's first example."""

    def declare(
        self,
        package: sagemaker.CfnModelPackage,
        bucket: s3.IBucket,
        repository: ecr.IRepository,
        client: lambda_.IFunction,
    ) -> None:
        # fmt: off
        job = ir.InferenceRecommendationsJob(
            self, "Job",
            model=ir.ModelSource.from_model_package(package),
            input_buckets=[bucket],
            image_repositories=[repository],
        )
        best = job.recommend_real_time(
            "Best",
            optimize_for=ir.Objective.COST_PER_INFERENCE,
            constraints=ir.Constraints(max_model_latency=Duration.millis(80)),
        )
        endpoint = ir.RecommendedEndpoint(self, "Endpoint", recommendation=best)
        endpoint.auto_scale_instance_count(max_capacity=4).scale_on_invocations("Load")
        endpoint.grant_invoke(client)
        # fmt: on


def figures(best: ir.Recommendation) -> list[str]:
    """Take either kind of recommendation."""
    return [figure for figure in (best.cost_per_hour, best.model_latency_ms) if figure != ir.UNAVAILABLE]


def choose(scope: Construct, job: ir.IInferenceRecommendationsJob) -> ir.RealTimeRecommendation:
    """Take a job of the app, or an imported one."""
    role: iam.IRole | None = job.role
    if role is not None:
        job.grants.stop(role)
    return ir.RealTimeRecommendation(scope, f"{job.node.id}Choice", job=job)


def scale(endpoint: ir.RecommendedEndpoint, best: ir.RealTimeRecommendation) -> None:
    scaling = best.recommend_scaling("Scaling", max_invocations=6000)
    assert_type(scaling.scale_in_cooldown, Duration)
    count = endpoint.auto_scale_instance_count(min_capacity=scaling.min_capacity, max_capacity=scaling.max_capacity)
    assert_type(count, ir.ScalableInstanceCount)
    count.scale_as_recommended("Load", scaling, disable_scale_in=True)
    count.scale_on_invocations(
        "Load", max_requests_per_second=20, safety_factor=0.7, scale_in_cooldown=Duration.minutes(10)
    )


class Everything(Stack):
    """What the first example leaves out."""

    def recommend(self, job: ir.InferenceRecommendationsJob, caller: iam.IRole) -> Mapping[str, CfnOutput]:
        fastest = ir.RealTimeRecommendation(self, "Fastest", job=job, optimize_for=ir.Objective.MODEL_LATENCY)
        smallest = job.recommend_serverless("Smallest", constraints=ir.Constraints(max_cost_per_inference=0.001))
        choose(self, job)
        choose(self, ir.InferenceRecommendationsJob.from_job_name(self, "Imported", "bert"))
        assert_type(fastest.instance_type, str)
        assert_type(fastest.initial_instance_count, jsii.Number)
        assert_type(smallest.memory_size_in_mb, jsii.Number)
        assert_type(ir.ServerlessRecommendation.from_parameters(self, "Read", "/app"), ir.ServerlessRecommendation)
        smallest.publish("/app")
        job.grants.read(caller)
        return job.add_outputs(fastest, smallest, prefix="First")

    def host(
        self, best: ir.RealTimeRecommendation | ir.ServerlessRecommendation, model: ir.ModelSource
    ) -> ir.RecommendedEndpoint:
        endpoint = ir.RecommendedEndpoint(self, "Endpoint", recommendation=best, model=model, endpoint_name="bert")
        endpoint.add_to_role_policy(iam.PolicyStatement(actions=["s3:GetObject"], resources=["*"]))
        endpoint.grants.actions(iam.AccountRootPrincipal(), "sagemaker:DescribeEndpoint")
        figures(best)
        return endpoint

    def compare(self, endpoint: ir.RecommendedEndpoint, model: sagemaker.CfnModel) -> None:
        interface: sagemaker.IEndpoint = endpoint
        reference: refs.IEndpointRef = endpoint
        for name, compared in (("A", endpoint), ("B", interface), ("C", reference), ("D", "bert")):
            ir.InferenceRecommendationsJob(
                self,
                name,
                job_type=ir.JobType.ADVANCED,
                model=ir.ModelSource.from_model(
                    model,
                    container_config=ir.ModelContainerConfig(
                        domain=ir.Domain.MACHINE_LEARNING,
                        task=ir.Task.of("NEWER_THAN_THIS_RELEASE"),
                        payload_config=ir.PayloadConfig(sample_payload_url="s3://payloads/sample.tar.gz"),
                    ),
                ),
                traffic_pattern=ir.TrafficPattern.phases(
                    ir.Phase(initial_number_of_users=1, spawn_rate=1, duration=Duration.minutes(2))
                ),
                endpoint_configurations=[ir.EndpointInputConfiguration.real_time("ml.c5.xlarge")],
                existing_endpoint=compared,
                job_duration=Duration.hours(1),
            )

    def configure(self, best: ir.Recommendation, model: sagemaker.CfnModel) -> None:
        variants = [
            best.production_variant(model=model),
            best.production_variant(model="bert", variant_name="Canary"),
            best.production_variant(model_name=model.attr_model_name, initial_variant_weight=0.5),
        ]
        sagemaker.CfnEndpointConfig(self, "Config", production_variants=variants)
