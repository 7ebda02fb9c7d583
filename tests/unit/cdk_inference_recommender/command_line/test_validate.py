"""`inference-recommender validate`: exit codes, and what is printed where."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cdk_inference_recommender.command_line import main

if TYPE_CHECKING:
    from pathlib import Path

SOUND: dict[str, Any] = {
    "JobName": "bert",
    "JobType": "Default",
    "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
    "InputConfig": {"ModelPackageVersionArn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1"},
}
WARNED: dict[str, Any] = {**SOUND, "InputConfig": {**SOUND["InputConfig"], "JobDurationInSeconds": 7200}}
BROKEN: dict[str, Any] = {**WARNED, "JobNme": "x", "JobType": "default"}


ESTIMATE = (
    "Estimate: unknown. Missing: prices of eu-west-1: run inference-recommender estimate --refresh --region eu-west-1."
)


@pytest.fixture(autouse=True)
def no_prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "job.json"


def test_a_sound_document_is_said_to_be_sound(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(SOUND))
    assert main(["validate", str(file)]) == 0
    assert capsys.readouterr().out == f"No problem in {file}\n{ESTIMATE}\n"


def test_warnings_alone_are_no_failure(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(WARNED))
    assert main(["validate", str(file)]) == 0
    (warning, total, _) = capsys.readouterr().out.splitlines()
    assert warning.startswith("warning: InputConfig.JobDurationInSeconds = 7200: a Default job may not take ")
    assert total == f"1 warning in {file}"


def test_strict_takes_warnings_for_errors(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(WARNED))
    assert main(["validate", "--strict", str(file)]) == 1
    (error, total) = capsys.readouterr().out.splitlines()
    assert error.startswith("error: InputConfig.JobDurationInSeconds = 7200: ")
    assert total == f"1 problem in {file}"


def test_errors_come_first_and_the_sum_last(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    existing = {**BROKEN["InputConfig"], "Endpoints": [{"EndpointName": "live"}]}
    file.write_text(json.dumps({**BROKEN, "InputConfig": existing, "Tags": [{"Key": "aws:x", "Value": ""}]}))
    assert main(["validate", str(file)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines[:-1]] == ["error", "error", "error", "warning"]
    assert lines[-1] == f"3 problems, 1 warning in {file}"


def test_a_problem_says_place_value_rule_remedy_and_source(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps({**SOUND, "StoppingConditions": {"MaxInvocations": 5}}))
    main(["validate", str(file)])
    assert capsys.readouterr().out.splitlines()[0] == (
        "error: StoppingConditions = {'MaxInvocations': 5}: a Default job takes no InputConfig.TrafficPattern, "
        "InputConfig.EndpointConfigurations, InputConfig.ResourceLimit or StoppingConditions. "
        "Remove it, or make the job Advanced. (DefaultJobWithoutLoadTest; flytekit's SageMaker Inference Recommender "
        "plugin (a third party) reports that they are rejected; SageMaker Python SDK, Model.right_size sends them "
        "for Advanced jobs only)"
    )


def test_a_near_miss_is_guessed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(BROKEN))
    main(["validate", str(file)])
    out = capsys.readouterr().out
    assert "Did you mean JobName?" in out
    assert "Did you mean Default?" in out


def test_name_and_role_are_required(file: Path) -> None:
    file.write_text(json.dumps({name: value for name, value in SOUND.items() if name != "RoleArn"}))
    assert main(["validate", str(file)]) == 1


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(WARNED).encode())))
    assert main(["validate", "-"]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["1 warning in standard input", ESTIMATE]


def test_json_is_for_programs(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(WARNED))
    assert main(["validate", "--output", "json", str(file)]) == 0
    (problem,) = json.loads(capsys.readouterr().out)["Problems"]
    assert problem.pop("Source")
    assert problem == {
        "Rule": "DefaultJobDuration",
        "Severity": "WARNING",
        "Path": "InputConfig.JobDurationInSeconds",
        "Value": 7200,
        "Message": "a Default job may not take InputConfig.JobDurationInSeconds",
        "Remedy": "Remove it if the service rejects it",
    }


YAML = """
JobName: bert
JobType: Default
RoleArn: arn:aws:iam::123456789012:role/sagemaker
InputConfig:
  ModelPackageVersionArn: arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1
  JobDurationInSeconds: 7200
"""


@pytest.mark.parametrize("name", ["job.yaml", "job.YML"])
def test_yaml_is_known_by_the_file_s_name(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / name
    file.write_text(YAML)
    assert main(["validate", str(file)]) == 0
    (warning, total, _) = capsys.readouterr().out.splitlines()
    assert warning.startswith("warning: InputConfig.JobDurationInSeconds = 7200: ")
    assert total == f"1 warning in {file}"


def test_a_file_uri_is_a_path_as_in_the_aws_cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "job.json").write_text(json.dumps(WARNED))
    (tmp_path / "job.yaml").write_text(YAML)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JOBS", str(tmp_path))
    for text, file in {
        "file://job.json": "job.json",
        f"file://{tmp_path}/job.json": str(tmp_path / "job.json"),
        "file://~/job.yaml": str(tmp_path / "job.yaml"),
        "file://$JOBS/job.yaml": str(tmp_path / "job.yaml"),
        "fileb://job.json": "job.json",
    }.items():
        option = f"--cli-input-{file.rpartition('.')[2]}"
        for arguments in ([text], [option, text]):
            assert main(["validate", *arguments]) == 0
            assert capsys.readouterr().out.splitlines()[-2:] == [f"1 warning in {file}", ESTIMATE]


def test_the_option_says_the_format_of_a_text_a_file_and_standard_input(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(YAML)
    for parameter, name in {YAML: "--cli-input-yaml", f"file://{file}": str(file), "-": "standard input"}.items():
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(YAML.encode())))
        assert main(["validate", "--cli-input-yaml", parameter]) == 0
        assert capsys.readouterr().out.splitlines()[-2:] == [f"1 warning in {name}", ESTIMATE]
    assert main(["validate", "--cli-input-json", json.dumps(WARNED)]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["1 warning in --cli-input-json", ESTIMATE]
    assert main(["validate", "--cli-input-json", f"file://{file}"]) == 2
    assert f"{file}, line 2, column 1: this isn't JSON: " in capsys.readouterr().err


def test_a_path_where_a_text_is_meant_is_distinguished(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("{}")
    assert main(["validate", "--cli-input-json", str(file)]) == 2
    assert capsys.readouterr().err == (
        f"inference-recommender: --cli-input-json takes JSON text. For the file, give --cli-input-json file://{file}\n"
    )


@pytest.mark.parametrize(
    "arguments", [[], ["job.json", "--cli-input-json", "{}"], ["--cli-input-yaml", "{}", "--cli-input-json", "{}"]]
)
def test_one_document_is_checked(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["validate", *arguments])
    assert ended.value.code == 2


def test_a_query_and_text_are_for_scripts(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(json.dumps(BROKEN))
    assert main(["validate", str(file), "--query", "Problems[?Severity=='ERROR'].Path", "--output", "text"]) == 1
    assert capsys.readouterr().out == "JobType\tJobNme\n"
    file.write_text(json.dumps(WARNED))
    assert main(["validate", str(file), "--query", "Problems[?Severity=='WARNING'].Rule", "--output", "text"]) == 0
    assert capsys.readouterr().out == "DefaultJobDuration\n"


@pytest.mark.parametrize("text", ["1e999", "-1e999"])
def test_a_number_out_of_range_is_one_line(file: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(f'{{"JobName": {text}}}')
    assert main(["validate", "--output", "json", str(file)]) == 2
    assert capsys.readouterr().err == f"inference-recommender: {file}: {text} is out of range. Write another number.\n"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{\n  "JobName": "x",\n}', "line 3, column 1: this isn't JSON: Expecting property name"),
        (b"", "line 1, column 1: this isn't JSON: Expecting value. Correct it there."),
        (b'{"JobName": "\xff"}', "byte 13: this isn't UTF-8. Save it as UTF-8."),
        (b'{"JobName": 1, "JobName": 2}', ": the member JobName stands twice in one object. Remove all but one."),
        (b'{"JobName": NaN}', ": NaN is no JSON. Write a number."),
        (b"[" * 100_000, ": it is nested too deeply for a request."),
        (b'{"a":' * 500 + b"1" + b"}" * 500, ": it is nested too deeply for a request."),
    ],
)
def test_what_isnt_json_is_reported_in_one_line(
    file: Path, capsys: pytest.CaptureFixture[str], content: bytes, complaint: str
) -> None:
    file.write_bytes(content)
    assert main(["validate", str(file)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"inference-recommender: {file}")
    assert complaint in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(("name", "reason"), [("nowhere.json", "No such file"), (".", "Is a directory")])
def test_what_cant_be_read_is_reported_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, reason: str
) -> None:
    assert main(["validate", str(tmp_path / name)]) == 2
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("[]", "request = []: must be a structure. Write a structure, not a list."),
        ("null", "request: must be a structure. Write a structure, not null."),
    ],
)
def test_json_that_is_no_request_is_a_problem(
    file: Path, capsys: pytest.CaptureFixture[str], content: str, complaint: str
) -> None:
    file.write_text(content)
    assert main(["validate", str(file)]) == 1
    assert complaint in capsys.readouterr().out


def test_a_byte_order_mark_does_no_harm(file: Path) -> None:
    file.write_text(json.dumps(SOUND), encoding="utf-8-sig")
    assert main(["validate", str(file)]) == 0
