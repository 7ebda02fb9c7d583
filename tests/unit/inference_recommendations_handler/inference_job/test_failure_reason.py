"""Failure reason of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from inference_recommendations_handler.inference_job.failure_reason import describe_failure
from tests.unit.inference_recommendations_handler.job_snapshots import job

if TYPE_CHECKING:
    from inference_recommendations_handler.jobs.job_snapshot import JobSnapshot


def _job(reason: str | None) -> JobSnapshot:
    return job(JobName="a-job", Status="FAILED", **({"FailureReason": reason} if reason else {}))


def _step(instance_type: str, reason: str | None) -> dict[str, Any]:
    return {
        "Status": "FAILED",
        "StepType": "BENCHMARK",
        "InferenceBenchmark": {
            "EndpointConfiguration": {"InstanceType": instance_type},
            **({"FailureReason": reason} if reason else {}),
        },
    }


def test_the_cause_comes_first_and_the_remedy_and_the_log_last() -> None:
    assert describe_failure(_job("The payload is empty"), []) == (
        "The payload is empty. (The inference recommendations job a-job is FAILED.) "
        "Change `rerun_nonce` to run it again. "
        "Its log: group /aws/sagemaker/InferenceRecommendationsJobs, stream a-job/execution."
    )


def test_steps_that_failed_alike_share_their_reason() -> None:
    message = describe_failure(
        _job("Two failed."),
        [_step("ml.c5.large", "No room."), _step("ml.g5.xlarge", "No\n  quota"), _step("ml.m5.large", "No room")],
    )
    assert " Failed steps: ml.c5.large, ml.m5.large: No room; ml.g5.xlarge: No quota. " in message


def test_a_serverless_step_has_its_memory_size_and_any_other_its_type() -> None:
    serverless, other = _step("", "No room"), _step("", "No quota")
    serverless["InferenceBenchmark"]["EndpointConfiguration"] = {"ServerlessConfig": {"MemorySizeInMB": 2048}}
    message = describe_failure(_job("Two failed."), [serverless, other])
    assert " Failed steps: serverless 2048 MB: No room; BENCHMARK: No quota. " in message


def test_the_jobs_own_reason_is_not_repeated_for_its_steps() -> None:
    message = describe_failure(_job("Denied."), [_step("ml.c5.large", "Denied"), _step("ml.c5.xlarge", None)])
    assert " Failed steps: ml.c5.large: as above; ml.c5.xlarge: no reason given. " in message
    assert message.count("Denied") == 1


@pytest.mark.parametrize(("existing", "accepted"), [(False, "; `accept_stopped` accepts that"), (True, "")])
def test_a_job_that_was_stopped_has_no_reason_of_its_own(existing: bool, accepted: str) -> None:
    stopped = job(JobName="a-job", Status="STOPPED")
    message = describe_failure(stopped, [], existing=existing)
    assert message.startswith(f"The inference recommendations job a-job was stopped before it finished{accepted}. ")


@pytest.mark.parametrize("end", [".", "!", "?"])
def test_a_reason_that_is_a_sentence_gets_no_second_full_stop(end: str) -> None:
    assert describe_failure(_job(f"No room{end}"), []).startswith(f"No room{end} (The")
