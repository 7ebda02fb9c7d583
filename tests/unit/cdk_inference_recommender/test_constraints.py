"""Constraints of a recommendation, in a template."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import CfnParameter, Duration, Size, Stack

from cdk_inference_recommender import (
    Constraints,
    EndpointInputConfiguration,
    InferenceRecommendationsJob,
    ValidationError,
)
from inference_recommendations_handler.protocol.contract import ConstraintProperty

from .synthesis import (
    RECOMMENDATION,
    Json,
    errors_of,
    job_with_given_role,
    load_test,
    new_stack,
    only,
    resources,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY_NUMBER: Json = {
    "max_cost_per_hour": 0.5,
    "max_cost_per_inference": 1e-5,
    "max_model_latency": 100,
    "min_invocations": 600,
    "max_cpu_utilization": 180,
    "max_memory_utilization": 80.5,
    "min_invocations_gain": 1.2,
    "min_model_latency_gain": 2,
}


def properties_of(stack: Stack) -> Json:
    properties: Json = only(template_of(stack), RECOMMENDATION)["Properties"]
    return properties


def errors_with(
    constraints: Constraints,
    *,
    serverless: bool = False,
    make: Callable[..., InferenceRecommendationsJob] = job_with_given_role,
    **props: Any,
) -> list[str]:
    stack = new_stack()
    job = make(stack, **props)
    (job.recommend_serverless if serverless else job.recommend_real_time)("Best", constraints=constraints)
    return errors_of(stack)


def test_without_constraints_nothing_changes_for_what_is_deployed() -> None:
    stack = new_stack()
    job_with_given_role(stack).recommend_real_time("Best", constraints=Constraints())
    properties = properties_of(stack)
    assert "Constraints" not in properties


def test_every_constraint_reaches_the_handler() -> None:
    stack = new_stack()
    job_with_given_role(stack, existing_endpoint="now").recommend_real_time(
        "Best",
        constraints=Constraints(
            **EVERY_NUMBER, allowed_instance_families=["c5", "m5"], excluded_instance_families=["g4dn"]
        ),
    )
    properties = properties_of(stack)
    assert properties["Constraints"] == {
        "MaxCostPerHour": 0.5,
        "MaxCostPerInference": 1e-5,
        "MaxModelLatency": 100,
        "MinInvocations": 600,
        "MaxCpuUtilization": 180,
        "MaxMemoryUtilization": 80.5,
        "MinInvocationsGain": 1.2,
        "MinModelLatencyGain": 2,
        "AllowedInstanceFamilies": ["c5", "m5"],
        "ExcludedInstanceFamilies": ["g4dn"],
    }
    assert properties["Constraints"].keys() == set(ConstraintProperty)


@pytest.mark.parametrize(
    ("latency", "milliseconds"),
    [
        (Duration.millis(100), 100),
        (Duration.millis(0.5), 0.5),
        (Duration.seconds(2), 2000),
        (100, 100),
        (0.5, 0.5),
    ],
)
def test_a_latency_is_a_duration_or_a_number_of_milliseconds(latency: Any, milliseconds: float) -> None:
    stack = new_stack()
    job_with_given_role(stack).recommend_real_time("Best", constraints=Constraints(max_model_latency=latency))
    assert properties_of(stack)["Constraints"] == {"MaxModelLatency": milliseconds}


def test_a_latency_may_be_known_at_deploy_time_only() -> None:
    stack = new_stack()
    job = job_with_given_role(stack)
    for unit in ("Millis", "Number"):
        limit = CfnParameter(stack, unit, type="Number").value_as_number
        latency = Duration.millis(limit) if unit == "Millis" else limit
        job.recommend_real_time(unit, constraints=Constraints(max_model_latency=latency))
    requested = [each["Properties"]["Constraints"] for each in resources(template_of(stack), RECOMMENDATION).values()]
    assert requested == [{"MaxModelLatency": {"Ref": "Millis"}}, {"MaxModelLatency": {"Ref": "Number"}}]


def test_a_latency_known_at_deploy_time_only_is_in_milliseconds() -> None:
    stack = new_stack()
    limit = CfnParameter(stack, "Limit", type="Number").value_as_number
    message = (
        r"^Stack/Job/Best: constraints\.max_model_latency: a duration known only at deploy time can't be converted "
        r"from minutes\. Build it with Duration\.millis"
    )
    with pytest.raises(ValidationError, match=message):
        job_with_given_role(stack).recommend_real_time(
            "Best", constraints=Constraints(max_model_latency=Duration.minutes(limit))
        )


def test_pythons_own_duration_is_refused() -> None:
    latency: Any = timedelta(milliseconds=100)
    message = (
        r"^Stack/Job/Best: constraints\.max_model_latency = .* isn't a Duration\. Write Duration\.millis\(100\)\.$"
    )
    with pytest.raises(ValidationError, match=message):
        job_with_given_role(new_stack()).recommend_real_time("Best", constraints=Constraints(max_model_latency=latency))


def test_a_latency_of_no_time_is_refused() -> None:
    (error,) = errors_with(Constraints(max_model_latency=Duration.millis(0)))
    assert error.startswith("[Stack/Job/Best] constraints.max_model_latency = 0: must be a number above 0.")


def test_another_constraint_changes_nothing_but_the_choice() -> None:
    def template(limit: float) -> Json:
        stack = new_stack()
        job_with_given_role(stack).recommend_serverless("Best", constraints=Constraints(max_cost_per_hour=limit))
        return template_of(stack)

    loose, tight = template(2), template(1)
    changed = {name for name, resource in resources(loose).items() if resource != tight["Resources"][name]}
    assert changed == resources(loose, RECOMMENDATION).keys()


@pytest.mark.parametrize("value", [0, -1, -0.5, True, "5"])
def test_a_constraint_is_a_number_above_0(value: Any) -> None:
    stack = new_stack()
    job = job_with_given_role(stack, existing_endpoint="now")
    for prop in EVERY_NUMBER:
        job.recommend_real_time(prop, constraints=Constraints(**{prop: value}))
    errors = errors_of(stack)
    assert len(errors) == len(EVERY_NUMBER)
    for error, prop in zip(errors, EVERY_NUMBER, strict=True):
        assert error.startswith(f"[Stack/Job/{prop}] constraints.{prop} = {value!r}: must be a number above 0.")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_no_template_can_hold_is_refused_at_once(value: float) -> None:
    with pytest.raises(ValidationError, match=r"^max_cost_per_hour = (nan|inf): must be a number above 0\."):
        Constraints(max_cost_per_hour=value)


def test_memory_has_100_percent() -> None:
    (error,) = errors_with(Constraints(max_memory_utilization=101))
    assert error.startswith("[Stack/Job/Best] constraints.max_memory_utilization = 101: is in percent, at most 100.")


@pytest.mark.parametrize("family", ["ml.c5", "c5.xlarge", "ml.c5.xlarge", "", "C5"])
def test_a_family_is_spelled_without_its_surroundings(family: str) -> None:
    (error,) = errors_with(Constraints(excluded_instance_families=["m5", family]))
    assert error.startswith(
        f"[Stack/Job/Best] constraints.excluded_instance_families[1] = {family!r}: isn't an instance family."
    )


def test_a_family_is_allowed_or_excluded() -> None:
    (error,) = errors_with(
        Constraints(allowed_instance_families=["c5", "m5"], excluded_instance_families=["g4dn", "m5"])
    )
    assert "constraints.excluded_instance_families[1] = 'm5': is allowed and excluded." in error


def test_a_serverless_endpoint_has_no_family() -> None:
    (error,) = errors_with(Constraints(allowed_instance_families=["c5"]), serverless=True)
    assert "constraints.allowed_instance_families: a serverless endpoint has no instance family." in error


@pytest.mark.parametrize("prop", ["min_invocations_gain", "min_model_latency_gain"])
def test_a_gain_needs_an_existing_endpoint(prop: str) -> None:
    requested: Json = {prop: 2}
    (error,) = errors_with(Constraints(**requested))
    assert f"constraints.{prop}: compares with an existing endpoint, and the job measures none." in error


def test_of_a_job_that_exists_already_its_endpoint_isnt_known() -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob.from_job_name(stack, "Job", "bert-1")
    job.recommend_real_time("Best", constraints=Constraints(min_invocations_gain=2))
    assert properties_of(stack)["Constraints"] == {"MinInvocationsGain": 2}


def test_what_is_known_at_deploy_time_only_passes() -> None:
    stack = new_stack()
    limit = CfnParameter(stack, "Limit", type="Number").value_as_number
    families = CfnParameter(stack, "Families", type="CommaDelimitedList").value_as_list
    family = CfnParameter(stack, "Family").value_as_string
    job_with_given_role(stack).recommend_real_time(
        "Best",
        constraints=Constraints(
            max_cost_per_hour=limit, allowed_instance_families=families, excluded_instance_families=[family, "g4dn"]
        ),
    )
    assert properties_of(stack)["Constraints"] == {
        "MaxCostPerHour": {"Ref": "Limit"},
        "AllowedInstanceFamilies": {"Ref": "Families"},
        "ExcludedInstanceFamilies": [{"Ref": "Family"}, "g4dn"],
    }


class TestWhatIsMeasured:
    """What no result can meet is known before the job is paid for."""

    INSTANCES = (
        EndpointInputConfiguration.real_time("ml.c5.xlarge"),
        EndpointInputConfiguration.real_time("ml.g4dn.xlarge"),
    )
    SERVERLESS = (EndpointInputConfiguration.serverless(memory_size=Size.mebibytes(2048), max_concurrency=5),)

    @pytest.mark.parametrize("serverless", [False, True])
    def test_a_kind_that_isnt_measured_is_an_error(self, *, serverless: bool) -> None:
        measured = self.INSTANCES if serverless else self.SERVERLESS
        reported = " ".join(
            errors_with(Constraints(), serverless=serverless, make=load_test, endpoint_configurations=list(measured))
        )
        kind = "Serverless" if serverless else "RealTime"
        assert f"[Stack/Job/Best] endpoint_type = '{kind}': none of the job's endpoint configurations is of" in reported

    @pytest.mark.parametrize(
        ("requested", "prop"),
        [
            ({"allowed_instance_families": ["g5", "m5"]}, "allowed_instance_families"),
            ({"excluded_instance_families": ["g4dn", "c5"]}, "excluded_instance_families"),
        ],
    )
    def test_families_that_leave_nothing_are_an_error(self, requested: Json, prop: str) -> None:
        reported = " ".join(
            errors_with(Constraints(**requested), make=load_test, endpoint_configurations=list(self.INSTANCES))
        )
        assert f"constraints.{prop}: leaves nothing of what the job measures" in reported
        assert "it measures c5, g4dn" in reported

    @pytest.mark.parametrize(
        "requested",
        [{"allowed_instance_families": ["g5", "c5"]}, {"excluded_instance_families": ["g4dn"]}, {}],
    )
    def test_what_leaves_something_is_none(self, requested: Json) -> None:
        stack = new_stack()
        job = load_test(stack, endpoint_configurations=list(self.INSTANCES))
        job.recommend_real_time("Best", constraints=Constraints(**requested))
        assert properties_of(stack)["EndpointType"] == "RealTime"

    def test_an_instance_type_that_is_known_at_deploy_time_only_may_be_of_any_family(self) -> None:
        stack = new_stack()
        unknown = CfnParameter(stack, "InstanceType").value_as_string
        job = load_test(stack, endpoint_configurations=[EndpointInputConfiguration.real_time(unknown)])
        job.recommend_real_time("Best", constraints=Constraints(allowed_instance_families=["g5"]))
        assert properties_of(stack)["EndpointType"] == "RealTime"
