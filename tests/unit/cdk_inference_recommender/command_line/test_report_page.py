"""The report's page as text; `tests/browser` looks at it in a browser."""

from __future__ import annotations

import re
import sys
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.report import page
from cdk_inference_recommender.command_line.report.charts.label_layout import CHARACTER, LabelLayout
from cdk_inference_recommender.command_line.report.charts.report_charts import report_charts
from cdk_inference_recommender.command_line.report.charts.style import end_of
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
    from cdk_inference_recommender.command_line.report.job_report import JobReport

pytestmark = pytest.mark.usefixtures("equal_drawings_are_made_once")

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
    assert len(images) == 10
    for image in images:
        assert {image["aria-labelledby"], image["aria-describedby"]} <= ids
    assert (
        "On the Pareto front, where no other result is both cheaper and faster: 1 x ml.c5.xlarge, 1 x ml.m5.large."
        in (page.text)
    )
    assert all(drawing.get("aria-hidden") == "true" for drawing in page.all("svg"))


def test_results_are_distinguished_by_color_and_shape_and_the_legend_has_no_others() -> None:
    found = job(
        recommendation("ml.c5.large", cost_per_inference=1e-6, model_latency=30),
        recommendation("ml.m5.large", cost_per_inference=2e-6, model_latency=10),
        recommendation("ml.r5.large", cost_per_inference=3e-6, model_latency=40),
        recommendation("ml.g5.large", cost_per_inference=9e-6, model_latency=5),
    )
    wide = drawn(report_of(found))
    assert drawn_kinds(wide) == ["best, on the front", "other, on the front", "other"]
    assert {'fill="var(--best)"', 'fill="var(--series)"', 'stroke="var(--series)"'} <= set(
        re.findall(r'\S+="[^"]*"', wide)
    )
    # A rejected result on the front is both.
    rejected = drawn(report_of(found, ExcludedInstanceFamilies=["g5", "r5"]))
    assert drawn_kinds(rejected) == [
        "best, on the front",
        "other, on the front",
        "rejected, on the front",
        "rejected",
    ]


def test_every_point_has_its_instance_type() -> None:
    found = job(
        recommendation("ml.c5.large", environment={"T": "1"}),
        recommendation("ml.c5.large", environment={"T": "2"}),
        recommendation("ml.m5.large"),
        recommendation(serverless=(2048, 5)),
    )
    report = report_of(found, ExcludedInstanceFamilies=["m5"])
    for drawing in report_charts(report)[1].drawings:
        texts = Counter(re.findall(r">([^<>]+)</text>", drawing))
        # Each label is drawn twice: as a halo and as itself.
        assert {text for text, times in texts.items() if times == 2} >= {
            "ml.c5.large T=1",
            "ml.c5.large T=2",
            "ml.m5.large",
        }


def test_every_axis_begins_at_0_and_thousands_are_separated() -> None:
    found = job(
        recommendation(max_invocations=21_000, model_latency=1990, cpu=91, memory=92),
        recommendation("ml.m5.large", max_invocations=20_900, model_latency=1995, cpu=91, memory=92),
    )
    for chart in report_charts(report_of(found)):
        for drawing in chart.drawings:
            assert ">0</text>" in drawing, chart.name
    throughput = report_charts(report_of(found))[2].drawings[0]
    assert ">20,000</text>" in throughput
    assert ">21,000 best</text>" in throughput


def test_bars_have_the_same_colors_in_all_charts_and_the_limit() -> None:
    found = job(
        recommendation("ml.c5.large", model_latency=90, cost_per_inference=1e-6),
        recommendation("ml.m5.large", model_latency=40, cost_per_inference=2e-6),
        recommendation("ml.r5.large", model_latency=50, cost_per_inference=3e-6),
    )
    charts = {chart.name: chart for chart in report_charts(report_of(found, MaxModelLatency=80))}
    for name in ("usd-million", "lat-ms", "req-min", "cpu-percent", "mem-percent"):
        bars = re.findall(r'aria-hidden|fill="(var\(--[a-z]+\))"', charts[name].drawings[0])
        assert [bar for bar in bars if bar in {"var(--best)", "var(--series)", "var(--bad)"}] == [
            "var(--best)",
            "var(--series)",
            "var(--bad)",
        ]
    assert "At most 80 ms" in charts["lat-ms"].drawings[0]
    assert charts["lat-ms"].description.endswith(" The line is the constraint: At most 80 ms.")


def drawn(report: JobReport) -> str:
    return report_charts(report)[1].drawings[0]


def drawn_kinds(drawing: str) -> list[str]:
    """Return the entries of the legend."""
    return re.findall(r">((?:best|other|rejected)[^<>]*)</text>", drawing)


def test_the_winners_row_and_no_other_is_marked() -> None:
    source = Page(job(recommendation("ml.m5.large", cost_per_inference=2e-6), recommendation("ml.c5.large"))).source
    rows = re.findall(r"<tr.*?</tr>", source, flags=re.DOTALL)
    (best,) = [row for row in rows if 'class="best"' in row]
    assert "1 best" in best
    assert "1 x ml.c5.large" in best
    assert "1 x ml.c5.large wins" in source


def test_an_hours_cost_is_drawn_where_it_is_the_objective() -> None:
    hourly, other = (
        Page(job(recommendation()), objective).text
        for objective in (ObjectiveName.COST_PER_HOUR, ObjectiveName.MODEL_LATENCY)
    )
    assert "1 results by latency and USD an hour; " in hourly
    assert "1 results by latency and USD per million; " in other


def test_latencies_are_in_milliseconds_and_the_unexpected_unit_is_reported() -> None:
    performance = {"Metrics": {"MaxInvocations": 90, "ModelLatency": 850}, "EndpointInfo": {"EndpointName": "live"}}
    found = recommendation(model_latency=263_596, max_invocations=648)
    page = Page(job(found, EndpointPerformances=[performance]))
    assert "Latency (ms)" in [text.strip() for text in re.findall(r">([^<>]*)</button>", page.source)]
    assert '<td data-value="263.596">264</td>' in page.source
    assert ">Latency (ms)</text>" in page.source
    assert "live: 90 requests a minute, latency 0.85 ms." in page.text
    assert "ModelLatency was interpreted as microseconds: " in page.text
    assert "microseconds" not in Page(job(recommendation())).text


def test_the_chart_is_drawn_in_milliseconds() -> None:
    # A logarithm apart, so that the axis would show it.
    in_milliseconds, in_microseconds = (
        report_charts(report_of(job(recommendation(model_latency=latency, max_invocations=6000))))[1].drawings[0]
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
    assert "CPU %" not in re.findall(r"<h2[^>]*>([^<]*)", page.source)
    assert "Requests a minute" in re.findall(r"<h2[^>]*>([^<]*)", page.source)


@pytest.mark.parametrize(
    ("found", "said"), [(job(), "The job has no results."), (running_job(), "There are no results yet.")]
)
def test_a_job_without_results_says_so(found: RecommendationsJob, said: str) -> None:
    assert said in Page(found).text


def test_a_failed_job_shows_its_reason_and_each_steps() -> None:
    text = Page(job(steps=[step("FAILED", reason="Out of memory")], Status="FAILED", FailureReason="Too small")).text
    assert "Too small" in text
    assert "ml.c5.xlarge: Out of memory" in text


@pytest.mark.parametrize("missing", ["vl_convert", "jinja2"])
def test_says_what_to_install(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    page._template.cache_clear()
    with pytest.raises(CommandError, match=r"pip install 'cdk-inference-recommender\[html\]'"):
        report_page(report_of(job(recommendation())))


def test_the_heading_and_the_decision_are_on_the_page() -> None:
    tags = {"cdk-inference-recommender:stack-id": "arn:aws:cloudformation:x:1:stack/Scoring/1"}
    found = job(recommendation(), recommendation("ml.m5.large", cost_per_inference=2e-6))
    shown = report_page(report_of(found, tags=tags, traffic=1000, MaxModelLatency=25))
    assert "<h1>Scoring</h1>" in shown
    for text in (
        "At 1,000 requests a minute 1 x ml.c5.xlarge needs 2 instances, without a reserve, and costs 292 USD a month.",
        "Instead, the runner-up 1 x ml.m5.large would have ",
        ">20 % below the limit</td>",
        "<dt>Expected traffic</dt><dd>1,000 requests a minute</dd>",
    ):
        assert text in shown


places = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=25)


@given(places, st.sampled_from([236, 656]), st.data())
@settings(max_examples=30, deadline=None)
def test_no_label_overlaps_another_or_a_point(
    points: list[tuple[float, float]], width: float, data: st.DataObject
) -> None:
    labels = data.draw(st.lists(st.text("m.", min_size=5, max_size=20), min_size=len(points), max_size=len(points)))
    layout = LabelLayout.of(points, labels, width=width, height=300)
    for place, box in enumerate(layout.boxes):
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.top < box.bottom <= layout.height
        assert box.right - box.left == pytest.approx(len(labels[place]) * CHARACTER)
        assert not any(box.overlaps(other) for other in layout.boxes[:place])
        for x, y in points:
            assert not (box.left < x * width < box.right and box.top < y * layout.height < box.bottom)


@given(st.lists(st.floats(min_value=0, allow_infinity=False, allow_nan=False), max_size=5))
def test_an_axis_ends_beyond_every_value(values: list[float]) -> None:
    assert end_of(values) >= max(values, default=0)
    assert end_of(values) > 0
