"""The process of a Python function is forked, and a function can't see that it is."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from inference_recommender_sandbox.functions.forked_process import ForkedProcess
from inference_recommender_sandbox.functions.preloaded_python import ForkServers, can_fork

if TYPE_CHECKING:
    from collections.abc import Callable

PROBE = """
import boto3, gc, locale, os, resource, signal, sys, threading, time, warnings

def descriptor(number):
    try:
        return os.path.basename(os.readlink(f"/proc/self/fd/{number}")).partition(":")[0].partition("-")[0]
    except FileNotFoundError:
        return None

def name(handler):
    # Not by its text: the object that a bound method is of may differ, as the one that measures coverage does.
    return getattr(handler, "__qualname__", str(handler))

def handler(event, context):
    open_ = {number: descriptor(number) for number in map(int, os.listdir("/proc/self/fd"))}
    main = sys.modules["__main__"]
    return {
        "argv": sys.argv[:2],
        "path": sys.path,
        "flags": str(sys.flags),
        "finders": [getattr(finder, "__name__", type(finder).__name__) for finder in sys.meta_path],
        "main": [main.__name__, main.__file__, sorted(name for name in vars(main) if not name.startswith("__"))],
        "cwd": os.getcwd(),
        "variables": sorted(os.environ),
        "of libc": os.popen("env | cut -d= -f1 | sort").read().split(),
        "clock": [time.tzname, time.timezone, time.time.__name__],
        "locale": locale.getlocale(),
        "encodings": [sys.getfilesystemencoding(), sys.stdin.encoding, sys.stdout.encoding, sys.stderr.encoding],
        "streams": [
            [stream.isatty(), stream.seekable(), stream.line_buffering, stream.errors, stream.fileno(),
             getattr(stream, "write_through", None), type(stream.buffer).__name__]
            for stream in (sys.stdin, sys.stdout, sys.stderr)
        ],
        "descriptors": {number: target for number, target in open_.items() if target is not None},
        "signals": {str(each): name(signal.getsignal(each)) for each in signal.valid_signals()},
        "mask": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "limits": [resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")],
        "group": [os.getpgid(0), os.getsid(0), os.nice(0), os.getuid(), os.getgid()],
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "is main": threading.current_thread() is threading.main_thread(),
        "warnings": len(warnings.filters),
        "collected": [gc.isenabled(), gc.get_threshold()],
        "recursion": sys.getrecursionlimit(),
    }
"""
"""What a function can see of its process."""


def _invoke(account: Any, function: str, payload: object = None) -> Any:
    response = account.client("lambda").invoke(FunctionName=function, Payload=json.dumps(payload or {}).encode())
    return json.loads(response["Payload"].read())


@pytest.fixture
def never_forked(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(ForkServers, "fork", lambda *_, **__: None)


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Of each process that starts, whether it is forked."""
    found: list[bool] = []
    original = ForkServers.fork

    def fork(*arguments: Any, **options: Any) -> ForkedProcess | None:
        process = original(*arguments, **options)
        found.append(process is not None)
        return process

    monkeypatch.setattr(ForkServers, "fork", fork)
    return found


pytestmark = pytest.mark.skipif(not can_fork(), reason="processes can't be forked here")


def test_a_function_sees_the_same_as_in_a_process_that_was_started(
    account: Any, forked: list[bool], never_forked: Callable[[], None]
) -> None:
    seen = _invoke(account, account.function(PROBE))
    assert forked == [True]
    never_forked()
    expected = _invoke(account, account.function(PROBE))
    assert "argv" in expected, expected
    assert {name: (value, expected[name]) for name, value in seen.items() if value != expected[name]} == {}


MODELS = """
import boto3, io, logging

def handler(event, context):
    lines = io.StringIO()
    logging.getLogger("botocore.loaders").addHandler(logging.StreamHandler(lines))
    logging.getLogger("botocore.loaders").setLevel(logging.DEBUG)
    seen = []
    for service in ("sagemaker", "stepfunctions", "sagemaker", "ecr"):
        client = boto3.session.Session().client(service)
        metadata = client.meta.service_model.metadata
        seen.append([dict(metadata), len(client.meta.service_model.operation_names), client.meta.endpoint_url])
        metadata["changed"] = True
    return [seen, lines.getvalue().splitlines()]
"""
"""What a function can see of the services' models when it changes one and makes clients of new sessions."""


def test_a_function_s_sessions_read_the_models_that_they_would_without_a_fork(
    account: Any, forked: list[bool], never_forked: Callable[[], None]
) -> None:
    first, second = (_invoke(account, account.function(MODELS)) for _ in range(2))
    assert forked == [True, True]
    never_forked()
    expected = _invoke(account, account.function(MODELS))
    assert [len(part) for part in expected] >= [4, 4], expected
    assert first == second == expected


LISTED = """
import boto3.session, botocore.session, sys

def handler(event, context):
    listed = []
    sys.addaudithook(lambda name, arguments: name in {"os.listdir", "os.scandir"} and listed.append(str(arguments[0])))
    botocore.session.Session().create_client("sagemaker", region_name="us-east-1")
    boto3.session.Session().client("stepfunctions", region_name="us-east-1")
    return [folder for folder in listed if folder.endswith("data")]
"""


def test_a_client_lists_no_services_again(account: Any, forked: list[bool], never_forked: Callable[[], None]) -> None:
    assert _invoke(account, account.function(LISTED)) == []
    assert forked == [True]
    never_forked()
    assert len(_invoke(account, account.function(LISTED))) > 1


def test_processes_differ_in_what_is_random(account: Any) -> None:
    code = "import random, os\ndef handler(event, context):\n    return [hash('text'), random.random(), os.getpid()]"
    first, second = (_invoke(account, account.function(code)) for _ in range(2))
    assert [one != other for one, other in zip(first, second, strict=True)] == [True] * 3


@pytest.mark.parametrize("module", ["boto3", "urllib3", "jmespath"])
def test_a_module_that_the_function_brings_itself_is_the_one_that_it_imports(
    account: Any, forked: list[bool], module: str
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.py", f"import {module}\ndef handler(event, context):\n    return {module}.mine")
        archive.writestr(f"{module}.py", "mine = True")
    created = account.client("lambda").create_function(
        FunctionName=account.name(),
        Role=account.role("lambda.amazonaws.com"),
        Runtime="python3.13",
        Handler="index.handler",
        Code={"ZipFile": file.getvalue()},
    )
    assert _invoke(account, created["FunctionArn"]) is True
    assert forked == [False]


@pytest.mark.parametrize(
    ("variables", "expression", "expected", "is_forked"),
    [
        ({"TZ": "Asia/Tokyo"}, "time.tzname[0]", "JST", True),
        ({"LANG": "C"}, "sys.stdout.errors", "surrogateescape", False),
    ],
)
def test_a_variable_of_the_function_s_is_heeded(
    account: Any, forked: list[bool], *, variables: dict[str, str], expression: str, expected: str, is_forked: bool
) -> None:
    code = f"import sys, time\ndef handler(event, context):\n    return {expression}"
    assert _invoke(account, account.function(code, Environment={"Variables": variables})) == expected
    assert forked == [is_forked]


def test_functions_run_after_what_forked_them_was_killed(account: Any) -> None:
    function = account.function("import os\ndef handler(event, context):\n    return [os.getpid(), os.getppid()]")
    before, server = _invoke(account, function)
    assert server != os.getpid()
    os.kill(server, signal.SIGKILL)
    account.until(lambda: not any(each.is_alive for each in _idle(account) if each.pid == before))
    after, _ = _invoke(account, function)
    assert after != before


def _idle(account: Any) -> list[Any]:
    return [process for idle in account.sandbox.functions._idle.values() for process in idle]


def test_a_process_that_ended_is_waited_for_once_and_killed_without_harm(account: Any) -> None:
    function = account.function("import os\ndef handler(event, context):\n    return os.getpid()")
    pid = _invoke(account, function)
    [process] = [each._process for each in _idle(account) if each.pid == pid]
    assert isinstance(process, ForkedProcess)
    assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.05)
    process.kill()
    assert process.wait(5) == process.wait() == process.poll() == -signal.SIGKILL
    process.kill()
