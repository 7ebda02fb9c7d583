"""Fork servers end with whoever they belong to: a sandbox, or whoever starts several."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from inference_recommender_sandbox.functions.preloaded_python import ForkServers, can_fork
from inference_recommender_sandbox.server import start
from tests.sandbox.conftest import SPEED, Account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(not can_fork(), reason="processes can't be forked here")

CODE = "import os\ndef handler(event, context):\n    return os.getppid()"


@pytest.fixture
def servers() -> Iterator[ForkServers]:
    servers = ForkServers()
    yield servers
    servers.stop()


def _parent_of_a_function(account: Account) -> int:
    response = account.client("lambda").invoke(FunctionName=account.function(CODE))
    return int(json.loads(response["Payload"].read()))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_those_of_a_sandbox_end_with_it() -> None:
    sandbox = start(speed=SPEED)
    parent = _parent_of_a_function(Account(sandbox=sandbox))
    ran = _runs(parent)
    sandbox.stop()
    assert parent != os.getpid()
    assert (ran, _runs(parent)) == (True, False)


def test_those_that_are_given_outlive_the_sandbox_and_serve_the_next(servers: ForkServers) -> None:
    parents = set()
    for _ in range(3):
        sandbox = start(speed=SPEED, fork_servers=servers)
        parents.add(_parent_of_a_function(Account(sandbox=sandbox)))
        sandbox.stop()
    assert [_runs(parent) for parent in parents] == [True, True]
    servers.stop()
    assert [_runs(parent) for parent in parents] == [False, False]


def test_none_starts_after_the_end(servers: ForkServers, tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path)}
    servers.stop()
    assert servers.fork(["index.handler", "clock"], cwd=tmp_path, environment=environment, common=environment) is None
