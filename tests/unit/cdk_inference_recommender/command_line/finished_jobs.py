"""Finished jobs, as the API describes them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rich.console import Console

from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob
from cdk_inference_recommender.command_line.report.job_report import JobReport
from cdk_inference_recommender.command_line.report.tables import print_report
from inference_recommendations_handler.protocol.contract import ObjectiveName

CREATED: Final = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NAN: Final = float("nan")


def recommendation(
    instance_type: str = "ml.c5.xlarge",
    *,
    cost_per_hour: float | str = 0.2,
    cost_per_inference: float | str = 1e-6,
    max_invocations: float = 500,
    model_latency: float = 20,
    cpu: float | str = 80.0,
    memory: float | str = 40.0,
    environment: dict[str, str] | None = None,
    identifier: str = "job/0a1b2c3d",
    serverless: tuple[int, int] | None = None,
) -> dict[str, Any]:
    endpoint: dict[str, Any] = {"InstanceType": instance_type, "InitialInstanceCount": 1}
    if serverless:
        endpoint = {"ServerlessConfig": {"MemorySizeInMB": serverless[0], "MaxConcurrency": serverless[1]}}
    return {
        "RecommendationId": identifier,
        "Metrics": {
            "CostPerHour": cost_per_hour,
            "CostPerInference": cost_per_inference,
            "MaxInvocations": max_invocations,
            "ModelLatency": model_latency,
            "CpuUtilization": cpu,
            "MemoryUtilization": memory,
        },
        "EndpointConfiguration": endpoint,
        "ModelConfiguration": {
            "EnvironmentParameters": [
                {"Key": key, "ValueType": "String", "Value": value} for key, value in (environment or {}).items()
            ]
        },
    }


def step(status: str, instance_type: str = "ml.c5.xlarge", *, reason: str | None = None) -> dict[str, Any]:
    benchmark: dict[str, Any] = {"EndpointConfiguration": {"InstanceType": instance_type}}
    if reason is not None:
        benchmark["FailureReason"] = reason
    return {"StepType": "BENCHMARK", "JobName": "job", "Status": status, "InferenceBenchmark": benchmark}


def job(
    *recommendations: dict[str, Any], steps: list[dict[str, Any]] | None = None, **members: Any
) -> RecommendationsJob:
    description: dict[str, Any] = {
        "JobName": "job",
        "JobType": "Default",
        "Status": "COMPLETED",
        "CreationTime": CREATED,
        "CompletionTime": CREATED + timedelta(minutes=45),
        "LastModifiedTime": CREATED + timedelta(minutes=45),
        "InferenceRecommendations": list(recommendations),
        **members,
    }
    return RecommendationsJob(description=description, steps=steps or [])


def running_job(*, steps: list[dict[str, Any]] | None = None, **members: Any) -> RecommendationsJob:
    found = job(steps=steps, Status="IN_PROGRESS", LastModifiedTime=CREATED + timedelta(seconds=30), **members)
    description = {name: value for name, value in found.description.items() if name != "CompletionTime"}
    return RecommendationsJob(description=description, steps=found.steps)


def report_of(
    found: RecommendationsJob,
    objective: ObjectiveName = ObjectiveName.COST_PER_INFERENCE,
    *,
    now: datetime = CREATED + timedelta(minutes=12, seconds=5),
    traffic: float | None = None,
    tags: dict[str, str] | None = None,
    **required: Any,
) -> JobReport:
    """The report, with constraints by the names that the template has for them."""
    return JobReport.of(found, objective=objective, required=required, now=now, traffic=traffic, tags=tags)


def printed(report: JobReport, *, width: int = 80) -> str:
    """What a terminal shows."""
    stream = io.StringIO()
    print_report(Console(file=stream, width=width, highlight=False), report)
    return stream.getvalue()
