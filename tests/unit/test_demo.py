"""`make demo` ends with the answer, and is short where no person watches."""

from __future__ import annotations

import io
import json
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from examples import demo

OUTPUTS = {
    "InstanceRecommendation": {"JobName": "first"},
    "LoadTest": {"JobName": "second"},
    "Hosting": {"EndpointConfigName": "config", "InstanceType": "ml.c5.large"},
}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, ...]]:
    """What was run, in a world in which every command prints its name."""
    run: list[tuple[str, ...]] = []

    def answer(command: tuple[str, ...], *, stdout: Any, **_: Any) -> subprocess.CompletedProcess[str]:
        run.append(command)
        if "--outputs-file" in command:
            Path(command[-1]).write_text(json.dumps(OUTPUTS), encoding="utf-8")
        said = json.dumps({"Reasons": {"RealTime": f"{command[2]} wins."}}) if "json" in command else " ".join(command)
        if stdout is None:
            print(said)  # noqa: T201 -- as the command does
        return subprocess.CompletedProcess(command, 0, said, "")

    monkeypatch.setattr(demo, "PAGES", tmp_path / "pages")
    monkeypatch.setattr(subprocess, "run", answer)
    monkeypatch.setattr(urllib.request, "urlopen", lambda _: io.BytesIO(b'{"endpoints": []}'))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:1")
    return run


def test_the_winners_are_the_last_on_the_screen_after_a_quiet_destroy(
    commands: list[tuple[str, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert demo.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-4:-1] == [
        "InstanceRecommendation: first wins.",
        "LoadTest: second wins.",
        "Endpoint configuration config used ml.c5.large.",
    ]
    assert lines[-1].startswith("Look again: ")
    assert not [line for line in lines if line.startswith("cdk")]
    assert [command[2] for command in commands if command[0] == "cdk"] == ["synth", "bootstrap", "deploy", "destroy"]


@pytest.mark.usefixtures("commands")
def test_a_failing_step_shows_what_it_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(command: tuple[str, ...], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 3, "the output", "the error")

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(SystemExit) as ended:
        demo.main()
    assert ended.value.code == 3
    shown = capsys.readouterr()
    assert ("the output" in shown.out, "the error" in shown.err) == (True, True)
