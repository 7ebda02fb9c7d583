"""Sequences of deployments, cancellations, deletions, and disturbances. Each step is followed by all promises."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from inference_recommendations_handler import invocation
from inference_recommendations_handler.lifecycle.job_name import is_name_of
from inference_recommendations_handler.stack.execution_state import Task

from . import invented_jobs, promises
from .cloudformation import STACK_ID, Stack
from .disturbances import DISTURBANCES, SLOWEST_STOP, Disturbance, calm
from .invented_jobs import InventedJobs
from .machine import MACHINE_ARN
from .surroundings import live_in
from .template import JOB, WAIT_STAGE, Template
from .wiring import unconnected_clients
from .world import World

if TYPE_CHECKING:
    from .service import FakeJob

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
MOMENT = 1.0
"""CloudFormation takes seconds from an update to its rollback or the next request. Other tests cover two events in the
same second, whose order can't be determined."""
LONGEST_FUNCTION_AND_EVENT = 300 + 60 + 120 + 60
QUIET_AFTER = LONGEST_FUNCTION_AND_EVENT + SLOWEST_STOP
ANOTHER_STACK = STACK_ID.replace("shop", "another-shop")
DEPLOYABLE = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "CREATE_FAILED",
    "UPDATE_FAILED",
)
GONE = ("ROLLBACK_COMPLETE", "DELETE_COMPLETE")

TEMPLATES = st.builds(
    Template,
    package=st.sampled_from(["1", "1", "2", "3"]),
    role=st.sampled_from(["job", "other"]),
    rerun_nonce=st.sampled_from([None, "again"]),
    tags=st.sampled_from([(), (("team", "search"),)]),
    timeout=st.sampled_from([3000, 2 * 3600]),
    poll_interval=st.just(600),
    accept_stopped=st.booleans(),
    vpc=st.sampled_from([False, False, True]),
    botocore_version=st.sampled_from(["1.44.5", "1.45.0"]),
)
EXACT = st.builds(
    Template, prefix=st.just("mine"), exact=st.just(True), package=st.sampled_from("12"), poll_interval=st.just(600)
)
CHANGES = st.sampled_from(
    [
        {},
        {"package": "1"},
        {"package": "2"},
        {"package": "2"},
        {"package": "3", "role": "other"},
        {"role": "job"},
        {"role": "other"},
        {"tags": (("team", "search"),)},
        {"tags": ()},
        {"rerun_nonce": "again"},
        {"rerun_nonce": None},
        {"accept_stopped": True},
        {"timeout": 3000},
        {"vpc": True},
        {"prefix": "other"},
        {"prefix": "mine", "exact": True},
        {"botocore_version": "1.45.0"},
        {"objective": "CostPerHour"},
    ]
)
CANCEL_AFTER = st.sampled_from([None, None, None, 0, 1, 20, 45, 61, 100, 400, 2000])
SECONDS = st.sampled_from([0, 1, 5, 30, 61, 130, 400, 1500, 3400, 7200])


def deployable(history: History) -> bool:
    return history.idle and (history.status is None or history.status in (*DEPLOYABLE, *GONE))


class History(RuleBasedStateMachine):
    """One account with several stacks in sequence."""

    light = True

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.world = self._world()
        live_in(self.world, self.patch)
        self.stack = Stack(self.world, moment=MOMENT)
        self.gone: list[Stack] = []
        self.strangers: dict[str, tuple[FakeJob, dict[str, str]]] = {}
        self.kept: dict[str, int] = {}
        """Logical ids of resources with unchanged properties, and the number of earlier requests."""
        self.paid: dict[tuple[str, str], set[str]] = {}
        """Logical ids and base names of jobs that a rollback must adopt, and the existing jobs."""
        self.unwatched: set[str] = set()
        """Logical ids of resources whose watch for late jobs was aborted, until their next event."""
        self.made = 0

    def _world(self) -> World:
        return World(unconnected_clients(), light=self.light)

    @property
    def status(self) -> str | None:
        """Stack status; None before the first operation and during one."""
        return self.stack.outcome.status if self.stack.outcome else None

    @property
    def idle(self) -> bool:
        return not self.stack.busy

    @initialize(jitter=st.integers(0, 2**32 - 1))
    def chance_decides_how_long_a_retry_is_delayed(self, jitter: int) -> None:
        self.world.machine.jitter.seed(jitter)

    @initialize()
    def another_owner_creates_a_job(self) -> None:
        self._stranger("somebody-elses-shop-job", {})
        tags = {f"{promises.TAG}stack-id": ANOTHER_STACK, f"{promises.TAG}logical-id": JOB}
        self._stranger("shop-job-of-another-shop", tags)

    @rule(
        changes=st.lists(CHANGES, min_size=1, max_size=2),
        disturbances=st.lists(DISTURBANCES, max_size=3),
        cancel_after=CANCEL_AFTER,
        rollback=st.sampled_from([True, True, True, False]),
        after=st.sampled_from([0, 0, 30, 600]),
        taken=st.sampled_from([False, False, False, True]),
    )
    @precondition(deployable)
    def deploy_to_the_end(
        self,
        *,
        changes: list[dict[str, Any]],
        disturbances: list[Disturbance],
        cancel_after: float | None,
        rollback: bool,
        after: float,
        taken: bool,
    ) -> None:
        """Deploy a template, mostly the last one with a change."""
        self.stack.advance(after)
        before = dict(enumerate(self.stack.deployed))
        first = Template(poll_interval=600)
        templates = [
            replace(before.get(number, replace(first, id="Other" * number)), **change)
            for number, change in enumerate(changes)
        ]
        if taken:
            self._take_name(templates[0])
        for disturbance in disturbances:
            disturbance(self.world)
        self._deploy(templates, rollback=rollback, cancel_after=cancel_after)
        self.stack.finish()
        calm(self.world)

    @rule(disturbances=st.lists(DISTURBANCES, max_size=2))
    @precondition(lambda self: self.idle and self.status not in (None, *GONE, "UPDATE_ROLLBACK_FAILED"))
    def delete_to_the_end(self, disturbances: list[Disturbance]) -> None:
        for disturbance in disturbances:
            disturbance(self.world)
        self.stack.begin_delete()
        self.stack.finish()
        calm(self.world)

    @rule(template=TEMPLATES, other=st.none() | TEMPLATES, rollback=st.sampled_from([True, True, True, False]))
    @precondition(deployable)
    def deploy(self, template: Template, other: Template | None, rollback: bool) -> None:
        others = [] if other is None else [replace(other, id="Other")]
        self._deploy([template, *others], rollback=rollback)

    @rule(template=EXACT)
    @precondition(deployable)
    def deploy_a_job_of_exact_name(self, template: Template) -> None:
        self._deploy([template], rollback=True)

    @rule()
    @precondition(lambda self: self.idle and self.stack.deployed and self.status in DEPLOYABLE)
    def deploy_the_same_again(self) -> None:
        self._deploy(list(self.stack.deployed), rollback=True)

    @rule()
    @precondition(lambda self: self.stack.busy and self.stack.cancellable)
    def cancel(self) -> None:
        self.stack.cancel()
        self.stack.advance(0)

    @rule()
    @precondition(lambda self: self.status not in (None, *GONE) or (self.stack.cancellable and not self.stack.updating))
    def delete(self) -> None:
        self.stack.begin_delete()

    @rule()
    @precondition(lambda self: self.status == "UPDATE_ROLLBACK_FAILED")
    def continue_rollback(self) -> None:
        self.stack.begin_continued_rollback()

    @rule(seconds=SECONDS)
    @precondition(lambda self: not self.idle)
    def time_passes(self, seconds: float) -> None:
        self.stack.advance(seconds)

    @rule()
    @precondition(lambda self: not self.idle)
    def the_operation_ends(self) -> None:
        self.stack.finish()

    @rule(disturbances=st.lists(DISTURBANCES, min_size=1, max_size=3))
    def something_is_wrong(self, disturbances: list[Disturbance]) -> None:
        for disturbance in disturbances:
            disturbance(self.world)

    @rule()
    @precondition(lambda self: not self.idle)
    def nothing_is_wrong_any_more(self) -> None:
        calm(self.world)

    @rule()
    @precondition(lambda self: not self.idle)
    def somebody_stops_our_jobs(self) -> None:
        now = self.world.clock.now
        for job in self.world.service.active():
            if job.continues(now) and job.name not in self.strangers:
                job.stopped_at = now

    @rule()
    @precondition(lambda self: not self.idle)
    def somebody_aborts_the_executions(self) -> None:
        for execution in self.world.machine.running():
            self.world.beyond_response.add(execution.request_id)
            if execution.state["task"] == Task.DELETE:
                self.unwatched.add(execution.state["event"]["LogicalResourceId"])
        self.world.machine.abort_all()

    @invariant()
    def promises_are_kept(self) -> None:
        promises.no_two_jobs_for_one_request(self.world)
        promises.jobs_of_others_are_unchanged(self.strangers)
        promises.nothing_secret_is_logged(self.world)
        promises.nothing_surprising_is_raised(self.world)
        promises.nothing_breaks_off_while_lambda_refuses_calls(self.world)
        for stack in (self.stack, *self.gone):
            promises.nothing_runs_after_its_delete(stack, unwatched=self.unwatched)
            promises.responses_are_well_formed(stack)
            promises.nothing_of_another_owner_is_adopted(stack, self.strangers)
            promises.every_request_gets_one_response(stack)
        for stack in self.gone:
            promises.nothing_outlives_its_stack(self.world, stack)
        self._unchanged_requests_made_no_job()
        self._rollback_paid_nothing()

    def teardown(self) -> None:
        try:
            self._all_is_well_in_the_end()
        finally:
            self.world.close()
            self.patch.undo()

    def _all_is_well_in_the_end(self) -> None:
        """Check that without disturbances the next deployment succeeds, and a deletion leaves no job."""
        calm(self.world)
        if self.stack.busy:
            self.stack.finish()
        self.stack.advance(QUIET_AFTER)
        self.promises_are_kept()
        if self.status is None:
            return
        if self.status.endswith("_COMPLETE"):
            self._nothing_is_under_way()
        if self.status == "UPDATE_ROLLBACK_FAILED":
            self.stack.continue_rollback()
        if self.status in (*DEPLOYABLE, *GONE):
            self._deploy([Template(rerun_nonce="at the end", poll_interval=600)], rollback=True)
            outcome = self.stack.finish()
            assert outcome.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, f"{outcome}"
            self.promises_are_kept()
            self.unwatched.clear()
            self.stack.advance(QUIET_AFTER)
            self._nothing_is_under_way()
        self.stack.begin_delete()
        outcome = self.stack.finish()
        assert outcome.status == "DELETE_COMPLETE", f"{outcome}"
        self._stack_is_gone()
        self.world.settle(QUIET_AFTER)
        self.promises_are_kept()

    def _deploy(self, templates: list[Template], *, rollback: bool, cancel_after: float | None = None) -> None:
        if self.status in GONE:
            self._stack_is_gone()
        self.kept, self.paid = {}, {}
        for template in templates:
            logical_id = template.id + JOB
            known = self.stack.resources.get(logical_id)
            if known is None or known.failed or known.unsettled:
                continue
            jobs = self._jobs_of(logical_id)
            job = self.world.service.jobs.get(known.physical_id)
            if (
                job is not None
                and known.properties["Request"]["InputConfig"] == template.job()["Request"]["InputConfig"]
                and (
                    known.properties.get("JobName", known.properties.get("NamePrefix")),
                    known.properties.get("RerunNonce"),
                    "JobName" in known.properties,
                )
                == (template.prefix, template.rerun_nonce, template.exact)
            ):
                self.kept[logical_id] = len(self.stack.ids.issued)
            if job is not None and job.status(self.world.clock.now) == "COMPLETED" and job.name not in self.strangers:
                self.paid[logical_id, re.sub(r"-\d+$", "", job.name)] = jobs
        self.stack.begin_deploy(*templates, rollback=rollback, cancel_after=cancel_after)

    def _jobs_of(self, logical_id: str) -> set[str]:
        own = (self.stack.stack_id, logical_id)
        return {job.name for job in self.world.service.jobs.values() if promises.owner(job) == own}

    def _unchanged_requests_made_no_job(self) -> None:
        for logical_id, before in self.kept.items():
            since = self.stack.ids.issued[before:]
            made = [name for name in self._jobs_of(logical_id) if self.world.service.jobs[name].asked_by in since]
            assert made == [], "a new job for an unchanged request"

    def _rollback_paid_nothing(self) -> None:
        if not self.stack.rolling_back:
            return
        for (logical_id, base), before in self.paid.items():
            again = [name for name in self._jobs_of(logical_id) - before if is_name_of(name, base)]
            assert again == [], "a rollback paid for a job again"

    def _nothing_is_under_way(self) -> None:
        stacks = [*self.gone, self.stack]
        left_behind = {(stack.stack_id, logical_id) for stack in stacks for logical_id in stack.jobs_left_behind}
        active = [
            job.name
            for job in self.world.service.active()
            if job.name not in self.strangers
            and promises.owner(job)[1] not in self.unwatched
            and promises.owner(job) not in left_behind
        ]
        assert active == [], f"{active} continues after {self.stack.outcome}"
        assert self.world.machine.running() == []

    def _stack_is_gone(self) -> None:
        """Replace the deleted stack by one with another id, function, and state machine."""
        self.world.remove_function()
        self.gone.append(self.stack)
        self.world.machine.arn = f"{MACHINE_ARN}-{self.made + 1}"
        self.stack = Stack(self.world, ids=self.stack.ids, stack_id=self._next_stack_id(), moment=MOMENT)
        self.made += 1
        self.world.function_exists = self.world.machine.exists = True

    def _next_stack_id(self) -> str:
        gone = self.status in GONE or (self.made > 0 and self.status is None)
        return STACK_ID if not gone and not self.made else f"{STACK_ID}-{self.made + (self.status in GONE)}"

    def _take_name(self, template: Template) -> None:
        """Create another owner's job with the name that the template's job gets."""
        name = template.first_name(self._next_stack_id(), self.world.jobs)
        if name not in self.world.service.jobs and not template.exact:
            self._stranger(name, {f"{promises.TAG}stack-id": ANOTHER_STACK})

    def _stranger(self, name: str, tags: dict[str, str]) -> None:
        self.strangers[name] = (self.world.service.foreign(name, tags), dict(tags))


class InventedHistory(History):
    """History with an invented kind of job, implemented by a single class."""

    def __init__(self) -> None:
        super().__init__()
        self.patch.setitem(cast("dict[str, Any]", invocation.JOBS), invented_jobs.TYPES[JOB], InventedJobs.of)
        self.patch.setitem(cast("dict[str, Any]", invocation.WAITS), invented_jobs.TYPES[WAIT_STAGE], InventedJobs.of)

    def _world(self) -> World:
        return World(unconnected_clients(), light=True, kind=InventedJobs.of, types=invented_jobs.TYPES)
