from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget, RemainingTime
from inference_recommendations_handler.aws.errors import OutOfTimeError, TagsNotVisibleError
from inference_recommendations_handler.inference_job.service import InferenceRecommendationsJobs
from inference_recommendations_handler.lifecycle.create_or_adopt import find_visible, is_usable
from inference_recommendations_handler.protocol.contract import OwnerTag
from inference_recommendations_handler.stack.owner import TAGS_VISIBLE_WITHIN_SECONDS
from tests.unit.inference_recommendations_handler.job_snapshots import job


def jobs_of(client: Any, remaining: RemainingTime) -> InferenceRecommendationsJobs:
    clients: Any = SimpleNamespace(sagemaker=client)
    return InferenceRecommendationsJobs(clients=clients, budget=DeadlineBudget(remaining=remaining, min_remaining=30))


def absent(**_: Any) -> None:
    raise ClientError({"Error": {"Code": "ResourceNotFound"}}, "DescribeInferenceRecommendationsJob")


def test_a_job_that_is_not_shown_before_the_time_is_over_is_not_said_to_be_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.aws.deadline_budget.time.sleep", slept.append)
    remaining, client = RemainingTime(), SimpleNamespace(describe_inference_recommendations_job=absent)
    jobs = jobs_of(client, remaining)
    with remaining.of(lambda: 40.0 - sum(slept)), pytest.raises(OutOfTimeError):
        find_visible("job", jobs)
    assert slept == [1, 2, 3]
    assert find_visible("job", jobs) is None


def test_tags_are_requested_again_only_as_long_as_there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.aws.deadline_budget.time.sleep", slept.append)

    calls: list[None] = []

    def throttle(**_: Any) -> None:
        calls.append(None)
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "ListTags")

    remaining = RemainingTime()
    client: Any = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=throttle))
    jobs = jobs_of(client, remaining)
    with remaining.of(lambda: 31.5 - sum(slept)), pytest.raises(ClientError):
        jobs.tags_with_retries(job())
    assert (slept, len(calls)) == ([1], 2)
    with pytest.raises(ClientError):
        jobs.tags_with_retries(job())
    assert (slept, len(calls)) == ([1, 1, 2, 3, 5], 7)


@pytest.mark.parametrize(
    ("tags", "seconds_old", "is_decided"),
    [
        ({}, 0, False),
        ({"team": "search"}, TAGS_VISIBLE_WITHIN_SECONDS - 1, False),
        ({}, TAGS_VISIBLE_WITHIN_SECONDS, True),
        ({OwnerTag.STACK_ID.value: "anybody's"}, 0, True),
    ],
)
def test_a_young_job_without_owner_tags_is_of_an_unknown_owner(
    monkeypatch: pytest.MonkeyPatch, tags: dict[str, str], seconds_old: int, *, is_decided: bool
) -> None:
    now = 1_800_000_000.0
    monkeypatch.setattr("inference_recommendations_handler.jobs.job_kind.time.time", lambda: now)
    pages = [{"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]
    client: Any = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: pages))
    jobs = jobs_of(client, RemainingTime())
    created = datetime.fromtimestamp(now - seconds_old, tz=UTC)
    young = job(CreationTime=created)
    if is_decided:
        assert jobs.tags(young) == tags
    else:
        with pytest.raises(
            TagsNotVisibleError, match="tags of the inference recommendations job job aren't visible yet"
        ):
            jobs.tags(young)


@pytest.mark.parametrize(
    ("status", "serves", "serves_where_stopped_is_accepted"),
    [
        ("COMPLETED", True, True),
        ("PENDING", True, True),
        ("IN_PROGRESS", True, True),
        ("QUEUED_FOR_CAPACITY", True, True),
        ("STOPPING", False, True),
        ("STOPPED", False, True),
        ("FAILED", False, False),
        ("DELETING", False, False),
        ("DELETED", False, False),
    ],
)
def test_a_job_that_is_not_known_to_have_ended_serves_the_request(
    status: str, *, serves: bool, serves_where_stopped_is_accepted: bool
) -> None:
    for accept_stopped, expected in ((False, serves), (True, serves_where_stopped_is_accepted)):
        properties: Any = SimpleNamespace(accept_stopped=accept_stopped)
        assert is_usable(job(Status=status), properties) is expected
