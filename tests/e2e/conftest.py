"""A local AWS, as a user starts it, and the real CDK CLI."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.request
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.ended_process import ended

from .applications import ROOT
from .cloud_assembly import bootstrap
from .commands import until
from .lifecycle_stack import LifecycleStack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SPEED = 3600
DENIED_BY_DESIGN = {"sagemaker:DeleteModel": "a model that was never created has no tags that would allow it"}
"""Actions that are denied without a harm, and why. Closed: see `LocalAws.ungranted_calls`."""


@dataclass(frozen=True, kw_only=True)
class CliResult:
    """What a user sees of a command."""

    code: int
    output: str


@dataclass(frozen=True, kw_only=True)
class LocalAws:
    """The sandbox that the tests deploy to."""

    environment: Mapping[str, str]
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def endpoint_url(self) -> str:
        return self.environment["AWS_ENDPOINT_URL"]

    def client(self, service: str, region: str | None = None) -> Any:
        region = region or self.environment["AWS_REGION"]
        # Making one takes longer than most calls of it.
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.client(
                service,  # type: ignore[call-overload]
                endpoint_url=self.endpoint_url,
                region_name=region,
                aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
            )
        return self._clients[service, region]

    def admin(self, path: str, body: Mapping[str, object] | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 -- our own address
            f"{self.endpoint_url}/_sandbox/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    @contextmanager
    def in_real_time(self, *, speed: float = 1) -> Iterator[None]:
        """Let no more virtual time pass than so many times the real one, however busy the machine is.

        What a test does while something is under way it does here: on the fast clock a job of 45 minutes may be over
        before a test that waits for a processor does anything about it.
        """
        self.admin("clock", {"speed": speed})
        try:
            yield
        finally:
            self.admin("clock", {"speed": SPEED})

    def is_changing(self, stack_id: str) -> bool:
        """Return whether an operation of a stack is under way; DescribeStacks takes four times as long to say so."""
        return stack_id in self.admin("running")["deployments"]

    def wait_for_stack(self, stack_id: str, *, seconds: float = 120) -> None:
        """Wait at most so many real seconds for a stack's operation to end."""
        # On the fast clock two looks are 15 minutes apart; each takes as long as a call of a function.
        until(lambda: not self.is_changing(stack_id), seconds=seconds, pause=0.25)

    def received_jobs(self) -> list[dict[str, Any]]:
        """Every job request that was accepted, in order, as it arrived."""
        received: list[dict[str, Any]] = self.admin("received")
        return received

    def ungranted_calls(self) -> list[str]:
        """What functions and state machines called though no policy of their roles allows it.

        A call that was denied because its policy had not propagated yet isn't among them.
        """
        return [
            f"{call['role']}: {call['action']} on {call['resource']}"
            for call in self.admin("authorized")
            if not call["granted"] and call["action"] not in DENIED_BY_DESIGN
        ]

    def cdk(self, *arguments: str, app: Path) -> CliResult:
        """Run the CDK CLI to its end."""
        with self.start_cdk(*arguments, app=app) as process, ended(process):
            output, _ = process.communicate(timeout=300)
        return CliResult(code=process.returncode, output=_plain(output))

    def start_cdk(self, *arguments: str, app: Path) -> subprocess.Popen[str]:
        """Start the CDK CLI."""
        command = ("cdk", "--no-notices", "--ci", *arguments, "--app", str(app))
        return subprocess.Popen(
            command,
            cwd=app.parent,
            env={**os.environ, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def events(self, stack: str) -> list[dict[str, Any]]:
        """The stack's events, the oldest first."""
        pages = self.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack)
        return [event for page in pages for event in page["StackEvents"]][::-1]


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@contextmanager
def local_aws() -> Iterator[LocalAws]:
    """Start a local AWS; at the end check that functions called only what their roles grant."""
    # What runs inside ends at the end of its input, and the sandbox with it: also if the tests are killed.
    inside = (
        "import json, os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-m", "cdk_inference_recommender.command_line", "sandbox", "--port", "0"]
    command += ["--speed", str(SPEED), "--", sys.executable, "-c", inside]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process,
        ended(process),
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        environment: dict[str, str] = json.loads(process.stdout.readline())
        started = LocalAws(
            environment={name: value for name, value in environment.items() if os.environ.get(name) != value}
        )
        yield started
        ungranted = started.ungranted_calls()
        process.stdin.close()
        assert process.wait(timeout=60) == 0
        assert not ungranted, "No policy allows:\n" + "\n".join(ungranted)


@pytest.fixture(scope="package")
def aws() -> Iterator[LocalAws]:
    with local_aws() as started:
        yield started


@pytest.fixture(scope="package")
def bootstrapped(aws: LocalAws) -> LocalAws:
    bootstrap(aws)
    return aws


@pytest.fixture(scope="module")
def short_jobs(aws: LocalAws) -> Iterator[None]:
    """Let no job take longer than five minutes: each poll runs a function, in real time."""
    aws.admin("faults", {"fault": "short-job", "seconds": 300})
    yield
    aws.admin("faults", {"fault": "clear"})


@pytest.fixture
def stack(aws: LocalAws, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LifecycleStack]:
    """A stack that a test deploys as it likes; afterwards it is deleted, and nothing of it runs."""
    # Short: of a longer one a job's name holds the beginning only.
    name = f"R{zlib.crc32(request.node.name.encode()):08x}"
    stack = LifecycleStack(aws=aws, name=name, folder=tmp_path)
    yield stack
    stack.order("clear")
    if stack.status.endswith("_IN_PROGRESS"):
        stack.wait()
    assert stack.delete() == "DELETE_COMPLETE", stack.reasons()
    assert not stack.executions
    assert not [job for job in aws.admin("running")["jobs"] if stack.jobs[:-1] in job["jobArn"]]


def completed(events: Sequence[Mapping[str, Any]], logical_id: str) -> int:
    """Position of the event that says that a resource is there."""
    return next(
        position
        for position, event in enumerate(events)
        if event["LogicalResourceId"].startswith(logical_id) and event["ResourceStatus"] == "CREATE_COMPLETE"
    )
