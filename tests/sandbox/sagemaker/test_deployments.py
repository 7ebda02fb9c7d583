"""An update shifts traffic in steps, is rolled back by an alarm, and is refused where the service refuses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from inference_recommender_sandbox.sagemaker.endpoint_backend import CREATING_SECONDS
from inference_recommender_sandbox.sagemaker.endpoints.deployment import ROLLBACK_SECONDS

if TYPE_CHECKING:
    from tests.sandbox.sagemaker.conftest import Aws

ALARMS = {"Alarms": [{"AlarmName": "errors"}]}
CANARY = {
    "TrafficRoutingConfiguration": {
        "Type": "CANARY",
        "WaitIntervalInSeconds": 600,
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 25},
    },
    "TerminationWaitInSeconds": 300,
}


def blue_green(routing: dict[str, Any], **policy: Any) -> Any:
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing, **policy}}


def variant(instance_type: str, *, count: int = 4, name: str = "all") -> Any:
    return {
        "VariantName": name,
        "ModelName": "a-model",
        "InstanceType": instance_type,
        "InitialInstanceCount": count,
        "InitialVariantWeight": 1,
    }


@pytest.fixture
def serving(aws: Aws) -> Aws:
    """An endpoint of four instances, another configuration, and an alarm that its role may read."""
    aws.sagemaker.create_model(
        ModelName="a-model",
        ExecutionRoleArn=aws.role("hosting"),
        PrimaryContainer={"Image": "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.3-cpu"},
    )
    for name, instance_type in (("first", "ml.c5.xlarge"), ("second", "ml.m5.xlarge")):
        aws.sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant(instance_type)])
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="errors",
        MetricName="Errors",
        Namespace="Own",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    aws.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="first")
    aws.clock.sleep(CREATING_SECONDS)
    return aws


def update(aws: Aws, config: Any, **options: Any) -> None:
    given = {"EndpointName": "e", "EndpointConfigName": "second", "DeploymentConfig": config}
    aws.sagemaker.update_endpoint(**(given | options))


def described(aws: Aws) -> Any:
    return aws.sagemaker.describe_endpoint(EndpointName="e")


def share(aws: Aws) -> float:
    (pending,) = described(aws)["PendingDeploymentSummary"]["ProductionVariants"]
    return float(pending["CurrentWeight"])


def set_alarm(aws: Aws, state: str) -> None:
    aws.client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue=state, StateReason="test")


def test_a_canary_gets_a_part_of_the_traffic_and_then_the_rest(serving: Aws) -> None:
    update(serving, {"BlueGreenUpdatePolicy": CANARY, "AutoRollbackConfiguration": ALARMS})
    assert share(serving) == 0
    (pending,) = described(serving)["PendingDeploymentSummary"]["ProductionVariants"]
    assert (pending["InstanceType"], pending["VariantStatus"][0]["Status"]) == ("ml.m5.xlarge", "Creating")
    serving.clock.sleep(CREATING_SECONDS)
    assert share(serving) == 0.25
    serving.clock.sleep(600)
    assert share(serving) == 1
    assert (described(serving)["EndpointStatus"], described(serving)["EndpointConfigName"]) == ("Updating", "first")
    serving.clock.sleep(300)
    after = described(serving)
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", "second")
    assert "PendingDeploymentSummary" not in after
    assert after["LastDeploymentConfig"]["BlueGreenUpdatePolicy"] == CANARY


def test_linear_steps_are_equal(serving: Aws) -> None:
    step = {"Type": "INSTANCE_COUNT", "Value": 1}
    update(serving, blue_green({"Type": "LINEAR", "WaitIntervalInSeconds": 60, "LinearStepSize": step}))
    serving.clock.sleep(CREATING_SECONDS)
    shares = []
    while "PendingDeploymentSummary" in described(serving):
        shares.append(share(serving))
        serving.clock.sleep(60)
    assert shares == [0.25, 0.5, 0.75]
    assert described(serving)["EndpointConfigName"] == "second"


def test_batches_of_a_rolling_update_start_one_after_the_other(serving: Aws) -> None:
    policy = {"MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50}, "WaitIntervalInSeconds": 60}
    update(serving, {"RollingUpdatePolicy": policy})
    serving.clock.sleep(CREATING_SECONDS)
    assert share(serving) == 0.5
    serving.clock.sleep(60 + CREATING_SECONDS)
    assert described(serving)["EndpointConfigName"] == "second"


@pytest.mark.parametrize("how", ["state", "fault", "state that passes"])
def test_an_alarm_brings_all_traffic_back_to_the_old_instances(serving: Aws, how: str) -> None:
    if how == "fault":
        serving.installation.faults.order({"fault": "trip-alarm", "alarm": "err*"})
    before = described(serving)["ProductionVariants"]
    update(serving, {"BlueGreenUpdatePolicy": CANARY, "AutoRollbackConfiguration": ALARMS})
    serving.clock.sleep(CREATING_SECONDS + 100)
    if how != "fault":
        set_alarm(serving, "ALARM")
    if how == "state that passes":
        set_alarm(serving, "OK")
    rolling_back = described(serving)
    assert rolling_back["EndpointStatus"] == "RollingBack"
    assert "PendingDeploymentSummary" not in rolling_back
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        update(serving, None or {})
    serving.clock.sleep(ROLLBACK_SECONDS)
    after = described(serving)
    assert (after["EndpointStatus"], after["EndpointConfigName"]) == ("InService", "first")
    assert after["ProductionVariants"] == before
    assert after["FailureReason"].endswith("went into ALARM state during deployment: errors")
    alarms = serving.client("cloudwatch").describe_alarms(AlarmNames=["errors"])["MetricAlarms"]
    assert alarms[0]["StateValue"] == ("ALARM" if how == "state" else "OK")


def test_the_next_update_of_the_endpoint_is_none_the_worse_for_it(serving: Aws) -> None:
    serving.installation.faults.order({"fault": "trip-alarm"})
    config = {"BlueGreenUpdatePolicy": CANARY, "AutoRollbackConfiguration": ALARMS}
    update(serving, config)
    serving.clock.sleep(CREATING_SECONDS)
    assert described(serving)["EndpointStatus"] == "RollingBack"
    serving.clock.sleep(ROLLBACK_SECONDS)
    assert described(serving)["EndpointStatus"] == "InService"
    update(serving, config)
    serving.clock.sleep(2 * CREATING_SECONDS + 900)
    after = described(serving)
    assert after["EndpointConfigName"] == "second"
    assert "FailureReason" not in after


def test_an_update_that_takes_too_long_is_given_up(serving: Aws) -> None:
    policy = {**CANARY, "MaximumExecutionTimeoutInSeconds": 1000}
    update(serving, {"BlueGreenUpdatePolicy": policy})
    serving.clock.sleep(1000)
    assert described(serving)["EndpointStatus"] == "RollingBack"
    serving.clock.sleep(ROLLBACK_SECONDS)
    assert described(serving)["EndpointConfigName"] == "first"


def test_the_last_configuration_can_be_used_again(serving: Aws) -> None:
    update(serving, {"BlueGreenUpdatePolicy": CANARY})
    serving.clock.sleep(CREATING_SECONDS + 900)
    assert described(serving)["EndpointStatus"] == "InService"
    serving.sagemaker.update_endpoint(EndpointName="e", EndpointConfigName="first", RetainDeploymentConfig=True)
    serving.clock.sleep(CREATING_SECONDS)
    assert share(serving) == 0.25


CANARY_SIZE = {"Type": "CAPACITY_PERCENT", "Value": 25}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (blue_green({"Type": "CANARY", "WaitIntervalInSeconds": 0}), "takes CanarySize, and not none"),
        (
            blue_green({"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0, "CanarySize": CANARY_SIZE}),
            "takes no step size, and not CanarySize",
        ),
        (
            blue_green({"Type": "LINEAR", "WaitIntervalInSeconds": 0, "LinearStepSize": {**CANARY_SIZE, "Value": 5}}),
            "isn't 10 to 50 percent",
        ),
        (
            blue_green({"Type": "CANARY", "WaitIntervalInSeconds": 0, "CanarySize": {**CANARY_SIZE, "Value": 60}}),
            "isn't 1 to 50 percent",
        ),
        (
            blue_green(
                {
                    "Type": "CANARY",
                    "WaitIntervalInSeconds": 0,
                    "CanarySize": {"Type": "INSTANCE_COUNT", "Value": 3},
                }
            ),
            "of the variant's 4 instances",
        ),
        (
            blue_green({"Type": "CANARY", "WaitIntervalInSeconds": 3601, "CanarySize": CANARY_SIZE}),
            "less than or equal",
        ),
        (
            {"BlueGreenUpdatePolicy": {**CANARY, "MaximumExecutionTimeoutInSeconds": 900}},
            "must be larger than the total waiting time of 900 seconds",
        ),
        (
            {
                "BlueGreenUpdatePolicy": CANARY,
                "RollingUpdatePolicy": {"MaximumBatchSize": CANARY_SIZE, "WaitIntervalInSeconds": 0},
            },
            "Only one update policy",
        ),
        ({"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "unknown"}]}}, "unknown don't exist"),
    ],
)
def test_what_the_service_refuses_is_refused(serving: Aws, config: Any, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        update(serving, config)
    assert described(serving)["EndpointStatus"] == "InService"


def test_a_fleet_of_one_has_no_part(serving: Aws) -> None:
    change = {"VariantName": "all", "DesiredInstanceCount": 1}
    serving.sagemaker.update_endpoint_weights_and_capacities(EndpointName="e", DesiredWeightsAndCapacities=[change])
    serving.clock.sleep(CREATING_SECONDS)
    with pytest.raises(ClientError, match="of the variant's 1 instances"):
        update(serving, {"BlueGreenUpdatePolicy": CANARY}, RetainAllVariantProperties=True)


def test_the_variants_keep_their_names(serving: Aws) -> None:
    other = [variant("ml.m5.xlarge", name="another")]
    serving.sagemaker.create_endpoint_config(EndpointConfigName="third", ProductionVariants=other)
    with pytest.raises(ClientError, match="must have the variant names of the old one"):
        update(serving, {"BlueGreenUpdatePolicy": CANARY}, EndpointConfigName="third")


def test_the_role_has_to_read_the_alarms(serving: Aws) -> None:
    serving.iam.delete_role_policy(RoleName="hosting", PolicyName="only")
    with pytest.raises(ClientError, match="may not perform cloudwatch:DescribeAlarms"):
        update(serving, {"AutoRollbackConfiguration": ALARMS})
