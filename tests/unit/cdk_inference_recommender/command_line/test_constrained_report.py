"""A report that chooses within a deployment's constraints."""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_inference_recommender import Constraints as Props
from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.output.escaping import escape_json
from cdk_inference_recommender.command_line.report.charts.report_charts import report_charts
from cdk_inference_recommender.command_line.report.constraint_options import add_constraints, parse_constraints
from cdk_inference_recommender.command_line.report.document import report_document
from cdk_inference_recommender.command_line.report.page import report_page
from cdk_inference_recommender.recommendation.constraints import constraint_properties
from inference_recommendations_handler.protocol.contract import EndpointType, ObjectiveName
from inference_recommendations_handler.recommendation.choosing import NoChoiceError, choose
from inference_recommendations_handler.recommendation.constraints import Constraints, choose_within
from inference_recommendations_handler.recommendation.job_results import JobResults
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    NAN,
    job,
    printed,
    recommendation,
    report_of,
    running_job,
)

pytestmark = pytest.mark.usefixtures("equal_drawings_are_made_once")

CHEAP = recommendation("ml.c5.large", cost_per_hour=0.9, cost_per_inference=1e-6, model_latency=30, identifier="job/1")
DEAR = recommendation("ml.m5.large", cost_per_hour=0.4, cost_per_inference=2e-6, model_latency=10, identifier="job/2")
DEAREST = recommendation("ml.r5.large", cost_per_hour=0.3, cost_per_inference=3e-6, model_latency=9, identifier="job/3")
MEASURED = job(CHEAP, DEAR, DEAREST)


def options(*arguments: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser(exit_on_error=False)
    add_constraints(parser)
    return parse_constraints(parser.parse_args(arguments))


def test_the_options_are_the_props() -> None:
    numbers = {
        "max_cost_per_hour": 0.5,
        "max_cost_per_inference": 1e-5,
        "max_model_latency": 20,
        "min_invocations": 600,
        "max_cpu_utilization": 80,
        "max_memory_utilization": 70,
        "min_invocations_gain": 1.2,
        "min_model_latency_gain": 1.1,
    }
    families = {"allowed_instance_families": ["c5", "m5"], "excluded_instance_families": ["g4dn"]}
    texts = {name: str(value) for name, value in numbers.items()} | {
        name: ",".join(value) for name, value in families.items()
    }
    given_options = [part for name, text in texts.items() for part in (f"--{name.replace('_', '-')}", text)]
    props: dict[str, Any] = numbers | families
    assert options(*given_options) == constraint_properties(Props(**props))
    assert len(texts) == len(Props.__dataclass_fields__), "every prop has its option"
    assert options() == {}


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (["--max-cost-per-hour", "-1"], "MaxCostPerHour is '-1': it must be a number above 0."),
        (["--min-invocations-gain", "NaN"], "MinInvocationsGain is 'NaN': it must be a number above 0."),
        (["--allowed-instance-families", "ml.c5"], "AllowedInstanceFamilies is ['ml.c5']: it must be a list of "),
    ],
)
def test_an_option_that_can_t_be_read_is_reported_before_the_wait(arguments: list[str], reported: str) -> None:
    with pytest.raises(argparse.ArgumentError, match=re.escape(f"argument {arguments[0]}: The constraint {reported}")):
        options(*arguments)


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        (
            ["--allowed-instance-families", "c5,m5", "--excluded-instance-families", "c5"],
            "--excluded-instance-families = 'c5': is allowed and excluded. Remove it from one of the two lists.",
        ),
        (["--max-memory-utilization", "101"], "--max-memory-utilization = 101.0: is in percent, at most 100. "),
    ],
)
def test_what_synthesis_refuses_is_refused_before_the_job_is_requested(
    arguments: list[str], reported: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "job", "--endpoint-url", "http://localhost:1", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"inference-recommender: {reported}")


def test_the_best_of_what_is_allowed_wins_and_what_is_refused_comes_after() -> None:
    report = report_of(MEASURED, MaxCostPerHour=0.5)
    assert [(result.rank, result.candidate.instance_type) for result in report.results] == [
        (1, "ml.m5.large"),
        (2, "ml.r5.large"),
        (None, "ml.c5.large"),
    ]
    assert [result.unmet for result in report.results] == [
        [],
        [],
        ["0.900 USD an hour is 80 % above the limit of 0.500"],
    ]
    [section] = report.sections
    assert section.why == (
        "1 x ml.m5.large wins: lowest cost per inference, 2.000 USD per million, 33 % less than the next, "
        "1 x ml.r5.large. Without the constraints 1 x ml.c5.large would win."
    )


def test_constraints_that_change_nothing_are_not_blamed() -> None:
    [section] = report_of(MEASURED, MaxModelLatency=30).sections
    assert section.why is not None
    assert section.why.startswith("1 x ml.c5.large wins: ")
    assert "Without the constraints" not in section.why


def test_the_only_one_that_is_left_is_called_so() -> None:
    [section] = report_of(MEASURED, ExcludedInstanceFamilies=["c5", "r5"]).sections
    assert section.why == (
        "1 x ml.m5.large is the only result with a cost per inference that meets the constraints: 2.000 USD per "
        "million. Without the constraints 1 x ml.c5.large would win."
    )


def test_where_none_is_allowed_none_wins() -> None:
    report = report_of(MEASURED, MaxCostPerHour=0.1, ExcludedInstanceFamilies=["r5"])
    [section] = report.sections
    assert section.winner is None
    assert section.why == (
        "No result meets the constraints (MaxCostPerHour 0.1, no family of r5): a deployment that has them fails."
    )
    assert report.nothing_can_be_chosen
    assert not report_of(MEASURED).nothing_can_be_chosen
    assert not report_of(MEASURED, MaxCostPerHour=0.5).nothing_can_be_chosen
    assert not report_of(running_job(), MaxCostPerHour=0.5).nothing_can_be_chosen, "there may still be one"


def test_a_gain_is_over_the_endpoint_that_was_compared_with() -> None:
    performances = [{"Metrics": {"MaxInvocations": 100, "ModelLatency": 20}, "EndpointInfo": {"EndpointName": "live"}}]
    compared = job(CHEAP, DEAR, EndpointPerformances=performances)
    assert [result.rank for result in report_of(compared, MinModelLatencyGain=2).results] == [1, None]
    with pytest.raises(NoChoiceError, match="MinModelLatencyGain compares with the existing endpoint, and the job has"):
        report_of(MEASURED, MinModelLatencyGain=2)


def test_a_limit_of_the_latency_is_in_milliseconds_whatever_the_services_unit() -> None:
    preview = job(
        *(
            each | {"Metrics": each["Metrics"] | {"ModelLatency": latency, "MaxInvocations": 6000}}
            for each, latency in ((CHEAP, 263_596), (DEAR, 99_000))
        )
    )
    report = report_of(preview, **options("--max-model-latency", "100"))
    assert report.constraints.describe() == "MaxModelLatency 100 ms"
    assert [(result.candidate.instance_type, list(result.unmet)) for result in report.results] == [
        ("ml.m5.large", []),
        ("ml.c5.large", ["264 ms is 2.6 times the limit of 100"]),
    ]


def test_the_option_names_its_unit(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["report", "--help"])
    assert "--max-model-latency NUMBER milliseconds" in " ".join(capsys.readouterr().out.split())


def test_each_way_of_telling_says_what_was_refused_and_why() -> None:
    report = report_of(MEASURED, MaxCostPerHour=0.5)
    text = " ".join(printed(report).split())
    assert "Constraints: MaxCostPerHour 0.5." in text
    assert "best 1 x ml.m5.large" in text
    assert "no 1 x ml.c5.large" in text
    assert "Rejected 1 x ml.c5.large: 0.900 USD an hour is 80 % above the limit of 0.500." in text

    page = report_page(report)
    assert "Constraints: MaxCostPerHour 0.5." in page
    reason = "0.900 USD an hour is 80 % above the limit of 0.500"
    assert re.search(rf'>rejected</td>\s*<th scope="row" [^>]*>1 x ml.c5.large<span>{reason}<', page)
    assert page.count(">rejected</td>") == 1
    assert "Rejected by the constraints: 1 x ml.c5.large." in page
    decisive, scatter, *_ = report_charts(report)
    assert 'stroke="var(--bad)"' in scatter.drawings[0]
    assert decisive.drawings[0].count('fill="var(--bad)"') == 1
    assert "1.000 rejected" in decisive.drawings[0]

    document = json.loads(escape_json(report_document(report)))
    assert document["Constraints"] == {"MaxCostPerHour": 0.5}
    assert [result["UnmetConstraints"] for result in document["Results"]] == [[], [], [reason]]
    assert "rejected" not in report_page(report_of(MEASURED)).split("<body>")[1]


def test_a_page_where_none_is_allowed_says_so() -> None:
    page = report_page(report_of(MEASURED, MaxCostPerHour=0.1))
    assert '<p class="failure">No result meets the constraints (MaxCostPerHour 0.1): ' in page
    assert 'class="winner"' not in page


figures = st.one_of(st.sampled_from([NAN, "NaN"]), st.integers(min_value=1, max_value=5).map(float))
results = st.builds(
    recommendation,
    st.sampled_from(["ml.c5.large", "ml.m5.large", "ml.g5.xlarge"]),
    cost_per_hour=figures,
    cost_per_inference=figures,
    max_invocations=figures,
    model_latency=figures,
    cpu=figures,
    serverless=st.one_of(st.none(), st.just((2048, 5))),
)
constraints = st.fixed_dictionaries(
    {},
    optional={
        "MaxCostPerHour": st.integers(min_value=1, max_value=4),
        "MaxModelLatency": st.integers(min_value=1, max_value=4),
        "MinInvocations": st.integers(min_value=2, max_value=5),
        "ExcludedInstanceFamilies": st.just(["c5"]),
    },
)


@given(st.lists(results, max_size=6), constraints, st.sampled_from(ObjectiveName), st.randoms(use_true_random=False))
def test_it_chooses_what_the_deployment_chooses(
    measured: list[dict[str, Any]], properties: dict[str, Any], objective: ObjectiveName, random: Any
) -> None:
    measured = [found | {"RecommendationId": f"job/{place}"} for place, found in enumerate(measured)]
    shuffled = random.sample(measured, len(measured))
    report = report_of(job(*shuffled), objective, **properties)
    for endpoint_type in EndpointType:
        winners = [section.winner for section in report.sections if section.endpoint_type is endpoint_type]
        [won] = [winner and winner.candidate.recommendation_id for winner in winners] or [None]
        assert won == deployed(measured, endpoint_type, objective, properties)


def deployed(
    measured: list[dict[str, Any]], endpoint_type: EndpointType, objective: ObjectiveName, properties: dict[str, Any]
) -> str | None:
    """The id of what the handler chooses."""
    try:
        candidates = JobResults.parse({"InferenceRecommendations": measured}).candidates
        if not properties:
            return choose(candidates, endpoint_type=endpoint_type, objective=objective).recommendation_id
        parsed = Constraints.parse(properties, existing_endpoints=[])
        return choose_within(
            candidates, constraints=parsed, endpoint_type=endpoint_type, objective=objective
        ).recommendation_id
    except NoChoiceError:
        return None
