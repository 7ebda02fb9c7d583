"""Jobs side by side, and the exit code for a pipeline."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.compare import compare
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import NAN, job, recommendation

if TYPE_CHECKING:
    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob

BEFORE = job(
    recommendation("ml.c5.large", model_latency=20, environment={"T": "1"}),
    recommendation("ml.c5.large", model_latency=99, cost_per_inference=2e-6, environment={"T": "2"}),
    recommendation("ml.m5.large", model_latency=40),
    JobName="before",
)


def after(latency: float = 20, **members: Any) -> RecommendationsJob:
    return job(
        recommendation("ml.m5.large", model_latency=40),
        recommendation("ml.c5.large", model_latency=latency, **members),
        JobName="after",
    )


def run(monkeypatch: pytest.MonkeyPatch, jobs: list[RecommendationsJob], *options: str, code: int = 0) -> None:
    by_name = {each.name: each for each in jobs}
    monkeypatch.setattr(compare, "find_job", lambda arguments: (None, by_name[arguments.job.name]))
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["compare", *by_name, *options]) == code


def test_results_are_side_by_side_for_each_instance_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, [BEFORE, after(25)])
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[:3] == ["Job 1: before", "Job 2: after", "Endpoint Figure Job 1 Job 2 Change"]
    assert "1 x ml.c5.large Latency (ms) 20 25 25 % more" in lines
    assert "1 x ml.m5.large Latency (ms) 40 40 the same" in lines


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (after(22), 0),
        (after(22.1), 1),
        (after(1), 0),
        (after(max_invocations=450), 0),
        (after(max_invocations=449), 1),
        (after(max_invocations=5000), 0),
        (after(cost_per_hour=0.23), 1),
        (after(cost_per_inference=NAN), 1),
        (replace(after(), description={**after().description, "InferenceRecommendations": []}), 1),
    ],
)
def test_a_regression_beyond_the_tolerance_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changed: RecommendationsJob, code: int
) -> None:
    run(monkeypatch, [BEFORE, changed], "--fail-on-regression", "10%", code=code)
    shown = capsys.readouterr().out
    assert ("Regression: after has" in shown) is bool(code)
    assert ("No figure is worse by more than 10 %." in shown) is not bool(code)
    run(monkeypatch, [BEFORE, changed])


def test_a_regression_says_what_was_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, [BEFORE, after(90)], "--fail-on-regression", "10", code=1)
    assert (
        "Regression: after has 90 ms on 1 x ml.c5.large, 4.5 times, where before has 20 ms."
        in capsys.readouterr().out.splitlines()
    )


def test_the_document_has_values_changes_and_regressions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, [BEFORE, after(30)], "--fail-on-regression", "0%", "--output", "json", code=1)
    document = json.loads(capsys.readouterr().out)
    assert document["Jobs"] == ["before", "after"]
    [latency] = [
        each
        for each in document["Figures"]
        if (each["Endpoint"], each["Metric"]) == ("1 x ml.c5.large", "ModelLatency")
    ]
    assert (latency["Values"], latency["Changes"]) == ([20.0, 30.0], [None, 0.5])
    assert document["Regressions"] == [{"JobName": "after", "Endpoint": "1 x ml.c5.large", "Metric": "ModelLatency"}]


def test_a_baseline_without_results_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, [job(JobName="empty"), after()], code=2)
    assert "empty has no results to compare with." in capsys.readouterr().err


def test_one_job_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "one"]) == 2
    assert "compare needs two jobs or more." in capsys.readouterr().err


@pytest.mark.parametrize("text", ["-1%", "many", "nan", "inf%"])
def test_a_tolerance_is_a_percentage(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no percentage"):
        compare._tolerance(text)
