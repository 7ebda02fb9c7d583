"""Mistakes that every type checker has to find: each is ignored, and an ignored line without a mistake is an error."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_sagemaker as sagemaker

import cdk_inference_recommender as ir


def job_is_incomplete(stack: Stack, model: ir.ModelSource) -> None:
    ir.InferenceRecommendationsJob(stack, "NoModel")  # type: ignore[call-arg]
    ir.InferenceRecommendationsJob(stack, "Text", model="bert")  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob(stack, "Type", model=model, job_type="Default")  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob(stack, "Hours", model=model, timeout=2)  # type: ignore[arg-type]
    ir.InferenceRecommendationsJob(stack, "Typo", model=model, inputs=[])  # type: ignore[call-arg]
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
