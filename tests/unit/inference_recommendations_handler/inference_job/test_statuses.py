"""Statuses of the API, and which of them are final."""

from __future__ import annotations

import boto3
import pytest
from botocore.model import StringShape

from inference_recommendations_handler.inference_job import service
from inference_recommendations_handler.jobs.job_snapshot import JobState
from inference_recommendations_handler.protocol.contract import ENDED_JOB_STATUSES
from tests.unit.inference_recommendations_handler.job_snapshots import job


def statuses() -> list[str]:
    model = boto3.session.Session(region_name="us-east-1").client("sagemaker").meta.service_model
    shape = model.shape_for("RecommendationJobStatus")
    assert isinstance(shape, StringShape)
    return list(shape.enum)


def test_every_status_is_final_or_listed_as_unfinished() -> None:
    assert sorted((*service._UNFINISHED, *ENDED_JOB_STATUSES)) == sorted(statuses())


@pytest.mark.parametrize("status", [*statuses(), "PAUSED"])
def test_only_final_statuses_have_ended(status: str) -> None:
    found = job(Status=status)
    assert found.ended == (status in ENDED_JOB_STATUSES)
    assert found.running == (status in {"PENDING", "IN_PROGRESS", "PAUSED"})


@pytest.mark.parametrize("status", ["InProgress", "IN_PROGRESS", "Pending", "Waiting", ""])
def test_an_unknown_status_runs(status: str) -> None:
    assert JobState.of(status) is JobState.RUNNING


@pytest.mark.parametrize("state", JobState)
def test_states_are_known_in_the_spelling_of_any_api(state: JobState) -> None:
    assert JobState.of(state.upper()) is JobState.of(state.capitalize()) is state
