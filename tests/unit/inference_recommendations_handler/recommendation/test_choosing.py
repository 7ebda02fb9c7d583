from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from inference_recommendations_handler.protocol.contract import EndpointType, ObjectiveName
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from inference_recommendations_handler.protocol.property_values import number
from inference_recommendations_handler.protocol.response import MAX_RESPONSE_BYTES, Response, encode
from inference_recommendations_handler.recommendation.choosing import (
    Metrics,
    NoChoiceError,
    RecommendationResult,
    choose,
    measured,
    rank,
)
from inference_recommendations_handler.recommendation.job_results import JobResults
from inference_recommendations_handler.recommendation.recommendation import attributes
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

if TYPE_CHECKING:
    from collections.abc import Callable

NAN = float("nan")


def real_time(instance_type: str, *, count: Any = 1, recommendation_id: Any = "", **metrics: Any) -> Any:
    endpoint = {"EndpointName": "e", "VariantName": "v", "InstanceType": instance_type}
    return {
        "RecommendationId": recommendation_id or instance_type,
        "Metrics": {"CostPerHour": 1.0, "CostPerInference": 0.1, "MaxInvocations": 10, "ModelLatency": 5} | metrics,
        "EndpointConfiguration": endpoint | ({} if count is None else {"InitialInstanceCount": count}),
        "ModelConfiguration": {},
    }


def serverless(memory: int, **metrics: Any) -> Any:
    found = real_time("x", recommendation_id=f"s{memory}", **metrics)
    found["EndpointConfiguration"] = {"ServerlessConfig": {"MemorySizeInMB": memory, "MaxConcurrency": 5}}
    return found


def read(*recommendations: Any) -> list[RecommendationResult]:
    return list(JobResults.parse({"InferenceRecommendations": list(recommendations)}).candidates)


def best(recommendations: list[Any], objective: ObjectiveName = ObjectiveName.COST_PER_INFERENCE) -> str:
    chosen = choose(read(*recommendations), endpoint_type=EndpointType.REAL_TIME, objective=objective)
    return str(chosen.instance_type)


@pytest.mark.parametrize(
    ("objective", "worse", "better"),
    [
        (ObjectiveName.COST_PER_INFERENCE, 2.0, 1.0),
        (ObjectiveName.COST_PER_HOUR, 2.0, 1.0),
        (ObjectiveName.MODEL_LATENCY, 20, 10),
        (ObjectiveName.MAX_INVOCATIONS, 10, 20),
    ],
)
def test_each_objective_has_its_direction(objective: ObjectiveName, worse: float, better: float) -> None:
    found = [real_time("ml.a.large", **{objective: worse}), real_time("ml.z.large", **{objective: better})]
    assert best(found, objective) == "ml.z.large"


@pytest.mark.parametrize("absent", [NAN, "NaN", "nan", float("inf"), None, "", "many", 0, 0.0, "0", -1, -1e-9, True])
@pytest.mark.parametrize("objective", list(ObjectiveName))
def test_a_metric_without_a_value_never_wins(objective: ObjectiveName, absent: object) -> None:
    found = [real_time("ml.a.large", **{objective: absent}), real_time("ml.z.large", **{objective: 10**9})]
    assert best(found, objective) == "ml.z.large"


@pytest.mark.parametrize("objective", list(ObjectiveName))
@pytest.mark.parametrize("figure", [0, -5])
def test_where_nothing_is_above_zero_nothing_is_chosen(objective: ObjectiveName, figure: float) -> None:
    with pytest.raises(NoChoiceError, match=f"has a value for {objective}. Measured: .*{objective} -"):
        best([real_time("ml.a.large", **{objective: figure})], objective)


@pytest.mark.parametrize("figure", [0, -5, NAN])
def test_of_equal_ones_a_figure_that_cannot_be_never_decides(figure: float) -> None:
    found = [real_time("ml.a.large", CostPerHour=figure), real_time("ml.b.large", ModelLatency=7)]
    assert best(found) == "ml.b.large"
    found = [real_time("ml.a.large", ModelLatency=figure), real_time("ml.b.large", ModelLatency=7)]
    assert best(found) == "ml.b.large"


def test_of_the_other_metrics_only_negative_figures_are_none() -> None:
    (zero,) = read(real_time("ml.a.large", CpuUtilization=0, MemoryUtilization=0.0, ModelSetupTime=0))
    (negative,) = read(real_time("ml.a.large", CpuUtilization=-1, MemoryUtilization=-0.5, ModelSetupTime=-1))
    assert [zero.metrics.cpu_utilization, zero.metrics.memory_utilization, zero.metrics.model_setup_time] == [0, 0, 0]
    of_negative = negative.metrics
    assert of_negative.cpu_utilization is of_negative.memory_utilization is of_negative.model_setup_time is None


def test_ties_go_to_cost_an_hour_then_latency_then_the_name() -> None:
    found = [
        real_time("ml.d.large", CostPerHour=2.0),
        real_time("ml.c.large", ModelLatency=6),
        real_time("ml.b.large"),
        real_time("ml.a.large", CostPerHour=NAN),
    ]
    ranked = rank(read(*found), endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.COST_PER_INFERENCE)
    assert [each.instance_type for each in ranked] == ["ml.b.large", "ml.c.large", "ml.d.large", "ml.a.large"]


def test_of_equal_ones_the_instance_type_decides_before_the_result_s_id() -> None:
    assert best([real_time("ml.b", recommendation_id="1"), real_time("ml.a", recommendation_id="2")]) == "ml.a"


def test_a_real_time_result_has_no_memory_and_no_concurrency() -> None:
    (found,) = read(real_time("ml.a"))
    assert (found.memory_size_in_mb, found.max_concurrency) == (0, 0)


def test_the_services_order_never_decides() -> None:
    found = [real_time("ml.a.large", recommendation_id=str(number)) for number in range(5)]
    found = [found[index] for index in (3, 0, 4, 1, 2)]
    chosen = choose(read(*found), endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.MODEL_LATENCY)
    assert chosen.recommendation_id == "0"


def test_equal_results_of_one_instance_type_go_to_fewer_instances() -> None:
    found = [real_time("ml.a.large", count=2, recommendation_id="1"), real_time("ml.a.large", recommendation_id="2")]
    chosen = choose(read(*found), endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.MODEL_LATENCY)
    assert chosen.initial_instance_count == 1


@pytest.mark.parametrize(("first", "second"), [((2048, 5), (1024, 9)), ((1024, 9), (1024, 5))])
def test_equal_serverless_results_go_to_less_memory_then_to_less_concurrency(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    found = []
    for index, (memory, concurrency) in enumerate((first, second)):
        each = serverless(memory) | {"RecommendationId": str(index)}
        each["EndpointConfiguration"] = {"ServerlessConfig": {"MemorySizeInMB": memory, "MaxConcurrency": concurrency}}
        found.append(each)
    chosen = choose(read(*found), endpoint_type=EndpointType.SERVERLESS, objective=ObjectiveName.MODEL_LATENCY)
    assert (chosen.memory_size_in_mb, chosen.max_concurrency) == second


def test_of_equal_results_one_without_an_id_is_first() -> None:
    without, with_id = real_time("ml.a.large") | {"RecommendationId": None}, real_time("ml.a.large")
    with_id["RecommendationId"] = "A"
    ranked = rank(read(with_id, without), endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.COST_PER_HOUR)
    assert [each.recommendation_id for each in ranked] == [None, "A"]


def test_each_figure_is_read_from_its_own_member() -> None:
    figures = {
        "CostPerHour": 1,
        "CostPerInference": 2,
        "MaxInvocations": 3,
        "ModelLatency": 4,
        "CpuUtilization": 5,
        "MemoryUtilization": 6,
        "ModelSetupTime": 7,
    }
    (found,) = read(real_time("ml.a.large", **figures))
    assert found.metrics == Metrics(
        cost_per_hour=1,
        cost_per_inference=2,
        max_invocations=3,
        model_latency=4,
        model_latency_ms=4,
        cpu_utilization=5,
        memory_utilization=6,
        model_setup_time=7,
    )


def test_the_kinds_of_endpoint_are_kept_apart() -> None:
    found = [real_time("ml.a.large", CostPerInference=9.0), serverless(1024)]
    assert best(found) == "ml.a.large"


def test_nothing_fitting_says_what_was_measured() -> None:
    with pytest.raises(NoChoiceError, match=r"No RealTime .* serverless 1024 MB x 5 \(CostPerInference 0.1"):
        best([serverless(1024)])
    assert measured([]) == "nothing"


def test_a_recommendation_without_what_a_deployment_needs_is_left_out() -> None:
    broken = real_time("")
    assert best([broken, real_time("ml.a.large")]) == "ml.a.large"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"MemorySizeInMB": 1024},
        {"MaxConcurrency": 5},
        {"MemorySizeInMB": 0, "MaxConcurrency": 5},
        {"MemorySizeInMB": 1024, "MaxConcurrency": -1},
        {"MemorySizeInMB": "NaN", "MaxConcurrency": 5},
    ],
)
def test_half_a_serverless_configuration_is_left_out(given: dict[str, Any]) -> None:
    half = serverless(1024, CostPerInference=0.01)
    half["EndpointConfiguration"] = {"ServerlessConfig": given}
    assert read(half) == []
    found = [half, serverless(2048)]
    chosen = choose(read(*found), endpoint_type=EndpointType.SERVERLESS, objective=ObjectiveName.COST_PER_INFERENCE)
    assert chosen.memory_size_in_mb == 2048


@pytest.mark.parametrize(("count", "deployed"), [(None, 1), (0, 1), (-2, 1), (0.5, 1), ("NaN", 1), (3, 3), ("2", 2)])
def test_at_least_one_instance_is_deployed(count: Any, deployed: int) -> None:
    (found,) = read(real_time("ml.a.large", count=count))
    assert found.initial_instance_count == deployed


def test_the_inference_specification_and_the_compilation_job_are_kept() -> None:
    found = real_time("ml.a.large")
    found["ModelConfiguration"] = {"InferenceSpecificationName": "onnx", "CompilationJobName": "neo-1"}
    chosen = choose(read(found), endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.COST_PER_HOUR)
    data = attributes(chosen)
    assert (data["InferenceSpecificationName"], data["CompilationJobName"]) == ("onnx", "neo-1")


# The API takes five parameters of 64 characters (botocore, `CategoricalParameters`), each of one measured value of 128.
LONGEST: dict[str, Callable[[str], dict[str, str]]] = {
    "ASCII names": lambda value: {f"{number}{'N' * 63}": value * 128 for number in range(5)},
    "names alike": lambda value: {f"{number}{value * 63}": value * 128 for number in range(5)},
}


def responded(environment: dict[str, str]) -> dict[str, Any]:
    found = real_time("ml.a.large", count=None, recommendation_id="j" * 40 + "/" + "i" * 24)
    found["ModelConfiguration"] = {
        "EnvironmentParameters": [{"Key": k, "ValueType": "Categorical", "Value": v} for k, v in environment.items()]
    }
    chosen = choose(read(found), endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.COST_PER_HOUR)
    event = CustomResourceEvent.parse(
        {
            "RequestType": "Create",
            "RequestId": "r" * 36,
            "ResponseURL": RESPONSE_URL,
            "StackId": f"arn:aws:cloudformation:ap-southeast-1:123456789012:stack/{'s' * 40}/{'u' * 36}",
            "ResourceType": "Custom::InferenceRecommendation",
            "LogicalResourceId": "l" * 60,
        },
        now=0.0,
    )
    whole = Response(physical_resource_id="l" * 60, data=attributes(chosen), log_stream="g" * 60)
    body = encode(whole, event)[1]
    assert len(body) <= MAX_RESPONSE_BYTES
    response: dict[str, Any] = json.loads(body)
    return response


def test_a_serverless_result_with_one_concurrent_invocation_is_kept() -> None:
    given = serverless(1024)
    given["EndpointConfiguration"]["ServerlessConfig"]["MaxConcurrency"] = 1
    assert [found.max_concurrency for found in read(given)] == [1]


@pytest.mark.parametrize("value", ["x", "ä", "語", "\U0001f680", '"', "\\"])
def test_the_longest_environment_fits_into_the_response(value: str) -> None:
    environment = LONGEST["ASCII names"](value)
    response = responded(environment)
    assert response["Status"] == "SUCCESS"
    assert json.loads(response["Data"]["EnvironmentJson"]) == environment


@pytest.mark.parametrize(
    ("value", "status"), [("x", "SUCCESS"), ("ä", "SUCCESS"), ("語", "SUCCESS"), ("\U0001f680", "FAILED")]
)
def test_one_that_does_not_fit_says_what_to_shorten(value: str, status: str) -> None:
    response = responded(LONGEST["names alike"](value))
    assert response["Status"] == status
    assert status == "SUCCESS" or "shorten their names or values" in response["Reason"]


def test_a_short_environment_is_ascii_and_a_long_one_as_it_is() -> None:
    def environment_json(length: int) -> str:
        return str(responded({"K": "ä" * length})["Data"]["EnvironmentJson"])

    assert environment_json(248).isascii()
    assert not environment_json(249).isascii()


def test_attributes_are_texts_of_the_endpoints_kind() -> None:
    found = real_time("ml.a.large", count=None, CostPerInference=1.2e-05, CpuUtilization=NAN, CostPerHour=2.0)
    found["ModelConfiguration"] = {"EnvironmentParameters": [{"Key": "K", "ValueType": "string", "Value": '"ä"'}]}
    chosen = choose(read(found), endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.COST_PER_HOUR)
    assert attributes(chosen) == {
        "RecommendationId": "ml.a.large",
        "InferenceSpecificationName": "unavailable",
        "CompilationJobName": "unavailable",
        "EnvironmentJson": '{"K":"\\"\\u00e4\\""}',
        "CostPerHour": "2",
        "CostPerInference": "0.000012",
        "MaxInvocations": "10",
        "ModelLatency": "5",
        "ModelLatencyMs": "5",
        "CpuUtilization": "unavailable",
        "MemoryUtilization": "unavailable",
        "InstanceType": "ml.a.large",
        "InitialInstanceCount": "1",
    }


def test_serverless_attributes() -> None:
    chosen = choose(
        read(serverless(2048, ModelSetupTime=7)),
        endpoint_type=EndpointType.SERVERLESS,
        objective=ObjectiveName.COST_PER_HOUR,
    )
    found = attributes(chosen)
    assert (found["MemorySizeInMB"], found["MaxConcurrency"], found["ModelSetupTime"]) == ("2048", "5", "7")
    assert "InstanceType" not in found


def test_numbers() -> None:
    assert [*map(number, (1, "2.5", True, "NaN", None, ()))] == [1.0, 2.5, None, None, None, None]
