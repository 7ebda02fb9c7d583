"""What a terminal shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdk_inference_recommender.command_line.report.figure_text import FIGURES, dollars, milliseconds, whole
from inference_recommendations_handler.protocol.contract import ObjectiveName
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    NAN,
    job,
    printed,
    recommendation,
    report_of,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def test_results_have_units_and_the_winner_a_reason() -> None:
    text = printed(report_of(job(recommendation(), recommendation("ml.m5.large", cost_per_inference=2e-6))))
    assert "Results on instances, lowest cost per inference first" in text
    for heading in ("USD/hour", "USD/million", "Req/min", "Lat. ms", "CPU %", "Mem %"):
        assert heading in text
    assert "best 1 x ml.c5.xlarge    0.200       1.000     500      20    80    40" in text
    assert "Not shown" not in text
    assert "1 x ml.c5.xlarge wins: lowest cost per inference" in text


@pytest.mark.parametrize("objective", list(ObjectiveName))
def test_the_widest_result_fits_80_columns_uncut(objective: ObjectiveName) -> None:
    wide: Any = {"cost_per_hour": 113.068, "cost_per_inference": 1234.5678e-6, "max_invocations": 1_000_000}
    text = printed(
        report_of(
            job(
                recommendation("ml.p4de.24xlarge", model_latency=1_234_567, environment={"K" * 64: "v" * 128}, **wide),
                recommendation("ml.p4de.24xlarge", **wide),
                recommendation(serverless=(6144, 200), model_latency=1_234_567, **wide),
            ),
            objective,
        )
    )
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "serverless 6144 MB x 200" in text
    assert "".join(text.split()).count("v") >= 128


INSTANCES = ("ml.c5.xlarge", "ml.p4de.24xlarge", "ml.g5.2xlarge")
FIGURE = st.one_of(
    st.floats(min_value=0, exclude_min=True, allow_infinity=False),
    st.floats(min_value=0.001, max_value=100_000),
    st.integers(min_value=1, max_value=10**12).map(float),
    st.just(NAN),
)
RESULT = st.builds(
    recommendation,
    st.sampled_from(INSTANCES),
    cost_per_hour=FIGURE,
    cost_per_inference=FIGURE,
    max_invocations=FIGURE,
    model_latency=FIGURE,
    cpu=FIGURE,
    memory=FIGURE,
    serverless=st.sampled_from([None, (2048, 5), (6144, 200)]),
)


@given(st.lists(RESULT, min_size=1, max_size=4), st.integers(20, 200), st.sampled_from(ObjectiveName))
def test_at_any_width_columns_are_whole_or_named_as_missing(
    results: list[dict[str, Any]], width: int, objective: ObjectiveName
) -> None:
    report = report_of(job(*results), objective)
    lines = printed(report, width=width).splitlines()
    headings = [figure.heading for figure in FIGURES]
    (ranking,) = [figure.heading for figure in FIGURES if figure.objective is objective]
    tables = [(place, line) for place, line in enumerate(lines) if "Endpoint " in line and ranking in line]
    assert len(tables) == len(report.sections)
    for section, (place, heading) in zip(report.sections, tables, strict=True):
        shown = [name for name in headings if name in heading]
        dropped = [name for name in headings if name not in shown]
        rows = lines[place + 1 :][: len(section.results)]
        for result, row in zip(section.results, rows, strict=True):
            name, _, cells = row.partition(result.candidate.label)
            assert name.strip() in {"", "best"}
            assert cells.split() == [figure.text(result.candidate) for figure in FIGURES if figure.heading in shown]
        rest = " ".join(" ".join(lines[place + 1 + len(rows) :]).split())
        assert rest.startswith(f"Not shown in {width} columns: {', '.join(dropped)}. ") is bool(dropped)
        has_mark = heading.startswith(" ")
        assert max(map(len, [heading, *rows])) <= width or (shown == [ranking] and not has_mark)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (30, ["1 x ml.c5.xlarge", "1.234"]),
        (36, ["best 1 x ml.c5.xlarge", "1.234"]),
        (45, ["best 1 x ml.c5.xlarge", "0.200", "1.234"]),
        (50, ["best 1 x ml.c5.xlarge", "0.200", "1.234", "17"]),
        (60, ["best 1 x ml.c5.xlarge", "0.200", "1.234", "17", "20"]),
        (72, ["best 1 x ml.c5.xlarge", "0.200", "1.234", "17", "20", "80", "40"]),
    ],
)
def test_what_common_widths_show(width: int, shown: list[str]) -> None:
    text = printed(report_of(job(recommendation(cost_per_inference=1.234e-6, max_invocations=17))), width=width)
    (row,) = [line for line in text.splitlines() if re.search(r"ml\.c5\.xlarge +\d", line)]
    assert re.split(r" {2,}| (?=1\.)", row.strip()) == shown
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (dollars, 0.2, "0.200"),
        (dollars, 1e-10, "1e-10"),
        (dollars, 0.00123, "0.00123"),
        (dollars, 1e300, "1e+300"),
        (whole, 0.0, "0"),
        (whole, 0.4, "0.4"),
        (whole, 1.4, "1.4"),
        (whole, 17.4, "17"),
        (whole, 1_234_567.0, "1,234,567"),
        (whole, 123_456_789_012.0, "123,456,789,012"),
        (milliseconds, 0.00123, "0.00123"),
        (milliseconds, 17.4, "17"),
        (milliseconds, 1e300, "1e+300"),
    ],
)
def test_a_figure_is_never_rounded_to_another(form: Callable[[float], str], value: float, text: str) -> None:
    assert form(value) == text


def test_where_nothing_can_be_ranked_it_says_so() -> None:
    text = " ".join(printed(report_of(job(recommendation(cost_per_inference=NAN)))).split())
    assert (
        "No result can be ranked, since none has a cost per inference: a deployment that optimizes for it fails."
        in text
    )


def test_what_distinguishes_rows_stands_under_the_endpoint() -> None:
    text = printed(report_of(job(recommendation(environment={"T": "2"}), recommendation(environment={"T": "4"}))))
    lines = [line.strip() for line in text.splitlines()]
    assert {"T=2", "T=4"} <= set(lines)


def test_absent_figures_are_dashes() -> None:
    assert "500      20     -     -" in printed(report_of(job(recommendation(cpu=NAN, memory="NaN"))))


def test_simulated_results_say_so() -> None:
    text = printed(report_of(job(recommendation(identifier="job/sim01234"))))
    assert "Simulated results on instances" in text


def test_a_failed_job_shows_its_reason_and_each_steps() -> None:
    steps = [
        step("FAILED", "ml.c5.large", reason="Out of memory"),
        step("FAILED", "ml.m5.large", reason="The container returned 500"),
        step("FAILED", "ml.r5.large", reason="All went wrong"),
    ]
    text = printed(report_of(job(steps=steps, Status="FAILED", FailureReason="All went wrong")))
    assert "Job job, Default: FAILED: All went wrong" in text
    assert "ml.c5.large: Out of memory" in text
    assert "ml.m5.large: The container returned 500" in text
    assert "ml.r5.large: as the job" in text


def test_a_completed_job_without_results_says_so() -> None:
    assert "The job has no results." in printed(report_of(job()))


def test_the_existing_endpoint_is_compared() -> None:
    performance = {"Metrics": {"MaxInvocations": 90, "ModelLatency": NAN}, "EndpointInfo": {"EndpointName": "live"}}
    text = printed(report_of(job(recommendation(), EndpointPerformances=[performance])))
    assert "Existing endpoint live: 90 requests a minute, latency -." in text


PREVIEW = (
    recommendation(model_latency=263_596, max_invocations=648),
    recommendation("ml.m5.large", model_latency=1_085_446, max_invocations=570, cost_per_inference=2e-6),
)


def test_latencies_are_in_milliseconds_and_the_unexpected_unit_is_reported() -> None:
    performance = {"Metrics": {"MaxInvocations": 90, "ModelLatency": 850}, "EndpointInfo": {"EndpointName": "live"}}
    text = printed(report_of(job(*PREVIEW, EndpointPerformances=[performance]), ObjectiveName.MODEL_LATENCY))
    assert "best 1 x ml.c5.xlarge    0.200       1.000     648     264    80    40" in text
    assert "     1 x ml.m5.large     0.200       2.000     570   1,085    80    40" in text
    reported = " ".join(text.split())
    assert "1 x ml.c5.xlarge wins: lowest model latency, 264 ms, 76 % less than the next, 1 x ml.m5.large." in reported
    assert "Existing endpoint live: 90 requests a minute, latency 0.85 ms." in reported
    assert (
        "ModelLatency was interpreted as microseconds: as milliseconds it would need more than 1,000 concurrent users."
        in reported
    )


def test_the_guides_unit_needs_no_note() -> None:
    assert "microseconds" not in printed(report_of(job(recommendation()), ObjectiveName.MODEL_LATENCY))


@pytest.mark.parametrize(
    ("latency", "shown"), [(1, "1"), (0.8514, "0.851"), (9.876, "9.88"), (10.4, "10"), (59_999.6, "60,000")]
)
def test_short_latencies_keep_their_digits(latency: float, shown: str) -> None:
    assert milliseconds(latency) == shown


def test_text_of_others_neither_colours_the_terminal_nor_is_read_as_markup() -> None:
    reason = "\x1b[31m[bold]red[/bold]\x07 [/nonsense]"
    text = printed(report_of(job(steps=[step("FAILED", reason=reason)], Status="FAILED", FailureReason=reason)))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[bold]red[/bold]" in text
