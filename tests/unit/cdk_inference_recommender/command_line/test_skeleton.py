"""`inference-recommender skeleton`: sound but for what its user has to fill in."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.skeleton import SKELETONS
from cdk_inference_recommender.request import api_path, check_request
from cdk_inference_recommender.request.parse_document import DocumentFormat, parse_document

if TYPE_CHECKING:
    from pathlib import Path

FILLED = {
    "JobName": "bert",
    "RoleArn": "arn:aws:iam::123456789012:role/my-role",
    "InputConfig.ModelPackageVersionArn": "arn:aws:sagemaker:eu-west-1:123456789012:model-package/my-group/1",
}


def printed(capsys: pytest.CaptureFixture[str], *kind: str) -> Any:
    assert main(["skeleton", *kind]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("kind", SKELETONS)
class TestEverySkeleton:
    """Each kind of job."""

    def test_fails_for_its_placeholders_alone_and_says_what_they_must_be(
        self, kind: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        problems = check_request(printed(capsys, kind))
        assert {api_path(problem.path) for problem in problems} == set(FILLED)
        assert {problem.rule for problem in problems} == {"Placeholder"}
        file = tmp_path / "job.json"
        main(["skeleton", kind])
        file.write_text(capsys.readouterr().out)
        assert main(["validate", str(file)]) == 1
        out = capsys.readouterr().out
        assert "Put in its place the ARN of a model package version, ending in /<version>" in out
        assert out.splitlines()[-1] == f"3 problems in {file}"

    def test_is_sound_without_a_warning_once_they_are_filled_in(
        self, kind: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        document = printed(capsys, kind)
        document["JobName"], document["RoleArn"] = FILLED["JobName"], FILLED["RoleArn"]
        document["InputConfig"]["ModelPackageVersionArn"] = FILLED["InputConfig.ModelPackageVersionArn"]
        assert check_request(document) == []


def test_the_default_job_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys) == printed(capsys, "default") == SKELETONS["default"]


def test_what_each_is_for_shows(capsys: pytest.CaptureFixture[str]) -> None:
    assert [printed(capsys, kind)["JobType"] for kind in SKELETONS] == ["Default", *["Advanced"] * 3]
    assert "Phases" in printed(capsys, "advanced-phases")["InputConfig"]["TrafficPattern"]
    assert "Stairs" in printed(capsys, "advanced-stairs")["InputConfig"]["TrafficPattern"]
    assert "ServerlessConfig" in printed(capsys, "serverless")["InputConfig"]["EndpointConfigurations"][0]


@pytest.mark.parametrize("kind", SKELETONS)
def test_yaml_says_the_same(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skeleton", kind, "--generate-cli-skeleton", "yaml-input"]) == 0
    text = capsys.readouterr().out
    assert not text.startswith("{")
    assert parse_document(text, name="skeleton", document_format=DocumentFormat.YAML) == SKELETONS[kind]


@pytest.mark.parametrize("options", [[], ["--generate-cli-skeleton"], ["--generate-cli-skeleton", "input"]])
def test_json_is_the_default_as_in_the_aws_cli(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skeleton", *options]) == 0
    assert json.loads(capsys.readouterr().out) == SKELETONS["default"]


REQUEST: dict[str, Any] = {
    "JobName": "bert",
    "JobType": "Default",
    "RoleArn": FILLED["RoleArn"],
    "InputConfig": {"ModelPackageVersionArn": FILLED["InputConfig.ModelPackageVersionArn"]},
}
OUTPUT = ["skeleton", "--generate-cli-skeleton", "output"]


@pytest.mark.parametrize("option", ["--cli-input-json", "--cli-input-yaml"])
def test_a_sound_request_gets_the_sample_output_that_the_aws_cli_prints(
    option: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main([*OUTPUT, option, json.dumps(REQUEST)]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "DEFAULT_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    theirs = ["sagemaker", "create-inference-recommendations-job", "--cli-input-json", json.dumps(REQUEST)]
    theirs += ["--generate-cli-skeleton", "output", "--output", "json"]
    # That JSON has what the AWS CLI requires of options is no matter of this test.
    required = ["--job-name", "bert", "--job-type", "Default", "--role-arn", REQUEST["RoleArn"]]
    required += ["--input-config", json.dumps(REQUEST["InputConfig"])]
    # In a process of its own, since awscli puts a botocore of its own in the place of botocore.
    done = subprocess.run([sys.executable, "-m", "awscli", *theirs, *required], capture_output=True, check=True)
    assert json.loads(shown.out) == json.loads(done.stdout)


def test_an_unsound_request_gets_its_problems_instead(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*OUTPUT, "--cli-input-json", json.dumps(SKELETONS["default"])]) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines()[-1] == "3 problems in --cli-input-json"


def test_a_warning_goes_beside_the_sample_output(capsys: pytest.CaptureFixture[str]) -> None:
    request = {**REQUEST, "InputConfig": {**REQUEST["InputConfig"], "JobDurationInSeconds": 7200}}
    assert main([*OUTPUT, "--cli-input-json", json.dumps(request)]) == 0
    shown = capsys.readouterr()
    assert set(json.loads(shown.out)) == {"JobArn"}
    assert shown.err.splitlines()[-1] == "1 warning in --cli-input-json"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (OUTPUT, "--generate-cli-skeleton output checks a request. Give it with --cli-input-json or "),
        (["skeleton", "--cli-input-json", "{}"], "--cli-input-json and --cli-input-yaml are for --generate-cli-"),
    ],
)
def test_options_that_dont_go_together_are_one_line(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"inference-recommender: {reason}")
