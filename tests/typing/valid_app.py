"""An app as a user writes it, which every type checker has to accept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, assert_type

import jsii
from aws_cdk import CfnOutput, Duration, Size, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker

import cdk_inference_recommender as ir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_cdk import aws_ecr as ecr
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns
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


class AnyJob(Stack):
    """Owned and imported jobs, those of a document, and what is named beside them."""

    def annotate(self, document: Mapping[str, object], payloads: s3.IBucket, key: kms.CfnKey, role: iam.IRole) -> None:
        model = ir.ModelSource.from_model_package(
            "arn",
            container_config=ir.ContainerConfig(payload_config=ir.PayloadConfig.from_bucket(payloads, "sample.tar.gz")),
        )
        jobs: list[ir.IInferenceRecommendationsJob] = [
            ir.InferenceRecommendationsJob(self, "Owned", model=model, role=role, volume_encryption_key=key),
            ir.InferenceRecommendationsJob.from_cli_input(self, "Stage", document, model=model, tags={"stage": "test"}),
            ir.InferenceRecommendationsJob.from_cli_input(self, "File", Path("job.json"), output_encryption_key=key),
            ir.InferenceRecommendationsJob.from_job_name(self, "Imported", "bert"),
        ]
        for job in jobs:
            assert_type(job.role, iam.IRole | None)
            grants: ir.InferenceRecommendationsJobGrants = job.grants
            grants.stop(role)
            job.add_outputs(job.recommend_real_time("Best"))
            job.metric_client_latency(endpoint_name="bert", statistic="p95", label="Latency", region="us-east-1")


class EveryProp(Stack):
    """What the other apps don't set."""

    def limit(self, bucket: s3.IBucket, vpc: ec2.IVpc, group: ec2.ISecurityGroup, model: sagemaker.CfnModel) -> None:
        provider = ir.InferenceRecommenderProvider.of(self)
        assert_type(provider.grant_principal, iam.IPrincipal)
        ir.InferenceRecommenderProvider.configure(self, vpc=vpc, memory_size=512, reserved_concurrent_executions=5)
        described = ir.ModelContainerConfig(
            domain=ir.Domain.MACHINE_LEARNING,
            task=ir.Task.FILL_MASK,
            framework=ir.Framework.PYTORCH,
            supported_endpoint_type=ir.SupportedEndpointType.REAL_TIME,
            payload_config=ir.PayloadConfig(sample_payload_url="s3://payloads/sample.tar.gz"),
        )
        steps = ir.Stairs(duration=Duration.minutes(2), number_of_steps=3, users_per_step=2)
        job = ir.InferenceRecommendationsJob(
            self,
            "Limited",
            model=ir.ModelSource.from_model(model, container_config=described),
            description="Ends where latency rises.",
            job_name="bert-1",
            traffic_pattern=ir.TrafficPattern.stairs(
                duration=steps.duration, number_of_steps=steps.number_of_steps, users_per_step=steps.users_per_step
            ),
            max_number_of_tests=4,
            max_parallel_of_tests=2,
            stopping_conditions=ir.StoppingConditions(
                max_invocations=500,
                flat_invocations=ir.FlatInvocations.STOP,
                model_latency_thresholds=[
                    ir.ModelLatencyThreshold(percentile=ir.LatencyPercentile.P95, value=Duration.millis(100))
                ],
            ),
            compiled_output_s3_uri="s3://compiled/bert",
            compiled_output_bucket=bucket,
            role_restrictions=ir.ExecutionRoleRestrictions(key_services=["sagemaker", "s3"], own_account_only=True),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[group],
            timeout=Duration.hours(3),
            poll_interval=Duration.seconds(10),
            accept_stopped=True,
            max_cost=20,
            rerun_nonce="2",
        )
        assert_type(job.connections, ec2.Connections)
        bucket.grant_read(job)
        document = {"JobType": "Default"}
        ir.InferenceRecommendationsJob.from_cli_input(self, "Prefixed", document, job_name_prefix="bert")
        try:
            job.recommend_real_time("Best")
        except ir.ValidationError as error:
            assert_type(str(error), str)

    def operate(
        self, best: ir.RealTimeRecommendation, bucket: s3.IBucket, key: kms.IKey, topic: sns.ITopic, vpc: ec2.IVpc
    ) -> None:
        captured = ir.S3Destination(bucket=bucket, prefix="captured")
        endpoint = ir.RecommendedEndpoint(
            self,
            "Endpoint",
            recommendation=best,
            initial_instance_count=2,
            deployment_config=ir.DeploymentConfig.canary(
                size=ir.CapacitySize.percent(25), wait_interval=Duration.minutes(10), alarms=["errors"]
            ),
            data_capture=ir.DataCapture(
                destination=captured,
                sampling_percentage=20,
                capture_modes=[ir.CaptureMode.INPUT],
                encryption_key=key,
            ),
            async_inference=ir.AsyncInference(
                output=captured,
                failure_output=ir.S3Destination(bucket=bucket),
                success_topic=topic,
                include_response_in=[ir.NotificationTopic.SUCCESS],
                max_concurrent_invocations_per_instance=4,
            ),
            core_dump=ir.CoreDump(destination=captured, encryption_key=key),
            model_data_download_timeout=Duration.minutes(10),
            container_startup_health_check_timeout=Duration.minutes(5),
            instance_provision_timeout=Duration.minutes(15),
            inference_ami_version=ir.InferenceAmiVersion.AL2_GPU_3_1,
            routing_strategy=ir.RoutingStrategy.LEAST_OUTSTANDING_REQUESTS,
            capacity_reservation="arn",
            enable_ssm_access=True,
            enhanced_metrics=True,
            metric_publish_frequency=Duration.seconds(10),
            volume_size=Size.gibibytes(100),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnets=[]),
            security_groups=[],
            network_isolation=True,
        )
        grants: ir.RecommendedEndpointGrants = endpoint.grants
        grants.invoke(iam.AccountRootPrincipal())
        assert_type(endpoint.connections, ec2.Connections)
        scaling: ir.ScalingRecommendation = best.recommend_scaling("Scaling", max_invocations=6000)
        self.watch(endpoint, scaling)

    def watch(self, endpoint: ir.RecommendedEndpoint, scaling: ir.ScalingRecommendation) -> None:
        slow = endpoint.metric_model_latency(statistic="p99", period=Duration.minutes(1))
        assert_type(slow, cloudwatch.Metric)
        failed = endpoint.metric_invocation_response_code(ir.InvocationHttpResponseCode.INVOCATION_5XX_ERRORS)
        other = endpoint.metric("Backlog", namespace="AWS/SageMaker")
        assert_type(other, cloudwatch.Metric)
        alarm = failed.create_alarm(self, "Failed", threshold=1, evaluation_periods=1)
        endpoint.add_rollback_alarms(alarm, "errors")
        endpoint.auto_scale_instance_count(max_capacity=scaling.max_capacity)

    def shift(self, best: ir.ServerlessRecommendation, alarm: cloudwatch.IAlarm) -> ir.RecommendedEndpoint:
        hour, two = Duration.hours(1), ir.CapacitySize.instances(2)
        for config in (
            ir.DeploymentConfig.all_at_once(termination_wait=hour, alarms=[alarm]),
            ir.DeploymentConfig.linear(step_size=two, wait_interval=hour, maximum_execution_timeout=hour),
            ir.DeploymentConfig.rolling(maximum_batch_size=two, wait_interval=hour, rollback_maximum_batch_size=two),
        ):
            assert_type(config, ir.DeploymentConfig)
        routing = ir.RoutingStrategy.prefix_aware(prefix_length=100, concurrency_threshold=1.5)
        assert_type(routing, ir.RoutingStrategy)
        return ir.RecommendedEndpoint(self, "Serverless", recommendation=best, provisioned_concurrency=5)
