"""Context of one invocation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from inference_recommendations_handler.inference_job.service import InferenceRecommendationsJobs
from inference_recommendations_handler.protocol.contract import ResourceType
from inference_recommendations_handler.protocol.response import Response, send
from inference_recommendations_handler.stack.state_machine import StateMachine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from inference_recommendations_handler.aws.clients import Clients
    from inference_recommendations_handler.jobs.job_kind import JobKind
    from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent


_STATE_MACHINE_ARN: Final = re.compile(r"arn:[^:]+:states:[^:]+:\d{12}:stateMachine:[A-Za-z0-9_-]+")

JOBS: Final[Mapping[str, Callable[[Clients], JobKind]]] = {ResourceType.JOB: InferenceRecommendationsJobs.of}
"""Resource types that create a job."""
WAITS: Final[Mapping[str, Callable[[Clients], JobKind]]] = {ResourceType.WAIT: InferenceRecommendationsJobs.of}
"""Resource types that wait for a job."""


class LambdaContext(Protocol):
    """Members of AWS Lambda's context object that the handler uses."""

    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda ends the function."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """Clients and log stream of one invocation."""

    clients: Clients
    log_stream: str

    @property
    def inference_jobs(self) -> InferenceRecommendationsJobs:
        """Jobs whose results a recommendation chooses from."""
        return InferenceRecommendationsJobs.of(self.clients)

    def jobs(self, event: CustomResourceEvent) -> JobKind:
        """Return the kind of job that the event's resource creates or waits for."""
        kinds = JOBS if event.resource_type in JOBS else WAITS
        return kinds[event.resource_type](self.clients)

    def machine(self, properties: Mapping[str, Any]) -> StateMachine | None:
        """Return the state machine of the properties, or None if they contain no valid ARN."""
        arn = properties.get("StateMachineArn")
        if not isinstance(arn, str) or not _STATE_MACHINE_ARN.fullmatch(arn):
            return None
        return StateMachine(client=self.clients.stepfunctions, arn=arn, budget=self.clients.default_budget)

    def failed(self, event: CustomResourceEvent, reason: str, *, physical_resource_id: str | None = None) -> Response:
        """Return a FAILED response, by default with the resource's current physical id."""
        own_id = physical_resource_id or event.own_id
        return Response(physical_resource_id=own_id, reason=reason, log_stream=self.log_stream)

    def send(self, response: Response, event: CustomResourceEvent) -> None:
        """Send the response to CloudFormation; see `response.send`."""
        send(response, event, remaining=self.clients.remaining)
