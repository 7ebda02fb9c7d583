"""Exit code and output whatever the process meets: an encoding, Ctrl-C, a closed pipe, a full disk."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from cdk_inference_recommender.command_line import main, stop
from cdk_inference_recommender.command_line.report import report
from tests.ended_process import ended
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import (
    job,
    recommendation,
    running_job,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND: Final = [sys.executable, "-m", "cdk_inference_recommender.command_line"]
FULL: Final = Path("/dev/full")
TEXT: Final = "Prüfung 中 😀 \ud800"
ENCODINGS: Final[list[Mapping[str, str]]] = [
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONUTF8": "0"},
    {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "cp1252"},
    {"PYTHONIOENCODING": "utf-8"},
]


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **options.pop("env", {})}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run([*COMMAND, *arguments], env=environment, timeout=60, check=False, **options)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A request with a problem, whose texts no common encoding but Unicode's own has."""
    file = tmp_path / "job.json"
    file.write_text(json.dumps({"JobName": TEXT, TEXT: 1, "JobDescription": TEXT * 20}), encoding="ascii")
    return file


@pytest.mark.parametrize("environment", ENCODINGS)
def test_text_that_the_terminal_s_encoding_lacks_is_escaped(document: Path, environment: Mapping[str, str]) -> None:
    done = run("validate", str(document), env=environment)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\\ud800" in done.stdout
    assert ("中".encode() in done.stdout) != (b"\\u4e2d" in done.stdout)
    assert len(done.stdout.splitlines()) > 3


@pytest.mark.parametrize("environment", ENCODINGS)
def test_json_is_the_same_in_any_encoding(document: Path, environment: Mapping[str, str]) -> None:
    done = run("validate", "--output", "json", str(document), env=environment)
    assert done.returncode == 1
    assert TEXT in {problem["Value"] for problem in json.loads(done.stdout.decode("ascii"))["Problems"]}


@pytest.mark.parametrize("environment", ENCODINGS)
def test_an_error_is_one_line_in_any_encoding(environment: Mapping[str, str]) -> None:
    done = run("validate", "nirgends-中.json", env=environment)
    assert (done.returncode, done.stdout) == (2, b"")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_report_is_printed_in_any_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    found = job(recommendation(environment={"A": TEXT}), recommendation(), FailureReason=TEXT)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(report, "find_job", lambda _: (None, found))
    monkeypatch.setattr(report, "read_tags", lambda *_: {})
    assert main(["report", "job"]) == 0
    assert b"\\ud800" in out.buffer.getvalue()


@pytest.mark.parametrize("arguments", [["skeleton"], ["skeleton", "serverless"]])
def test_a_closed_pipe_is_one_line(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = run(*arguments, stdout=writer)
    os.close(writer)
    assert done.returncode == 2
    assert done.stderr == b"inference-recommender: The output can't be written: Broken pipe.\n"


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
@pytest.mark.parametrize("arguments", [["skeleton"], ["validate", "-"]])
def test_a_full_disk_is_one_line(arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        done = run(*arguments, stdout=full, input=b"{}")
    assert done.returncode == 2
    assert done.stderr == b"inference-recommender: The output can't be written: No space left on device.\n"


def test_a_report_to_a_closed_pipe_is_no_failed_job(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    found = job(*(recommendation(environment={"A": f"{number:01000}"}) for number in range(50)))
    monkeypatch.setattr(report, "find_job", lambda _: (None, found))
    monkeypatch.setattr(report, "read_tags", lambda *_: {})
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8", closefd=False) as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main(["report", "job"]) == 2
    os.close(writer)
    assert "can't be written: Broken pipe." in capfd.readouterr().err


def test_a_closed_error_output_too_ends_without_a_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = run("validate", "nowhere.json", stdout=writer, stderr=writer)
    os.close(writer)
    assert done.returncode == 2


@pytest.mark.parametrize("moment", ["reading", "importing"])
def test_ctrl_c_at_any_moment_is_130_without_a_traceback(moment: str, tmp_path: Path) -> None:
    reading, importing = tmp_path / "reading", tmp_path / "importing"
    os.mkfifo(reading)
    os.mkfifo(importing)
    if moment == "importing":
        (tmp_path / "botocore.py").write_text(f"open({str(importing)!r}).read()\n")
    with (
        subprocess.Popen(
            [*COMMAND, "validate", str(reading)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # What a shell runs in the background ignores the signal, and hands that down.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - nothing else runs in between
        ) as process,
        ended(process),
    ):
        assert process.stderr is not None
        # This returns when the command has opened the other end; then it waits for what is written.
        with (tmp_path / moment).open("wb"):
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130
        assert process.stderr.read() == b""


def test_little_is_imported_before_ctrl_c_is_answered() -> None:
    program = "import sys, cdk_inference_recommender.command_line; print(*sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-S", "-c", program], env=environment, capture_output=True, check=True)
    assert not {"argparse", "boto3", "email", "importlib.metadata", "rich", "yaml"} & set(done.stdout.decode().split())


def test_a_check_of_a_document_imports_what_it_needs_only(document: Path) -> None:
    program = (
        "import sys; from cdk_inference_recommender.command_line import main; main(sys.argv[1:]); "
        "print(*sys.modules, file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", program, "validate", str(document)]
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    loaded = set(done.stderr.decode().split())
    assert "cdk_inference_recommender.command_line.validate" in loaded
    assert not {"aws_cdk", "boto3", "botocore.model", "rich.console", "urllib3", "yaml"} & loaded
    assert "cdk_inference_recommender.command_line.report.report" not in loaded


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), ([], 2), (["reprot"], 2), (["--reprot"], 2)])
def test_all_commands_are_named_where_none_is_given(
    arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended_with:
        main(arguments)
    assert ended_with.value.code == code
    out, err = capsys.readouterr()
    commands = ["report", "compare", "list", "stop", "validate", "estimate", "skeleton", "sandbox"]
    if arguments == ["--help"]:
        assert re.findall(r"^    ([a-z]+) ", out, re.MULTILINE) == commands
    elif arguments == ["reprot"]:
        assert re.findall(r"[a-z]+", err.partition("choose from")[2]) == commands
    else:
        assert "the following arguments are required: COMMAND" in err


def test_ctrl_c_at_the_question_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

        def readline(self, *_: object) -> str:  # type: ignore[override]
            raise KeyboardInterrupt

    class Service:
        def get_paginator(self, _: str) -> Any:
            return type("Paginator", (), {"paginate": lambda *_args, **_options: [{"Tags": []}]})()

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(stop, "find_job", lambda _: (Service(), running_job(JobArn="arn")))
    assert main(["stop", "job"]) == 130
    assert capsys.readouterr().err.endswith("[y/N] \nNothing was stopped.\n")


def test_a_closed_standard_input_is_one_line() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{COMMAND[0]} -m cdk_inference_recommender.command_line validate - <&-"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == b"inference-recommender: Standard input is closed. Give a file.\n"


def test_a_closed_standard_input_confirms_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Service:
        def get_paginator(self, _: str) -> Any:
            return type("Paginator", (), {"paginate": lambda *_args, **_options: [{"Tags": []}]})()

    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(stop, "find_job", lambda _: (Service(), running_job(JobArn="arn")))
    assert main(["stop", "job"]) == 2
    assert "because standard input is not a terminal. Give --yes." in capsys.readouterr().err


def test_a_file_that_cant_be_used_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> None:
        raise PermissionError(13, "Permission denied", "/home/me/.aws/config")

    monkeypatch.setattr(report, "find_job", fail)
    assert main(["report", "job"]) == 2
    assert (
        capsys.readouterr().err == "inference-recommender: '/home/me/.aws/config' can't be used: Permission denied.\n"
    )
