"""Application Auto Scaling is as strict with endpoint variants as AWS is."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "123456789012"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
PREDEFINED = {"PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}
KEYS = itertools.count()
SCALING = [
    "application-autoscaling:RegisterScalableTarget",
    "application-autoscaling:PutScalingPolicy",
    "application-autoscaling:DeleteScalingPolicy",
    "application-autoscaling:DeregisterScalableTarget",
]
CONDITION = {
    "StringEquals": {
        "application-autoscaling:service-namespace": "sagemaker",
        "application-autoscaling:scalable-dimension": DIMENSION,
    }
}
ON_TARGETS = {
    "Effect": "Allow",
    "Action": SCALING,
    "Resource": f"arn:aws:application-autoscaling:us-east-1:{ACCOUNT}:scalable-target/*",
    "Condition": CONDITION,
}
ELSEWHERE = {
    "sagemaker:DescribeEndpoint": "arn:aws:sagemaker:*:*:endpoint/*",
    "sagemaker:DescribeEndpointConfig": "arn:aws:sagemaker:*:*:endpoint-config/*",
    "sagemaker:UpdateEndpointWeightsAndCapacities": "arn:aws:sagemaker:*:*:endpoint/*",
    "iam:CreateServiceLinkedRole": "arn:aws:iam::*:role/aws-service-role/*",
    "cloudwatch:PutMetricAlarm": "arn:aws:cloudwatch:*:*:alarm:*",
    "cloudwatch:DescribeAlarms": "arn:aws:cloudwatch:*:*:alarm:*",
    "cloudwatch:DeleteAlarms": "arn:aws:cloudwatch:*:*:alarm:*",
}


class Variant:
    """An endpoint with one variant, and Application Auto Scaling's operations on it."""

    def __init__(self, account: Any, **variant: Any) -> None:
        self.account = account
        self.name = f"Endpoint-{account.name()}"
        self.sagemaker = account.client("sagemaker")
        self.target = {
            "ServiceNamespace": "sagemaker",
            "ResourceId": f"endpoint/{self.name}/variant/v",
            "ScalableDimension": DIMENSION,
        }
        self.client = account.client("application-autoscaling")
        self.sagemaker.create_model(ModelName=self.name, ExecutionRoleArn=account.role("sagemaker.amazonaws.com"))
        size = variant or {"InstanceType": "ml.c5.large", "InitialInstanceCount": 1}
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=self.name,
            ProductionVariants=[{"VariantName": "v", "ModelName": self.name, "InitialVariantWeight": 1} | size],
        )
        self.sagemaker.create_endpoint(EndpointName=self.name, EndpointConfigName=self.name)

    def in_service(self) -> Variant:
        self.account.until(lambda: self.described["EndpointStatus"] == "InService")
        return self

    @property
    def described(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sagemaker.describe_endpoint(EndpointName=self.name)
        return found

    @property
    def instances(self) -> int:
        return int(self.described["ProductionVariants"][0]["DesiredInstanceCount"])

    def register(self, low: int = 1, high: int = 3) -> None:
        self.client.register_scalable_target(**self.target, MinCapacity=low, MaxCapacity=high)

    def put_policy(self, **configuration: Any) -> None:
        self.client.put_scaling_policy(
            **self.target,
            PolicyName="p",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=configuration or {"TargetValue": 100.0, **PREDEFINED},
        )

    def registered(self) -> list[Any]:
        found = self.client.describe_scalable_targets(
            ServiceNamespace="sagemaker", ResourceIds=[self.target["ResourceId"]]
        )
        return list(found["ScalableTargets"])

    def policies(self) -> list[Any]:
        found = self.client.describe_scaling_policies(
            ServiceNamespace="sagemaker", ResourceId=self.target["ResourceId"]
        )
        return list(found["ScalingPolicies"])

    def as_function(self, *statements: Any) -> Variant:
        """From now on, the calls are those of a function with a role that is allowed this."""
        role = self.account.role("lambda.amazonaws.com", *statements).rpartition("/")[2]
        key = f"ASIA{next(KEYS):016d}"
        self.account.sandbox.authorizer.register_session(key, role, "function")
        self.client, self.sagemaker_as_function = (
            boto3.client(
                service,
                endpoint_url=self.account.sandbox.endpoint_url,
                region_name="us-east-1",
                aws_access_key_id=key,
                aws_secret_access_key="x",
            )
            for service in ("application-autoscaling", "sagemaker")
        )
        return self

    def resize_as_function(self) -> None:
        self.sagemaker_as_function.update_endpoint_weights_and_capacities(
            EndpointName=self.name, DesiredWeightsAndCapacities=[{"VariantName": "v", "DesiredInstanceCount": 2}]
        )


@pytest.fixture
def variant(account: Any) -> Iterator[Variant]:
    made = Variant(account).in_service()
    yield made
    made.in_service().sagemaker.delete_endpoint(EndpointName=made.name)


def test_a_variant_must_exist(variant: Variant) -> None:
    for resource_id in (f"endpoint/{variant.name}/variant/other", "endpoint/other/variant/v"):
        variant.target["ResourceId"] = resource_id
        with pytest.raises(ClientError, match=r"ValidationException.*variant doesn't exist"):
            variant.register()


@pytest.mark.parametrize(
    "size",
    [
        {"InstanceType": "ml.t2.medium", "InitialInstanceCount": 1},
        {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}},
    ],
)
def test_burstable_and_serverless_variants_have_no_instances_to_scale(account: Any, size: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=r"ValidationException.*can't be scaled"):
        Variant(account, **size).register()


def test_bounds_are_bounds(variant: Variant) -> None:
    with pytest.raises(ClientError, match="Maximum capacity cannot be less than minimum capacity"):
        variant.register(3, 2)
    with pytest.raises(ClientError, match="Both minimum and maximum capacity are required"):
        variant.client.register_scalable_target(**variant.target, MinCapacity=1)
    variant.register(1, 3)
    with pytest.raises(ClientError, match="Maximum capacity cannot be less than minimum capacity"):
        variant.client.register_scalable_target(**variant.target, MinCapacity=4)


def test_the_number_of_instances_is_brought_inside_the_bounds_and_takes_a_while(variant: Variant) -> None:
    with variant.account.sandbox.clock.busy():
        variant.register(2, 3)
        assert variant.described["EndpointStatus"] == "Updating"
    assert variant.in_service().instances == 2


def test_an_endpoint_at_work_keeps_its_instances(variant: Variant) -> None:
    with variant.account.sandbox.clock.busy():
        variant.register(2, 3)
        variant.register(3, 4)
    assert variant.in_service().instances == 2


def test_what_isnt_registered_has_no_policy_and_cant_be_deregistered(variant: Variant) -> None:
    for call in (variant.put_policy, lambda: variant.client.deregister_scalable_target(**variant.target)):
        with pytest.raises(variant.client.exceptions.ObjectNotFoundException, match="No scalable target found"):
            call()


def test_deregistering_deletes_the_policies(variant: Variant) -> None:
    variant.register()
    variant.put_policy()
    assert len(variant.policies()) == 1
    variant.client.deregister_scalable_target(**variant.target)
    assert variant.registered() == variant.policies() == []


def test_an_unknown_policy_cant_be_deleted(variant: Variant) -> None:
    variant.register()
    with pytest.raises(variant.client.exceptions.ObjectNotFoundException, match="No scaling policy found"):
        variant.client.delete_scaling_policy(**variant.target, PolicyName="other")
    variant.put_policy()
    variant.client.delete_scaling_policy(**variant.target, PolicyName="p")
    assert variant.policies() == []


@pytest.mark.parametrize(
    ("configuration", "reported"),
    [
        ({"TargetValue": 0.0, **PREDEFINED}, "Target value must be greater than 0"),
        ({"TargetValue": 1.0}, "exactly one of a predefined and a customized"),
        (
            {"TargetValue": 1.0, "PredefinedMetricSpecification": {"PredefinedMetricType": "Load"}},
            "Value 'Load' at .*predefinedMetricType' failed",
        ),
    ],
)
def test_a_policy_tracks_a_metric_that_is_known(variant: Variant, configuration: dict[str, Any], reported: str) -> None:
    variant.register()
    with pytest.raises(ClientError, match=f"ValidationException.*{reported}"):
        variant.put_policy(**configuration)


def test_deleting_an_endpoint_deregisters_it(account: Any) -> None:
    variant = Variant(account).in_service()
    variant.register()
    variant.put_policy()
    variant.sagemaker.delete_endpoint(EndpointName=variant.name)
    assert variant.registered() == variant.policies() == []


def elsewhere(*actions: str) -> list[dict[str, Any]]:
    return [{"Effect": "Allow", "Action": action, "Resource": ELSEWHERE[action]} for action in actions]


def test_a_function_may_scale_what_its_role_allows(variant: Variant) -> None:
    variant.as_function(ON_TARGETS, *elsewhere(*ELSEWHERE)).register()
    variant.put_policy()
    variant.client.delete_scaling_policy(**variant.target, PolicyName="p")
    variant.client.deregister_scalable_target(**variant.target)


def test_nothing_is_scaled_without_permission(variant: Variant) -> None:
    variant.as_function(*elsewhere(*ELSEWHERE))
    with pytest.raises(ClientError, match=r"AccessDenied.*application-autoscaling:RegisterScalableTarget"):
        variant.register()
    with pytest.raises(
        ClientError, match=r"AccessDenied.*application-autoscaling:DescribeScalableTargets on resource: \*"
    ):
        variant.registered()


def test_a_condition_limits_it_to_endpoint_variants(variant: Variant) -> None:
    condition = {"StringEquals": {"application-autoscaling:service-namespace": "ecs"}}
    variant.as_function(ON_TARGETS | {"Condition": condition}, *elsewhere(*ELSEWHERE))
    with pytest.raises(ClientError, match="AccessDenied"):
        variant.register()


@pytest.mark.parametrize("lacking", [action for action in ELSEWHERE if action.startswith("sagemaker:")])
def test_registering_is_tried_with_the_callers_permissions(variant: Variant, lacking: str) -> None:
    variant.as_function(ON_TARGETS, *elsewhere(*(action for action in ELSEWHERE if action != lacking)))
    with pytest.raises(ClientError, match=f"ValidationException.*not authorized to perform: {lacking}"):
        variant.register()


def test_what_is_tried_is_distinguished_from_the_callers_own_calls(variant: Variant) -> None:
    resize = "sagemaker:UpdateEndpointWeightsAndCapacities"
    via_service = {"Condition": {"BoolIfExists": {"aws:ViaAWSService": "true"}}}
    [resizing] = elsewhere(resize)
    variant.as_function(
        ON_TARGETS, *elsewhere(*(action for action in ELSEWHERE if action != resize)), resizing | via_service
    )
    variant.register()
    with pytest.raises(ClientError, match=f"AccessDenied.*not authorized to perform: {resize}"):
        variant.resize_as_function()


@pytest.mark.parametrize("lacking", [action for action in ELSEWHERE if action.startswith("cloudwatch:")])
def test_so_is_a_policy_with_its_alarms(variant: Variant, lacking: str) -> None:
    variant.register()
    variant.as_function(ON_TARGETS, *elsewhere(*(action for action in ELSEWHERE if action != lacking)))
    with pytest.raises(ClientError, match=f"ValidationException.*not authorized to perform: {lacking}"):
        variant.put_policy()


def test_a_function_asks_cloudformation_about_what_it_may_see_only(account: Any) -> None:
    topic = {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {}}}
    own, other = account.deploy(topic), account.deploy(topic)
    allowed = {"Effect": "Allow", "Action": "cloudformation:DescribeStackResource", "Resource": own}
    key = f"ASIA{next(KEYS):016d}"
    role = account.role("lambda.amazonaws.com", allowed).rpartition("/")[2]
    account.sandbox.authorizer.register_session(key, role, "function")
    client = boto3.client(
        "cloudformation",
        endpoint_url=account.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key="x",
    )
    found = client.describe_stack_resource(StackName=own, LogicalResourceId="Topic")
    assert json.dumps(found["StackResourceDetail"], default=str)
    for call in (
        lambda: client.describe_stack_resource(StackName=other, LogicalResourceId="Topic"),
        lambda: client.describe_stacks(StackName=own),
    ):
        with pytest.raises(ClientError, match=r"AccessDenied.*is not authorized to perform: cloudformation:"):
            call()
