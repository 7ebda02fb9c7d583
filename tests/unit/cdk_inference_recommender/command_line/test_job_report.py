"""What a report gathers: pure, from the API's answers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_inference_recommender.command_line.output.escaping import escape_json
from cdk_inference_recommender.command_line.report.document import report_document
from cdk_inference_recommender.command_line.report.ranked_results import Point, pareto_front
from cdk_inference_recommender.cost.job_duration import duration
from inference_recommendations_handler.protocol.contract import EndpointType, ObjectiveName
from inference_recommendations_handler.recommendation.choosing import NoChoiceError, choose
from inference_recommendations_handler.recommendation.job_results import JobResults
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    CREATED,
    NAN,
    job,
    recommendation,
    report_of,
    running_job,
    step,
)

if TYPE_CHECKING:
    from cdk_inference_recommender.command_line.report.job_report import JobReport

figures = st.one_of(st.none(), st.integers(min_value=0, max_value=9).map(float))


def test_the_best_comes_first_whatever_the_services_order() -> None:
    cheap = recommendation("ml.m5.large", cost_per_inference=1e-6)
    dear = recommendation("ml.c5.large", cost_per_inference=2e-6)
    for order in ((cheap, dear), (dear, cheap)):
        labels = [result.candidate.label for result in report_of(job(*order)).results]
        assert labels == ["1 x ml.m5.large", "1 x ml.c5.large"]


def test_says_by_how_much_the_winner_won() -> None:
    (section,) = report_of(
        job(
            recommendation("ml.m5.large", cost_per_inference=0.9e-6),
            recommendation("ml.c5.large", cost_per_inference=1e-6),
        )
    ).sections
    assert section.why == (
        "1 x ml.m5.large wins: lowest cost per inference, 0.900 USD per million, 10 % less than the next, "
        "1 x ml.c5.large."
    )


def test_a_tie_is_named_and_says_what_broke_it() -> None:
    same = [recommendation("ml.m5.large", cost_per_hour=0.3), recommendation("ml.c5.large", cost_per_hour=0.2)]
    (section,) = report_of(job(*same, recommendation("ml.a1.large", cost_per_hour=0.4))).sections
    assert section.why == (
        "1 x ml.c5.large, 1 x ml.m5.large and 1 x ml.a1.large tie for the lowest cost per inference, 1.000 USD per "
        "million. 1 x ml.c5.large wins: it costs less an hour."
    )
    (section,) = report_of(job(recommendation("ml.m5.large", model_latency=21), recommendation("ml.c5.large"))).sections
    assert section.why.endswith("wins: it has the lower latency.")
    (section,) = report_of(job(recommendation("ml.m5.large"), recommendation("ml.c5.large"))).sections
    assert "ordered by name and size" in section.why


def test_a_single_result_has_not_beaten_anything() -> None:
    (section,) = report_of(job(recommendation()), ObjectiveName.MAX_INVOCATIONS).sections
    assert section.why == "1 x ml.c5.xlarge is the only result with a throughput: 500 requests a minute."


def test_the_highest_throughput_wins() -> None:
    (section,) = report_of(
        job(recommendation(max_invocations=400), recommendation("ml.m5.large", max_invocations=500)),
        ObjectiveName.MAX_INVOCATIONS,
    ).sections
    assert section.why == (
        "1 x ml.m5.large wins: highest throughput, 500 requests a minute, 25 % more than the next, 1 x ml.c5.xlarge."
    )


@pytest.mark.parametrize("missing", [NAN, "NaN"])
def test_a_result_without_the_objectives_figure_is_shown_last_and_never_wins(missing: float | str) -> None:
    report = report_of(
        job(recommendation("ml.a1.large", cost_per_inference=missing), recommendation("ml.m5.large", cpu=missing))
    )
    assert [(result.rank, result.candidate.label) for result in report.results] == [
        (1, "1 x ml.m5.large"),
        (None, "1 x ml.a1.large"),
    ]
    (only_unranked,) = report_of(job(recommendation(cost_per_inference=missing))).sections
    assert only_unranked.winner is None
    assert only_unranked.why == (
        "No result can be ranked, since none has a cost per inference: a deployment that optimizes for it fails."
    )


def test_only_parameters_that_differ_are_shown() -> None:
    report = report_of(
        job(
            recommendation(environment={"OMP_NUM_THREADS": "2", "MODE": "fast"}),
            recommendation(environment={"OMP_NUM_THREADS": "4", "MODE": "fast"}, cost_per_inference=2e-6),
        )
    )
    assert [result.label for result in report.results] == [
        "1 x ml.c5.xlarge OMP_NUM_THREADS=2",
        "1 x ml.c5.xlarge OMP_NUM_THREADS=4",
    ]


def test_kinds_of_endpoint_have_a_winner_each() -> None:
    report = report_of(job(recommendation(), recommendation(serverless=(2048, 10), cost_per_hour=NAN)))
    winners = [section.winner for section in report.sections]
    assert [winner.candidate.label for winner in winners if winner] == ["1 x ml.c5.xlarge", "serverless 2048 MB x 10"]


def test_each_kind_of_endpoint_has_a_front_of_its_own_and_its_results_know() -> None:
    slow = recommendation("ml.c5.large", cost_per_inference=2e-6, model_latency=40)
    beaten = recommendation("ml.m5.large", cost_per_inference=4e-6, model_latency=50)
    quick = recommendation("ml.r5.large", cost_per_inference=3e-6, model_latency=30)
    serverless = recommendation(serverless=(2048, 10), cost_per_inference=1e-6, model_latency=1)
    report = report_of(job(beaten, serverless, quick, slow))
    assert {result.candidate.label: result.on_front for result in report.results} == {
        "1 x ml.c5.large": True,
        "1 x ml.r5.large": True,
        "1 x ml.m5.large": False,
        "serverless 2048 MB x 10": True,
    }


def test_a_nan_that_got_so_far_is_never_written() -> None:
    report = report_of(job(EndpointPerformances=[{"Metrics": {}, "EndpointInfo": {"EndpointName": "live"}}]))
    (endpoint,) = report.existing_endpoints
    with pytest.raises(ValueError, match="not JSON compliant"):
        escape_json(report_document(replace(report, existing_endpoints=[replace(endpoint, model_latency=NAN)])))


def test_the_document_has_each_latency_as_it_came_and_in_milliseconds() -> None:
    performance = {"Metrics": {"MaxInvocations": 90, "ModelLatency": 850}, "EndpointInfo": {"EndpointName": "live"}}
    found = recommendation(model_latency=263_596, max_invocations=648)
    document = json.loads(_json(report_of(job(found, EndpointPerformances=[performance]))))
    assert document["ModelLatencyUnit"] == "Microseconds"
    [result], [endpoint] = document["Results"], document["ExistingEndpoints"]
    assert (result["ModelLatency"], result["ModelLatencyMs"]) == (263_596, 263.596)
    assert (endpoint["ModelLatency"], endpoint["ModelLatencyMs"]) == (850, 0.85)


def test_failed_steps_are_reported_once_a_reason() -> None:
    steps = [
        step("FAILED", "ml.c5.large", reason="Out of\nmemory"),
        step("FAILED", "ml.m5.large", reason="Out of memory"),
        step("FAILED", "ml.t3.large"),
        step("COMPLETED", "ml.m5.xlarge"),
    ]
    assert [(failed.reason, failed.benchmarks) for failed in report_of(job(steps=steps)).failed_steps] == [
        ("Out of memory", ["ml.c5.large", "ml.m5.large"]),
        ("The service gives no reason.", ["ml.t3.large"]),
    ]


def test_progress_counts_steps_and_time() -> None:
    steps = [step("COMPLETED"), step("FAILED"), step("IN_PROGRESS"), step("PENDING")]
    progress = report_of(running_job(steps=steps)).progress
    assert str(progress) == ("1 of 4 benchmarks done, 1 failed, 2 remaining, 12 min 05 s since it was created")
    assert str(report_of(running_job()).progress) == "no benchmark yet, 12 min 05 s since it was created"


def test_a_slow_clock_never_makes_elapsed_time_negative() -> None:
    progress = report_of(running_job(), now=CREATED - timedelta(hours=1)).progress
    assert progress.elapsed == timedelta(seconds=30)


def test_an_ended_job_took_until_its_end() -> None:
    progress = report_of(job(steps=[step("COMPLETED")]), now=CREATED + timedelta(days=9)).progress
    assert str(progress) == "1 of 1 benchmarks done, 0 failed, 45 min in all"


@pytest.mark.parametrize(
    ("span", "said"),
    [(45, "45 s"), (60, "1 min"), (725, "12 min 05 s"), (7500, "2 h 05 min")],
)
def test_durations_are_said_as_a_person_says_them(span: int, said: str) -> None:
    assert duration(timedelta(seconds=span)) == said


def test_results_are_simulated_only_if_all_ids_say_so() -> None:
    simulated = recommendation(identifier="job/sim01234")
    assert report_of(job(simulated)).simulated
    assert not report_of(job(simulated, recommendation())).simulated
    assert not report_of(job()).simulated


def _json(report: JobReport) -> str:
    return escape_json(report_document(report))


METRICS = ("cost_per_hour", "cost_per_inference", "max_invocations", "model_latency")


@pytest.mark.parametrize("objective", list(ObjectiveName))
@pytest.mark.parametrize("absent", [(), METRICS[:1], METRICS[1:2], METRICS[2:], METRICS])
@pytest.mark.parametrize("results", [0, 1, 2])
def test_nothing_can_be_chosen_where_a_deployment_fails(
    objective: ObjectiveName, absent: tuple[str, ...], results: int
) -> None:
    missing: dict[str, Any] = dict.fromkeys(absent, NAN)
    recommendations = [recommendation(instance_type, **missing) for instance_type in ("ml.c5.large", "ml.m5.large")]
    report = report_of(job(*recommendations[:results]), objective)
    try:
        choose(
            JobResults.parse({"InferenceRecommendations": recommendations[:results]}).candidates,
            endpoint_type=EndpointType.REAL_TIME,
            objective=objective,
        )
    except NoChoiceError:
        assert report.nothing_can_be_chosen
        assert all("a deployment that optimizes for it fails" in section.why for section in report.sections)
    else:
        assert not report.nothing_can_be_chosen


def test_a_job_that_runs_may_still_have_results() -> None:
    assert not report_of(running_job()).nothing_can_be_chosen


def test_the_document_has_every_figure_and_no_nan() -> None:
    text = _json(
        report_of(
            job(
                recommendation(cpu=NAN, memory="NaN", environment={"A": "1"}),
                recommendation(serverless=(2048, 5), cost_per_hour=NAN),
                steps=[step("FAILED", reason="Out of memory")],
                EndpointPerformances=[
                    {
                        "Metrics": {"MaxInvocations": NAN, "ModelLatency": 7},
                        "EndpointInfo": {"EndpointName": "live"},
                    }
                ],
            )
        )
    )
    assert "NaN" not in text
    document = json.loads(text)
    real_time, serverless = document.pop("Results")
    assert document == {
        "Version": 1,
        "JobName": "job",
        "JobType": "Default",
        "Status": "COMPLETED",
        "FailureReason": None,
        "Simulated": False,
        "Objective": "CostPerInference",
        "Constraints": {},
        "Traffic": None,
        "Region": None,
        "Account": None,
        "Model": None,
        "Created": "2026-03-01 12:00 UTC",
        "StackName": None,
        "LogicalId": None,
        "ElapsedSeconds": 2700,
        "Steps": {"Done": 0, "Failed": 1, "Stopped": 0, "Remaining": 0},
        "Reasons": {
            "RealTime": "1 x ml.c5.xlarge is the only result with a cost per inference: 1.000 USD per million.",
            "Serverless": "serverless 2048 MB x 5 is the only result with a cost per inference: 1.000 USD per million.",
        },
        "Decisions": {
            kind: {"Margins": [], "RunnerUp": None, "AtTraffic": None} for kind in ("RealTime", "Serverless")
        },
        "FailedSteps": [{"Reason": "Out of memory", "Benchmarks": ["ml.c5.xlarge"]}],
        "ModelLatencyUnit": "Milliseconds",
        "ExistingEndpoints": [
            {"EndpointName": "live", "MaxInvocations": None, "ModelLatency": 7.0, "ModelLatencyMs": 7.0}
        ],
    }
    assert real_time == {
        "Rank": 1,
        "EndpointType": "RealTime",
        "InstanceType": "ml.c5.xlarge",
        "InitialInstanceCount": 1,
        "MemorySizeInMB": None,
        "MaxConcurrency": None,
        "RecommendationId": "job/0a1b2c3d",
        "InferenceSpecificationName": None,
        "CompilationJobName": None,
        "Environment": {"A": "1"},
        "ParetoFront": True,
        "UnmetConstraints": [],
        "CostPerHour": 0.2,
        "CostPerInference": 1e-6,
        "MaxInvocations": 500.0,
        "ModelLatency": 20.0,
        "ModelLatencyMs": 20.0,
        "CpuUtilization": None,
        "MemoryUtilization": None,
        "ModelSetupTime": None,
        "InstancesNeeded": None,
        "CostPerMonth": None,
    }
    assert (serverless["InstanceType"], serverless["InitialInstanceCount"]) == (None, None)
    assert (serverless["MemorySizeInMB"], serverless["MaxConcurrency"], serverless["CostPerHour"]) == (2048, 5, None)


@given(st.lists(st.tuples(figures, figures), max_size=8))
def test_the_pareto_front_is_what_nothing_beats(points: list[Point]) -> None:
    def beats(a: Point, b: Point) -> bool:
        if None in a or None in b:
            return False
        return all(x <= y for x, y in zip(a, b, strict=True) if x is not None and y is not None) and a != b

    front = pareto_front(points)
    for place, point in enumerate(points):
        beaten = None in point or any(beats(other, point) for other in points)
        assert (place in front) is not beaten
