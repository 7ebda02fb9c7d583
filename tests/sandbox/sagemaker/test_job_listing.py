"""Jobs and steps are listed in pages, filtered and in order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws


@pytest.fixture
def aws_with_jobs(aws: Aws) -> Aws:
    for name in ("beta", "alpha", "gamma"):
        aws.create(name, JobDescription=f"{name} job")
        aws.clock.sleep(1000)
    return aws


def names(aws: Aws, **filters: Any) -> list[str]:
    listed = aws.sagemaker.list_inference_recommendations_jobs(**filters)["InferenceRecommendationsJobs"]
    return [job["JobName"] for job in listed]


def test_the_latest_comes_first(aws_with_jobs: Aws) -> None:
    assert names(aws_with_jobs) == ["gamma", "alpha", "beta"]
    assert names(aws_with_jobs, SortOrder="Ascending") == ["beta", "alpha", "gamma"]
    assert names(aws_with_jobs, SortBy="Name", SortOrder="Ascending") == ["alpha", "beta", "gamma"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"NameContains": "a"}, ["gamma", "alpha", "beta"]),
        ({"NameContains": "AMM"}, ["gamma"]),
        ({"StatusEquals": "COMPLETED"}, ["beta"]),
        ({"StatusEquals": "IN_PROGRESS"}, ["gamma", "alpha"]),
        ({"ModelNameEquals": "other"}, []),
        ({"CreationTimeAfter": datetime.fromtimestamp(1_800_000_500, UTC)}, ["gamma", "alpha"]),
        ({"CreationTimeBefore": datetime.fromtimestamp(1_800_000_500, UTC)}, ["beta"]),
    ],
)
def test_filters(aws_with_jobs: Aws, filters: dict[str, Any], expected: list[str]) -> None:
    assert names(aws_with_jobs, **filters) == expected


def test_jobs_come_in_pages(aws_with_jobs: Aws) -> None:
    pages = list(aws_with_jobs.sagemaker.get_paginator("list_inference_recommendations_jobs").paginate(MaxResults=2))
    assert [len(page["InferenceRecommendationsJobs"]) for page in pages] == [2, 1]


def test_steps_come_in_pages(aws_with_jobs: Aws) -> None:
    paginator = aws_with_jobs.sagemaker.get_paginator("list_inference_recommendations_job_steps")
    pages = [page["Steps"] for page in paginator.paginate(JobName="beta", MaxResults=3)]
    assert [len(page) for page in pages] == [3, 3, 2]
    endpoints = [step["InferenceBenchmark"]["EndpointConfiguration"]["EndpointName"] for page in pages for step in page]
    assert len(set(endpoints)) == 8


def test_a_token_of_someone_else_is_refused(aws_with_jobs: Aws) -> None:
    with pytest.raises(ClientError, match="Invalid NextToken"):
        names(aws_with_jobs, NextToken="guessed")
