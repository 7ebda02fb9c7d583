"""The runbook of a stack that is stuck, followed to the letter: the commands are those of the document."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import pytest

from tests.ended_process import ended

from .applications import FIVE_HOURS, ROOT
from .aws_cli import aws_cli
from .commands import until
from .conftest import SPEED
from .lifecycle_stack import LifecycleStack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .conftest import LocalAws

pytestmark = pytest.mark.e2e

DOCUMENT = (ROOT / "docs" / "what-happens-when.md").read_text(encoding="utf-8")
RUNBOOK = DOCUMENT.partition("## A stack that is stuck")[2].partition("\n## ")[0]
BLOCK = r"```bash\n(.*?)```"
STEPS = {
    int(number): re.findall(BLOCK, text, flags=re.DOTALL)
    for number, text in re.findall(r"^\*\*(\d)\. (.*?)(?=^\*\*\d|\Z)", RUNBOOK, flags=re.DOTALL | re.MULTILINE)
}
BY_STATUS: dict[str, str] = dict(
    re.findall(rf"^(?:`(\w+)`|Any other): [^\n]+\n\n{BLOCK}", RUNBOOK, flags=re.DOTALL | re.MULTILINE)
)
NAME = "my-stack"
"""As the runbook calls it."""
END = "THAT-WAS-ALL"


@dataclass
class Shell:
    """A bash that the runbook is typed into, block by block.

    Attributes:
        environment: Its variables.
        descriptor: What its processes inherit, beside the streams.
    """

    environment: Mapping[str, str]
    descriptor: int
    _process: subprocess.Popen[str] = field(init=False)

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            ["bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=dict(self.environment),
            pass_fds=[self.descriptor],
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._process, ended(self._process):
            self._process.communicate(timeout=120)

    def run(self, block: str) -> str:
        """Type a block; return what is shown."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{block}\necho {END}\n")
        self._process.stdin.flush()
        shown = ""
        for line in self._process.stdout:
            if line.strip().endswith(END):
                return shown + line.strip().removesuffix(END)
            shown += line
        raise AssertionError(shown)


@pytest.fixture
def stack(aws: LocalAws, tmp_path: Path) -> Iterator[LifecycleStack]:
    yield LifecycleStack(aws=aws, name=NAME, folder=tmp_path)
    aws.admin("clock", {"speed": SPEED})
    aws.admin("faults", {"fault": "clear"})


@pytest.fixture(scope="module")
def cli(aws: LocalAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, str], int]]:
    """Environment in which `aws` is found, and the descriptor that it needs."""
    tools = tmp_path_factory.mktemp("tools")
    environment = {**os.environ, **aws.environment, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    with aws_cli(tools, environment) as descriptor:
        yield environment, descriptor


@pytest.fixture
def shell(cli: tuple[dict[str, str], int]) -> Iterator[Shell]:
    with Shell(*cli) as shell:
        yield shell


def _go_on_without_the_function(shell: Shell, stack: LifecycleStack) -> list[str]:
    """Do what step 5 says until there is no stack; return the statuses in which something was to do."""
    seen: list[str] = []
    look, *_ = STEPS[5]
    # While CloudFormation is at work, the runbook waits, too.
    while stack.wait() and "does not exist" not in (status := shell.run(look).strip()):
        assert re.fullmatch("[A-Z_]+", status), status
        assert not status.endswith("_IN_PROGRESS"), seen
        seen.append(status)
        assert len(seen) < 10, seen
        assert shell.run(BY_STATUS.get(status, BY_STATUS[""])) == ""
    return seen


def test_the_runbook_has_its_five_steps() -> None:
    assert {number: len(blocks) for number, blocks in STEPS.items()} == {1: 1, 2: 1, 3: 1, 4: 1, 5: 4}
    assert set(BY_STATUS) == {"", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"}


def test_a_stack_whose_function_breaks_while_a_job_runs(aws: LocalAws, stack: LifecycleStack, shell: Shell) -> None:
    # In real time, as a user types.
    aws.admin("clock", {"speed": 1})
    stack.deploy(wait=False, **FIVE_HOURS)
    until(lambda: bool(stack.executions))
    stack.order("break-function", function=stack.function)
    [job] = stack.requests

    assert shell.run(STEPS[1][0]).strip() == stack.stack_id
    shell.run(STEPS[2][0])
    assert not stack.executions
    assert shell.run(STEPS[3][0]).strip() == f"stopping {job}"
    assert shell.run(STEPS[3][0]) == "", "again until it prints nothing"
    assert stack.job(job)["Status"] == "STOPPING"
    assert "Unable to import module" in shell.run(STEPS[4][0])

    aws.admin("clock", {"speed": SPEED})
    assert _go_on_without_the_function(shell, stack) == ["ROLLBACK_FAILED", "DELETE_FAILED"]
    assert stack.status == "DELETE_COMPLETE"
    assert stack.requests == [job]
    assert stack.job(job)["Status"] == "STOPPED"


def test_a_stack_whose_function_breaks_before_an_update(aws: LocalAws, stack: LifecycleStack, shell: Shell) -> None:
    assert stack.deploy() == "CREATE_COMPLETE", stack.reasons()
    stack.order("break-function", function=stack.function)
    assert stack.deploy(rerun_nonce="2") == "UPDATE_ROLLBACK_FAILED", stack.reasons()
    shell.run(STEPS[1][0])
    assert _go_on_without_the_function(shell, stack) == [
        "UPDATE_ROLLBACK_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
        "DELETE_FAILED",
    ]
    assert stack.status == "DELETE_COMPLETE"
    assert not aws.admin("running")["jobs"]


def test_a_function_that_works_again_says_that_there_was_no_event(
    aws: LocalAws, stack: LifecycleStack, shell: Shell
) -> None:
    stack.order("quota", limit=0)
    aws.admin("clock", {"speed": 1})
    stack.deploy(wait=False)
    until(lambda: bool(stack.attempts))
    shell.run(STEPS[1][0])
    assert "InvalidEventError" in shell.run(STEPS[4][0])
    aws.admin("clock", {"speed": SPEED})
    assert stack.delete() == "DELETE_COMPLETE"
