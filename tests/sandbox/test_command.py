from __future__ import annotations

import errno
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path  # noqa: TC003

import pytest

from inference_recommender_sandbox.command import main
from inference_recommender_sandbox.faults import KINDS, EngineFaults
from inference_recommender_sandbox.moto_symbols import USED_ON_DEMAND
from inference_recommender_sandbox.sagemaker.faults import FaultRegistry
from tests.ended_process import ended

COMMAND = [sys.executable, "-m", "inference_recommender_sandbox.command"]
PYTHONPATH = os.pathsep.join(path for path in sys.path if path)


def _run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        env={**os.environ, "PYTHONPATH": PYTHONPATH, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


CREATES_A_FIRST_SERVICE = """
import os, sys, urllib.request
print(os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_REGION"])
signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=sandbox/20260101/eu-west-1/cloudformation/aws4_request, -, -"}
request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], b"Action=ListStacks&Version=2010-05-15", signed)
sys.exit(7 if b"StackSummaries" in urllib.request.urlopen(request).read() else 1)
"""


def test_runs_a_command_inside_exits_with_its_code_and_imports_nothing_of_what_few_stacks_need() -> None:
    # The command itself is isolated (-I), so that only the sandbox writes what it imports.
    command = (sys.executable, "-I", "-c", CREATES_A_FIRST_SERVICE)
    done = _run("--region", "eu-west-1", "--", *command, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 7
    assert re.fullmatch(r"http://localhost:\d+ eu-west-1\n", done.stdout)
    found = [re.fullmatch(r"import time:.*\| +(.+)", line) for line in done.stderr.splitlines()]
    imported = {match[1] for match in found if match}
    assert None not in found, "it writes nothing itself"
    assert "moto.applicationautoscaling.models" in imported
    assert not imported & {*USED_ON_DEMAND, "openapi_spec_validator", "pydantic"}


def test_serves_on_any_free_port_until_it_is_stopped() -> None:
    with (
        subprocess.Popen(
            COMMAND,
            env={**os.environ, "PYTHONPATH": PYTHONPATH},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        ended(process),
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        lines = iter(process.stdout.readline, "")
        endpoint = next(match[1] for line in lines if (match := re.search(r"export AWS_ENDPOINT_URL=(\S+)", line)))
        with urllib.request.urlopen(f"{endpoint}/_sandbox/health") as response:  # noqa: S310 - the sandbox's own
            assert response.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr.read() == ""


def test_listens_on_loopback_only(account: object) -> None:
    port = account.sandbox.port  # type: ignore[attr-defined]
    with socket.socket() as other:
        other.settimeout(1)
        address = socket.gethostbyname(socket.gethostname())
        assert address.startswith("127.") or other.connect_ex((address, port)) != 0


def test_explains_that_its_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = _run("--port", port)
    assert done.returncode == 1
    assert done.stderr == (
        f"inference-recommender sandbox: port {port} is taken; choose another one with --port, or leave it out for "
        "any free one\n"
    )


def test_a_port_that_is_not_taken_but_forbidden_is_not_called_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def start(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("inference_recommender_sandbox.server.start", start)
    assert main(["--port", "80"]) == 1
    assert "port 80 can't be used (Permission denied); choose another one with --port" in capsys.readouterr().err


def test_the_port_is_a_free_one_unless_it_is_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = []

    def start(*, port: int, **_: object) -> None:
        ports.append(port)
        raise ValueError("seen enough")

    monkeypatch.setattr("inference_recommender_sandbox.server.start", start)
    for arguments in ([], ["--port", "4599"], ["--", sys.executable]):
        assert main(arguments) == 2
        assert "seen enough" in capsys.readouterr().err
    assert ports == [0, 4599, 0]


def test_a_start_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = _run("--port", str(taken.getsockname()[1]), TMPDIR=str(tmp_path))
    assert done.returncode == 1
    assert list(tmp_path.glob("inference-recommender-sandbox-*")) == []


@pytest.mark.parametrize("port", ["99999", "65536", "-5", "http"])
def test_a_port_that_is_none_is_refused_with_the_range(capsys: pytest.CaptureFixture[str], port: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--port", port])
    assert ended.value.code == 2
    message = f"argument --port: '{port}' is no port: give a number from 1 to 65535, or 0 for any free one"
    assert message in capsys.readouterr().err


def test_a_command_without_dashes_gets_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["cdk", "deploy", "--all"])
    reported = capsys.readouterr().err
    assert "unrecognized arguments: cdk deploy --all; a command to run inside comes after --: " in reported
    assert "inference-recommender sandbox ... -- cdk deploy --all\n" in reported
    with pytest.raises(SystemExit):
        main(["--no-such-option"])
    assert "unrecognized arguments: --no-such-option\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--speed", "0.1"], 2, "it must be 1 to 1,000,000"),
        (["--region", "mars"], 2, "the Region is 'mars', and AWS has no such; choose one of af-south-1, "),
        (
            ["--region", "us-est-1"],
            2,
            "the Region is 'us-est-1', and AWS has no such; did you mean us-west-1 or us-east-1",
        ),
        (["--", "no-such-command-anywhere"], 127, "there is no command 'no-such-command-anywhere'"),
        (["--"], 2, "there is no command after --"),
    ],
)
def test_explains_what_is_wrong_before_it_starts(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    assert main(arguments) == code
    assert message in capsys.readouterr().err


def test_the_help_of_faults_reports_every_kind_and_its_members(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fault", "--help"]) == 0
    reported = capsys.readouterr().out
    listed = {
        words[0]: words[1:] for words in map(str.split, reported.split("Names, and their members:\n")[1].splitlines())
    }
    assert listed["late-delivery"] == ["seconds", "[count]", "[function]"]
    assert listed["throttle"] == ["operation", "[count]"]
    assert listed["clear"] == []
    for kind in listed:
        with pytest.raises(ValueError, match="has no member 'nonsense'"):
            _order({"fault": kind, "nonsense": 1})
    with pytest.raises(ValueError, match="choose one of") as refused:
        _order({"fault": "nonsense"})
    assert listed.keys() == KINDS.keys() | set(str(refused.value).split("choose one of ")[1].split(", "))


def _order(fault: dict[str, object]) -> None:
    (EngineFaults() if fault["fault"] in KINDS else FaultRegistry()).order(fault)


def test_orders_faults_of_a_running_sandbox(account: object) -> None:
    endpoint_url = account.sandbox.endpoint_url  # type: ignore[attr-defined]
    done = _run("fault", "clear", '{"fault": "kill-function", "function": "nobody"}', AWS_ENDPOINT_URL=endpoint_url)
    assert done.returncode == 0
    done = _run("fault", "nonsense", AWS_ENDPOINT_URL=endpoint_url)
    assert done.returncode == 1
    assert "unknown fault 'nonsense'" in done.stderr
    done = _run("fault", "clear", AWS_ENDPOINT_URL="http://localhost:1")
    assert "no sandbox responds at http://localhost:1" in done.stderr


def test_orders_no_fault_of_a_sandbox_that_is_not_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert main(["fault", "clear"]) == 2
    assert capsys.readouterr().err == (
        "inference-recommender sandbox: AWS_ENDPOINT_URL isn't set; set it to the address that the sandbox printed\n"
    )
