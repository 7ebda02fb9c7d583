"""`inference-recommender skeleton`: sound but for what its user has to fill in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.skeleton import SKELETONS
from cdk_inference_recommender.request import api_path, check_request

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
