"""`inference-recommender report` against a running sandbox."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cdk_inference_recommender.command_line import main
from inference_recommender_sandbox.sagemaker.responses import InferenceRecommenderResponse
from tests.ended_process import ended
from tests.sandbox.conftest import SPEED
from tests.sandbox.requested_job import endless_job, job

if TYPE_CHECKING:
    from tests.sandbox.conftest import Account

PYTHONPATH = os.pathsep.join(path for path in sys.path if path)


@pytest.fixture(autouse=True)
def environment(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in account.sandbox.environment.items():
        monkeypatch.setenv(name, value)


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(capsys.readouterr().out)
    return parsed


def test_waits_with_progress_and_shows_simulated_results(
    account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    describe = InferenceRecommenderResponse.describe_inference_recommendations_job

    def describe_and_run_on(response: InferenceRecommenderResponse) -> Any:
        described = describe(response)
        account.sandbox.clock.speed = SPEED
        return described

    # In real time until the command has seen that the job runs, however long that takes.
    account.sandbox.clock.speed = 1
    monkeypatch.setattr(InferenceRecommenderResponse, "describe_inference_recommendations_job", describe_and_run_on)
    name = job(account)
    assert main(["report", name, "--poll-interval", "1"]) == 0
    shown = capsys.readouterr()
    assert re.search(rf"{name} (PENDING|IN_PROGRESS): .*since it was created", shown.err)
    assert f"Job {name}, Default: COMPLETED" in shown.out
    assert "Simulated results on instances, lowest cost per inference first" in shown.out


def test_does_not_wait_if_the_option_says_so(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    name = endless_job(account)
    assert main(["report", name, "--no-wait", "--output", "json"]) == 0
    assert document(capsys)["Status"] in {"PENDING", "IN_PROGRESS"}


def test_a_failed_job_exits_with_1_and_shows_why(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    name = job(account, "fail-all-steps")
    assert main(["report", name, "--poll-interval", "1"]) == 1
    assert "Failed benchmarks" in capsys.readouterr().out
    assert main(["report", name, "--output", "json"]) == 1
    found = document(capsys)
    assert found["FailureReason"].startswith("INVALID_INPUT")
    assert found["FailedSteps"][0]["Benchmarks"]


def test_the_document_is_json_without_nan(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    name = job(account, "nan-metrics")
    assert main(["report", name, "--poll-interval", "1", "--output", "json"]) == 0
    found = document(capsys)
    assert found["Simulated"] is True
    assert found["Results"][0]["CpuUtilization"] is None


def test_latencies_in_microseconds_are_reported_in_milliseconds(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    name = job(account, "microsecond-latency")
    assert main(["report", name, "--poll-interval", "1", "--output", "json"]) == 0
    found = document(capsys)
    assert found["ModelLatencyUnit"] == "Microseconds"
    assert [each["ModelLatencyMs"] for each in found["Results"]] == [
        each["ModelLatency"] / 1000 for each in found["Results"]
    ]
    slowest = max(each["ModelLatencyMs"] for each in found["Results"])
    assert main(["report", name, "--max-model-latency", str(slowest)]) == 0
    assert "ModelLatency was interpreted as microseconds" in " ".join(capsys.readouterr().out.split())
    assert main(["report", name, "--max-model-latency", "0.5"]) == 1


def test_a_query_as_text_is_for_scripts(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    name = job(account)
    options = ["--query", "[JobName, Results[0].InstanceType]", "--output", "text"]
    assert main(["report", name, "--poll-interval", "1", *options]) == 0
    shown_name, instance_type = capsys.readouterr().out.rstrip("\n").split("\t")
    assert (shown_name, instance_type[:3]) == (name, "ml.")


def test_constraints_that_nothing_meets_exit_with_1(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    name = job(account)
    assert main(["report", name, "--poll-interval", "1", "--max-cost-per-hour", "1000"]) == 0
    assert "Constraints: MaxCostPerHour 1000." in capsys.readouterr().out
    assert main(["report", name, "--max-cost-per-hour", "0.0001"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "No result meets the constraints (MaxCostPerHour 0.0001): a deployment that has them fails." in shown
    assert re.search(r"Rejected 1 x ml\.\S+: \S+ USD an hour is \S+ times the limit of 0\.0001\.", shown)


def test_a_comparison_without_an_endpoint_is_one_line_at_once(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    name = endless_job(account)
    assert main(["report", name, "--poll-interval", "600", "--min-invocations-gain", "2"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "inference-recommender: MinInvocationsGain compares with the existing endpoint, and the job "
    )


def test_an_unknown_job_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "nobody"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("inference-recommender: There is no inference recommendations job 'nobody' in us-east-1. ")


def test_no_region_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert main(["report", "job"]) == 2
    assert capsys.readouterr().err == (
        "inference-recommender: No AWS Region is configured. Give --region, or set AWS_REGION.\n"
    )


def test_no_credentials_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert main(["report", "job"]) == 2
    assert capsys.readouterr().err == (
        "inference-recommender: No AWS credentials were found. Give --profile, or run: aws configure\n"
    )


def test_an_unknown_profile_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "job", "--profile", "nobody"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "(nobody) could not be found" in line


def test_ctrl_c_leaves_quietly_and_the_job_continues(account: Account) -> None:
    name = endless_job(account)
    with (
        subprocess.Popen(
            [sys.executable, "-m", "cdk_inference_recommender.command_line", "report", name, "--poll-interval", "600"],
            env={**os.environ, "PYTHONPATH": PYTHONPATH},
            stderr=subprocess.PIPE,
            text=True,
            # What a shell runs in the background ignores the signal, and hands that down.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - nothing else runs in between
        ) as process,
        ended(process),
    ):
        assert process.stderr is not None
        assert name in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr.read().splitlines() == [
            "Stopped waiting. The job continues to run and is charged for. To end it: inference-recommender stop "
            + name
        ]


def test_jobs_are_listed_with_their_stack_and_compared(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    stack = "arn:aws:cloudformation:us-east-1:123456789012:stack/Scoring/1"
    first = job(account, tags={"cdk-inference-recommender:stack-id": stack})
    second = job(account)
    for name in (first, second):
        assert main(["report", name, "--poll-interval", "1"]) == 0
    capsys.readouterr()
    assert main(["list", "--output", "json"]) == 0
    jobs = {each["JobName"]: each for each in document(capsys)["Jobs"]}
    assert (jobs[first]["StackName"], jobs[second]["StackName"]) == ("Scoring", None)
    assert jobs[first]["CostSoFar"] > 0
    assert jobs[first]["BenchmarksOfUnknownCost"] == 0
    assert main(["list", "--stack", "Scoring", "--query", "Jobs[].JobName", "--output", "text"]) == 0
    assert capsys.readouterr().out.split() == [first]
    assert main(["compare", first, first, "--fail-on-regression", "0%"]) == 0
    assert main(["compare", first, second, "--output", "json"]) == 0
