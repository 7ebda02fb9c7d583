"""How an endpoint is updated: rendered as the API takes it, refused at synthesis where SageMaker refuses it."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_inference_recommender import (
    CapacitySize,
    DeploymentConfig,
    InvocationHttpResponseCode,
    ValidationError,
)
from cdk_inference_recommender.endpoint.deployment_rules import DEPLOYMENT_RULES, FEWEST_INSTANCES
from cdk_inference_recommender.request import RequestDocument, check_rules
from cdk_inference_recommender.validation.api_member import rendered

from .operated_endpoint import alarm, canary, errors_of_endpoints, operated_endpoint
from .synthesis import Json, errors_of, logical_id, new_stack, only, resources, template_of, warnings_of

ERRORS_5XX = InvocationHttpResponseCode.INVOCATION_5XX_ERRORS
MINUTE = Duration.minutes(1)


def routing(kind: str, seconds: int, **sizes: Json) -> Json:
    return {"TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": seconds, **sizes}}


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (DeploymentConfig.all_at_once(), {"BlueGreenUpdatePolicy": routing("ALL_AT_ONCE", 0)}),
        (
            canary(termination_wait=Duration.minutes(5), maximum_execution_timeout=Duration.hours(1), alarms=["a"]),
            {
                "BlueGreenUpdatePolicy": {
                    **routing("CANARY", 600, CanarySize={"Type": "CAPACITY_PERCENT", "Value": 25}),
                    "TerminationWaitInSeconds": 300,
                    "MaximumExecutionTimeoutInSeconds": 3600,
                },
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]},
            },
        ),
        (
            DeploymentConfig.linear(step_size=CapacitySize.instances(2), wait_interval=MINUTE),
            {"BlueGreenUpdatePolicy": routing("LINEAR", 60, LinearStepSize={"Type": "INSTANCE_COUNT", "Value": 2})},
        ),
        (
            DeploymentConfig.rolling(
                maximum_batch_size=CapacitySize.percent(20),
                wait_interval=MINUTE,
                rollback_maximum_batch_size=CapacitySize.percent(100),
            ),
            {
                "RollingUpdatePolicy": {
                    "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 20},
                    "WaitIntervalInSeconds": 60,
                    "RollbackMaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 100},
                }
            },
        ),
    ],
)
def test_each_kind_of_update_is_rendered_as_the_api_takes_it(config: DeploymentConfig, expected: Json) -> None:
    assert rendered(config, "deployment_config") == expected


def test_an_endpoint_has_the_configuration_beside_retained_variant_properties() -> None:
    stack = new_stack()
    operated_endpoint(stack, initial_instance_count=4, deployment_config=canary(alarms=["errors"]))
    properties = only(template_of(stack), "AWS::SageMaker::Endpoint")["Properties"]
    assert properties["RetainAllVariantProperties"] is True
    assert properties["DeploymentConfig"]["AutoRollbackConfiguration"] == {"Alarms": [{"AlarmName": "errors"}]}
    assert "RetainDeploymentConfig" not in properties


def test_without_a_configuration_the_template_has_none() -> None:
    stack = new_stack()
    operated_endpoint(stack)
    template = template_of(stack)
    assert set(only(template, "AWS::SageMaker::Endpoint")["Properties"]) == {
        "EndpointConfigName",
        "RetainAllVariantProperties",
        "Tags",
    }
    assert set(only(template, "AWS::SageMaker::EndpointConfig")["Properties"]) == {"ProductionVariants"}


def test_alarms_on_the_endpoints_own_metrics_are_added_and_read_by_its_role() -> None:
    stack = new_stack()
    config = canary(alarms=["other"])
    one = operated_endpoint(stack, role=None, endpoint_name="bert", initial_instance_count=2, deployment_config=config)
    errors = alarm(stack, metric=one.metric_invocation_response_code(ERRORS_5XX))
    one.add_rollback_alarms(errors)
    template = template_of(stack)
    endpoint = only(template, "AWS::SageMaker::Endpoint")
    ref = {"Ref": logical_id(errors)}
    alarms = endpoint["Properties"]["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
    assert alarms == [{"AlarmName": "other"}, {"AlarmName": ref}]
    policies = [
        name
        for name, policy in resources(template, "AWS::IAM::Policy").items()
        if any(
            statement["Action"] == "cloudwatch:DescribeAlarms"
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        )
    ]
    assert len(policies) == 1
    assert policies[0] in endpoint["DependsOn"]
    dimensions = only(template, "AWS::CloudWatch::Alarm")["Properties"]["Dimensions"]
    assert {"Name": "EndpointName", "Value": "bert"} in dimensions


def test_alarms_alone_roll_an_update_of_the_default_kind_back() -> None:
    stack = new_stack()
    operated_endpoint(stack).add_rollback_alarms("errors")
    config = only(template_of(stack), "AWS::SageMaker::Endpoint")["Properties"]["DeploymentConfig"]
    assert config == {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}


def test_a_role_that_is_immutable_stays_as_it_is() -> None:
    stack = new_stack()
    given_one = iam.Role(stack, "OwnRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    operated_endpoint(stack, role=given_one.without_policy_updates()).add_rollback_alarms("errors")
    assert "cloudwatch:DescribeAlarms" not in str(resources(template_of(stack), "AWS::IAM::Policy"))


def test_an_alarm_that_needs_the_endpoint_first_is_an_error() -> None:
    stack = new_stack()
    one = operated_endpoint(stack)
    one.add_rollback_alarms(alarm(stack, metric=one.metric_model_latency()))
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/Endpoint] deployment_config.alarms = 'Stack/Errors': these alarms watch the ")
    assert "Give the endpoint an endpoint_name" in error


def test_a_serverless_endpoint_has_no_deployment_guardrails() -> None:
    stack = new_stack()
    one = operated_endpoint(stack, serverless=True)
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint: a serverless endpoint has no rollback by alarms"):
        one.add_rollback_alarms("errors")
    other = new_stack()
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint: a serverless endpoint takes no deployment_config"):
        operated_endpoint(other, serverless=True, deployment_config=canary())


def test_what_is_no_alarm_is_rejected() -> None:
    stack = new_stack()
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint: alarms\[0\] = 5 isn't of type str or IAlarmRef"):
        operated_endpoint(stack).add_rollback_alarms(5)  # type: ignore[arg-type]


ROLLING = {"maximum_batch_size": CapacitySize.percent(20), "wait_interval": MINUTE}


def test_what_sagemaker_refuses_is_one_error() -> None:
    cases: list[tuple[Any, str]] = [
        (canary(size=CapacitySize.percent(51)), "canary_size.value = 51: a canary has at most 50 percent"),
        (canary(size=CapacitySize.percent(0)), "canary_size.value = 0: must be at least 1"),
        (canary(size=CapacitySize.instances(3)), "canary_size.value = 3: a step of an update has at most half"),
        (canary(wait_interval=Duration.hours(2)), "wait_interval = 7200: must be at most 3600"),
        (canary(termination_wait=Duration.hours(2)), "termination_wait = 7200: must be at most 3600"),
        (
            canary(wait_interval=MINUTE, maximum_execution_timeout=Duration.minutes(9)),
            "maximum_execution_timeout = 540: must be at least 600",
        ),
        (
            canary(maximum_execution_timeout=Duration.hours(9)),
            "maximum_execution_timeout = 32400: must be at most 28800",
        ),
        (canary(maximum_execution_timeout=Duration.minutes(10)), "maximum_execution_timeout = 600: is at most what"),
        (canary(alarms=[""]), "alarms[0].alarm_name = '': must be at least 1 character"),
        (canary(alarms=[f"a{number}" for number in range(11)]), "alarms = "),
        (
            DeploymentConfig.linear(step_size=CapacitySize.percent(9), wait_interval=MINUTE),
            "linear_step_size.value = 9: a canary has at most 50 percent",
        ),
        (
            DeploymentConfig.linear(
                step_size=CapacitySize.percent(10),
                wait_interval=Duration.minutes(10),
                maximum_execution_timeout=Duration.minutes(90),
            ),
            "maximum_execution_timeout = 5400: is at most what the update's waits take",
        ),
        (
            DeploymentConfig.rolling(maximum_batch_size=CapacitySize.percent(4), wait_interval=MINUTE),
            "maximum_batch_size.value = 4: a canary has at most 50 percent",
        ),
    ]
    endpoints = [{"initial_instance_count": 4, "deployment_config": config} for config, _ in cases]
    errors = errors_of_endpoints(new_stack(), *endpoints)
    for error, (_, found) in zip(errors, cases, strict=True):
        assert error.startswith(f"deployment_config.{found}")


def test_a_step_needs_two_instances() -> None:
    stack = new_stack()
    operated_endpoint(stack, initial_instance_count=1, deployment_config=canary(alarms=["errors"]))
    (error,) = errors_of(stack)
    assert "needs two instances or more: the endpoint may have one instance only" in error


def test_the_least_number_that_autoscaling_leaves_counts() -> None:
    stack = new_stack()
    one = operated_endpoint(stack, initial_instance_count=4, deployment_config=canary(alarms=["errors"]))
    one.auto_scale_instance_count(max_capacity=4).scale_on_invocations("Load")
    (error,) = errors_of(stack)
    assert "the endpoint may have one instance only" in error
    other = new_stack()
    two = operated_endpoint(other, deployment_config=canary(alarms=["errors"]))
    two.auto_scale_instance_count(min_capacity=2, max_capacity=4).scale_on_invocations("Load")
    assert not warnings_of(other)


def test_the_recommended_number_may_be_too_small() -> None:
    stack = new_stack()
    operated_endpoint(stack, deployment_config=canary(alarms=["errors"]))
    (warning,) = warnings_of(stack)
    assert warning.startswith("deployment_config.canary_size.value = 25: a step of an update needs two instances or ")
    assert "DeploymentInstanceCountUnknown" in warning


def test_waiting_without_an_alarm_is_warned_of() -> None:
    stack = new_stack()
    operated_endpoint(stack, initial_instance_count=4, deployment_config=canary())
    (warning,) = warnings_of(stack)
    assert warning.startswith("deployment_config.wait_interval = 600: nothing is watched meanwhile")
    other = new_stack()
    operated_endpoint(other, initial_instance_count=4, deployment_config=canary()).add_rollback_alarms("errors")
    assert not warnings_of(other)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(fewest=st.integers(1, 40), size=st.integers(1, 40))
def test_a_number_of_instances_passes_if_and_only_if_it_is_a_share_that_the_api_allows(fewest: int, size: int) -> None:
    config = canary(size=CapacitySize.instances(size), alarms=["errors"])
    document = {"DeploymentConfig": rendered(config, ""), FEWEST_INSTANCES: fewest}
    problems = list(check_rules(DEPLOYMENT_RULES, RequestDocument(document)))
    assert bool(problems) == (size * 2 > fewest)
