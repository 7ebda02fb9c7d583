"""`Custom::InferenceScalingRecommendation`: the service's autoscaling recommendation for a chosen result."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, code_of, kind_of, message_of
from inference_recommendations_handler.protocol.contract import UNAVAILABLE
from inference_recommendations_handler.protocol.contract import ScalingRecommendationAttribute as Attribute
from inference_recommendations_handler.protocol.contract import ScalingRecommendationProperty as Property
from inference_recommendations_handler.protocol.custom_resource_event import RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.property_values import number
from inference_recommendations_handler.protocol.response import Response

from .choosing import above_zero
from .job_results import JobResults
from .latency_unit import LatencyUnit
from .metric_text import metric_text
from .scaling import ScalingError, TrackingPolicy, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

_DEFAULT_COOLDOWN_SECONDS: Final = 300
"""Default of Application Auto Scaling for variants (API reference, TargetTrackingScalingPolicyConfiguration)."""


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response:
    """Handle one event. A Delete has nothing to undo. Raise what boto3 raises if another delivery can succeed."""
    if event.request_type is RequestType.DELETE:
        return Response(physical_resource_id=event.own_id)
    name = str(event.properties.get(Property.JOB_NAME, ""))
    try:
        request = _request(event.properties)
        response = invocation.clients.sagemaker.get_scaling_configuration_recommendation(**request)
        job = invocation.inference_jobs.find(name)
        data = attributes(response, measured_ms=_measured_ms(job, request["RecommendationId"]))
    except ScalingError as error:
        return invocation.failed(event, f"{error} Job: {name}.")
    except AWS_ERRORS as error:
        if kind_of(error) in MAY_PASS:
            raise
        reason = f"{message_of(error)} ({code_of(error)}.) There is no scaling recommendation of the job {name}."
        return invocation.failed(event, reason)
    log("scaling recommended", jobName=name, requestId=event.request_id)
    return Response(physical_resource_id=event.own_id, data=data, log_stream=invocation.log_stream)


def attributes(response: Mapping[str, Any], *, measured_ms: float | None) -> dict[str, str]:
    """Return the attributes for `Fn::GetAtt`, as strings; `UNAVAILABLE` for an optional metric without a value.

    Args:
        response: Response of `GetScalingConfigurationRecommendation`.
        measured_ms: Latency of the chosen result as measured by the job, in milliseconds; None without one.

    Raises:
        ScalingError: A value that autoscaling needs is missing.
    """
    given = response.get("DynamicScalingConfiguration") or {}
    policies = list(given.get("ScalingPolicies") or [])
    if not policies:
        raise ScalingError("The service recommends no scaling policy: set the scaling yourself.")
    read = [TrackingPolicy.parse(policy) for policy in policies]
    low, high = (whole(given.get(name), name) for name in (Attribute.MIN_CAPACITY, Attribute.MAX_CAPACITY))
    if low > high:
        raise ScalingError(f"The service recommends {low} to {high} instances, which is no valid range.")
    cooldowns = {
        name: _DEFAULT_COOLDOWN_SECONDS if number(given.get(name)) is None else whole(given[name], name)
        for name in (Attribute.SCALE_IN_COOLDOWN, Attribute.SCALE_OUT_COOLDOWN)
    }
    first, metric = read[0], response.get("Metric") or {}
    found = {
        Attribute.MIN_CAPACITY: str(low),
        Attribute.MAX_CAPACITY: str(high),
        **{name: str(seconds) for name, seconds in cooldowns.items()},
        Attribute.TARGET_VALUE: metric_text(first.target_value),
        Attribute.PREDEFINED_METRIC_TYPE: first.predefined_metric_type or UNAVAILABLE,
        Attribute.METRIC_NAME: first.customized.get("MetricName", UNAVAILABLE),
        Attribute.METRIC_NAMESPACE: first.customized.get("Namespace", UNAVAILABLE),
        Attribute.METRIC_STATISTIC: first.customized.get("Statistic", UNAVAILABLE),
        Attribute.SCALING_POLICIES_JSON: json.dumps(policies, sort_keys=True, separators=(",", ":")),
        Attribute.INVOCATIONS_PER_INSTANCE: metric_text(number(metric.get("InvocationsPerInstance"))),
        Attribute.MODEL_LATENCY: metric_text(number(metric.get("ModelLatency"))),
        Attribute.MODEL_LATENCY_MS: metric_text(_latency_ms(metric, measured_ms)),
    }
    return {attribute.value: value for attribute, value in found.items()}


def _measured_ms(job: JobSnapshot | None, recommendation_id: str) -> float | None:
    """Return the latency of the chosen result as measured by the job."""
    candidates = JobResults.parse(job.description).candidates if job else ()
    chosen = (each for each in candidates if each.recommendation_id == recommendation_id)
    return next((each.metrics.model_latency_ms for each in chosen), None)


def _latency_ms(metric: Mapping[str, Any], measured_ms: float | None) -> float | None:
    """Return the latency of a `ScalingPolicyMetric` in milliseconds.

    The API reference describes it like CloudWatch's `ModelLatency`, which is in microseconds, and documents no unit.
    The job has measured the same result, so a comparison determines the unit.
    """
    latency = above_zero(metric.get("ModelLatency"))
    if latency is None:
        return None
    invocations = above_zero(metric.get("InvocationsPerInstance"))
    unit = LatencyUnit.of([(invocations, latency)]) if measured_ms is None else LatencyUnit.beside(latency, measured_ms)
    return unit.milliseconds(latency)


def _request(properties: Mapping[str, Any]) -> Any:

    name = properties.get(Property.JOB_NAME)
    recommendation = properties.get(Property.RECOMMENDATION_ID, UNAVAILABLE)
    if not name or not isinstance(recommendation, str) or recommendation in {"", UNAVAILABLE}:
        raise ScalingError(
            f"The chosen recommendation's id is {recommendation!r}, and the service needs it to recommend a scaling: "
            "set the scaling yourself."
        )
    objective = {
        member.value: whole(properties[member], member)
        for member in (Property.MIN_INVOCATIONS_PER_MINUTE, Property.MAX_INVOCATIONS_PER_MINUTE)
        if member in properties
    }
    cpu = properties.get(Property.TARGET_CPU_UTILIZATION_PER_CORE)
    return {
        "InferenceRecommendationsJobName": str(name),
        "RecommendationId": recommendation,
        **({} if cpu is None else {"TargetCpuUtilizationPerCore": whole(cpu, "TargetCpuUtilizationPerCore")}),
        **({"ScalingPolicyObjective": objective} if objective else {}),
    }
