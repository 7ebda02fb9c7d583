from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from inference_recommendations_handler import answer
from inference_recommendations_handler.aws import Clients, clients
from inference_recommendations_handler.contract import FUNCTION_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """As in the function, where nothing but the region is known."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    clients.cache_clear()
    yield clients()
    clients.cache_clear()


def longest_call(client: Any) -> float:
    """Seconds that a call takes when the endpoint hangs; "standard" waits at most 1 s, 2 s, 4 s... in between."""
    config = client.meta.config
    assert config.retries["mode"] == "standard"
    attempts = int(config.retries["total_max_attempts"])
    backoff = sum(min(2**retry, 20) for retry in range(attempts - 1))
    return float(attempts * (config.connect_timeout + config.read_timeout) + backoff)


def longest_answer() -> float:
    """Seconds until the bucket takes the answer at the last attempt."""
    return float(answer._ATTEMPTS * answer._TIMEOUT_SECONDS + sum(2**retry for retry in range(answer._ATTEMPTS - 1)))


def test_there_is_time_to_answer_when_sagemaker_hangs_at_creating_and_at_finding_a_job(made: Clients) -> None:
    assert 2 * longest_call(made.sagemaker) + longest_answer() < FUNCTION_TIMEOUT_SECONDS


@pytest.mark.parametrize("service", ["stepfunctions", "ec2", "cloudformation", "autoscaling"])
def test_a_call_that_hangs_ends_before_the_function_is_killed(made: Clients, service: str) -> None:
    assert longest_call(getattr(made, service)) < FUNCTION_TIMEOUT_SECONDS


def test_a_call_is_tried_again_and_names_the_library(made: Clients) -> None:
    for client in (made.sagemaker, made.stepfunctions):
        config: Any = client.meta.config
        assert config.retries["total_max_attempts"] >= 2
        assert config.user_agent_extra == "cdk-inference-recommender"
