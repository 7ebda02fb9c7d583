"""Promises that hold at all times: each function fails if its promise is broken."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from .cloudformation import INVENTED
from .lambda_outage import LambdaRefusedError
from .template import JOB
from .world import LOG_STREAM, MAX_RESPONSE_BYTES, SECRET

if TYPE_CHECKING:
    from collections.abc import Collection

    from .cloudformation import Stack
    from .service import FakeJob
    from .world import World

TAG = "cdk-inference-recommender:"
LOG_STREAM_PHRASE = f" CloudWatch Log Stream: {LOG_STREAM}"


def owner(job: FakeJob) -> tuple[str, str]:
    """Return stack id and logical id of the owner; empty strings without owner tags."""
    return job.tags.get(f"{TAG}stack-id", ""), job.tags.get(f"{TAG}logical-id", "")


def running_jobs(world: World) -> list[FakeJob]:
    """Return the jobs of all owners that continue until they are stopped."""
    return [job for job in world.service.active() if job.continues(world.clock.now)]


def no_two_jobs_for_one_request(world: World) -> None:
    live = Counter((*owner(job), re.sub(r"-\d+$", "", job.name)) for job in running_jobs(world) if job.asked_by)
    assert max(live.values(), default=0) <= 1, f"two live jobs for one resource and request: {live}"
    made = Counter((*owner(job), job.asked_by) for job in world.service.jobs.values() if job.asked_by)
    assert max(made.values(), default=0) <= 1, f"one request made two jobs: {made}"


def nothing_runs_after_its_delete(stack: Stack, *, unwatched: Collection[str]) -> None:
    """No job that was requested before a successful Delete runs or starts after it.

    Exceptions: the watch for late jobs was aborted, or the job started after the response and ignored a stop.
    """
    for exchange in stack.exchanges:
        event, received = exchange.event, exchange.received
        if received is None or received.body["Status"] != "SUCCESS" or event["RequestType"] != "Delete":
            continue
        if event["ResourceType"] != stack.world.types[JOB]:
            continue
        name, properties = event["PhysicalResourceId"], event["ResourceProperties"]
        prefix = str(properties.get("JobName", properties.get("NamePrefix")))
        invented = name.endswith(INVENTED)
        for job in running_jobs(stack.world):
            if event["LogicalResourceId"] in unwatched or (job.ignored_a_stop and job.created_at > received.at):
                continue
            if owner(job) == (event["StackId"], event["LogicalResourceId"]) and (
                job.name.startswith(prefix) if invented else job.name == name
            ):
                # By their ids, which are counted: events carry whole seconds.
                asked_since = job.tags[f"{TAG}request-id"] > event["RequestId"]
                assert asked_since, f"{job.name} continues after its Delete at {exchange.asked_at}: {job}"


def nothing_outlives_its_stack(world: World, stack: Stack) -> None:
    """No job outlives its stack, unless its Delete failed."""
    owners = [(job.name, *owner(job)) for job in running_jobs(world)]
    left = [name for name, of, by in owners if of == stack.stack_id and by not in stack.jobs_left_behind]
    assert left == [], f"{left} outlived the stack"


def jobs_of_others_are_unchanged(strangers: dict[str, tuple[FakeJob, dict[str, str]]]) -> None:
    for job, tags in strangers.values():
        assert job.stopped_at is None, f"{job.name} isn't ours and was stopped"
        assert job.tags == tags, f"{job.name} isn't ours and was adopted"


def nothing_of_another_owner_is_adopted(stack: Stack, strangers: Collection[str]) -> None:
    """Another owner's results are never used. Its job's name can be, until an execution finds it taken."""
    for event, received in stack.events:
        if received is not None and received.body["Status"] == "SUCCESS" and received.body.get("Data"):
            name = event["ResourceProperties"].get("JobName")
            assert name not in strangers, f"{name} isn't ours and was adopted"


def responses_are_well_formed(stack: Stack) -> None:
    """Responses have CloudFormation's ids, a readable reason, and at most 4096 bytes."""
    for event, received in stack.events:
        if received is None:
            continue
        body = received.body
        assert received.size <= MAX_RESPONSE_BYTES, "a response is over 4096 bytes"
        assert (body["StackId"], body["LogicalResourceId"]) == (event["StackId"], event["LogicalResourceId"])
        assert body["PhysicalResourceId"]
        if event["RequestType"] == "Delete":
            assert body["PhysicalResourceId"] == event["PhysicalResourceId"]
        if body["Status"] == "FAILED":
            reason = str(body["Reason"])
            cause = reason.removesuffix(LOG_STREAM_PHRASE)
            assert cause != reason, f"the log isn't named: {reason}"
            assert len(cause) > 10, f"no reason: {reason}"
            assert "\n" not in reason
            if event["RequestType"] == "Update":
                assert body["PhysicalResourceId"] == event["PhysicalResourceId"], "a failed Update changed the id"


def every_request_gets_one_response(stack: Stack) -> None:
    """Every request gets a response in time if the handler runs, and never two with different effects.

    Of two concurrent deliveries, one can run out of time before it can describe the job that has the first name. It
    queues the request under that name, while the other one creates the job under the next. CloudFormation takes the
    first response. A name that another request's job has gets no second job: its wait stage fails, and the deployment
    is rolled back.
    """
    world = stack.world
    for exchange in stack.exchanges:
        request_id = exchange.event["RequestId"]
        if exchange.received is None and not exchange.cancelled:
            assert request_id in world.beyond_response, f"got no response: {exchange.event}"
        effects = {
            received.body["PhysicalResourceId"]
            for received in world.responses.get(request_id, [])
            if received.body["Status"] == "SUCCESS" and not received.names_another_requests_job
        }
        assert len(effects) <= 1, f"responded twice with different effect: {effects}"


def nothing_breaks_off_while_lambda_refuses_calls(world: World) -> None:
    """No execution fails because Lambda rejects calls. Outages last at most two minutes here."""
    broken = [each.name for each in world.machine.executions.values() if isinstance(each.broke_off, LambdaRefusedError)]
    assert broken == [], f"{broken} broke off although Lambda took calls again"


def nothing_secret_is_logged(world: World) -> None:
    assert not any(SECRET in line for line in world.log.lines), "a ResponseURL was logged"
    world.log.lines.clear()


def nothing_surprising_is_raised(world: World) -> None:
    assert world.surprises == [], f"raised: {world.surprises!r}"
