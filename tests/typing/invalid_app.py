"""Mistakes that every type checker has to find: each is ignored, and an ignored line without a mistake is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import Duration, Stack
from aws_cdk import aws_sagemaker as sagemaker

import cdk_inference_recommender as ir

if TYPE_CHECKING:
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns


def job_is_incomplete(stack: Stack, model: ir.ModelSource) -> None:
    ir.InferenceRecommendationsJob(stack, "NoModel")  # type: ignore[call-arg]
    ir.InferenceRecommendationsJob(stack, "Text", model="bert")  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob(stack, "Type", model=model, job_type="Default")  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob(stack, "Hours", model=model, timeout=2)  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob(stack, "Typo", model=model, inputs=[])  # type: ignore[call-arg]
    ir.InferenceRecommendationsJob(stack, "Cost", model=model, max_cost="20 USD")  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob(stack, "Key", model=model, volume_encryption_key="alias/k")  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob.from_cli_input(stack, "Document", 5)  # type: ignore[arg-type]


def values_are_incomplete() -> None:
    ir.Phase()  # type: ignore[call-arg]
    ir.ModelContainerConfig(domain=ir.Domain.MACHINE_LEARNING)  # type: ignore[call-arg]
    ir.ModelLatencyThreshold(percentile=ir.LatencyPercentile.P95)  # type: ignore[call-arg]
    ir.TrafficPattern.stairs(duration=Duration.minutes(2))  # type: ignore[call-arg]
    ir.EndpointInputConfiguration.serverless(max_concurrency=5)  # type: ignore[call-arg]
    ir.Constraints(max_model_latency="80 ms")  # type: ignore[arg-type]
    ir.JobType.of(5)  # type: ignore[arg-type]
    ir.ModelSource(model_name="bert")  # type: ignore[call-arg]
    ir.TrafficPattern()  # type: ignore[call-arg]
    ir.EndpointInputConfiguration()  # type: ignore[call-arg]


def job_is_given_what_it_doesn_t_take(
    stack: Stack, job: ir.IInferenceRecommendationsJob, model: ir.ModelSource
) -> None:
    ir.InferenceRecommendationsJob(stack, "Key", model=model, volume_encryption_key="alias/key")  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob.from_cli_input(stack, "Typo", {}, job_typ=None)  # type: ignore[call-arg]
    job.metric_client_latency(statistics="p95")  # type: ignore[call-arg]
    job.role = None  # type: ignore[misc]


def choice_is_wrong(stack: Stack, job: ir.InferenceRecommendationsJob) -> None:
    job.recommend_real_time()  # type: ignore[call-arg]
    job.recommend_real_time("Best", optimize_for="CostPerHour")  # type: ignore[arg-type]
    job.recommend_real_time("Best", constraints={"max_cost_per_hour": 1})  # type: ignore[arg-type]
    ir.RealTimeRecommendation(stack, "Best")  # type: ignore[call-arg]
    ir.RealTimeRecommendation(stack, "Best", job="bert")  # type: ignore[arg-type]


def kind_is_another(best: ir.ServerlessRecommendation) -> str:
    best.recommend_scaling("Scaling")  # type: ignore[attr-defined]
    return best.instance_type  # type: ignore[attr-defined, no-any-return]


def endpoint_is_wrong(stack: Stack, best: ir.RealTimeRecommendation) -> None:
    ir.RecommendedEndpoint(stack, "Nothing")  # type: ignore[call-arg]
    endpoint = ir.RecommendedEndpoint(stack, "Endpoint", recommendation=best)
    count = endpoint.auto_scale_instance_count()  # type: ignore[call-arg]
    count.scale_on_invocations()  # type: ignore[call-arg]
    count.scale_on_invocations("Load", scale_in_cooldown=60)  # type: ignore[arg-type]
    count.scale_as_recommended("Load", best)  # type: ignore[arg-type]
    endpoint.grant_invoke("arn:aws:iam::111122223333:role/caller")  # type: ignore[arg-type]


def variant_has_one_model(best: ir.Recommendation, model: sagemaker.CfnModel) -> None:
    best.production_variant()  # type: ignore[call-overload]
    best.production_variant(model=model, model_name="bert")  # type: ignore[call-overload]


def endpoint_is_given_what_it_doesn_t_take(
    stack: Stack, best: ir.RealTimeRecommendation, capture: ir.DataCapture
) -> None:
    ir.RecommendedEndpoint(stack, "Shift", recommendation=best, deployment_config="canary")  # type: ignore[arg-type]
    ir.RecommendedEndpoint(stack, "Capture", recommendation=best, data_capture=True)  # type: ignore[arg-type]
    ir.RecommendedEndpoint(stack, "Async", recommendation=best, async_inference=capture)  # type: ignore[arg-type]
    ir.RecommendedEndpoint(stack, "Dump", recommendation=best, core_dump="s3://dumps")  # type: ignore[arg-type]
    ir.RecommendedEndpoint(stack, "Minutes", recommendation=best, instance_provision_timeout=10)  # type: ignore[arg-type]
    ir.RecommendedEndpoint(stack, "Gigabytes", recommendation=best, volume_size=100)  # type: ignore[arg-type]
    ir.RecommendedEndpoint(stack, "Image", recommendation=best, inference_ami_version="al2")  # type: ignore[arg-type]
    ir.RecommendedEndpoint(stack, "Route", recommendation=best, routing_strategy="RANDOM")  # type: ignore[arg-type]
    ir.RecommendedEndpoint(stack, "Typo", recommendation=best, capture_data=capture)  # type: ignore[call-arg]


def values_of_the_endpoint_are_incomplete(bucket: s3.IBucket, topic: sns.CfnTopic) -> None:
    ir.S3Destination()  # type: ignore[call-arg]
    ir.S3Destination(bucket="captured")  # type: ignore[arg-type]
    destination = ir.S3Destination(bucket=bucket)
    ir.DataCapture(destination=destination)  # type: ignore[call-arg]
    ir.DataCapture(destination=destination, sampling_percentage="20")  # type: ignore[arg-type]
    ir.DataCapture(destination=destination, sampling_percentage=20, capture_modes=["Input"])  # type: ignore[list-item]
    ir.AsyncInference()  # type: ignore[call-arg]
    ir.AsyncInference(output=destination, success_topic=topic)  # type: ignore[arg-type]
    ir.CoreDump(destination="s3://dumps")  # type: ignore[arg-type]
    ir.DeploymentConfig.canary(wait_interval=Duration.minutes(10))  # type: ignore[call-arg]
    ir.DeploymentConfig.linear(step_size=25, wait_interval=Duration.minutes(10))  # type: ignore[arg-type]
    ir.DeploymentConfig.all_at_once(wait_interval=600)  # type: ignore[arg-type]
    ir.DeploymentConfig.rolling(maximum_batch_size=ir.CapacitySize.percent(5))  # type: ignore[call-arg]
    ir.RoutingStrategy.prefix_aware(prefix_length=100)  # type: ignore[call-arg]
    ir.DeploymentConfig()  # type: ignore[call-arg]
    ir.CapacitySize()  # type: ignore[call-arg]
    ir.RoutingStrategy()  # type: ignore[call-arg]


def endpoint_is_watched_wrongly(endpoint: ir.RecommendedEndpoint) -> None:
    endpoint.metric_model_latency(statistics="p95")  # type: ignore[call-arg]
    endpoint.metric_invocations(period=60)  # type: ignore[arg-type]
    endpoint.metric_invocation_response_code("Invocation5XXErrors")  # type: ignore[arg-type]
    endpoint.add_rollback_alarms(5)  # type: ignore[arg-type]
    endpoint.grants.invoke("arn:aws:iam::111122223333:role/caller")  # type: ignore[arg-type]
    endpoint.endpoint_name = "bert"  # type: ignore[misc]
