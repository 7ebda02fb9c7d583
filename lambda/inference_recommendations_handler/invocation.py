"""What one invocation of the handler works with."""

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
"""The resource types that start a job."""
WAITS: Final[Mapping[str, Callable[[Clients], JobKind]]] = {ResourceType.WAIT: InferenceRecommendationsJobs.of}
"""The resource types that wait for one."""


class LambdaContext(Protocol):
    """The part of AWS Lambda's context object that is read."""

    log_stream_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda kills the function."""


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """The clients, and where the log goes."""

    clients: Clients
    log_stream: str

    @property
    def inference_jobs(self) -> InferenceRecommendationsJobs:
        """The jobs whose results are chosen from."""
        return InferenceRecommendationsJobs.of(self.clients)

    def jobs(self, event: CustomResourceEvent) -> JobKind:
        """Return the kind of job that the event's resource starts or waits for."""
        kinds = JOBS if event.resource_type in JOBS else WAITS
        return kinds[event.resource_type](self.clients)

    def machine(self, properties: Mapping[str, Any]) -> StateMachine | None:
        """The machine that the properties name; None where a template of another release names none."""
        arn = properties.get("StateMachineArn")
        if not isinstance(arn, str) or not _STATE_MACHINE_ARN.fullmatch(arn):
            return None
        return StateMachine(client=self.clients.stepfunctions, arn=arn, budget=self.clients.default_budget)

    def failed(self, event: CustomResourceEvent, reason: str, *, physical_resource_id: str | None = None) -> Response:
        """FAILED, under the id that the resource has."""
        own = physical_resource_id or event.physical_resource_id or event.logical_resource_id
        return Response(physical_resource_id=own, reason=reason, log_stream=self.log_stream)

    def send(self, answer: Response, event: CustomResourceEvent) -> None:
        """Answer CloudFormation; see `answer.send`."""
        send(answer, event, remaining=self.clients.remaining)
