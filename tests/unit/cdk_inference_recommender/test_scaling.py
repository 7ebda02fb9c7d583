"""Scaling as the service recommends, and scaling with numbers of one's own, as a template."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cdk import CfnOutput, CfnParameter, Duration, Stack, Token

from cdk_inference_recommender import (
    InferenceRecommendationsJob,
    ModelSource,
    RealTimeRecommendation,
    RecommendedEndpoint,
    ScalableInstanceCount,
    ScalingRecommendation,
    ServerlessRecommendation,
    ValidationError,
)
from inference_recommendations_handler.protocol.contract import (
    InstanceCountProperty,
    ScalingRecommendationAttribute,
    ScalingRecommendationProperty,
)

from .dependency_order import before
from .synthesis import (
    PACKAGE_ARN,
    RECOMMENDATION,
    WAIT,
    Json,
    errors_of,
    given_role,
    job_with_given_role,
    new_app,
    new_stack,
    only,
    resources,
    template_of,
)

SCALING = "Custom::InferenceScalingRecommendation"
COUNT = "Custom::EndpointInstanceCount"
PREPARATION = "Custom::EndpointPreparation"
CONFIG = "AWS::SageMaker::EndpointConfig"
ENDPOINT = "AWS::SageMaker::Endpoint"


def hosted(stack: Stack, best: RealTimeRecommendation | ServerlessRecommendation, **props: Any) -> RecommendedEndpoint:
    model = ModelSource.from_model_package(PACKAGE_ARN)
    return RecommendedEndpoint(stack, "Endpoint", recommendation=best, model=model, role=given_role(stack), **props)


def best_of(stack: Stack) -> RealTimeRecommendation:
    return job_with_given_role(stack).recommend_real_time("Best")


def sent(template: Json, kind: str) -> Json:
    properties: Json = only(template, kind)["Properties"]
    return {name: value for name, value in properties.items() if name not in {"ServiceToken", "ServiceTimeout"}}


# --- The scaling recommendation ---


def test_the_chosen_recommendation_is_polled_when_the_job_has_finished() -> None:
    stack = new_stack()
    best_of(stack).recommend_scaling("Scaling")
    template = template_of(stack)
    (job,), (best,) = resources(template, "Custom::InferenceRecommendationsJob"), resources(template, RECOMMENDATION)
    assert sent(template, SCALING) == {
        "JobName": {"Ref": job},
        "RecommendationId": {"Fn::GetAtt": [best, "RecommendationId"]},
    }
    assert only(template, SCALING)["Properties"]["ServiceTimeout"] == "300"
    (scaling,) = resources(template, SCALING)
    assert resources(template, WAIT).keys() <= before(template, scaling)
    assert any(name.startswith("InferenceRecommenderProviderStateMachineAccess") for name in before(template, scaling))


def test_what_traffic_is_expected_reaches_the_handler() -> None:
    stack = new_stack()
    invocations = CfnParameter(stack, "Invocations", type="Number").value_as_number
    best_of(stack).recommend_scaling(
        "Scaling", target_cpu_utilization_per_core=70, min_invocations=60, max_invocations=invocations
    )
    properties = sent(template_of(stack), SCALING)
    assert properties["TargetCpuUtilizationPerCore"] == 70
    assert properties["MinInvocationsPerMinute"] == 60
    assert properties["MaxInvocationsPerMinute"] == {"Ref": "Invocations"}
    assert properties.keys() == set(ScalingRecommendationProperty)


def test_every_attribute_can_be_used() -> None:
    stack = new_stack()
    scaling = best_of(stack).recommend_scaling("Scaling")
    assert isinstance(scaling, ScalingRecommendation)
    read = {
        "MinCapacity": scaling.min_capacity,
        "MaxCapacity": scaling.max_capacity,
        "ScaleInCooldown": scaling.scale_in_cooldown.to_seconds(),
        "ScaleOutCooldown": scaling.scale_out_cooldown.to_seconds(),
        "TargetValue": scaling.target_value,
        "PredefinedMetricType": scaling.predefined_metric_type,
        "MetricName": scaling.metric_name,
        "MetricNamespace": scaling.metric_namespace,
        "MetricStatistic": scaling.metric_statistic,
        "ScalingPoliciesJson": scaling.scaling_policies_json,
        "InvocationsPerInstance": scaling.invocations_per_instance,
        "ModelLatency": scaling.model_latency,
        "ModelLatencyMs": scaling.model_latency_ms,
    }
    assert read.keys() == {attribute.value for attribute in ScalingRecommendationAttribute}
    (name,) = resources(template_of(stack), SCALING)
    for attribute, value in read.items():
        assert stack.resolve(value) == {"Fn::GetAtt": [name, attribute]}


def test_an_existing_job_can_be_polled_too() -> None:
    stack = new_stack()
    job = InferenceRecommendationsJob.from_job_name(stack, "Job", "bert-1")
    job.recommend_real_time("Best").recommend_scaling("AtPeak", max_invocations=900)
    assert sent(template_of(stack), SCALING)["JobName"] == "bert-1"


@pytest.mark.parametrize(
    ("arguments", "reported"),
    [
        ({"target_cpu_utilization_per_core": 0}, "target_cpu_utilization_per_core = 0: must be a whole percentage"),
        ({"target_cpu_utilization_per_core": 101}, "target_cpu_utilization_per_core = 101: must be a whole percentage"),
        ({"target_cpu_utilization_per_core": 0.5}, "target_cpu_utilization_per_core = 0.5: must be a whole percentage"),
        ({"min_invocations": 0}, "min_invocations = 0: must be a whole number of requests a minute, 1 or more"),
        ({"max_invocations": True}, "max_invocations = True: must be a whole number of requests a minute"),
        (
            {"min_invocations": 9, "max_invocations": 8},
            "min_invocations = 9: the least may not be above the most: the most is 8",
        ),
    ],
)
def test_what_the_service_would_refuse_is_found_at_synth(arguments: Json, reported: str) -> None:
    stack = new_stack()
    best_of(stack).recommend_scaling("Scaling", **arguments)
    (error,) = errors_of(stack)
    assert error.startswith(f"[Stack/Job/Best/Scaling] {reported}")


def test_another_stack_is_sent_to_where_the_numbers_can_arrive() -> None:
    app = new_app()
    stack, other = Stack(app, "Stack"), Stack(app, "Other")
    CfnOutput(
        other,
        "Most",
        value=Token.as_string(best_of(stack).recommend_scaling("Scaling").max_capacity),
    )
    (error,) = errors_of(stack)
    assert error.startswith("[Stack/Job/Best/Scaling] max_capacity: ")
    assert "read it there with RealTimeRecommendation.from_parameters(...), and call recommend_scaling(id)" in error


def test_a_recommendation_that_was_read_is_scaled_by_its_published_job() -> None:
    app = new_app()
    publisher, reader = Stack(app, "Publisher"), Stack(app, "Reader")
    job_with_given_role(publisher).recommend_real_time("Best").publish("/bert")
    best = RealTimeRecommendation.from_parameters(reader, "Best", "/bert")
    follow_recommendation(hosted(reader, best), best.recommend_scaling("Scaling", max_invocations=900))
    template = template_of(reader)
    properties = sent(template, SCALING)
    read = {
        name: template["Parameters"][properties[name]["Ref"]]["Default"] for name in ("JobName", "RecommendationId")
    }
    assert read == {"JobName": "/bert/JobName", "RecommendationId": "/bert/RecommendationId"}
    assert properties["MaxInvocationsPerMinute"] == 900
    scaled = sent(template, COUNT)
    assert scaled["ScalingPoliciesJson"]["Fn::GetAtt"][1] == "ScalingPoliciesJson"


def test_a_reader_that_scales_nothing_reads_no_job() -> None:
    stack = Stack(new_app(), "Reader")
    hosted(stack, RealTimeRecommendation.from_parameters(stack, "Best", "/bert"))
    read = {parameter["Default"] for parameter in template_of(stack)["Parameters"].values()}
    assert "/bert/InstanceType" in read
    assert "/bert/JobName" not in read


# --- The scaled endpoint ---


def follow_invocations(endpoint: RecommendedEndpoint, arguments: Json) -> None:
    bounds = {name: value for name, value in arguments.items() if name.endswith("_capacity")}
    rest = {name: value for name, value in arguments.items() if name not in bounds}
    endpoint.auto_scale_instance_count(**bounds).scale_on_invocations("Load", **rest)


def follow_recommendation(endpoint: RecommendedEndpoint, scaling: ScalingRecommendation) -> None:
    endpoint.auto_scale_instance_count(
        min_capacity=scaling.min_capacity, max_capacity=scaling.max_capacity
    ).scale_as_recommended("Load", scaling)


def scaled_template(**arguments: Any) -> Json:
    stack = new_stack()
    best = best_of(stack)
    endpoint = hosted(stack, best)
    if arguments:
        follow_invocations(endpoint, arguments)
    else:
        follow_recommendation(endpoint, best.recommend_scaling("Scaling"))
    return template_of(stack)


def test_the_endpoint_is_registered_with_all_of_the_recommendation() -> None:
    template = scaled_template()
    (scaling,), (endpoint,), (config,) = (resources(template, kind) for kind in (SCALING, ENDPOINT, CONFIG))
    (best,) = resources(template, RECOMMENDATION)
    (machine,) = resources(template, "AWS::StepFunctions::StateMachine")
    (count,) = resources(template, COUNT)
    common = {
        "VariantName": "AllTraffic",
        "InstanceType": {"Fn::GetAtt": [best, "InstanceType"]},
        "InitialInstanceCount": {"Fn::GetAtt": [best, "InitialInstanceCount"]},
        "EndpointConfigName": {"Fn::GetAtt": [config, "EndpointConfigName"]},
        "StateMachineArn": {"Ref": machine},
        "DisableScaleIn": False,
        **{
            name: {"Fn::GetAtt": [scaling, name]}
            for name in ("MinCapacity", "MaxCapacity", "ScaleInCooldown", "ScaleOutCooldown", "ScalingPoliciesJson")
        },
    }
    assert sent(template, COUNT) == common | {"EndpointName": {"Fn::GetAtt": [endpoint, "EndpointName"]}}
    assert sent(template, PREPARATION) == common | {"InstanceCountLogicalId": count}


@pytest.mark.parametrize("is_scaled", [False, True])
def test_preparation_endpoint_and_count_come_in_this_order(is_scaled: bool) -> None:
    template = scaled_template() if is_scaled else unscaled_template()
    (preparation,), (endpoint,), (count,), (config,) = (
        resources(template, kind) for kind in (PREPARATION, ENDPOINT, COUNT, CONFIG)
    )
    assert preparation in before(template, endpoint)
    assert endpoint in before(template, count)
    assert config in before(template, preparation), "what fails before the endpoint changes leaves it scaled"
    for resource in (preparation, count):
        assert any(name.startswith("InferenceRecommenderProviderInvokeConfig") for name in before(template, resource))


def test_both_may_wait_for_nearly_an_hour() -> None:
    template = scaled_template()
    for kind in (PREPARATION, COUNT):
        assert only(template, kind)["Properties"]["ServiceTimeout"] == "3540"


def test_by_default_the_target_is_a_share_of_what_was_measured() -> None:
    template = scaled_template(max_capacity=4)
    (best,) = resources(template, RECOMMENDATION)
    for kind in (COUNT, PREPARATION):
        properties = sent(template, kind)
        assert {name: properties[name] for name in ("MinCapacity", "MaxCapacity", "SafetyFactor")} == {
            "MinCapacity": 1,
            "MaxCapacity": 4,
            "SafetyFactor": 0.5,
        }
        assert properties["MaxInvocations"] == {"Fn::GetAtt": [best, "MaxInvocations"]}
        assert properties["InitialInstanceCount"] == {"Fn::GetAtt": [best, "InitialInstanceCount"]}
        assert not properties.keys() & {
            "TargetValue",
            "MaxRequestsPerSecond",
            "ScaleInCooldown",
            "ScaleOutCooldown",
            "ScalingPoliciesJson",
        }


def test_the_target_can_be_a_share_of_what_an_instance_can_serve() -> None:
    stack = new_stack()
    most = CfnParameter(stack, "Most", type="Number").value_as_number
    count = hosted(stack, best_of(stack)).auto_scale_instance_count(max_capacity=4)
    count.scale_on_invocations("Load", max_requests_per_second=most, safety_factor=0.7)
    properties = sent(template_of(stack), COUNT)
    assert properties["MaxRequestsPerSecond"] == {"Ref": "Most"}
    assert properties["SafetyFactor"] == 0.7
    assert not properties.keys() & {"TargetValue", "MaxInvocations"}


def test_the_recommended_policies_can_have_bounds_of_ones_own() -> None:
    stack = new_stack()
    best = best_of(stack)
    scaling = best.recommend_scaling("Scaling")
    hosted(stack, best).auto_scale_instance_count(max_capacity=3).scale_as_recommended("Load", scaling)
    properties = sent(template_of(stack), COUNT)
    assert (properties["MinCapacity"], properties["MaxCapacity"]) == (1, 3)
    assert "ScalingPoliciesJson" in properties


def test_bounds_without_a_policy_are_found_at_synth() -> None:
    stack = new_stack()
    hosted(stack, best_of(stack)).auto_scale_instance_count(max_capacity=4)
    (error,) = errors_of(stack)
    assert error.startswith(
        "[Stack/Endpoint/Scaling] max_capacity: bounds a number of instances that no scaling policy"
    )


def test_every_number_can_be_ones_own() -> None:
    template = scaled_template(
        max_capacity=9,
        min_capacity=2,
        target_invocations_per_instance=450.5,
        scale_in_cooldown=Duration.minutes(10),
        scale_out_cooldown=Duration.seconds(30),
        disable_scale_in=True,
    )
    properties = sent(template, COUNT)
    assert (
        properties.items()
        >= {
            "MinCapacity": 2,
            "MaxCapacity": 9,
            "TargetValue": 450.5,
            "ScaleInCooldown": 600,
            "ScaleOutCooldown": 30,
            "DisableScaleIn": True,
        }.items()
    )
    assert not properties.keys() & {"SafetyFactor", "MaxInvocations"}


def test_every_property_of_the_contract_is_sent() -> None:
    names: set[str] = set()
    most = {"max_capacity": 2}
    for arguments in (
        {},
        most,
        most | {"target_invocations_per_instance": 5},
        most | {"max_requests_per_second": 5},
    ):
        template = scaled_template(**arguments)
        names |= sent(template, COUNT).keys() | sent(template, PREPARATION).keys()
    assert names == set(InstanceCountProperty)


def test_numbers_can_be_known_at_deploy_time() -> None:
    stack = new_stack()
    most = CfnParameter(stack, "Most", type="Number").value_as_number
    follow_invocations(hosted(stack, best_of(stack)), {"max_capacity": most, "min_capacity": 3})
    assert sent(template_of(stack), COUNT)["MaxCapacity"] == {"Ref": "Most"}


def test_a_published_recommendation_is_scaled_by_what_it_carries_over() -> None:
    stack = Stack(new_app(), "Reader")
    endpoint = hosted(stack, RealTimeRecommendation.from_parameters(stack, "Best", "/bert"))
    endpoint.auto_scale_instance_count(max_capacity=4).scale_on_invocations("Load")
    template = template_of(stack)
    for name in ("MaxInvocations", "InitialInstanceCount", "InstanceType"):
        parameter = template["Parameters"][sent(template, COUNT)[name]["Ref"]]
        assert parameter == {"Type": "AWS::SSM::Parameter::Value<String>", "Default": f"/bert/{name}"}


def test_the_target_can_be_named() -> None:
    stack = new_stack()
    scaled = hosted(stack, best_of(stack)).auto_scale_instance_count(max_capacity=2)
    assert isinstance(scaled, ScalableInstanceCount)
    scaled.scale_on_invocations("Load")
    (count,) = resources(template_of(stack), COUNT)
    assert stack.resolve(scaled.resource_id) == {"Ref": count}


@pytest.mark.parametrize(
    ("arguments", "errors"),
    [
        ({"max_capacity": 0}, ["max_capacity = 0: must be a whole number"]),
        ({"max_capacity": 2.5}, ["max_capacity = 2.5: must be a whole number of instances, 1 or more"]),
        (
            {"max_capacity": 2, "min_capacity": 3},
            ["min_capacity = 3: the least may not be above the most: the most is 2"],
        ),
        (
            {"max_capacity": 2, "target_invocations_per_instance": 0},
            ["/Load] target_invocations_per_instance = 0: must be a number above 0"],
        ),
        (
            {"max_capacity": 2, "max_requests_per_second": -1},
            ["/Load] max_requests_per_second = -1: must be a number above 0"],
        ),
        ({"max_capacity": 2, "safety_factor": 1.1}, ["/Load] safety_factor = 1.1: must be above 0 and at most 1"]),
        (
            {
                "max_capacity": 2,
                "safety_factor": 0.5,
                "max_requests_per_second": 5,
                "target_invocations_per_instance": 5,
            },
            [
                f"/Load] {name}: is what the target is calculated from, and the target is given as well"
                for name in ("max_requests_per_second", "safety_factor")
            ],
        ),
    ],
)
def test_all_mistakes_are_reported_at_once(arguments: Json, errors: list[str]) -> None:
    stack = new_stack()
    follow_invocations(hosted(stack, best_of(stack)), arguments)
    found = errors_of(stack)
    assert len(found) == len(errors)
    for error, beginning in zip(found, errors, strict=True):
        place = beginning if beginning.startswith("/") else f"] {beginning}"
        assert error.startswith(f"[Stack/Endpoint/Scaling{place}")


def test_a_cooldown_has_whole_seconds() -> None:
    stack = new_stack()
    with pytest.raises(ValidationError, match=r"scale_in_cooldown: .* Give a whole number of seconds"):
        follow_invocations(
            hosted(stack, best_of(stack)), {"max_capacity": 2, "scale_in_cooldown": Duration.millis(1500)}
        )


def test_a_serverless_endpoint_has_no_instances_to_scale() -> None:
    stack = new_stack()
    endpoint = hosted(stack, job_with_given_role(stack).recommend_serverless("Best"))
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint: a serverless endpoint has no instances to scale"):
        endpoint.auto_scale_instance_count(max_capacity=2)


def test_an_endpoint_is_scaled_once() -> None:
    stack = new_stack()
    best = best_of(stack)
    endpoint = hosted(stack, best)
    count = endpoint.auto_scale_instance_count(max_capacity=2)
    count.scale_on_invocations("Load")
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint: the endpoint is scaled already"):
        endpoint.auto_scale_instance_count(max_capacity=2)
    message = r"^Stack/Endpoint/Scaling: Stack/Endpoint/Scaling/Load scales it already\. Call one of"
    with pytest.raises(ValidationError, match=message):
        count.scale_on_invocations("More")
    with pytest.raises(ValidationError, match=message):
        count.scale_as_recommended("More", best.recommend_scaling("Scaling"))


def test_a_second_scaling_recommendation_needs_an_id_of_its_own() -> None:
    best = best_of(new_stack())
    best.recommend_scaling("Scaling")
    with pytest.raises(
        ValidationError, match=r"^Stack/Job/Best: there is a 'Scaling' already\. .*give this one another id"
    ):
        best.recommend_scaling("Scaling", max_invocations=100)
    assert best.recommend_scaling("ForPeaks", max_invocations=100).node.path == "Stack/Job/Best/ForPeaks"


def test_another_recommendations_scaling_isnt_the_endpoints() -> None:
    stack = new_stack()
    job = job_with_given_role(stack)
    best, other = job.recommend_real_time("Best"), job.recommend_real_time("Other")
    with pytest.raises(ValidationError, match=r"^Stack/Endpoint/Scaling: Stack/Job/Other/Scaling recommends how to"):
        follow_recommendation(hosted(stack, best), other.recommend_scaling("Scaling"))


def unscaled_template() -> Json:
    stack = new_stack()
    hosted(stack, best_of(stack))
    return template_of(stack)


def test_without_autoscaling_the_recommended_number_is_kept_all_the_same() -> None:
    scaled, unscaled = scaled_template(max_capacity=4), unscaled_template()
    for kind in (PREPARATION, COUNT):
        numbers = sent(scaled, kind).keys() - sent(unscaled, kind).keys()
        assert numbers == {"MinCapacity", "MaxCapacity", "SafetyFactor", "MaxInvocations", "DisableScaleIn"}
        assert resources(scaled, kind).keys() == resources(unscaled, kind).keys(), "scaling can be added in place"
    assert resources(unscaled, "AWS::IAM::Policy").keys() == resources(scaled, "AWS::IAM::Policy").keys()


@pytest.mark.parametrize("is_scaled", [False, True])
def test_every_update_of_the_endpoint_retains_what_was_set_at_run_time(is_scaled: bool) -> None:
    template = scaled_template() if is_scaled else unscaled_template()
    assert only(template, ENDPOINT)["Properties"]["RetainAllVariantProperties"] is True
