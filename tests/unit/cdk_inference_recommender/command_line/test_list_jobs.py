"""The account's jobs, and what they have cost so far."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.listing import list_jobs
from cdk_inference_recommender.command_line.listing.job_cost import JobCost
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import CREATED, step

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR = timedelta(hours=1)


def benchmark(
    status: str, *, start: datetime | None = CREATED, end: datetime | None = CREATED + HOUR, price: float | None = None
) -> dict[str, Any]:
    found = step(status)
    times = {"InvocationStartTime": start, "InvocationEndTime": end}
    found["InferenceBenchmark"].update({name: time for name, time in times.items() if time is not None})
    if price is not None:
        found["InferenceBenchmark"]["Metrics"] = {"CostPerHour": price}
    return found


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], (0, 0)),
        ([benchmark("COMPLETED", price=0.5)], (0.5, 0)),
        ([benchmark("PENDING", start=None, end=None)], (0, 0)),
        ([benchmark("FAILED", start=None, end=None)], (0, 1)),
        ([benchmark("IN_PROGRESS", end=None)], (0, 1)),
        # Another benchmark on the instance type says the price of one that still runs.
        ([benchmark("IN_PROGRESS", end=None), benchmark("COMPLETED", price=0.5)], (1.5, 0)),
        ([benchmark("COMPLETED", price=float("nan"))], (0, 1)),
        ([benchmark("COMPLETED", start=CREATED + 2 * HOUR, price=0.5)], (0, 0)),
    ],
)
def test_the_cost_so_far_is_the_time_of_benchmarks_at_the_services_own_price(
    steps: list[dict[str, Any]], expected: tuple[float, int]
) -> None:
    found = JobCost.of(steps, now=CREATED + 2 * HOUR)
    assert (found.dollars, found.unknown) == expected


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    monkeypatch.setattr(list_jobs, "sagemaker_client", lambda _: client)
    monkeypatch.setenv("COLUMNS", "100")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def summary(name: str) -> dict[str, Any]:
    return {
        "JobName": name,
        "JobDescription": "",
        "JobType": "Default",
        "JobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:inference-recommendations-job/{name}",
        "Status": "COMPLETED",
        "CreationTime": CREATED,
        "RoleArn": "arn:aws:iam::123456789012:role/recommender",
        "LastModifiedTime": CREATED,
    }


def listed(service: Stubber, stacks: dict[str, str | None], *, stack: str | None = None) -> None:
    service.add_response(
        "list_inference_recommendations_jobs",
        {"InferenceRecommendationsJobs": [summary(name) for name in stacks]},
        {"SortBy": "CreationTime", "SortOrder": "Descending"},
    )
    for name, owner in stacks.items():
        tag = {
            "Key": "cdk-inference-recommender:stack-id",
            "Value": f"arn:aws:cloudformation:eu-west-1:123456789012:stack/{owner}/1",
        }
        service.add_response("list_tags", {"Tags": [tag] if owner else []})
        if stack in {None, owner}:
            steps = [{**benchmark("COMPLETED"), "JobName": name}]
            steps[0]["InferenceBenchmark"] |= {"ModelConfiguration": {}}
            steps[0]["InferenceBenchmark"]["EndpointConfiguration"] |= {"EndpointName": "e", "VariantName": "v"}
            service.add_response("list_inference_recommendations_job_steps", {"Steps": steps}, {"JobName": name})


def test_jobs_have_their_stacks(service: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    listed(service, {"one": "Scoring", "two": None})
    assert main(["list"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == ["one", "COMPLETED", "0.000+", "Scoring", "2026-03-01", "12:00", "UTC"]
    assert lines[2][3] == "-"
    assert " ".join(lines[3]) == "+: the price or the time of some benchmarks is unknown."


def test_one_stacks_jobs_only(service: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    listed(service, {"one": "Scoring", "two": "Other"}, stack="Scoring")
    assert main(["list", "--stack", "Scoring", "--output", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [each["JobName"] for each in document["Jobs"]] == ["one"]
    assert document["Jobs"][0]["BenchmarksOfUnknownCost"] == 1


def test_no_more_than_the_wanted_number_is_read(service: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    listed(service, {"one": "Scoring"})
    assert main(["list", "--max-items", "1", "--query", "length(Jobs)"]) == 0
    assert capsys.readouterr().out.strip() == "1"


def test_none_says_so(service: Stubber, capsys: pytest.CaptureFixture[str]) -> None:
    listed(service, {})
    assert main(["list", "--stack", "Scoring"]) == 0
    assert capsys.readouterr().out == (
        "There are no inference recommendations jobs of the stack Scoring in eu-west-1.\n"
    )
