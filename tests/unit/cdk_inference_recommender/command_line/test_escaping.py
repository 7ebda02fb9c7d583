"""Whatever text AWS, a document or the user has in whatever place: it is shown as text, and controls nothing."""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rich.console import Console

from cdk_inference_recommender.command_line import main, stop
from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.job_reference import JobReference
from cdk_inference_recommender.command_line.output import progress_display
from cdk_inference_recommender.command_line.output.escaping import escape_json, escape_text
from cdk_inference_recommender.command_line.report import report
from cdk_inference_recommender.command_line.report.charts import vega_lite
from cdk_inference_recommender.command_line.report.document import report_document
from cdk_inference_recommender.command_line.report.page import report_page
from cdk_inference_recommender.command_line.report.tables import print_report
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    NAN,
    job,
    recommendation,
    report_of,
    running_job,
    step,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob
    from cdk_inference_recommender.command_line.report.job_report import JobReport

BIDIRECTIONAL: Final = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HOSTILE: Final = (
    "\x1b]8;;https://evil.example\x1b\\click\x1b[31m\x9b31m\x07\x08\r\n\t\x00\x0b\x0c\x1c\x7f\x85\u2028\u2029"
    f"{BIDIRECTIONAL}\u200b\ufeff\ud800\udfff\ufffe\uffff\U000e0041 [red]x[/red][/] "
    "[link=https://evil.example]y[/link] :warning: \\[bold] "
    "<script>alert(1)</script></svg></style><img src=x onerror=alert(1)>\"'&amp;&#27; 中 😀 Prüfung"
)

texts = st.text(min_size=1, max_size=30) | st.lists(
    st.sampled_from([*HOSTILE, "\x1b[31m", "[red]", "</svg>"]), min_size=1
).map("".join)


def controls(shown: str) -> set[str]:
    """Return the characters that no output may have, by Unicode's own tables."""
    forbidden = {"Cc", "Cs", "Zl", "Zp"}
    return {each for each in set(shown) - {"\n"} if unicodedata.category(each) in forbidden or each in BIDIRECTIONAL}


def hostile_job(text: str, *, ended: bool = True) -> RecommendationsJob:
    """Return a job that has the text wherever the service lets others choose one, and where it doesn't."""
    members: dict[str, Any] = {
        "steps": [
            {
                **step("FAILED", text, reason=text),
                "InferenceBenchmark": {
                    "FailureReason": text,
                    "EndpointConfiguration": {"InstanceType": text},
                    "ModelConfiguration": {"EnvironmentParameters": [{"Key": text, "Value": text}]},
                },
            },
            step("FAILED", "ml.m5.large", reason=f"{text} too"),
        ],
        "JobName": text,
        "JobType": text,
        "JobArn": text,
        "FailureReason": text,
        "EndpointPerformances": [{"Metrics": {}, "EndpointInfo": {"EndpointName": text}}],
    }
    if not ended:
        return running_job(**members)
    specified = recommendation("ml.c5.large", identifier=text)
    specified["ModelConfiguration"].update(InferenceSpecificationName=text, CompilationJobName=text)
    return job(
        recommendation(text, environment={text: text, "NAME": text}),
        recommendation("ml.m5.large", environment={"NAME": f"{text} too"}, cost_per_inference=2e-6, model_latency=5),
        specified,
        recommendation(serverless=(2048, 10), cost_per_hour=NAN, environment={"NAME": text}),
        **{"Status": "COMPLETED", **members},
    )


def report_with(text: str) -> JobReport:
    return report_of(hostile_job(text), MaxModelLatency=10)


def printed(shown: JobReport, **options: Any) -> str:
    stream = io.StringIO()
    print_report(Console(file=stream, highlight=False, **options), shown)
    return stream.getvalue()


@given(st.text())
@example(HOSTILE)
def test_escaped_text_is_one_line_without_controls_and_printable_text_is_unchanged(text: str) -> None:
    shown = escape_text(text)
    assert controls(shown) == set()
    assert "\n" not in shown
    assert escape_text(shown) == shown
    assert not text.isprintable() or shown == text


def test_an_escape_names_the_character() -> None:
    assert escape_text("a\x1b\n\x9b\u202e\ud800\U000e0001\u00a0中😀\\") == (
        "a\\x1b\\n\\x9b\\u202e\\ud800\\U000e0001\u00a0中😀\\"
    )


@given(st.dictionaries(st.text(), st.text() | st.integers()))
@example({HOSTILE.replace("\ud800\udfff", "\ud800"): "\x7f"})
def test_json_is_ascii_and_reads_back_unchanged(document: dict[str, object]) -> None:
    shown = escape_json(document)
    assert shown.isascii()
    assert controls(shown) == set()
    # A reader takes two surrogates that make up a pair for the character that they stand for.
    assert json.loads(shown) == json.loads(json.dumps(document))


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        escape_json({"a": NAN})


_OWN_SEQUENCES: Final = {"0", "1", "2", "3", "31", "1;31", "1;32"}
"""Bold, dim and italic, red and green."""


@given(texts)
@example(HOSTILE)
@settings(deadline=None, max_examples=40)
def test_a_report_in_a_terminal_controls_nothing(text: str) -> None:
    shown = report_with(text)
    plain = printed(shown, width=2_000)
    assert controls(plain) == set()
    assert escape_text(" ".join(text.split())) in plain
    # In a terminal colours are the report's own, and no text of others begins a link or a style.
    colored = printed(shown, width=80, force_terminal=True, color_system="standard")
    assert set(_sequences(colored)) <= _OWN_SEQUENCES


def _sequences(shown: str) -> list[str]:
    """Return the escape sequences; each text between them has no control character."""
    before, *parts = shown.split("\x1b[")
    assert controls(before) == set()
    sequences = []
    for part in parts:
        sequence, _, rest = part.partition("m")
        assert controls(rest) == set()
        sequences.append(sequence)
    return sequences


@given(texts)
@example(HOSTILE)
@settings(deadline=None)
def test_a_report_for_programs_has_every_text_unchanged(text: str) -> None:
    shown = escape_json(report_document(report_with(text)))
    assert shown.isascii()
    assert controls(shown) == set()
    assert json.loads(shown)["JobName"] == json.loads(json.dumps(text))


class Page(HTMLParser):
    """Elements and texts of a page."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _page(text: str) -> str:
    return report_page(report_with(text))


@given(texts)
@example(HOSTILE)
@settings(deadline=None, max_examples=50)
def test_a_page_has_the_text_as_text_and_no_other_element(text: str) -> None:
    # What is drawn depends on the figures only: the charts have a test of their own, and take long.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cdk_inference_recommender.command_line.report.page.report_charts", lambda _: [])
        source, ordinary = _page(text), _page("x")
    page, expected = Page(source), Page(ordinary)
    assert controls(source) == set()
    assert set(page.elements) <= set(expected.elements)
    assert [tag for tag, _ in page.elements if tag in {"script", "style", "link"}] == ["link", "style", "script"]
    assert escape_text(text) in "".join(page.texts)


@given(texts)
@example(HOSTILE)
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
def test_a_chart_draws_any_text(text: str) -> None:
    def bars(name: str) -> str:
        nominal = {"field": "name", "type": "nominal"}
        place = {"x": {"field": "value", "type": "quantitative"}, "y": nominal, "text": nominal}
        return vega_lite.svg({"data": {"values": [{"name": name, "value": 1}]}, "mark": "text", "encoding": place})

    drawing = bars(text)
    assert controls(drawing) == set()
    assert {tag for tag, _ in Page(drawing).elements} <= {tag for tag, _ in Page(bars("x")).elements}


def test_a_page_with_charts_of_hostile_text_has_the_elements_of_any_other() -> None:
    source = _page(HOSTILE)
    assert controls(source) == set()
    kinds = {tag for tag, _ in Page(source).elements}
    assert kinds == {tag for tag, _ in Page(_page("x")).elements}
    assert not [names for _, names in Page(source).elements if any(name.startswith("on") for name in names)]


@given(texts)
@example(HOSTILE)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_progress_controls_nothing(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        stream = io.StringIO()
        patch.setattr(sys, "stderr", stream)
        with progress_display.ProgressDisplay() as display:
            display.show(hostile_job(text, ended=False))
    assert controls(stream.getvalue()) == set()
    assert stream.getvalue().startswith(escape_text(text))


class Service:
    """SageMaker with one job, which ends when it is stopped."""

    class Meta:
        region_name = "eu-west-1"

    meta = Meta()

    def __init__(self, text: str) -> None:
        self.text = text
        self.job = hostile_job(text, ended=False)

    def describe_inference_recommendations_job(self, **_: object) -> Any:
        return self.job.description

    def stop_inference_recommendations_job(self, **_: object) -> None:
        description = {**self.job.description, "Status": "STOPPED"}
        self.job = replace(self.job, description=description)

    def get_paginator(self, operation: str) -> Any:
        tags = [
            {"Key": "cdk-inference-recommender:stack-id", "Value": f"arn:aws:cloudformation:x:1:stack/s{self.text}/1"}
        ]
        page = {"Tags": tags} if operation == "list_tags" else {"Steps": self.job.steps}
        return type("Paginator", (), {"paginate": lambda _self, **_: [page]})()


@given(texts)
@example(HOSTILE)
@settings(deadline=None)
@pytest.mark.parametrize("output", ["table", "json"])
def test_stopping_a_job_prints_its_tag_and_names_as_text(output: str, text: str) -> None:
    service = Service(text)
    with pytest.MonkeyPatch.context() as patch:
        out, err = io.StringIO(), io.StringIO()
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(JobReference, "parse", lambda name: JobReference(name=name))
        patch.setattr(stop, "find_job", lambda _: (service, service.job))
        assert main(["stop", "job", "--yes", "--output", output]) == 0
    assert controls(out.getvalue() + err.getvalue()) == set()
    assert f"The stack {escape_text('s' + text.split('/', 1)[0])} started it" in err.getvalue()
    assert len(err.getvalue().splitlines()) == 3
    if output == "json":
        assert json.loads(out.getvalue())["JobName"] == json.loads(json.dumps(text))
    else:
        assert out.getvalue().startswith(escape_text(f"Job {text} is STOPPED."))
        assert out.getvalue().count("\n") == 1


@given(texts)
@example(HOSTILE)
@settings(deadline=None)
@pytest.mark.parametrize(
    "error",
    [CommandError, lambda text: ClientError({"Error": {"Code": text, "Message": text}}, "DescribeEndpoint")],
)
def test_an_error_is_one_line_without_controls(error: Any, text: str) -> None:
    def fail(_: object) -> None:
        raise error(text)

    with pytest.MonkeyPatch.context() as patch:
        err = io.StringIO()
        patch.setattr(sys, "stderr", err)
        patch.setattr(report, "find_job", fail)
        assert main(["report", "job"]) == 2
    assert controls(err.getvalue()) == set()
    assert err.getvalue().count("\n") == 1


@given(texts)
@example(HOSTILE)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("output", ["table", "text", "json"])
def test_a_document_s_own_text_is_shown_as_text(tmp_path: Path, output: str, text: str) -> None:
    file = tmp_path / "job.json"
    request = {"JobName": text, "JobType": text, text: text, "InputConfig": {text: [text]}, "RoleArn": text}
    file.write_text(json.dumps(request), encoding="ascii")
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr(sys, "stdout", out)
        assert main(["validate", "--output", output, str(file)]) == 1
    assert controls(out.getvalue()) == ({"\t"} if output == "text" else set())
    if output == "json":
        assert json.loads(out.getvalue())["Problems"]
    elif output == "text":
        assert all(line.startswith("PROBLEMS\t") for line in out.getvalue().splitlines()[1:])
    else:
        assert all(line.startswith(("error: ", "warning: ")) for line in out.getvalue().splitlines()[:-1])


def test_a_file_s_own_name_is_shown_as_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["validate", str(tmp_path / "\x1b[31m\u202ejob.json")]) == 2
    shown = capsys.readouterr().err
    assert controls(shown) == set()
    assert "\\x1b[31m\\u202ejob.json can't be read: No such file or directory." in shown


def test_what_is_said_beside_a_report_is_text(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    found = hostile_job(HOSTILE)
    monkeypatch.setattr(report, "find_job", lambda _: (None, found))
    monkeypatch.setattr(report, "report_page", lambda _: "")
    monkeypatch.setattr(report, "read_tags", lambda *_: {})
    assert main(["report", "job", "--html", str(tmp_path / "\x1b[31m.html")]) == 0
    shown = capsys.readouterr().err
    assert controls(shown) == set()
    assert "\\x1b[31m.html" in shown

    found = hostile_job(HOSTILE, ended=False)
    monkeypatch.setattr(report, "wait_for_end", interrupt)
    assert main(["report", "job"]) == 130
    shown = capsys.readouterr().err
    assert controls(shown) == set()
    assert shown.endswith(f"inference-recommender stop {escape_text(HOSTILE)}\n")


def test_a_value_that_all_benchmarks_have_is_not_shown() -> None:
    """It distinguishes no two results, and may be a secret, such as a token of the model's container."""

    def failed(threads: str) -> dict[str, Any]:
        environment = [{"Key": "API_TOKEN", "Value": "s3cret"}, {"Key": "OMP_NUM_THREADS", "Value": threads}]
        found = step("FAILED", reason="Out of memory")
        found["InferenceBenchmark"]["ModelConfiguration"] = {"EnvironmentParameters": environment}
        return found

    results = [recommendation(environment={"API_TOKEN": "s3cret", "OMP_NUM_THREADS": threads}) for threads in "24"]
    shown = report_of(
        job(*results, steps=[failed("2"), failed("4")]), now=job().description["CreationTime"] + timedelta(1)
    )
    (failure,) = shown.failed_steps
    assert failure.benchmarks == ["ml.c5.xlarge OMP_NUM_THREADS=2", "ml.c5.xlarge OMP_NUM_THREADS=4"]
    for text in (printed(shown, width=80), report_page(shown)):
        assert "OMP_NUM_THREADS=4" in text
        assert "s3cret" not in text
