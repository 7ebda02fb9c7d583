"""An endpoint's metrics: namespace, dimensions and statistic as SageMaker publishes them, and alarms on them."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import Duration

from cdk_inference_recommender import InvocationHttpResponseCode, RecommendedEndpoint, ValidationError

from .operated_endpoint import alarm, operated_endpoint
from .synthesis import new_stack, only, template_of

INVOCATIONS, INSTANCES = "AWS/SageMaker", "/aws/sagemaker/Endpoints"
METRICS = [
    ("metric_invocations", (), "Invocations", INVOCATIONS, "Sum"),
    ("metric_invocations_per_instance", (), "InvocationsPerInstance", INVOCATIONS, "Sum"),
    (
        "metric_invocation_response_code",
        (InvocationHttpResponseCode.INVOCATION_4XX_ERRORS,),
        "Invocation4XXErrors",
        INVOCATIONS,
        "Sum",
    ),
    (
        "metric_invocation_response_code",
        (InvocationHttpResponseCode.INVOCATION_5XX_ERRORS,),
        "Invocation5XXErrors",
        INVOCATIONS,
        "Sum",
    ),
    ("metric_model_latency", (), "ModelLatency", INVOCATIONS, "Average"),
    ("metric_overhead_latency", (), "OverheadLatency", INVOCATIONS, "Average"),
    ("metric_cpu_utilization", (), "CPUUtilization", INSTANCES, "Average"),
    ("metric_memory_utilization", (), "MemoryUtilization", INSTANCES, "Average"),
    ("metric_gpu_utilization", (), "GPUUtilization", INSTANCES, "Average"),
    ("metric_gpu_memory_utilization", (), "GPUMemoryUtilization", INSTANCES, "Average"),
    ("metric_disk_utilization", (), "DiskUtilization", INSTANCES, "Average"),
]


def metric(endpoint: RecommendedEndpoint, method: str, arguments: tuple[Any, ...], **options: Any) -> Any:
    return getattr(endpoint, method)(*arguments, **options)


@pytest.mark.parametrize(("method", "arguments", "name", "namespace", "statistic"), METRICS)
def test_an_alarm_watches_the_variant(
    method: str, arguments: tuple[Any, ...], name: str, namespace: str, statistic: str
) -> None:
    stack = new_stack()
    alarm(stack, metric=metric(operated_endpoint(stack, variant_name="Blue"), method, arguments))
    properties = only(template_of(stack), "AWS::CloudWatch::Alarm")["Properties"]
    dimensions = {each["Name"]: each["Value"] for each in properties["Dimensions"]}
    assert (properties["MetricName"], properties["Namespace"], properties["Statistic"]) == (name, namespace, statistic)
    assert properties["Period"] == 300
    assert "Unit" not in properties
    assert dimensions.keys() == {"EndpointName", "VariantName"}
    assert dimensions["VariantName"] == "Blue"
    assert dimensions["EndpointName"]["Fn::GetAtt"][1] == "EndpointName"


def test_options_replace_the_defaults() -> None:
    stack = new_stack()
    watched = operated_endpoint(stack, endpoint_name="bert").metric_model_latency(
        statistic="p99", period=Duration.minutes(1), label="Latency"
    )
    alarm(stack, metric=watched)
    properties = only(template_of(stack), "AWS::CloudWatch::Alarm")["Properties"]
    assert "p99" in str(properties)
    assert "60" in str(properties)
    assert "'bert'" in str(properties)


def test_any_metric_of_the_variant_can_be_named() -> None:
    stack = new_stack()
    alarm(stack, metric=operated_endpoint(stack).metric("InvocationModelErrors", statistic="Sum"))
    properties = only(template_of(stack), "AWS::CloudWatch::Alarm")["Properties"]
    assert (properties["MetricName"], properties["Statistic"]) == ("InvocationModelErrors", "Sum")


def test_a_serverless_endpoint_has_its_own() -> None:
    stack = new_stack()
    endpoint = operated_endpoint(stack, serverless=True)
    alarm(stack, metric=endpoint.metric_model_setup_time())
    assert only(template_of(stack), "AWS::CloudWatch::Alarm")["Properties"]["MetricName"] == "ModelSetupTime"
    for method, arguments, name, *_ in METRICS:
        if name in {"InvocationsPerInstance", "CPUUtilization", "GPUUtilization", "GPUMemoryUtilization"}:
            with pytest.raises(ValidationError, match=rf"^Stack/Endpoint: SageMaker publishes no {name} for a serverl"):
                metric(endpoint, method, arguments)
        elif name != "DiskUtilization":
            assert metric(endpoint, method, arguments).metric_name == name
    with pytest.raises(ValidationError, match=r"publishes no ModelSetupTime for an endpoint on instances"):
        operated_endpoint(new_stack()).metric_model_setup_time()
