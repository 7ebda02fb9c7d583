from __future__ import annotations

from typing import Any

import pytest

from inference_recommendations_handler.choosing import NoChoiceError, choose, measured, number, rank
from inference_recommendations_handler.contract import EndpointType, ObjectiveName
from inference_recommendations_handler.recommendation import attributes

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


def best(recommendations: list[Any], objective: ObjectiveName = ObjectiveName.COST_PER_INFERENCE) -> str:
    chosen = choose(recommendations, endpoint_type=EndpointType.REAL_TIME, objective=objective, version="1")
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


@pytest.mark.parametrize("absent", [NAN, "NaN", "nan", float("inf"), None, "", "many"])
@pytest.mark.parametrize("objective", list(ObjectiveName))
def test_a_metric_without_a_value_never_wins(objective: ObjectiveName, absent: object) -> None:
    found = [real_time("ml.a.large", **{objective: absent}), real_time("ml.z.large", **{objective: 10**9})]
    assert best(found, objective) == "ml.z.large"


def test_ties_go_to_cost_an_hour_then_latency_then_the_name() -> None:
    found = [
        real_time("ml.d.large", CostPerHour=2.0),
        real_time("ml.c.large", ModelLatency=6),
        real_time("ml.b.large"),
        real_time("ml.a.large", CostPerHour=NAN),
    ]
    ranked = rank(found, endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.COST_PER_INFERENCE, version="1")
    assert [each.instance_type for each in ranked] == ["ml.b.large", "ml.c.large", "ml.d.large", "ml.a.large"]


def test_the_services_order_never_decides() -> None:
    found = [real_time("ml.a.large", recommendation_id=str(number)) for number in range(5)]
    found = [found[index] for index in (3, 0, 4, 1, 2)]
    chosen = choose(found, endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.MODEL_LATENCY, version="1")
    assert chosen.recommendation_id == "0"


def test_the_kinds_of_endpoint_are_kept_apart() -> None:
    found = [real_time("ml.a.large", CostPerInference=9.0), serverless(1024)]
    assert best(found) == "ml.a.large"


def test_nothing_fitting_says_what_was_measured() -> None:
    with pytest.raises(NoChoiceError, match=r"No RealTime .* serverless 1024 MB x 5 \(CostPerInference 0.1"):
        best([serverless(1024)])
    assert measured([]) == "nothing"


def test_a_rule_that_is_unknown_chooses_nothing() -> None:
    with pytest.raises(NoChoiceError, match="rule '3'"):
        choose([], endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.COST_PER_HOUR, version="3")


def test_a_recommendation_without_what_a_deployment_needs_is_left_out() -> None:
    broken = real_time("")
    assert best([broken, real_time("ml.a.large")]) == "ml.a.large"


def test_attributes_are_texts_of_the_endpoints_kind() -> None:
    found = real_time("ml.a.large", count=None, CostPerInference=1.2e-05, CpuUtilization=NAN, CostPerHour=2.0)
    found["ModelConfiguration"] = {"EnvironmentParameters": [{"Key": "K", "ValueType": "string", "Value": '"ä"'}]}
    chosen = choose([found], endpoint_type=EndpointType.REAL_TIME, objective=ObjectiveName.COST_PER_HOUR, version="1")
    assert attributes(chosen) == {
        "RecommendationId": "ml.a.large",
        "InferenceSpecificationName": "unavailable",
        "CompilationJobName": "unavailable",
        "EnvironmentJson": '{"K":"\\"\\u00e4\\""}',
        "CostPerHour": "2",
        "CostPerInference": "0.000012",
        "MaxInvocations": "10",
        "ModelLatency": "5",
        "CpuUtilization": "unavailable",
        "MemoryUtilization": "unavailable",
        "InstanceType": "ml.a.large",
        "InitialInstanceCount": "1",
    }


def test_serverless_attributes() -> None:
    chosen = choose(
        [serverless(2048, ModelSetupTime=7)],
        endpoint_type=EndpointType.SERVERLESS,
        objective=ObjectiveName.COST_PER_HOUR,
        version="1",
    )
    found = attributes(chosen)
    assert (found["MemorySizeInMB"], found["MaxConcurrency"], found["ModelSetupTime"]) == ("2048", "5", "7")
    assert "InstanceType" not in found


def test_numbers() -> None:
    assert [*map(number, (1, "2.5", True, "NaN", None, ()))] == [1.0, 2.5, None, None, None, None]
