from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference_recommendations_handler.protocol.contract import ConstraintProperty, EndpointType, ObjectiveName
from inference_recommendations_handler.protocol.custom_resource_event import CustomResourceEvent
from inference_recommendations_handler.protocol.response import MAX_RESPONSE_BYTES, Response, encode
from inference_recommendations_handler.recommendation.choosing import NoChoiceError, RecommendationResult, choose
from inference_recommendations_handler.recommendation.constraints import Constraints, choose_within
from inference_recommendations_handler.recommendation.job_results import JobResults
from tests.unit.inference_recommendations_handler.response_url import RESPONSE_URL

METRIC_OF = {
    "MaxCostPerHour": "CostPerHour",
    "MaxCostPerInference": "CostPerInference",
    "MaxModelLatency": "ModelLatency",
    "MaxCpuUtilization": "CpuUtilization",
    "MaxMemoryUtilization": "MemoryUtilization",
    "MinInvocations": "MaxInvocations",
}
BASELINE = [{"Metrics": {"MaxInvocations": 100, "ModelLatency": 80}, "EndpointInfo": {"EndpointName": "now"}}]


def result(instance_type: str, **metrics: Any) -> dict[str, Any]:
    figures = {
        "CostPerHour": 1.0,
        "CostPerInference": 0.1,
        "MaxInvocations": 10,
        "ModelLatency": 5,
        "CpuUtilization": 50.0,
        "MemoryUtilization": 50.0,
    }
    return {
        "RecommendationId": instance_type,
        "Metrics": figures | metrics,
        "EndpointConfiguration": {"InstanceType": instance_type, "InitialInstanceCount": 1},
        "ModelConfiguration": {},
    }


def results_of(found: list[dict[str, Any]], performances: list[dict[str, Any]] | None = None) -> JobResults:
    return JobResults.parse({"InferenceRecommendations": found, "EndpointPerformances": performances})


def chosen(
    found: list[dict[str, Any]],
    constraints: dict[str, Any],
    *,
    objective: ObjectiveName = ObjectiveName.COST_PER_INFERENCE,
    performances: list[dict[str, Any]] | None = None,
    endpoint_type: EndpointType = EndpointType.REAL_TIME,
) -> RecommendationResult:
    results = results_of(found, performances)
    return choose_within(
        results.candidates,
        constraints=Constraints.parse(constraints, existing_endpoints=results.existing_endpoints),
        endpoint_type=endpoint_type,
        objective=objective,
    )


def reason(found: list[dict[str, Any]], constraints: dict[str, Any], **arguments: Any) -> str:
    with pytest.raises(NoChoiceError) as failure:
        chosen(found, constraints, **arguments)
    return str(failure.value)


@pytest.mark.parametrize(("constraint", "metric"), METRIC_OF.items())
def test_the_best_within_a_limit_wins(constraint: str, metric: str) -> None:
    beyond, within = (9, 30) if constraint.startswith("Min") else (31, 10)
    found = [result("ml.a.large", CostPerInference=0.01), result("ml.z.large")]
    found[0]["Metrics"][metric], found[1]["Metrics"][metric] = beyond, within
    assert chosen(found, {constraint: "10" if constraint.startswith("Min") else "30"}).instance_type == "ml.z.large"


@pytest.mark.parametrize("absent", [float("nan"), "NaN", None, "", "many", float("inf")])
@pytest.mark.parametrize(("constraint", "metric"), METRIC_OF.items())
def test_a_metric_without_a_value_meets_no_limit_of_it(constraint: str, metric: str, absent: object) -> None:
    objective = ObjectiveName.COST_PER_HOUR if metric == "ModelLatency" else ObjectiveName.MODEL_LATENCY
    message = reason([result("ml.a.large", **{metric: absent})], {constraint: "1000000"}, objective=objective)
    assert f"{metric} unavailable" in message


def test_a_limit_is_met_exactly_and_a_float_of_32_bits_beyond_it() -> None:
    assert chosen([result("ml.a.large", CostPerHour=0.7360000014305115)], {"MaxCostPerHour": "0.736"})
    assert chosen([result("ml.a.large", MaxInvocations=10)], {"MinInvocations": "10"})
    assert "above 0.736" in reason([result("ml.a.large", CostPerHour=0.7361)], {"MaxCostPerHour": "0.736"})


def test_families_are_allowed_or_excluded() -> None:
    found = [result("ml.c5.large", CostPerInference=0.01), result("ml.c5d.large", CostPerInference=0.02)]
    assert chosen(found, {"AllowedInstanceFamilies": ["c5d", "m5"]}).instance_type == "ml.c5d.large"
    assert chosen(found, {"ExcludedInstanceFamilies": ["c5"]}).instance_type == "ml.c5d.large"
    assert "1 x ml.c5.large: family c5 isn't allowed" in reason(found, {"AllowedInstanceFamilies": ["m5"]})
    assert "1 x ml.c5d.large: family c5d is excluded" in reason(found, {"ExcludedInstanceFamilies": ["c5", "c5d"]})


@pytest.mark.parametrize(
    ("constraint", "metric", "worse", "better"),
    [("MinInvocationsGain", "MaxInvocations", 149, 150), ("MinModelLatencyGain", "ModelLatency", 54, 53)],
)
def test_a_gain_is_over_the_existing_endpoint(constraint: str, metric: str, worse: float, better: float) -> None:
    fits, fails = [result("ml.a.large", **{metric: better})], [result("ml.a.large", **{metric: worse})]
    assert chosen(fits, {constraint: "1.5"}, performances=BASELINE)
    assert "existing endpoint's" in reason(fails, {constraint: "1.5"}, performances=BASELINE)


@pytest.mark.parametrize("performances", [[], [{}], [{"Metrics": {"MaxInvocations": "NaN", "ModelLatency": 0}}]])
@pytest.mark.parametrize("constraint", ["MinInvocationsGain", "MinModelLatencyGain"])
def test_a_gain_over_nothing_is_reported(constraint: str, performances: list[dict[str, Any]]) -> None:
    message = reason([result("ml.a.large")], {constraint: "2"}, performances=performances)
    assert "set the job's `existing_endpoint`" in message


def test_where_none_fits_each_is_listed_with_what_failed_by_how_much() -> None:
    found = [
        result("ml.far.large", CostPerHour=2.0, MaxInvocations=1),
        result("ml.near.large", CostPerHour=1.5, CostPerInference="NaN"),
    ]
    assert reason(found, {"MaxCostPerHour": "1", "MinInvocations": "5"}) == (
        "No RealTime recommendation meets the constraints (MaxCostPerHour 1, MinInvocations 5). Closest first: "
        "1 x ml.near.large: CostPerHour 1.5 is 0.5 (50.0%) above 1, "
        "CostPerInference unavailable, which is the objective, MaxInvocations 10 fits; "
        "1 x ml.far.large: CostPerHour 2 is 1 (100.0%) above 1, MaxInvocations 1 is 4 (80.0%) below 5. "
        "Loosen a constraint and deploy again: the job's results are kept, unless the stack's creation rolls back."
    )


def test_a_kind_of_endpoint_that_wasnt_measured_is_reported_as_without_constraints() -> None:
    found = [result("ml.a.large"), result("ml.b.large")]
    message = reason(found, {"MaxCostPerHour": "9"}, endpoint_type=EndpointType.SERVERLESS)
    assert message.startswith("No Serverless recommendation has a value for CostPerInference. Measured: 1 x ml.a.large")
    assert "); 1 x ml.b.large (" in message


def test_the_message_names_the_families_that_are_allowed_and_excluded() -> None:
    given = {"AllowedInstanceFamilies": ["m5", "a1"], "ExcludedInstanceFamilies": ["c5d", "c5"]}
    assert "(families a1, m5 only, no family of c5, c5d)" in reason([result("ml.c5.large")], given)
    assert "(no family of c5)" in reason([result("ml.c5.large")], {"ExcludedInstanceFamilies": ["c5"]})


def test_a_limit_that_is_met_has_the_unit_of_its_metric() -> None:
    message = reason([result("ml.a.large", ModelLatency=5)], {"MaxCostPerHour": "0.5", "MaxModelLatency": "9"})
    assert "ModelLatency 5 ms fits" in message


def test_results_at_the_same_distance_are_listed_by_their_ids_and_one_without_an_id_first() -> None:
    found = [
        result("ml.a.large", CostPerHour=2.0) | {"RecommendationId": each, "ModelConfiguration": {}}
        for each in ("B/2", "B/1", None)
    ]
    message = reason(found, {"MaxCostPerHour": "1"})
    labels = [row.partition(":")[0] for row in message.partition("Closest first: ")[2].split("; ")]
    assert labels == [
        "1 x ml.a.large (no environment)",
        "1 x ml.a.large (B/1, no environment)",
        "1 x ml.a.large (B/2, no environment)",
    ]


def test_names_of_environment_variables_are_cut_beyond_80_characters() -> None:
    found = [
        with_environment(result("ml.a.large", CostPerHour=2.0) | {"RecommendationId": "a/1"}, A="1", B="2"),
        with_environment(result("ml.a.large", CostPerHour=3.0) | {"RecommendationId": "a/2"}, **{"O" * 80: "x"}),
    ]
    message = reason(found, {"MaxCostPerHour": "1"})
    assert "(a/1, environment A, B)" in message
    assert f"(a/2, environment {'O' * 80})" in message


def with_environment(found: dict[str, Any], **variables: str) -> dict[str, Any]:
    parameters = [{"Key": key, "Value": value, "ValueType": "string"} for key, value in variables.items()]
    return found | {"ModelConfiguration": {"EnvironmentParameters": parameters}}


def test_results_of_one_instance_type_are_distinguished_by_their_environment() -> None:
    found = [
        with_environment(result("ml.a.large", CostPerHour=1.0) | {"RecommendationId": "bert/1"}, THREADS="2"),
        with_environment(
            result("ml.a.large", CostPerHour=2.0) | {"RecommendationId": "bert/2"}, THREADS="4", **{"O" * 81: "x"}
        ),
        with_environment(result("ml.a.large", CostPerHour=2.5) | {"RecommendationId": None}, THREADS="4"),
        result("ml.a.large", CostPerHour=3.0) | {"RecommendationId": None},
        with_environment(result("ml.b.large", CostPerHour=4.0), THREADS="8"),
    ]
    message = reason(found, {"MaxCostPerHour": "0.5"})
    assert "1 x ml.a.large (bert/1, environment THREADS): CostPerHour 1 " in message
    assert f"1 x ml.a.large (bert/2, environment {'O' * 80}...): CostPerHour 2 " in message
    assert "1 x ml.a.large (environment THREADS): CostPerHour 2.5 " in message
    assert "1 x ml.a.large (no environment): CostPerHour 3 " in message
    assert "1 x ml.b.large: CostPerHour 4 " in message


def test_the_table_of_many_results_leaves_room_for_the_rest_of_the_response() -> None:
    found = [result(f"ml.c5.{'x' * 40}{number}", CostPerHour=2.0, CpuUtilization="NaN") for number in range(99)]
    given = dict.fromkeys((*METRIC_OF, "MinInvocationsGain", "MinModelLatencyGain"), "0.5")
    message = reason(found, given, performances=BASELINE)
    assert " more. Loosen a constraint and deploy again: the job's results are kept" in message
    event = CustomResourceEvent.parse(
        {
            "RequestType": "Create",
            "RequestId": "r" * 36,
            "ResponseURL": RESPONSE_URL,
            "StackId": "s" * 200,
            "ResourceType": "Custom::InferenceRecommendation",
            "LogicalResourceId": "l" * 200,
        },
        now=0.0,
    )
    _, encoded = encode(Response(physical_resource_id="l" * 200, reason=message, log_stream="g" * 60), event)
    body = encoded.decode()
    assert len(body.encode()) <= MAX_RESPONSE_BYTES
    assert "unless the stack's creation rolls back." in body


@pytest.mark.parametrize("value", ["", "abc", "NaN", "0", "-1", "inf", None, ["1"]])
def test_a_limit_that_is_no_number_above_0_is_reported(value: object) -> None:
    assert "MaxCostPerHour is" in reason([result("ml.a.large")], {"MaxCostPerHour": value})


@pytest.mark.parametrize("value", [[], "c5", ["ml.c5"], ["c5.large"], [""], [5]])
def test_a_list_that_names_no_families_is_reported(value: object) -> None:
    assert "must be a list of instance families" in reason([result("ml.a.large")], {"AllowedInstanceFamilies": value})


def test_a_constraint_of_a_newer_release_is_never_passed_over() -> None:
    assert reason([result("ml.a.large")], {"MaxRegret": "1"}) == (
        "The constraint MaxRegret is unknown to this handler: deploy with the version of cdk-inference-recommender "
        "that synthesized the template."
    )


# Properties, over results that may lack any figure

FIGURE = st.one_of(st.none(), st.just("NaN"), st.integers(1, 6))
RESULT = st.builds(
    lambda number, figures: result(f"ml.c{number}.large", **figures),
    st.integers(1, 5),
    st.fixed_dictionaries(dict.fromkeys(METRIC_OF.values(), FIGURE)),
)
RESULTS = st.lists(RESULT, max_size=8).map(
    lambda found: [each | {"RecommendationId": f"{place}"} for place, each in enumerate(found)]
)
LIMITS = st.dictionaries(st.sampled_from(sorted(METRIC_OF)), st.integers(1, 6), max_size=3)
OBJECTIVE = st.sampled_from(sorted(ObjectiveName))


def winner(
    found: list[dict[str, Any]], limits: dict[str, Any], objective: ObjectiveName
) -> RecommendationResult | None:
    try:
        return chosen(found, limits, objective=objective)
    except NoChoiceError:
        return None


@given(data=st.data(), found=RESULTS, limits=LIMITS, objective=OBJECTIVE)
def test_the_order_of_the_results_never_matters(
    data: st.DataObject, found: list[dict[str, Any]], limits: dict[str, int], objective: ObjectiveName
) -> None:
    assert winner(data.draw(st.permutations(found)), limits, objective) == winner(found, limits, objective)


@given(data=st.data(), found=RESULTS.filter(bool), limits=LIMITS, objective=OBJECTIVE)
def test_a_result_that_another_dominates_never_changes_the_winner(
    data: st.DataObject, found: list[dict[str, Any]], limits: dict[str, int], objective: ObjectiveName
) -> None:
    better = data.draw(st.sampled_from(found))
    worsening = {metric: data.draw(st.integers(1, 3)) for metric in METRIC_OF.values()}
    figures = {
        metric: data.draw(st.sampled_from([None, "NaN"]))
        if not isinstance(value := better["Metrics"][metric], int)
        else value + (-1 if metric == "MaxInvocations" else 1) * worsening[metric]
        for metric in METRIC_OF.values()
    }
    dominated = result("ml.a1.large", **figures) | {"RecommendationId": "00"}
    beside = winner([*found, dominated], limits, objective)
    assert beside == winner(found, limits, objective)


@given(data=st.data(), found=RESULTS, limits=LIMITS.filter(bool), objective=OBJECTIVE)
def test_a_tighter_constraint_never_makes_the_winner_better(
    data: st.DataObject, found: list[dict[str, Any]], limits: dict[str, int], objective: ObjectiveName
) -> None:
    name = data.draw(st.sampled_from(sorted(limits)))
    by = data.draw(st.floats(0.1, 1))
    tighter = limits | {name: limits[name] / by if name.startswith("Min") else limits[name] * by}
    loose, tight = winner(found, limits, objective), winner(found, tighter, objective)
    if tight is None:
        return
    assert loose is not None, "what meets the tighter constraints meets the looser ones"
    before, after = loose.metrics.of(objective), tight.metrics.of(objective)
    assert before is not None
    assert after is not None
    assert after <= before if objective is ObjectiveName.MAX_INVOCATIONS else after >= before


@given(found=RESULTS, limits=LIMITS, objective=OBJECTIVE)
def test_the_winner_is_the_best_of_those_that_meet_every_limit(
    found: list[dict[str, Any]], limits: dict[str, int], objective: ObjectiveName
) -> None:
    def meets(each: dict[str, Any]) -> bool:
        return all(
            isinstance(value := each["Metrics"][METRIC_OF[name]], int)
            and (value >= limit if name.startswith("Min") else value <= limit)
            for name, limit in limits.items()
        )

    fitting = list(filter(meets, found))
    try:
        expected = choose(results_of(fitting).candidates, endpoint_type=EndpointType.REAL_TIME, objective=objective)
    except NoChoiceError:
        expected = None
    assert winner(found, limits, objective) == expected


def test_every_constraint_of_the_contract_is_read() -> None:
    families = {"AllowedInstanceFamilies", "ExcludedInstanceFamilies"}
    assert {*METRIC_OF, "MinInvocationsGain", "MinModelLatencyGain"} | families == set(ConstraintProperty)


def test_fewer_unmet_constraints_are_closer_than_a_smaller_distance() -> None:
    found = [
        result("ml.a.large", CostPerHour=1.1, ModelLatency=11),
        result("ml.b.large", CostPerHour=9.0, ModelLatency=5),
    ]
    message = reason(found, {"MaxCostPerHour": "1", "MaxModelLatency": "10"})
    assert message.index("ml.b.large") < message.index("ml.a.large")


def test_the_tables_room_is_counted_in_bytes() -> None:
    found = [result("ml.a.large", CostPerHour=2.0) | {"RecommendationId": str(number)} for number in range(99)]
    for each in found:
        each["ModelConfiguration"] = {"EnvironmentParameters": [{"Key": "語" * 64, "ValueType": "x", "Value": "x"}]}
    message = reason(found, {"MaxCostPerHour": "1"})
    assert " more. Loosen a constraint" in message
    assert len(message.encode()) < 3000


def table_of(*instance_types: str) -> str:
    found = [result(each, CostPerHour=2.0 + number) for number, each in enumerate(instance_types)]
    message = reason(found, {"MaxCostPerHour": "1"})
    return message.partition("Closest first: ")[2].partition(". Loosen")[0]


@pytest.mark.parametrize("beyond", [0, 1])
def test_the_table_lists_as_many_results_as_fit_into_its_2400_bytes(beyond: int) -> None:
    padding = 2400 - len("; ") - len(table_of("ml.a.large", "ml.b."))
    table = table_of("ml.a.large", f"ml.b.{'x' * (padding + beyond)}")
    assert table.endswith("; and 1 more") == bool(beyond)
    assert len(table) <= 2400
