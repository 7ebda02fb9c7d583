"""A job is named by its name or its ARN, and by nothing else."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

import pytest

from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.aws_options import aws_options
from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.job_reference import JobReference, find_job
from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:inference-recommendations-job/bert"
COMMANDS = pytest.mark.parametrize("command", ["report", "stop"])


def test_an_arn_says_name_and_region() -> None:
    assert JobReference.parse(ARN) == JobReference(name="bert", region="eu-west-1", arn=ARN)
    assert JobReference.parse("bert-2") == JobReference(name="bert-2")


@COMMANDS
@pytest.mark.parametrize("name", ["my_job", "my job", "-job", "job-", "", "j" * 65, "ARN:aws"])
def test_a_name_that_is_none_is_refused_before_any_call(
    command: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--region", "eu-west-1", "--", name])
    assert ended.value.code == 2
    assert f"argument JOB: {name!r} is no job's name: it has at most 64 letters, digits" in capsys.readouterr().err


@COMMANDS
@pytest.mark.parametrize(
    "arn",
    [
        ARN.replace("inference-recommendations-job", "endpoint"),
        ARN.replace(":sagemaker:", ":s3:"),
        ARN.removesuffix("/bert"),
        f"{ARN}/1",
    ],
)
def test_an_arn_of_something_else_is_refused(command: str, arn: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([command, arn])
    assert f"argument JOB: {arn!r} is no job's ARN: it has the form arn:aws:sagemaker:" in capsys.readouterr().err


def _arguments(**given: Any) -> argparse.Namespace:
    defaults = {"job": JobReference.parse(ARN), **vars(aws_options().parse_args([]))}
    return argparse.Namespace(**(defaults | given))


def _answer(monkeypatch: pytest.MonkeyPatch, arn: str) -> None:
    def read_job(client: SageMakerClient, job_name: str) -> RecommendationsJob:
        assert (client.meta.region_name, job_name) == ("eu-west-1", "bert")
        return RecommendationsJob(description={"JobName": "bert", "JobArn": arn}, steps=[])

    monkeypatch.setattr("cdk_inference_recommender.command_line.job_reference.read_job", read_job)


def test_the_region_of_an_arn_is_where_the_job_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    _answer(monkeypatch, ARN)
    assert find_job(_arguments())[1].name == "bert"


def test_a_namesake_in_another_account_is_not_taken_for_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, ARN.replace("123456789012", "210987654321"))
    with pytest.raises(CommandError, match="the job of that name is arn:aws:sagemaker:eu-west-1:210987654321:"):
        find_job(_arguments())


def test_a_region_that_contradicts_the_arn_is_refused() -> None:
    with pytest.raises(CommandError, match=re.escape("The job is in eu-west-1, says its ARN, and --region is us-east")):
        find_job(_arguments(region="us-east-1"))


@COMMANDS
@pytest.mark.parametrize("address", ["foo", "localhost:4599", "http://localhost:99999"])
def test_an_address_that_is_none_is_one_line(
    command: str, address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert main([command, "bert", "--region", "eu-west-1", "--endpoint-url", address]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("inference-recommender: ")
    assert "Give --endpoint-url, or AWS_ENDPOINT_URL, a whole address such as http://localhost:8080." in line
