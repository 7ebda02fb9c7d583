"""Asynchronous invocations: events that wait until their function takes them, as AWS Lambda delivers them."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

from .function_runner import FunctionNotFoundError, FunctionThrottledError, moto_function

if TYPE_CHECKING:
    from inference_recommender_sandbox.clock import Clock
    from inference_recommender_sandbox.faults import EngineFaults

    from .function_runner import FunctionRunner

_DEFAULT_RETRIES: Final = 2
_DEFAULT_EVENT_AGE: Final = 6 * 60 * 60
_RETRY_DELAYS: Final = (60.0, 120.0)
"""Seconds before the second and the third delivery.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""
_MAX_THROTTLE_DELAY: Final = 300.0


@dataclass(frozen=True, kw_only=True)
class QueuedEvent:
    """An event that its function hasn't dealt with yet; times are virtual, in seconds."""

    function_arn: str
    payload: bytes
    request_id: str
    accepted_at: float
    delay: float


class EventQueue:
    """Delivers events, with up to two more deliveries after a function error.

    Args:
        runner: Invokes.
        clock: Passes between two deliveries.
        faults: What is ordered to go wrong.
    """

    def __init__(self, *, runner: FunctionRunner, clock: Clock, faults: EngineFaults) -> None:
        self._runner = runner
        self._clock = clock
        self._faults = faults
        self._lock = threading.Lock()
        self._deliveries: dict[str, QueuedEvent] = {}

    def accept(self, function_arn: str, payload: bytes, *, region: str, account_id: str) -> str:
        """Invoke a function asynchronously.

        Returns:
            The request's id, the same for all deliveries.

        Raises:
            FunctionNotFoundError: If there is no such function.
        """
        configuration = self._runner.find(function_arn, region=region, account_id=account_id)
        request_id = str(uuid.uuid4())
        deliveries = 2 if self._faults.take("repeat-delivery", function=configuration.name) else 1
        late = self._faults.take("late-delivery", function=configuration.name)
        event = QueuedEvent(
            function_arn=configuration.arn,
            payload=payload or b"{}",
            request_id=request_id,
            accepted_at=self._clock.now(),
            delay=late.seconds if late else 0.0,
        )
        for number in range(deliveries):
            name = f"event-{request_id}-{number}"
            with self._lock:
                self._deliveries[name] = event
            self._clock.start_thread(partial(self._deliver, name, event), name=name)
        return request_id

    def waiting(self) -> list[QueuedEvent]:
        """The events that may still be delivered, or are just now."""
        with self._lock:
            return list(self._deliveries.values())

    def _deliver(self, name: str, event: QueuedEvent) -> None:
        try:
            self._deliver_until_taken(event)
        finally:
            with self._lock:
                del self._deliveries[name]

    def _deliver_until_taken(self, event: QueuedEvent) -> None:
        """Until the function takes it, has failed too often, or the event is too old."""
        self._clock.sleep(event.delay)
        errors, throttles = 0, 0
        while True:
            try:
                failed = self._invoke_once(event)
            except FunctionNotFoundError:
                return
            except FunctionThrottledError:
                delay = min(_MAX_THROTTLE_DELAY, 2.0**throttles)
                throttles += 1
            else:
                retries, _ = _limits(event.function_arn)
                if not failed or errors >= retries:
                    return
                delay = _RETRY_DELAYS[errors]
                errors += 1
            _, age = _limits(event.function_arn)
            if self._clock.now() + delay - event.accepted_at > age:
                return
            self._clock.sleep(delay)

    def _invoke_once(self, event: QueuedEvent) -> bool:
        _, _, _, region, account_id, *_ = event.function_arn.split(":")
        result = self._runner.invoke(
            event.function_arn, event.payload, region=region, account_id=account_id, request_id=event.request_id
        )
        return result.error is not None


def _limits(function_arn: str) -> tuple[int, float]:
    _, _, _, region, account_id, _, name, *_ = function_arn.split(":")
    with MOTO_LOCK:
        function = moto_function(account_id, region, name)
        configured = dict(function.event_invoke_config[-1].config) if function and function.event_invoke_config else {}
    return (
        int(configured.get("MaximumRetryAttempts", _DEFAULT_RETRIES)),
        float(configured.get("MaximumEventAgeInSeconds", _DEFAULT_EVENT_AGE)),
    )
