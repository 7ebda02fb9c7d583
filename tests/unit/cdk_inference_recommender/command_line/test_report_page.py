"""The report's page as text; `tests/browser` looks at it in a browser."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.report.charts import report_charts
from cdk_inference_recommender.command_line.report.page import report_page
from inference_recommendations_handler.protocol.contract import ObjectiveName
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    NAN,
    job,
    recommendation,
    report_of,
    running_job,
    step,
)

if TYPE_CHECKING:
    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob

HOSTILE = "\"'></style></script><script>alert(1)</script><img src=//x onerror=alert(1)>"


class Page(HTMLParser):
    """What elements there are, and what they say."""

    def __init__(self, found: RecommendationsJob, objective: ObjectiveName = ObjectiveName.COST_PER_INFERENCE) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.source = report_page(report_of(found, objective))
        self.text = ""
        self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for found, attributes in self.elements if found == tag]


def test_everything_is_escaped() -> None:
    page = Page(
        job(
            recommendation(f"ml.{HOSTILE}", environment={HOSTILE: HOSTILE}),
            recommendation(),
            steps=[step("FAILED", HOSTILE, reason=HOSTILE)],
            JobName=HOSTILE,
            JobType=HOSTILE,
            Status="FAILED",
            FailureReason=HOSTILE,
            EndpointPerformances=[{"Metrics": {}, "EndpointInfo": {"EndpointName": HOSTILE}}],
        )
    )
    assert len(page.all("script")) == 1
    assert page.all("img") == []
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert HOSTILE in page.text


def test_nothing_is_fetched() -> None:
    page = Page(job(recommendation()))
    assert {tag for tag, attributes in page.elements if "src" in attributes} == set()
    assert {attributes["href"] for _, attributes in page.elements if "href" in attributes} == {"data:,"}
    assert "@import" not in page.source
    (policy,) = (each["content"] for each in page.all("meta") if "http-equiv" in each)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")


def test_each_chart_has_a_text_alternative() -> None:
    page = Page(job(recommendation(), recommendation("ml.m5.large", cost_per_inference=2e-6, model_latency=5)))
    ids = {attributes.get("id") for _, attributes in page.elements}
    images = [attributes for attributes in page.all("div") if attributes.get("role") == "img"]
    assert len(images) == 6
    for image in images:
        assert {image["aria-labelledby"], image["aria-describedby"]} <= ids
    assert (
        "On the Pareto front, where no other result is both cheaper and faster: 1 x ml.c5.xlarge, 1 x ml.m5.large."
        in (page.text)
    )
    assert all(drawing.get("aria-hidden") == "true" for drawing in page.all("svg"))


def test_the_winner_the_front_and_other_results_are_distinguished() -> None:
    report = report_of(
        job(
            recommendation("ml.c5.large", cost_per_inference=1e-6, model_latency=30),
            recommendation("ml.m5.large", cost_per_inference=2e-6, model_latency=10),
            recommendation("ml.r5.large", cost_per_inference=3e-6, model_latency=40),
        )
    )
    wide = report_charts(report)[0].drawings[0]
    for color in ("var(--best)", "var(--series)", "var(--other)"):
        assert f'fill="{color}"' in wide


def test_the_winners_row_and_no_other_is_marked() -> None:
    source = Page(job(recommendation("ml.m5.large", cost_per_inference=2e-6), recommendation("ml.c5.large"))).source
    rows = re.findall(r"<tr.*?</tr>", source, flags=re.DOTALL)
    (best,) = [row for row in rows if 'class="best"' in row]
    assert "1 best" in best
    assert "1 x ml.c5.large" in best
    assert "1 x ml.c5.large wins" in source


def test_an_hours_cost_is_drawn_where_it_is_the_objective() -> None:
    assert "Cost (USD an hour)" in Page(job(recommendation()), ObjectiveName.COST_PER_HOUR).text
    assert "Cost (USD per million inferences)" in Page(job(recommendation())).text


def test_latencies_are_in_milliseconds_and_the_unexpected_unit_is_reported() -> None:
    performance = {"Metrics": {"MaxInvocations": 90, "ModelLatency": 850}, "EndpointInfo": {"EndpointName": "live"}}
    found = recommendation(model_latency=263_596, max_invocations=648)
    page = Page(job(found, EndpointPerformances=[performance]))
    assert "Latency (ms)" in [text.strip() for text in re.findall(r">([^<>]*)</button>", page.source)]
    assert '<td data-value="263.596">264</td>' in page.source
    assert "Model latency (ms)" in page.text
    assert "live: 90 requests a minute, latency 0.85 ms." in page.text
    assert "ModelLatency was interpreted as microseconds: " in page.text
    assert "microseconds" not in Page(job(recommendation())).text


def test_the_chart_is_drawn_in_milliseconds() -> None:
    # A logarithm apart, so that the axis would show it.
    in_milliseconds, in_microseconds = (
        report_charts(report_of(job(recommendation(model_latency=latency, max_invocations=6000))))[0].drawings[0]
        for latency in (263, 263_000)
    )
    assert in_milliseconds == in_microseconds


def test_simulated_results_say_so() -> None:
    assert "Simulated: the local AWS made these figures up." in Page(job(recommendation(identifier="job/sim1"))).text
    assert "Simulated" not in Page(job(recommendation())).text


def test_the_table_sorts_by_its_headings_and_is_sorted_by_rank() -> None:
    page = Page(job(recommendation()))
    sorted_by = [each.get("aria-sort") for each in page.all("th") if each.get("scope") == "col"]
    assert sorted_by == ["ascending", *[None] * 8]
    assert len(page.all("button")) == 9


def test_absent_figures_are_neither_drawn_nor_nan() -> None:
    page = Page(job(recommendation(cpu=NAN, memory="NaN", cost_per_inference=NAN, cost_per_hour=NAN)))
    assert not re.search(r"\bnan\b", page.source, re.IGNORECASE)
    assert "Utilisation at that throughput" not in page.text
    assert "Throughput" in page.text


@pytest.mark.parametrize(
    ("found", "said"), [(job(), "The job has no results."), (running_job(), "There are no results yet.")]
)
def test_a_job_without_results_says_so(found: RecommendationsJob, said: str) -> None:
    assert said in Page(found).text


def test_a_failed_job_shows_its_reason_and_each_steps() -> None:
    text = Page(job(steps=[step("FAILED", reason="Out of memory")], Status="FAILED", FailureReason="Too small")).text
    assert "Too small" in text
    assert "ml.c5.xlarge: Out of memory" in text


def test_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(CommandError, match=r"pip install 'cdk-inference-recommender\[html\]'"):
        report_page(report_of(job(recommendation())))
