from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from inference_recommendations_handler.admission import _shown, _tags
from inference_recommendations_handler.allowance import Allowance, RemainingTime
from inference_recommendations_handler.errors import OutOfTimeError
from inference_recommendations_handler.inference_recommendations_job import Job, Jobs


def absent(**_: Any) -> None:
    raise ClientError({"Error": {"Code": "ResourceNotFound"}}, "DescribeInferenceRecommendationsJob")


def test_a_job_that_is_not_shown_before_the_time_is_over_is_not_said_to_be_absent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.allowance.time.sleep", slept.append)
    remaining, client = RemainingTime(), SimpleNamespace(describe_inference_recommendations_job=absent)
    jobs = Jobs(client=client, allowance=Allowance(remaining=remaining, reserve=30))  # type: ignore[arg-type]
    with remaining.of(lambda: 40.0 - sum(slept)), pytest.raises(OutOfTimeError):
        _shown("job", jobs)
    assert slept == [1, 2, 3]
    assert _shown("job", jobs) is None


def test_tags_are_asked_for_again_only_as_long_as_there_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("inference_recommendations_handler.allowance.time.sleep", slept.append)

    asked: list[None] = []

    def throttle(**_: Any) -> None:
        asked.append(None)
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, "ListTags")

    remaining = RemainingTime()
    client: Any = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=throttle))
    jobs = Jobs(client=client, allowance=Allowance(remaining=remaining, reserve=30))
    job = Job(description={"JobName": "job", "JobArn": "arn"})
    with remaining.of(lambda: 31.5 - sum(slept)), pytest.raises(ClientError):
        _tags(job, jobs)
    assert (slept, len(asked)) == ([1], 2)
    with pytest.raises(ClientError):
        _tags(job, jobs)
    assert (slept, len(asked)) == ([1, 1, 2], 5)
