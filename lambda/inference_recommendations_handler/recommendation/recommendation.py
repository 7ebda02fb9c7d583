"""`Custom::InferenceRecommendation`: chooses among the results of a finished job."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from inference_recommendations_handler.aws.errors import AWS_ERRORS, MAY_PASS, code_of, kind_of, message_of
from inference_recommendations_handler.jobs.job_snapshot import JobState
from inference_recommendations_handler.jobs.remedy import not_found_reason
from inference_recommendations_handler.protocol.contract import (
    UNAVAILABLE,
    EndpointType,
    ObjectiveName,
    RecommendationProperty,
)
from inference_recommendations_handler.protocol.contract import RecommendationAttribute as Attribute
from inference_recommendations_handler.protocol.custom_resource_event import RequestType
from inference_recommendations_handler.protocol.log import log
from inference_recommendations_handler.protocol.response import Response

from .choosing import NoChoiceError, choose
from .constraints import Constraints, choose_within
from .job_results import JobResults
from .metric_text import metric_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inference_recommendations_handler.invocation import Invocation
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent

    from .choosing import RecommendationResult

_MAX_ESCAPED: Final = 1500
"""Maximum characters of `EnvironmentJson` in pure ASCII."""
_HAS_RESULTS: Final = frozenset({JobState.COMPLETED, JobState.STOPPED})


def on_event(event: CustomResourceEvent, invocation: Invocation) -> Response:
    """Handle one event. A Delete has nothing to undo. Raise what boto3 raises if another delivery can succeed."""
    if event.request_type is RequestType.DELETE:
        return Response(physical_resource_id=event.own_id)
    try:
        chosen = _choose(event, invocation)
    except NoChoiceError as error:
        return invocation.failed(event, str(error))
    return Response(physical_resource_id=event.own_id, data=attributes(chosen), log_stream=invocation.log_stream)


def _choose(event: CustomResourceEvent, invocation: Invocation) -> RecommendationResult:
    properties = event.properties
    name = str(properties.get(RecommendationProperty.JOB_NAME, ""))
    try:
        endpoint_type = EndpointType(str(properties.get(RecommendationProperty.ENDPOINT_TYPE)))
        objective = ObjectiveName(str(properties.get(RecommendationProperty.OBJECTIVE)))
    except ValueError as error:
        raise NoChoiceError(
            f"{error}: deploy with the version of cdk-inference-recommender that synthesized the template."
        ) from error
    job = _finished(name, invocation)
    results = JobResults.parse(job.description)
    given = properties.get(RecommendationProperty.CONSTRAINTS)
    try:
        if given is not None:
            constraints = Constraints.parse(given, existing_endpoints=results.existing_endpoints)
            chosen = choose_within(
                results.candidates, constraints=constraints, endpoint_type=endpoint_type, objective=objective
            )
        else:
            chosen = choose(results.candidates, endpoint_type=endpoint_type, objective=objective)
    except NoChoiceError as error:
        raise NoChoiceError(" ".join(filter(None, [str(error), results.latency_unit.note, f"Job: {name}."]))) from error
    reason = "; ".join(filter(None, [chosen.label, results.latency_unit.note]))
    log("chosen", jobName=name, requestId=event.request_id, reason=reason)
    return chosen


def _finished(name: str, invocation: Invocation) -> JobSnapshot:
    try:
        job = invocation.inference_jobs.find(name) if name else None
    except AWS_ERRORS as error:
        if kind_of(error) in MAY_PASS:
            raise
        raise NoChoiceError(f"{message_of(error)} ({code_of(error)}, when describing the job {name}.)") from error
    if job is None:
        raise NoChoiceError(not_found_reason(name, invocation.inference_jobs.noun))
    if job.state not in _HAS_RESULTS:
        raise NoChoiceError(invocation.inference_jobs.failure(job))
    return job


def _environment_json(environment: Mapping[str, str]) -> str:
    r"""Return the environment as JSON that fits into the response.

    AWS doesn't document that CloudFormation keeps every character of an attribute; it does keep an escape such as
    `\u00e4`. But the response escapes the backslash again, so a character takes 7 or 14 bytes instead of at most 4 in
    UTF-8. So a long environment isn't escaped. The form only depends on the environment, since the model's name is a
    hash of it.
    """
    escaped, plain = (
        json.dumps(dict(environment), sort_keys=True, separators=(",", ":"), ensure_ascii=ascii_only)
        for ascii_only in (True, False)
    )
    return escaped if len(escaped) <= _MAX_ESCAPED else plain


def attributes(chosen: RecommendationResult) -> dict[str, str]:
    """Return the attributes for `Fn::GetAtt`, as strings; `UNAVAILABLE` without a value."""
    metrics = chosen.metrics
    common = {
        Attribute.RECOMMENDATION_ID: chosen.recommendation_id or UNAVAILABLE,
        Attribute.INFERENCE_SPECIFICATION_NAME: chosen.inference_specification_name or UNAVAILABLE,
        Attribute.COMPILATION_JOB_NAME: chosen.compilation_job_name or UNAVAILABLE,
        Attribute.ENVIRONMENT_JSON: _environment_json(chosen.environment),
        Attribute.COST_PER_HOUR: metric_text(metrics.cost_per_hour),
        Attribute.COST_PER_INFERENCE: metric_text(metrics.cost_per_inference),
        Attribute.MAX_INVOCATIONS: metric_text(metrics.max_invocations),
        Attribute.MODEL_LATENCY: metric_text(metrics.model_latency),
        Attribute.MODEL_LATENCY_MS: metric_text(metrics.model_latency_ms),
        Attribute.CPU_UTILIZATION: metric_text(metrics.cpu_utilization),
        Attribute.MEMORY_UTILIZATION: metric_text(metrics.memory_utilization),
    }
    if chosen.endpoint_type is EndpointType.REAL_TIME:
        own = {
            Attribute.INSTANCE_TYPE: str(chosen.instance_type),
            Attribute.INITIAL_INSTANCE_COUNT: str(chosen.initial_instance_count),
        }
    else:
        own = {
            Attribute.MEMORY_SIZE_IN_MB: str(chosen.memory_size_in_mb),
            Attribute.MAX_CONCURRENCY: str(chosen.max_concurrency),
            Attribute.MODEL_SETUP_TIME: metric_text(metrics.model_setup_time),
        }
    return {attribute.value: value for attribute, value in (common | own).items()}
