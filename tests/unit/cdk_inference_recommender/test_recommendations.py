"""What a finished job's results are for in a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import App, CfnOutput, CfnParameter, Environment, NestedStack, Stack, Token
from aws_cdk import aws_sagemaker as sagemaker

from cdk_inference_recommender import (
    UNAVAILABLE,
    Constraints,
    Objective,
    RealTimeRecommendation,
    Recommendation,
    ServerlessRecommendation,
    ValidationError,
)
from inference_recommendations_handler.protocol.contract import RecommendationAttribute

from .dependency_order import before
from .synthesis import (
    JOB,
    RECOMMENDATION,
    WAIT,
    Json,
    errors_of,
    job_with_given_role,
    logical_id,
    new_app,
    new_stack,
    only,
    resources,
    template_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from cdk_inference_recommender import InferenceRecommendationsJob

WEAK = {"@aws-cdk/core:defaultCrossStackReferences": "weak"}

COMMON = {
    "recommendation_id": "RecommendationId",
    "inference_specification_name": "InferenceSpecificationName",
    "compilation_job_name": "CompilationJobName",
    "environment_json": "EnvironmentJson",
    "cost_per_hour": "CostPerHour",
    "cost_per_inference": "CostPerInference",
    "max_invocations": "MaxInvocations",
    "model_latency": "ModelLatency",
    "model_latency_ms": "ModelLatencyMs",
    "cpu_utilization": "CpuUtilization",
    "memory_utilization": "MemoryUtilization",
}
REAL_TIME = COMMON | {"instance_type": "InstanceType"}
SERVERLESS = COMMON | {"model_setup_time": "ModelSetupTime", "model_setup_time_us": "ModelSetupTime"}
REAL_TIME_NUMBERS = {"initial_instance_count": "InitialInstanceCount"}
SERVERLESS_NUMBERS = {"memory_size_in_mb": "MemorySizeInMB", "max_concurrency": "MaxConcurrency"}


def test_what_a_figure_without_a_value_holds_can_be_compared_with() -> None:
    assert UNAVAILABLE == "unavailable"


def real_time(stack: Stack) -> RealTimeRecommendation:
    return job_with_given_role(stack).recommend_real_time("Best")


def serverless(stack: Stack) -> ServerlessRecommendation:
    return job_with_given_role(stack).recommend_serverless("Best")


@pytest.mark.parametrize(
    ("make", "texts", "numbers"),
    [(real_time, REAL_TIME, REAL_TIME_NUMBERS), (serverless, SERVERLESS, SERVERLESS_NUMBERS)],
    ids=["real-time", "serverless"],
)
def test_every_attribute_is_known_once_the_job_has_finished(
    make: Callable[[Stack], RealTimeRecommendation | ServerlessRecommendation],
    texts: dict[str, str],
    numbers: dict[str, str],
) -> None:
    stack = new_stack()
    recommendation = make(stack)
    for name, attribute in texts.items():
        value = getattr(recommendation, name)
        assert isinstance(value, str)
        assert Token.is_unresolved(value)
        assert stack.resolve(value) == {"Fn::GetAtt": [logical_id(recommendation), attribute]}
    for name, attribute in numbers.items():
        value = getattr(recommendation, name)
        assert isinstance(value, float | int)
        assert Token.is_unresolved(value)
        assert stack.resolve(value) == {"Fn::GetAtt": [logical_id(recommendation), attribute]}


def test_together_both_kinds_have_every_attribute_that_the_handler_answers() -> None:
    known = {*REAL_TIME.values(), *SERVERLESS.values(), *REAL_TIME_NUMBERS.values(), *SERVERLESS_NUMBERS.values()}
    assert known == {attribute.value for attribute in RecommendationAttribute}


def recommendation_with(objective: Objective) -> Json:
    stack = new_stack()
    job = job_with_given_role(stack)
    job.recommend_real_time("Best", optimize_for=objective)
    job.recommend_serverless("Serverless", optimize_for=objective)
    return template_of(stack)


@pytest.mark.parametrize(
    ("objective", "name"),
    [
        (Objective.COST_PER_INFERENCE, "CostPerInference"),
        (Objective.COST_PER_HOUR, "CostPerHour"),
        (Objective.MODEL_LATENCY, "ModelLatency"),
        (Objective.MAX_INVOCATIONS, "MaxInvocations"),
    ],
)
def test_a_recommendation_is_chosen_by_kind_and_objective(objective: Objective, name: str) -> None:
    template = recommendation_with(objective)
    job = next(iter(resources(template, JOB)))
    assert [
        {key: value for key, value in found["Properties"].items() if key != "ServiceToken"}
        for found in resources(template, RECOMMENDATION).values()
    ] == [
        {
            "ServiceTimeout": "300",
            "JobName": {"Ref": job},
            "EndpointType": kind,
            "Objective": name,
        }
        for kind in ("RealTime", "Serverless")
    ]


def test_another_objective_changes_nothing_but_the_choice() -> None:
    cheap, fast = recommendation_with(Objective.COST_PER_INFERENCE), recommendation_with(Objective.MODEL_LATENCY)
    changed = {name for name, resource in resources(cheap).items() if resource != fast["Resources"][name]}
    assert changed == resources(cheap, RECOMMENDATION).keys()
    assert cheap["Resources"].keys() == fast["Resources"].keys()


def test_a_real_time_variant_runs_on_the_recommended_instances() -> None:
    stack = new_stack()
    best = real_time(stack)
    sagemaker.CfnEndpointConfig(
        stack, "Config", production_variants=[best.production_variant(model_name="bert", initial_variant_weight=2)]
    )
    (variant,) = only(template_of(stack), "AWS::SageMaker::EndpointConfig")["Properties"]["ProductionVariants"]
    assert variant == {
        "ModelName": "bert",
        "VariantName": "AllTraffic",
        "InitialVariantWeight": 2,
        "InstanceType": {"Fn::GetAtt": [logical_id(best), "InstanceType"]},
        "InitialInstanceCount": {"Fn::GetAtt": [logical_id(best), "InitialInstanceCount"]},
    }


@pytest.mark.parametrize("kind", [RealTimeRecommendation, ServerlessRecommendation])
def test_a_recommendation_can_be_made_without_the_job_s_method(
    kind: type[RealTimeRecommendation | ServerlessRecommendation],
) -> None:
    made, recommended = new_stack(), new_stack()
    constraints = Constraints(max_cost_per_hour=1)
    job = job_with_given_role(made)
    best: Recommendation = kind(job, "Best", job=job, optimize_for=Objective.MODEL_LATENCY, constraints=constraints)
    other = job_with_given_role(recommended)
    recommend = other.recommend_real_time if kind is RealTimeRecommendation else other.recommend_serverless
    recommend("Best", optimize_for=Objective.MODEL_LATENCY, constraints=constraints)
    assert template_of(made) == template_of(recommended)
    assert best.node.path == "Stack/Job/Best"


def test_a_recommendation_can_stand_anywhere_in_the_job_s_stack() -> None:
    stack = new_stack()
    job = job_with_given_role(stack)
    best = RealTimeRecommendation(stack, "Best", job=job)
    assert isinstance(best, Recommendation)
    assert job.add_outputs(best).keys() >= {"BestInstanceType"}
    template = template_of(stack)
    (choice,) = resources(template, RECOMMENDATION)
    assert resources(template, WAIT).keys() <= before(template, choice)


def test_a_recommendation_of_another_stack_s_job_is_reported() -> None:
    app = new_app()
    here, there = Stack(app, "Here"), Stack(app, "There")
    RealTimeRecommendation(there, "Best", job=job_with_given_role(here))
    with pytest.raises(RuntimeError, match=r"\[Here/Job\] job_name: a value that changes with a job can't reach"):
        template_of(there)


@pytest.mark.parametrize("wrong", [5, None, "job"])
def test_a_recommendation_is_of_a_job(wrong: Any) -> None:
    with pytest.raises(ValidationError, match=r"^Stack/Best: job = .* isn't of type InferenceRecommendationsJob\."):
        RealTimeRecommendation(new_stack(), "Best", job=wrong)


def test_a_recommendation_is_of_a_job_of_this_library() -> None:
    class Lookalike:
        job_name = "bert"
        recommend_real_time = None

    wrong: Any = Lookalike()
    with pytest.raises(ValidationError, match=r"^Stack/Best: job = <Lookalike> isn't a job of this library"):
        RealTimeRecommendation(new_stack(), "Best", job=wrong)


def test_a_variant_takes_a_construct_as_its_model() -> None:
    stack = new_stack()
    best = real_time(stack)
    model = sagemaker.CfnModel(stack, "Model", execution_role_arn="arn:aws:iam::123456789012:role/r")
    sagemaker.CfnEndpointConfig(stack, "Config", production_variants=[best.production_variant(model=model)])
    (variant,) = only(template_of(stack), "AWS::SageMaker::EndpointConfig")["Properties"]["ProductionVariants"]
    assert variant["ModelName"] == {"Fn::GetAtt": ["Model", "ModelName"]}
    by_name: Any = stack.resolve(best.production_variant(model="bert"))
    assert by_name["modelName"] == "bert"


@pytest.mark.parametrize(
    ("models", "message"),
    [
        ({}, "model = None isn't of type str or IModelRef"),
        ({"model": 5}, "model = 5 isn't of type str or IModelRef"),
        ({"model": "bert", "model_name": "bert"}, "Both model and model_name are given"),
    ],
)
def test_a_variant_has_one_model(models: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=rf"^Stack/Job/Best: {message}"):
        real_time(new_stack()).production_variant(**models)


def test_a_serverless_variant_has_the_recommended_memory_and_concurrency() -> None:
    stack = new_stack()
    best = serverless(stack)
    sagemaker.CfnEndpointConfig(
        stack, "Config", production_variants=[best.production_variant(model_name="bert", variant_name="Main")]
    )
    (variant,) = only(template_of(stack), "AWS::SageMaker::EndpointConfig")["Properties"]["ProductionVariants"]
    assert variant == {
        "ModelName": "bert",
        "VariantName": "Main",
        "InitialVariantWeight": 1,
        "ServerlessConfig": {
            "MemorySizeInMB": {"Fn::GetAtt": [logical_id(best), "MemorySizeInMB"]},
            "MaxConcurrency": {"Fn::GetAtt": [logical_id(best), "MaxConcurrency"]},
        },
    }


def refer(app: App, value: Callable[[InferenceRecommendationsJob], str]) -> str:
    """Let another stack refer to something of a job, and take the complaint."""
    here, there = Stack(app, "Here"), Stack(app, "There")
    CfnOutput(there, "Output", value=value(job_with_given_role(here)))
    (problem,) = errors_of(app)
    return problem


@pytest.mark.parametrize(
    ("context", "harm"),
    [
        ({}, "CloudFormation would export it, and can't change an export that is in use."),
        (WEAK, "that stack's template would stay the same, so the CDK CLI would skip it and its value grow old."),
    ],
    ids=["strong", "weak"],
)
def test_another_stack_may_not_refer_to_a_recommendation_directly(context: Json, harm: str) -> None:
    problem = refer(new_app(context), lambda job: job.recommend_real_time("Best").instance_type)
    assert problem.startswith(
        "[Here/Job/Best] instance_type: a value that changes with a job can't reach another stack "
    )
    assert (
        f"referred to by There/Output; {harm} Publish it here with publish('/my-app/best') and read it there with "
        "RealTimeRecommendation.from_parameters(self, 'Best', '/my-app/best'). (CrossStackReference; "
    ) in problem


@pytest.mark.parametrize("context", [{}, WEAK], ids=["strong", "weak"])
def test_nor_to_the_name_of_a_job(context: Json) -> None:
    problem = refer(new_app(context), lambda job: job.job_name)
    assert problem.startswith("[Here/Job] job_name: a value that changes with a job ")
    assert "Write what the other stack needs to an ssm.StringParameter" in problem


@pytest.mark.parametrize("context", [{}, WEAK], ids=["strong", "weak"])
def test_nor_to_what_a_nested_stack_found(context: Json) -> None:
    app = new_app(context)
    here, there = Stack(app, "Here"), Stack(app, "There")
    inner = NestedStack(NestedStack(here, "Outer"), "Inner")
    CfnOutput(there, "Output", value=real_time(inner).instance_type)
    with pytest.raises(
        RuntimeError, match=r"\[Here/Outer/Inner/Job/Best\] instance_type: .* referred to by There/Output"
    ):
        app.synth()


def test_nor_from_another_region() -> None:
    app = new_app({})
    here, there = (
        Stack(app, name, env=Environment(account="111122223333", region=region), cross_region_references=True)
        for name, region in (("Here", "us-east-1"), ("There", "eu-west-1"))
    )
    CfnOutput(there, "Output", value=real_time(here).instance_type)
    with pytest.raises(RuntimeError, match=r"instance_type: .* the CDK would copy it to the other Region once"):
        app.synth()


def test_a_parent_may_refer_to_what_its_nested_stack_found() -> None:
    parent = new_stack()
    nested = NestedStack(parent, "Nested")
    CfnOutput(parent, "InstanceType", value=real_time(nested).instance_type)
    (output,) = template_of(parent)["Outputs"].values()
    assert "Fn::GetAtt" in output["Value"]


def test_an_objective_that_no_release_knows_is_reported_before_the_job_is_paid_for() -> None:
    stack = new_stack()
    job_with_given_role(stack).recommend_real_time("Best", optimize_for=Objective.of("Cheapest"))
    with pytest.raises(RuntimeError, match=r"\[Stack/Job/Best\] optimize_for = 'Cheapest': .* CostPerInference"):
        template_of(stack)


def test_an_objective_may_be_named_as_the_context_names_it() -> None:
    stack = new_stack()
    job_with_given_role(stack).recommend_serverless("Best", optimize_for=Objective.of("ModelLatency"))
    assert only(template_of(stack), RECOMMENDATION)["Properties"]["Objective"] == "ModelLatency"


def test_an_objective_may_be_known_only_at_deploy_time() -> None:
    stack = new_stack()
    named = CfnParameter(stack, "Objective").value_as_string
    job_with_given_role(stack).recommend_real_time("Best", optimize_for=Objective.of(named))
    assert only(template_of(stack), RECOMMENDATION)["Properties"]["Objective"] == {"Ref": "Objective"}
