"""`inference-recommender stop` against a running sandbox."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

import pytest

from cdk_inference_recommender.command_line import main
from tests.sandbox.requested_job import endless_job, job

if TYPE_CHECKING:
    from tests.sandbox.conftest import Account

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/Benchmarks/0a1b"


@pytest.fixture(autouse=True)
def environment(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in account.sandbox.environment.items():
        monkeypatch.setenv(name, value)


class Terminal(io.StringIO):
    """Where a person types."""

    def isatty(self) -> bool:
        return True


def status(account: Account, name: str) -> str:
    return str(account.client("sagemaker").describe_inference_recommendations_job(JobName=name)["Status"])


def test_stops_waits_and_says_what_was_saved(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    name = endless_job(account, tags={"cdk-inference-recommender:stack-id": STACK})
    assert main(["stop", name, "--yes", "--poll-interval", "1"]) == 0
    assert status(account, name) == "STOPPED"
    shown = capsys.readouterr()
    assert f"Default job {name} is " in shown.err
    assert "The stack Benchmarks started it" in shown.err
    assert shown.out.startswith(f"Job {name} is STOPPED. Saved: ")


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("\n", 1)])
def test_asks_first(
    account: Account,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    name = endless_job(account)
    assert main(["stop", name, "--poll-interval", "1"]) == code
    assert (status(account, name) == "STOPPED") is (code == 0)
    assert "Stop it? It can't be resumed. [y/N]" in capsys.readouterr().err


def test_stops_nothing_where_no_terminal_is_there(
    account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    name = endless_job(account)
    assert main(["stop", name]) == 2
    assert status(account, name) in {"PENDING", "IN_PROGRESS"}
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"inference-recommender: Cannot ask for confirmation to stop {name} because standard input is not a terminal. "
        "Give --yes."
    )


def test_a_job_that_has_ended_is_left_alone(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    name = job(account)
    main(["report", name, "--poll-interval", "1"])
    capsys.readouterr()
    assert main(["stop", name]) == 0
    assert capsys.readouterr().out == f"Job {name} is COMPLETED: there is nothing to stop.\n"


def test_programs_get_a_document(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    name = endless_job(account)
    assert main(["stop", name, "--yes", "--poll-interval", "1", "--output", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["JobName"], found["Status"]) == (name, "STOPPED")
    assert found["BenchmarksSaved"] > 0


def test_an_unknown_job_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stop", "nobody", "--yes"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "There is no inference recommendations job 'nobody'" in line
