"""CloudFormation's side of the custom resource protocol, for one stack.

An operation on the stack is a generator: it yields the time until which there is nothing to do unless a response
arrives. A test drives it to its end at once (`deploy`, `delete`), or lets time pass and other things happen meanwhile
(`begin`, `advance`).
"""

from __future__ import annotations

import copy
import math
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from inference_recommendations_handler.protocol.contract import (
    CHOICE_SERVICE_TIMEOUT_SECONDS,
    JOB_SERVICE_TIMEOUT_SECONDS,
    WAIT_SERVICE_TIMEOUT_SECONDS,
)

from .template import CHOICE, JOB, WAIT_STAGE, Properties, Template, as_delivered
from .world import Ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .world import Received, World

SERVICE_TIMEOUTS = {
    JOB: JOB_SERVICE_TIMEOUT_SECONDS,
    WAIT_STAGE: WAIT_SERVICE_TIMEOUT_SECONDS,
    CHOICE: CHOICE_SERVICE_TIMEOUT_SECONDS,
}
STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/11111111-2222-3333-4444-555555555555"
INVENTED = "-1A2B3C4D5E6F7"
"""Suffix of ids that CloudFormation generates for resources whose Create got no response."""
CLEANUP_ATTEMPTS = 3
"""A cleanup skips a resource that it can't delete, and the update completes nevertheless."""

Work = Generator[float, None, None]


@dataclass
class Deployed:
    kind: str
    physical_id: str
    properties: Properties
    data: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    """Whether its Create failed. Without a rollback, the next deployment creates it again."""
    unsettled: bool = False
    """Whether its last Update failed, so that it is updated again even with the same properties."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Outcome of one operation on the stack."""

    status: str
    """CloudFormation's stack status."""
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Request and its response."""

    event: Mapping[str, Any]
    received: Received | None
    """None if CloudFormation stopped waiting."""
    cancelled: bool
    asked_at: float


class OperationFailedError(Exception):
    """The response of a resource was FAILED, or was never sent."""


class CancelledError(Exception):
    """The user canceled the operation during a resource's request, or another resource failed."""


@dataclass
class Stack:
    """Stack that deploys, rolls back, and deletes: jobs concurrently, the resources of a job in sequence."""

    world: World
    ids: Ids = field(default_factory=Ids)
    stack_id: str = STACK_ID
    moment: float = 0.0
    """Seconds that CloudFormation takes from one phase of an operation to the next."""
    resources: dict[str, Deployed] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    left_behind: list[tuple[str, Deployed]] = field(default_factory=list)
    """Resources by logical id."""
    rolling_back: bool = False
    updating: bool = False
    cancellable: bool = False
    """Whether resources are being created or updated. A rollback, a cleanup, and a deletion can't be canceled."""
    deployed: tuple[Template, ...] = ()
    """Last deployed templates, whatever the outcome."""
    outcome: Outcome | None = None
    """Outcome of the last operation; None before the first one and during one."""
    machine_arn: str = field(init=False)
    _under_way: Work | None = None
    _until: float = 0.0
    _cancel_at: float = math.inf
    _stable: dict[str, Deployed] = field(default_factory=dict)
    """Resources of the last completed operation, which a rollback restores."""
    _obsolete: list[tuple[str, Deployed]] = field(default_factory=list)
    """Replaced resources, which are deleted when an operation completes."""

    def __post_init__(self) -> None:
        self.machine_arn = self.world.machine.arn

    @property
    def job_name(self) -> str:
        return self.resources[JOB].physical_id

    @property
    def events(self) -> list[tuple[Mapping[str, Any], Received | None]]:
        return [(each.event, each.received) for each in self.exchanges]

    @property
    def jobs_left_behind(self) -> set[str]:
        """Logical ids of jobs whose Delete failed."""
        return {logical_id for logical_id, old in self.left_behind if old.kind == JOB}

    def last_request(self, request_type: str, logical_id: str) -> str:
        """Return the id of the last request of that type."""
        return str(
            next(
                event["RequestId"]
                for event, _ in reversed(self.events)
                if (event["RequestType"], event["LogicalResourceId"]) == (request_type, logical_id)
            )
        )

    @property
    def busy(self) -> bool:
        return self._under_way is not None

    def deploy(self, *templates: Template, cancel_after: float | None = None, rollback: bool = True) -> Outcome:
        """Create or update all resources. Cancel after `cancel_after` seconds."""
        self.begin_deploy(*templates, cancel_after=cancel_after, rollback=rollback)
        return self.finish()

    def delete(self) -> Outcome:
        """Delete the stack's resources. If it fails, the user has to retry."""
        self.begin_delete()
        return self.finish()

    def continue_rollback(self) -> Outcome:
        """Continue a failed rollback."""
        self.begin_continued_rollback()
        return self.finish()

    def begin_deploy(self, *templates: Template, cancel_after: float | None = None, rollback: bool = True) -> None:
        self._begin(self._deploying(templates, rollback=rollback, cancel_after=cancel_after))

    def begin_continued_rollback(self) -> None:
        self._begin(self._rolling_back("the rollback is continued"))

    def begin_delete(self) -> None:
        """Cancel the operation, also the stack's creation."""
        if self._under_way is not None:
            self._under_way.close()
            self._under_way = None
        self._begin(self._deleting())

    def cancel(self) -> None:
        self._cancel_at = self.world.clock.now

    def advance(self, seconds: float) -> None:
        """Let time pass, and continue the operation meanwhile."""
        end = self.world.clock.now + seconds
        self._advance(end)
        self.world.settle(end - self.world.clock.now)

    def finish(self) -> Outcome:
        """Continue until the operation ends."""
        self._advance(math.inf)
        assert self.outcome is not None
        return self.outcome

    def _advance(self, end: float) -> None:
        """Continue until then, or until the operation ends."""
        clock = self.world.clock
        self._step()
        while self.busy and clock.now < end:
            self._hear(min(self._until, end) - clock.now)
            self._step()

    def _hear(self, seconds: float) -> None:
        """Let time pass until a response arrives."""
        responded = self.world.responded
        self.world.run_until(lambda: self.world.responded > responded, limit=max(seconds, 0))

    def _begin(self, work: Work) -> None:
        assert self._under_way is None
        self.outcome, self.rolling_back = None, False
        self._under_way, self._until = work, self.world.clock.now
        self._step()

    def _step(self) -> None:
        # As often as responses come at once.
        while self._under_way is not None:
            responded = self.world.responded
            try:
                self._until = next(self._under_way)
                if self.cancellable:
                    self._until = min(self._until, max(self._cancel_at, self.world.clock.now))
            except StopIteration:
                self._under_way, self._cancel_at = None, math.inf
            if self.world.responded == responded:
                return

    def _deploying(self, templates: tuple[Template, ...], *, rollback: bool, cancel_after: float | None) -> Work:
        self.updating, self.deployed = bool(self.resources), templates
        yield from self._a_moment()
        self.cancellable = True
        if cancel_after is not None:
            self._cancel_at = self.world.clock.now + cancel_after
        try:
            yield from _beside_each_other([self._apply(template) for template in templates])
        except (OperationFailedError, CancelledError) as problem:
            reason = str(problem)
            self._no_longer_cancellable()
            if rollback:
                yield from self._rolling_back(reason)
            else:
                self.outcome = Outcome(status="UPDATE_FAILED" if self._stable else "CREATE_FAILED", reason=reason)
            return
        self._no_longer_cancellable()
        kept = {logical_id for template in templates for logical_id in _logical_ids(template)}
        self._obsolete += [(logical_id, old) for logical_id, old in self.resources.items() if logical_id not in kept]
        self.resources = {key: value for key, value in self.resources.items() if key in kept}
        yield from self._cleaning_up()
        self.outcome = Outcome(status="UPDATE_COMPLETE" if self.updating else "CREATE_COMPLETE")

    def _no_longer_cancellable(self) -> None:
        self.cancellable, self._cancel_at = False, math.inf

    def _deleting(self) -> Work:
        self._no_longer_cancellable()
        yield from self._a_moment()
        problems: list[str] = []
        for number, (logical_id, old) in enumerate(self._obsolete):
            self.resources[f"{logical_id}/{number}"] = old
        self._obsolete.clear()
        chains: dict[str, list[str]] = {}
        for logical_id in reversed(list(self.resources)):
            chains.setdefault(logical_id.partition(JOB)[0], []).append(logical_id)
        yield from _beside_each_other([self._deleting_chain(chain, problems) for chain in chains.values()])
        if problems:
            self.outcome = Outcome(status="DELETE_FAILED", reason="; ".join(problems))
        else:
            self.outcome = Outcome(status="DELETE_COMPLETE")

    def _deleting_chain(self, logical_ids: list[str], problems: list[str]) -> Work:
        for logical_id in logical_ids:
            try:
                yield from self._delete(logical_id.partition("/")[0], self.resources[logical_id])
            except OperationFailedError as problem:
                problems.append(str(problem))
                return
            del self.resources[logical_id]

    def _apply(self, template: Template) -> Work:
        job_id = template.id + JOB
        yield from self._put(job_id, JOB, template.job())
        for number in range(1, len(template.stage_seconds()) + 1):
            wait_stage = template.wait_stage(number, self.resources[job_id].physical_id)
            yield from self._put(f"{template.id}{WAIT_STAGE}{number}", WAIT_STAGE, wait_stage)
        if CHOICE in self.world.types:
            choice = template.choice(self.resources[job_id].physical_id)
            yield from self._put(template.id + CHOICE, CHOICE, choice)

    def _put(self, logical_id: str, kind: str, properties: Properties) -> Work:
        known = self.resources.get(logical_id)
        if known is not None and known.properties == properties and not (known.failed or known.unsettled):
            return
        if known is None or known.failed:
            invented = f"shop-{logical_id}-{self.ids.made}{INVENTED}"
            if known is not None:
                self._obsolete.append((logical_id, known))
            new = Deployed(kind=kind, physical_id=invented, properties=properties, failed=True)
            self.resources[logical_id] = new
            response = yield from self._request("Create", logical_id, new)
            new.physical_id = str(response["PhysicalResourceId"])
            self._check(logical_id, response)
            new.data, new.failed = response.get("Data", {}), False
            return
        old = copy.deepcopy(known)
        known.properties, known.unsettled = properties, True
        response = yield from self._request("Update", logical_id, known, old=old.properties)
        self._check(logical_id, response)
        known.unsettled = False
        known.physical_id, known.data = str(response["PhysicalResourceId"]), response.get("Data", {})
        if known.physical_id != old.physical_id:
            self._obsolete.append((logical_id, old))

    def _rolling_back(self, reason: str) -> Work:
        self.rolling_back = True
        if not self._stable:
            yield from self._deleting()
            assert self.outcome is not None
            failed = self.outcome.status == "DELETE_FAILED"
            why = f"{self.outcome.reason} (after: {reason})" if failed else reason
            self.outcome = Outcome(status="ROLLBACK_FAILED" if failed else "ROLLBACK_COMPLETE", reason=why)
            return
        yield from self._a_moment()
        try:
            for logical_id, old in self._stable.items():
                new = self.resources.get(logical_id)
                if new is not None and (new.unsettled or new.properties != old.properties):
                    # A reference is resolved anew in the rollback.
                    job_id = logical_id.partition(JOB)[0] + JOB
                    resolved = {"JobName": self.resources[job_id].physical_id} if "JobName" in old.properties else {}
                    yield from self._put(logical_id, old.kind, old.properties | resolved)
        except OperationFailedError as problem:
            self.outcome = Outcome(status="UPDATE_ROLLBACK_FAILED", reason=f"{problem} (after: {reason})")
            return
        self._obsolete += [(key, new) for key, new in self.resources.items() if key not in self._stable]
        self.resources = {key: value for key, value in self.resources.items() if key in self._stable}
        yield from self._cleaning_up()
        self.outcome = Outcome(status="UPDATE_ROLLBACK_COMPLETE", reason=reason)

    def _cleaning_up(self) -> Work:
        if self._obsolete:
            yield from self._a_moment()
        while self._obsolete:
            logical_id, old = self._obsolete.pop()
            current = self.resources.get(logical_id)
            if current is not None and current.physical_id == old.physical_id:
                continue
            for attempt in range(1, CLEANUP_ATTEMPTS + 1):
                try:
                    yield from self._delete(logical_id, old)
                except OperationFailedError:
                    if attempt == CLEANUP_ATTEMPTS:
                        self.left_behind.append((logical_id, old))
                else:
                    break
        self._stable = copy.deepcopy(self.resources)

    def _a_moment(self) -> Work:
        over = self.world.clock.now + self.moment
        while self.world.clock.now < over:
            yield over

    def _delete(self, logical_id: str, resource: Deployed) -> Work:
        self._check(logical_id, (yield from self._request("Delete", logical_id, resource)))

    def _request(
        self,
        request_type: Literal["Create", "Update", "Delete"],
        logical_id: str,
        resource: Deployed,
        *,
        old: Properties | None = None,
    ) -> Generator[float, None, Mapping[str, Any]]:
        world, request_id = self.world, self.ids.new()
        event: dict[str, Any] = {
            "RequestType": request_type,
            "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:handler",
            "ResponseURL": world.url(),
            "StackId": self.stack_id,
            "RequestId": request_id,
            "ResourceType": self.world.types[resource.kind],
            "LogicalResourceId": logical_id,
            "ResourceProperties": {"ServiceToken": "arn", **self._delivered(resource.properties)},
        }
        if request_type != "Create":
            event["PhysicalResourceId"] = resource.physical_id
        if old is not None:
            event["OldResourceProperties"] = self._delivered(old)
        world.send(event)
        asked_at = world.clock.now
        deadline = asked_at + SERVICE_TIMEOUTS[resource.kind]
        cancelled = True
        try:
            while request_id not in world.responses and world.clock.now < min(deadline, self._cancel_at):
                yield deadline
            cancelled = request_id not in world.responses and world.clock.now >= self._cancel_at
        finally:
            received = world.responses[request_id][0] if request_id in world.responses else None
            self.exchanges.append(Exchange(event=event, received=received, cancelled=cancelled, asked_at=asked_at))
        if received is not None:
            return received.body
        if cancelled:
            message = f"{logical_id}: Resource {request_type.lower()} cancelled"
            raise CancelledError(message)
        message = f"{logical_id}: no response within {SERVICE_TIMEOUTS[resource.kind]:.0f} s"
        raise OperationFailedError(message)

    def _delivered(self, properties: Properties) -> dict[str, Any]:
        own = {"StateMachineArn": self.machine_arn} if "StateMachineArn" in properties else {}
        delivered: dict[str, Any] = as_delivered(properties | own)
        return delivered

    @staticmethod
    def _check(logical_id: str, response: Mapping[str, Any]) -> None:
        if response["Status"] != "SUCCESS":
            message = f"{logical_id}: {response['Reason']}"
            raise OperationFailedError(message)


def _logical_ids(template: Template) -> list[str]:
    wait_stages = [f"{template.id}{WAIT_STAGE}{number}" for number in range(1, len(template.stage_seconds()) + 1)]
    return [template.id + JOB, *wait_stages, template.id + CHOICE]


def _beside_each_other(chains: list[Work]) -> Work:
    """Run until all end. If one fails, cancel the others."""
    try:
        waiting = dict.fromkeys(chains, -math.inf)
        while waiting:
            for chain in list(waiting):
                try:
                    waiting[chain] = next(chain)
                except StopIteration:
                    del waiting[chain]
            if waiting:
                yield min(waiting.values())
    finally:
        for chain in chains:
            chain.close()
