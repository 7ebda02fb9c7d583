"""What a job would cost before it runs, from prices that are real."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st

from cdk_inference_recommender.command_line import main
from cdk_inference_recommender.command_line.estimate import estimate
from cdk_inference_recommender.command_line.estimate.estimate import estimate_sentence
from cdk_inference_recommender.command_line.estimate.price_list import read_price_list
from cdk_inference_recommender.cost.job_estimate import JobEstimate
from cdk_inference_recommender.cost.price_file import Price
from tests.unit.cdk_inference_recommender.command_line.finished_jobs import job, recommendation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cdk_inference_recommender.command_line.recommendations_job import RecommendationsJob

PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/bert/1"
DEFAULT: dict[str, Any] = {
    "JobName": "bert",
    "JobType": "Default",
    "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
    "InputConfig": {"ModelPackageVersionArn": PACKAGE},
}
PHASES = {"TrafficType": "PHASES", "Phases": [{"InitialNumberOfUsers": 1, "SpawnRate": 1, "DurationInSeconds": 600}]}


def advanced(*configurations: dict[str, Any], limit: int | None = None, **members: Any) -> dict[str, Any]:
    input_config = {
        "ModelPackageVersionArn": PACKAGE,
        "EndpointConfigurations": list(configurations),
        "JobDurationInSeconds": 7200,
        "TrafficPattern": PHASES,
        **({"ResourceLimit": {"MaxNumberOfTests": limit, "MaxParallelOfTests": 1}} if limit else {}),
        **members,
    }
    return {**DEFAULT, "JobType": "Advanced", "InputConfig": input_config}


def on(instance_type: str, *values: Sequence[str]) -> dict[str, Any]:
    ranges = [{"Name": f"N{place}", "Value": list(each)} for place, each in enumerate(values)]
    environment = {"EnvironmentParameterRanges": {"CategoricalParameterRanges": ranges}} if ranges else {}
    return {"InstanceType": instance_type, **environment}


def priced(**prices: float) -> dict[str, Price]:
    return {
        f"ml.{name}.large": Price(dollars_per_hour=price, date="2026-03-01", source="AWS Price List")
        for name, price in prices.items()
    }


def estimated(request: Mapping[str, Any], *, region: str | None = "eu-west-1", **prices: float) -> JobEstimate:
    return JobEstimate.of(request, region=region, prices=priced(**prices))


def test_an_advanced_job_has_an_upper_bound() -> None:
    found = estimated(advanced(on("ml.c5.large"), on("ml.m5.large")), c5=0.1, m5=0.25)
    assert estimate_sentence(found) == (
        "Estimate: at most 0.700 USD, 2 tests of at most 2 h 00 min in eu-west-1, at prices of 2026-03-01. Not "
        "included: the start of endpoints, what sends the requests, storage, data transfer."
    )


def test_each_combination_of_environment_values_is_a_test_up_to_the_limit() -> None:
    configurations = (on("ml.c5.large", "12", "123"), on("ml.m5.large"))
    assert estimated(advanced(*configurations), c5=0.1, m5=0.25).highest == pytest.approx(2 * (6 * 0.1 + 0.25))
    assert estimated(advanced(*configurations, limit=2), c5=0.1, m5=0.25).highest == pytest.approx(2 * (0.1 + 0.25))


def test_without_the_jobs_duration_a_test_lasts_as_long_as_its_traffic() -> None:
    request = advanced(on("ml.c5.large"))
    del request["InputConfig"]["JobDurationInSeconds"]
    assert estimated(request, c5=0.6).highest == pytest.approx(0.1)
    request["InputConfig"]["TrafficPattern"] = {
        "TrafficType": "STAIRS",
        "Stairs": {"DurationInSeconds": 600, "NumberOfSteps": 3, "UsersPerStep": 1},
    }
    assert estimated(request, c5=0.6).highest == pytest.approx(0.3)


def test_serverless_tests_are_named_as_left_out() -> None:
    serverless = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
    found = estimated(advanced(on("ml.c5.large"), serverless), c5=0.1)
    assert found.left_out[-1] == "serverless tests"
    assert estimated(advanced(serverless), c5=0.1).missing


def test_a_default_job_has_a_range() -> None:
    sentence = estimate_sentence(estimated(DEFAULT, c5=0.4, m5=0.8))
    assert sentence.startswith(
        "Estimate: 0.300 to 0.600 USD, for each instance type that the service selects, 45 min in eu-west-1, at prices "
    )
    container = {"SupportedInstanceTypes": ["ml.c5.large", "ml.m5.large"]}
    named = {**DEFAULT, "InputConfig": {"ModelName": "bert", "ContainerConfig": container}}
    found = estimated(named, c5=0.4, m5=0.8, p4=40)
    assert found.lowest == pytest.approx(0.3)
    assert found.highest == pytest.approx(0.9)


def test_what_is_missing_is_named_and_no_figure_is_invented() -> None:
    found = estimated(advanced(on("ml.c5.large"), on("ml.m5.large"), on("ml.a1.large")), c5=0.1)
    assert (found.lowest, found.highest) == (None, None)
    assert estimate_sentence(found) == (
        "Estimate: unknown. Missing: the price of ml.a1.large, ml.m5.large in eu-west-1: run inference-recommender "
        "estimate --refresh --region eu-west-1."
    )
    assert "Missing: the Region" in estimate_sentence(estimated(DEFAULT, region=None))
    assert "Missing: prices of eu-west-1" in estimate_sentence(estimated(DEFAULT))


@given(
    st.lists(st.sampled_from(["c5", "m5", "p4"]), min_size=1, max_size=6),
    st.integers(1, 10),
    st.integers(600, 18_000),
    st.fixed_dictionaries({name: st.floats(0.01, 50) for name in ("c5", "m5", "p4")}),
)
def test_the_bound_is_never_below_any_tests_that_the_limit_allows(
    names: list[str], limit: int, seconds: int, prices: dict[str, float]
) -> None:
    request = advanced(*(on(f"ml.{name}.large") for name in names), limit=limit, JobDurationInSeconds=seconds)
    found = JobEstimate.of(request, region="eu-west-1", prices=priced(**prices))
    assert found.highest is not None
    assert found.highest >= sum(prices[name] for name in names[:limit]) * seconds / 3600 * (1 - 1e-9)
    assert math.isclose(found.highest, sum(sorted(prices[name] for name in names)[-limit:]) * seconds / 3600)


def product(price: str, unit: str = "Hrs", **attributes: str) -> str:
    dimensions = {"x.y.z": {"unit": unit, "pricePerUnit": {"USD": price}}}
    terms = {"OnDemand": {"x.y": {"priceDimensions": dimensions}}}
    return json.dumps({"product": {"attributes": attributes}, "terms": terms})


PRICE_LIST = [
    product("0.1", instanceName="ml.c5.large", component="Hosting"),
    product("0.2", instanceName="ml.m5.large", platoinstancetype="Hosting"),
    product("0.3", instanceType="ml.m4.large-Hosting"),
    product("0.31", instanceType="ml.m4.large-Hosting"),
    product("9", instanceName="ml.c5.large", component="Training"),
    product("9", instanceName="ml.c5.large", component="Hosting", unit="GB"),
    product("0", instanceName="ml.g5.large", component="Hosting"),
    product("9", instanceName="other", component="Hosting"),
    json.dumps({"product": {"attributes": {"instanceName": "ml.r5.large", "component": "Hosting"}}, "terms": {}}),
]
READ = {"ml.c5.large": 0.1, "ml.m5.large": 0.2, "ml.m4.large": 0.31}


@pytest.fixture
def price_list(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    client = boto3.client("pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    stubber = Stubber(client)
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"}]
    expected = {"ServiceCode": "AmazonSageMaker", "Filters": filters}
    stubber.add_response("get_products", {"PriceList": PRICE_LIST[:3], "NextToken": "more"}, expected)
    stubber.add_response("get_products", {"PriceList": PRICE_LIST[3:]}, {**expected, "NextToken": "more"})
    monkeypatch.setattr(estimate, "aws_client", lambda *_, **__: client)
    stubber.activate()
    return stubber


@pytest.fixture
def prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    return tmp_path / "cdk-inference-recommender" / "prices.json"


def test_the_price_list_is_read_for_hosting_only(price_list: Stubber) -> None:
    assert read_price_list(price_list.client, "eu-west-1") == READ
    price_list.assert_no_pending_responses()


@pytest.mark.usefixtures("price_list")
def test_refreshed_prices_are_dated_and_used(prices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps(advanced(on("ml.c5.large"))))
    assert main(["estimate", str(file)]) == 1
    assert "Missing: the price of ml.c5.large in eu-west-1" in capsys.readouterr().out
    assert main(["estimate", str(file), "--refresh"]) == 0
    lines = capsys.readouterr().out.splitlines()
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert lines[0] == f"3 prices of eu-west-1 are in {prices}"
    assert lines[1].startswith(
        "Estimate: at most 0.200 USD, 1 test of at most 2 h 00 min in eu-west-1, at prices of 20"
    )
    stored = json.loads(prices.read_text())["Prices"]["eu-west-1"]
    assert stored["ml.c5.large"] == {"CostPerHour": 0.1, "Date": today, "Source": "AWS Price List"}
    assert main(["validate", str(file)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == lines[1]
    assert main(["estimate", str(file), "--query", "Highest"]) == 0
    assert capsys.readouterr().out == "0.2\n"


def from_job(monkeypatch: pytest.MonkeyPatch, found: RecommendationsJob) -> int:
    client = boto3.client("sagemaker", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    monkeypatch.setattr(estimate, "find_job", lambda _: (client, found))
    return main(["estimate", "--from-job", "job"])


def test_a_finished_job_fills_the_file(prices: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_job(monkeypatch, job(recommendation("ml.c5.large", cost_per_hour=0.5))) == 0
    assert from_job(monkeypatch, job(recommendation("ml.m5.large", cost_per_hour=0.7))) == 0
    stored = json.loads(prices.read_text())["Prices"]["eu-west-1"]
    assert {name: (each["CostPerHour"], each["Source"]) for name, each in stored.items()} == {
        "ml.c5.large": (0.5, "job job"),
        "ml.m5.large": (0.7, "job job"),
    }


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (job(recommendation(identifier="job/sim1")), "The local AWS made up the prices of job."),
        (job(), "job has no results with a price."),
    ],
)
def test_prices_that_are_made_up_or_missing_are_not_stored(
    prices: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    found: RecommendationsJob,
    said: str,
) -> None:
    assert from_job(monkeypatch, found) == 2
    assert said in capsys.readouterr().err
    assert not prices.exists()


FOREIGN_FILES = (
    "",
    "[]",
    '{"Version": 2}',
    '{"Version": 1, "Prices": {"x": {"y": {}}}}',
    '{"Version": 1, "Prices": {"x": {"y": {"CostPerHour": 0, "Date": "2026-03-01", "Source": "z"}}}}',
    "\x00",
)


@pytest.mark.parametrize("content", FOREIGN_FILES)
def test_a_file_that_is_none_is_one_line(
    prices: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    prices.parent.mkdir()
    prices.write_text(content)
    file = tmp_path / "job.json"
    file.write_text(json.dumps(DEFAULT))
    assert main(["estimate", str(file)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"inference-recommender: {prices} ")
    assert line.endswith(". Delete it and refresh, or give --prices another path.")


def test_a_file_that_cant_be_read_or_written_is_one_line(
    prices: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps(DEFAULT))
    prices.mkdir(parents=True)
    assert main(["estimate", str(file)]) == 2
    assert f"inference-recommender: {prices} can't be read: Is a directory." in capsys.readouterr().err
    prices.rmdir()
    prices.with_name(f"{prices.name}.partial").mkdir()
    assert from_job(monkeypatch, job(recommendation())) == 2
    assert f"{prices} can't be written: Is a directory. Give --prices another path." in capsys.readouterr().err


@pytest.mark.usefixtures("prices")
def test_an_invalid_request_is_not_estimated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "job.json"
    file.write_text(json.dumps({"JobName": 5}))
    assert main(["estimate", str(file)]) == 2
    assert f"Run: inference-recommender validate {file}" in capsys.readouterr().err
    assert main(["estimate"]) == 2
    assert "There is nothing to estimate." in capsys.readouterr().err


@pytest.mark.usefixtures("prices")
def test_a_refresh_needs_a_region(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "--refresh"]) == 2
    assert "No AWS Region is configured." in capsys.readouterr().err
