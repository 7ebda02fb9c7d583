"""The report as a machine-readable document (docs/report.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .traffic_cost import dollars_per_month, instances_needed

if TYPE_CHECKING:
    from .decision import Decision
    from .job_report import JobReport
    from .ranked_results import Result

DOCUMENT_VERSION: Final = 1
"""Raised when a member is renamed, removed or changes its meaning; new members don't raise it."""


def report_document(report: JobReport) -> dict[str, Any]:
    """Return the report in JSON's types; missing figures are None."""
    progress = report.progress
    return {
        "Version": DOCUMENT_VERSION,
        "JobName": report.job_name,
        "JobType": report.job_type,
        "Status": report.status,
        "FailureReason": report.failure_reason,
        "Simulated": report.simulated,
        "Objective": report.objective.value,
        "Constraints": dict(report.required),
        "Traffic": report.traffic,
        "Region": report.origin.region,
        "Account": report.origin.account,
        "Model": report.origin.model,
        "Created": report.origin.created,
        "StackName": report.origin.stack,
        "LogicalId": report.origin.logical_id,
        "ElapsedSeconds": round(progress.elapsed.total_seconds()),
        "Steps": {
            "Done": progress.done,
            "Failed": progress.failed,
            "Stopped": progress.stopped,
            "Remaining": progress.remaining,
        },
        "ModelLatencyUnit": report.latency_unit.value,
        "Results": [_result(result, report.traffic) for result in report.results],
        "Reasons": {section.endpoint_type.value: section.why for section in report.sections},
        "Decisions": {section.endpoint_type.value: _decision(section.decision) for section in report.sections},
        "FailedSteps": [
            {"Reason": failed.reason, "Benchmarks": list(failed.benchmarks)} for failed in report.failed_steps
        ],
        "ExistingEndpoints": [
            {
                "EndpointName": endpoint.endpoint_name,
                "MaxInvocations": endpoint.max_invocations,
                "ModelLatency": endpoint.model_latency,
                "ModelLatencyMs": endpoint.model_latency_ms,
            }
            for endpoint in report.existing_endpoints
        ],
    }


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "Margins": [
            {
                "Constraint": margin.constraint,
                "Measured": margin.measured,
                "Distance": margin.distance,
                "WouldWin": margin.would_win,
            }
            for margin in decision.margins
        ],
        "RunnerUp": decision.runner_up,
        "AtTraffic": decision.at_traffic,
    }


def _result(result: Result, traffic: float | None) -> dict[str, Any]:
    found, metrics = result.candidate, result.candidate.metrics
    real_time = found.instance_type is not None
    return {
        "Rank": result.rank,
        "EndpointType": found.endpoint_type.value,
        "InstanceType": found.instance_type,
        "InitialInstanceCount": found.initial_instance_count if real_time else None,
        "MemorySizeInMB": None if real_time else found.memory_size_in_mb,
        "MaxConcurrency": None if real_time else found.max_concurrency,
        "RecommendationId": found.recommendation_id,
        "InferenceSpecificationName": found.inference_specification_name,
        "CompilationJobName": found.compilation_job_name,
        "Environment": dict(found.environment),
        "ParetoFront": result.on_front,
        "UnmetConstraints": list(result.unmet),
        "CostPerHour": metrics.cost_per_hour,
        "CostPerInference": metrics.cost_per_inference,
        "MaxInvocations": metrics.max_invocations,
        "ModelLatency": metrics.model_latency,
        "ModelLatencyMs": metrics.model_latency_ms,
        "CpuUtilization": metrics.cpu_utilization,
        "MemoryUtilization": metrics.memory_utilization,
        "ModelSetupTime": metrics.model_setup_time,
        "InstancesNeeded": None if traffic is None else instances_needed(found, traffic),
        "CostPerMonth": None if traffic is None else dollars_per_month(found, traffic),
    }
