"""Responses about jobs: the documents of Describe, of the list of jobs and of the list of steps.

Figures come from the performance model; each `RecommendationId` carries the mark `sim`, so that a simulated result can
be distinguished from a measured one wherever it turns up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from .inference_recommendations_job import InferenceRecommendationsJob, JobStatus
from .instance_type import instance_type
from .performance_model import NAN, BenchmarkFigures, real_time_figures, serverless_figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .benchmark_plan import Benchmark

SIMULATED_MARK: Final = "sim"
"""The first letters of the eight characters after the job's name in a simulated `RecommendationId`."""


def job_description(job: InferenceRecommendationsJob, now: float) -> dict[str, Any]:
    """The answer of `DescribeInferenceRecommendationsJob`."""
    document = _common(job, now) | {
        "InputConfig": job.request["InputConfig"],
        "StoppingConditions": job.request.get("StoppingConditions"),
    }
    status = job.status(now)
    if status in {JobStatus.COMPLETED, JobStatus.STOPPED} and not job.fate.without_results:
        document["InferenceRecommendations"] = _recommendations(job, now) or None
    if status is JobStatus.COMPLETED:
        document["EndpointPerformances"] = [
            {"Metrics": _endpoint_metrics(job, benchmark), "EndpointInfo": {"EndpointName": benchmark.endpoint_name}}
            for benchmark in job.plan.benchmarks
            if benchmark.existing_endpoint
        ] or None
    return without_absent(document)


def job_summary(job: InferenceRecommendationsJob, now: float) -> dict[str, Any]:
    """One item of `ListInferenceRecommendationsJobs`."""
    source = job.request["InputConfig"]
    payload = source.get("ContainerConfig", {}).get("PayloadConfig", {})
    document = _common(job, now) | {
        "ModelName": source.get("ModelName"),
        "ModelPackageVersionArn": source.get("ModelPackageVersionArn"),
        "SamplePayloadUrl": payload.get("SamplePayloadUrl"),
    }
    return without_absent({"JobDescription": "", **without_absent(document)})


def job_step(job: InferenceRecommendationsJob, index: int, now: float) -> dict[str, Any]:
    """One item of `ListInferenceRecommendationsJobSteps`.

    Args:
        job: The job.
        index: The benchmark's place in its plan.
        now: Epoch seconds of the sandbox's clock.
    """
    benchmark = job.plan.benchmarks[index]
    status = job.step_status(index, now)
    completed = status is JobStatus.COMPLETED
    figures = step_figures(job, index)
    metrics: dict[str, Any] = {}
    if completed and benchmark.existing_endpoint:
        metrics["EndpointMetrics"] = _endpoint_metrics(job, benchmark)
    elif completed:
        metrics["Metrics"] = figures.metrics()
    started_at, ended_at = job.step_window(index, now)
    return {
        "StepType": "BENCHMARK",
        "JobName": job.name,
        "Status": status.value,
        "InferenceBenchmark": without_absent(
            {
                **metrics,
                "EndpointConfiguration": _endpoint_configuration(benchmark, figures),
                "ModelConfiguration": _model_configuration(job, benchmark),
                "FailureReason": job.step_failure(index, now),
                "InvocationStartTime": _time(started_at) if completed else None,
                "InvocationEndTime": _time(ended_at) if completed else None,
            }
        ),
    }


def recommendation_id(job: InferenceRecommendationsJob, index: int) -> str:
    """`<job name>/<eight characters>`, as the service's, and marked as simulated."""
    digest = sha256(f"{job.arn}/{index}".encode()).hexdigest()
    return f"{job.name}/{SIMULATED_MARK}{index:01x}{digest[:4]}"


def step_figures(job: InferenceRecommendationsJob, index: int) -> BenchmarkFigures:
    """The simulated figures of one benchmark, whether it has run or not."""
    benchmark = job.plan.benchmarks[index]
    workload = replace(job.workload, environment=benchmark.environment)
    if benchmark.instance_type is not None:
        figures = real_time_figures(instance_type(benchmark.instance_type), workload, job.goal)
    else:
        figures = serverless_figures(
            benchmark.memory_size_in_mb or 0, benchmark.max_concurrency or 1, workload, job.goal
        )
    if job.fate.without_utilization:
        figures = replace(figures, cpu_utilization=NAN, memory_utilization=NAN)
    if job.fate.latency_in_microseconds:
        figures = replace(figures, model_latency=figures.model_latency * 1000)
    return figures


def completed_recommendations(job: InferenceRecommendationsJob, now: float) -> list[int]:
    """Places of the benchmarks that became recommendations, in the order in which the service names them.

    The order is as good as any but the same every time: it isn't sorted by anything that a reader could rely on.
    """
    completed = [
        index
        for index, benchmark in enumerate(job.plan.benchmarks)
        if not benchmark.existing_endpoint and job.step_status(index, now) is JobStatus.COMPLETED
    ]
    return sorted(completed, key=lambda index: sha256(job.plan.benchmarks[index].endpoint_name.encode()).digest())


def without_absent(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without members that are None."""
    return {name: value for name, value in document.items() if value is not None}


def _common(job: InferenceRecommendationsJob, now: float) -> dict[str, Any]:
    status = job.status(now)
    return {
        "JobName": job.name,
        "JobDescription": job.request.get("JobDescription"),
        "JobType": job.request["JobType"],
        "JobArn": job.arn,
        "RoleArn": job.request["RoleArn"],
        "Status": status.value,
        "CreationTime": _time(job.created_at),
        "CompletionTime": _time(job.ends_at) if status.terminal else None,
        "LastModifiedTime": _time(job.last_modified_at(now)),
        "FailureReason": (job.fate.failure_reason or "")[:1024] if status is JobStatus.FAILED else None,
    }


def _recommendations(job: InferenceRecommendationsJob, now: float) -> list[dict[str, Any]]:
    documents = []
    for index in completed_recommendations(job, now):
        benchmark, figures = job.plan.benchmarks[index], step_figures(job, index)
        started_at, ended_at = job.step_window(index, now)
        documents.append(
            {
                "RecommendationId": recommendation_id(job, index),
                "Metrics": figures.metrics(),
                "EndpointConfiguration": _endpoint_configuration(benchmark, figures),
                "ModelConfiguration": _model_configuration(job, benchmark),
                "InvocationStartTime": _time(started_at),
                "InvocationEndTime": _time(ended_at),
            }
        )
    return documents


def _endpoint_metrics(job: InferenceRecommendationsJob, benchmark: Benchmark) -> dict[str, Any]:
    figures = step_figures(job, job.plan.benchmarks.index(benchmark))
    return {"MaxInvocations": figures.max_invocations, "ModelLatency": figures.model_latency}


def _endpoint_configuration(benchmark: Benchmark, figures: BenchmarkFigures) -> dict[str, Any]:
    document: dict[str, Any] = {"EndpointName": benchmark.endpoint_name, "VariantName": benchmark.endpoint_name}
    if benchmark.instance_type is not None:
        document |= {"InstanceType": benchmark.instance_type, "InitialInstanceCount": figures.instance_count}
    else:
        document["ServerlessConfig"] = {
            "MemorySizeInMB": benchmark.memory_size_in_mb,
            "MaxConcurrency": benchmark.max_concurrency,
        }
    return document


def _model_configuration(job: InferenceRecommendationsJob, benchmark: Benchmark) -> dict[str, Any]:
    environment = [{"Key": key, "ValueType": "String", "Value": value} for key, value in benchmark.environment.items()]
    compiled = job.request["InputConfig"].get("ContainerConfig", {}).get("DataInputConfig")
    return without_absent(
        {
            "InferenceSpecificationName": benchmark.inference_specification_name,
            "EnvironmentParameters": environment or None,
            "CompilationJobName": f"{job.name[:40].rstrip('-')}-{benchmark.endpoint_name[-8:]}" if compiled else None,
        }
    )


def _time(epoch_seconds: float | None) -> datetime | None:
    return None if epoch_seconds is None else datetime.fromtimestamp(epoch_seconds, UTC)
