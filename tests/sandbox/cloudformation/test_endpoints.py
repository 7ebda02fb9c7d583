"""An endpoint changes in place, as slowly and as strictly as the service changes it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


def _resources(instance_type: str, *, scaled: bool = False) -> dict[str, Any]:
    variant = {
        "VariantName": "v",
        "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
        "InstanceType": instance_type,
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1,
    }
    target = {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {
            "MinCapacity": 1,
            "MaxCapacity": 3,
            "ServiceNamespace": "sagemaker",
            "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/v"},
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        },
    }
    image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.3-cpu"
    trust = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}}
    model = {"ExecutionRoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "PrimaryContainer": {"Image": image}}
    name = {"Fn::GetAtt": ["Configuration", "EndpointConfigName"]}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": role},
        "Model": {"Type": "AWS::SageMaker::Model", "Properties": model},
        "Configuration": {"Type": "AWS::SageMaker::EndpointConfig", "Properties": {"ProductionVariants": [variant]}},
        "Endpoint": {"Type": "AWS::SageMaker::Endpoint", "Properties": {"EndpointConfigName": name}},
        **({"Target": target} if scaled else {}),
    }


OUTPUTS = {"Name": {"Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}}}


def _instance_type(account: Any, stack_id: str) -> str:
    client = account.client("sagemaker")
    endpoint = client.describe_endpoint(EndpointName=account.outputs(stack_id)["Name"])
    assert endpoint["EndpointStatus"] == "InService"
    configuration = client.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    return str(configuration["ProductionVariants"][0]["InstanceType"])


def test_a_new_configuration_updates_the_endpoint_and_the_stack_waits_for_it(account: Any) -> None:
    before = account.sandbox.clock.now()
    stack_id = account.deploy(_resources("ml.m5.large"), outputs=OUTPUTS)
    assert account.sandbox.clock.now() - before >= 240
    name, before = account.outputs(stack_id)["Name"], account.sandbox.clock.now()
    account.deploy(_resources("ml.c5.large"), name=stack_id, outputs=OUTPUTS)
    assert account.status(stack_id) == "UPDATE_COMPLETE"
    assert account.sandbox.clock.now() - before >= 240
    assert account.outputs(stack_id)["Name"] == name
    assert _instance_type(account, stack_id) == "ml.c5.large"


def test_a_scaled_variant_keeps_its_instance_type(account: Any) -> None:
    stack_id = account.deploy(_resources("ml.m5.large", scaled=True), outputs=OUTPUTS)
    account.deploy(_resources("ml.c5.large", scaled=True), name=stack_id, outputs=OUTPUTS)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert "must be deregistered as scalable targets with AWS Auto Scaling" in account.reason(stack_id, "Endpoint")
    assert _instance_type(account, stack_id) == "ml.m5.large"


def test_an_endpoint_at_work_is_neither_updated_nor_deleted(account: Any) -> None:
    stack_id = account.deploy(_resources("ml.m5.large"), outputs=OUTPUTS)
    client, name = account.client("sagemaker"), account.outputs(stack_id)["Name"]
    configuration = client.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    with account.sandbox.clock.busy():
        client.update_endpoint(EndpointName=name, EndpointConfigName=configuration)
        assert client.describe_endpoint(EndpointName=name)["EndpointStatus"] == "Updating"
        with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
            client.update_endpoint(EndpointName=name, EndpointConfigName=configuration)
        with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
            client.delete_endpoint(EndpointName=name)


def test_a_group_of_model_packages_is_deleted_when_it_is_empty(account: Any) -> None:
    name, client = account.name(), account.client("sagemaker")
    group = {"Type": "AWS::SageMaker::ModelPackageGroup", "Properties": {"ModelPackageGroupName": name}}
    stack_id = account.deploy({"Group": group})
    package = client.create_model_package(ModelPackageGroupName=name)["ModelPackageArn"]
    assert account.delete(stack_id) == "DELETE_FAILED"
    client.delete_model_package(ModelPackageName=package)
    assert account.delete(stack_id) == "DELETE_COMPLETE"
    assert name not in [
        item["ModelPackageGroupName"] for item in client.list_model_package_groups()["ModelPackageGroupSummaryList"]
    ]


def test_tags_change_in_place(account: Any) -> None:
    def tagged(**tags: str) -> dict[str, Any]:
        resources = _resources("ml.m5.large")
        for name in ("Model", "Configuration", "Endpoint"):
            resources[name]["Properties"]["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        return resources

    outputs = {name: {"Value": {"Ref": name}} for name in ("Model", "Configuration", "Endpoint")}
    stack_id = account.deploy(tagged(kept="1", changed="1", gone="1"), outputs=outputs)
    arns = account.outputs(stack_id)
    account.deploy(tagged(kept="1", changed="2", new="1"), name=stack_id, outputs=outputs)
    assert account.status(stack_id) == "UPDATE_COMPLETE", account._raw_events(stack_id)
    assert account.outputs(stack_id) == arns
    for arn in arns.values():
        tags = account.client("sagemaker").list_tags(ResourceArn=arn)["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == {"kept": "1", "changed": "2", "new": "1"}


def _guarded(instance_type: str) -> dict[str, Any]:
    resources = _resources(instance_type)
    allowed = {"Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [allowed]}
    resources["Role"]["Properties"]["Policies"] = [{"PolicyName": "alarms", "PolicyDocument": document}]
    resources["Configuration"]["Properties"]["ProductionVariants"][0]["InitialInstanceCount"] = 4
    resources["Alarm"] = {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "MetricName": "Errors",
            "Namespace": "Own",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold",
        },
    }
    size = {"Type": "CAPACITY_PERCENT", "Value": 25}
    routing = {"Type": "CANARY", "WaitIntervalInSeconds": 600, "CanarySize": size}
    resources["Endpoint"]["Properties"]["DeploymentConfig"] = {
        "BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing},
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": {"Ref": "Alarm"}}]},
    }
    return resources


def test_a_canary_that_alarms_rolls_back_and_the_stack_with_it(account: Any) -> None:
    stack_id = account.deploy(_guarded("ml.m5.large"), outputs=OUTPUTS)
    account.order({"fault": "trip-alarm"})
    account.deploy(_guarded("ml.c5.large"), name=stack_id, outputs=OUTPUTS)
    assert account.status(stack_id) == "UPDATE_ROLLBACK_COMPLETE"
    assert "went into ALARM state during deployment" in account.reason(stack_id, "Endpoint")
    assert _instance_type(account, stack_id) == "ml.m5.large"
    account.deploy(_guarded("ml.c5.large"), name=stack_id, outputs=OUTPUTS)
    assert account.status(stack_id) == "UPDATE_COMPLETE"
    assert _instance_type(account, stack_id) == "ml.c5.large"
