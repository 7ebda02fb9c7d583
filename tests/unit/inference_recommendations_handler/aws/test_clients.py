from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from inference_recommendations_handler.aws.clients import Clients, clients
from inference_recommendations_handler.aws.errors import OutOfTimeError
from inference_recommendations_handler.lifecycle import create_or_adopt
from inference_recommendations_handler.protocol import response
from inference_recommendations_handler.protocol.contract import FUNCTION_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_recommendations_handler.aws.deadline_budget import DeadlineBudget


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """Return clients as in the function, where only the Region is configured."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    clients.cache_clear()
    yield clients()
    clients.cache_clear()


SERVICES = ["sagemaker", "stepfunctions", "ec2", "cloudformation", "autoscaling"]
RETRY_AFTER_SECONDS = 5
"""Maximum that botocore adds to its pause if the service requests it (`x-amz-retry-after`)."""


def longest_attempt(client: Any) -> float:
    """Return the longest seconds of an attempt if the endpoint hangs, or of botocore's pause."""
    config = client.meta.config
    assert config.retries["mode"] == "standard"
    pauses = int(config.retries["total_max_attempts"]) - 1
    return float(max(config.connect_timeout + config.read_timeout, 2 ** (pauses - 1) + RETRY_AFTER_SECONDS))


def last_begin(budget: DeadlineBudget) -> float:
    """Return the seconds after which no attempt starts."""
    return FUNCTION_TIMEOUT_SECONDS - budget.min_remaining


@pytest.mark.parametrize("service", SERVICES)
def test_there_is_time_to_respond_after_the_last_attempt_of_any_call(made: Clients, service: str) -> None:
    budget = made.sagemaker_budget if service == "sagemaker" else made.default_budget
    longest = longest_attempt(getattr(made, service))
    assert last_begin(budget) + longest + response.RESPONSE_SECONDS < FUNCTION_TIMEOUT_SECONDS


def test_there_is_time_to_queue_a_request_after_the_last_attempt_to_place_it(made: Clients) -> None:
    assert last_begin(made.sagemaker_budget) + longest_attempt(made.sagemaker) < last_begin(made.default_budget)


def test_a_job_that_is_not_shown_can_be_described_as_long_as_it_takes(made: Clients) -> None:
    assert sum(create_or_adopt._VISIBLE_RETRIES_SECONDS) + 5 < last_begin(made.sagemaker_budget)


@pytest.mark.parametrize("service", SERVICES)
def test_no_client_calls_anybody_when_the_time_is_over(made: Clients, service: str) -> None:
    operation = {
        "sagemaker": "list_models",
        "stepfunctions": "list_state_machines",
        "ec2": "describe_vpcs",
        "cloudformation": "list_stacks",
        "autoscaling": "describe_scalable_targets",
    }[service]
    arguments = {"ServiceNamespace": "sagemaker"} if service == "autoscaling" else {}
    with made.remaining.of(lambda: 0.0), pytest.raises(OutOfTimeError):
        getattr(getattr(made, service), operation)(**arguments)


def test_a_response_takes_no_longer_than_is_said() -> None:
    assert len(response._PAUSES_SECONDS) + 1 == response._ATTEMPTS
    assert response._ATTEMPTS * response._TIMEOUT_SECONDS + sum(response._PAUSES_SECONDS) == response.RESPONSE_SECONDS


def test_a_call_is_tried_again_and_names_the_library(made: Clients) -> None:
    for client in (made.sagemaker, made.stepfunctions):
        config: Any = client.meta.config
        assert config.retries["total_max_attempts"] >= 2
        assert config.user_agent_extra == "cdk-inference-recommender"
