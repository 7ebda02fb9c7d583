"""How much a job costs at synth, in counts that don't depend on the machine.

A call into the CDK's JavaScript takes 0.4 to 1.9 ms of CPU, and decides how long a synthesis takes.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from aws_cdk import Environment, NestedStack, Stack, Tags

from benchmarks.javascript_calls import Calls, counted_calls
from cdk_inference_recommender import InferenceRecommendationsJob, ModelSource

from .synthesis import (
    ACCOUNT,
    PACKAGE_ARN,
    REGION,
    default_job,
    given_role,
    images,
    new_app,
    new_stack,
    payloads,
    resources,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_cdk import App
    from constructs import Construct

pytestmark = pytest.mark.usefixtures("whole_handler")

MODEL = ModelSource.from_model_package(PACKAGE_ARN)
FEW, MANY = 3, 9
MOST_AT_CONSTRUCTION = 10
MOST_AT_CONSTRUCTION_WITH_DEFAULT_ROLE = 44
MOST_OF_A_STACKS_FIRST_JOB = 77
"""Four of them look whether assets are staged, and where else they stay: once in a stack."""
MOST_AT_SYNTHESIS = 1
MOST_AT_SYNTHESIS_OF_A_STACK = 18
MOST_AT_SYNTHESIS_WITH_TAGS = 4
MOST_ANSWERS_FOR_A_TAG = 2
MOST_RESOURCES = 3
MOST_MODULES = 133
MOST_JOBS = 160
MOST_RESOURCES_OF_A_STACK = 500
"""CloudFormation quotas."""


def in_environment(app: App) -> Stack:
    return new_stack(app, env=Environment(account=ACCOUNT, region=REGION))


def with_given_role(scope: Construct, count: int, **props: Any) -> Calls:
    """Calls for each of the jobs but the first, which also creates what the stack's jobs share."""
    role = given_role(Stack.of(scope))
    default_job(scope, "First", role=role)
    with counted_calls() as calls:
        for number in range(count):
            InferenceRecommendationsJob(scope, f"Job{number}", role=role, model=MODEL, **props)
    return Calls(calls.made // count, calls.answered)


def synthesis(count: int, prepare: Callable[[App], object] = lambda _: None, where: Any = in_environment) -> Calls:
    app = new_app()
    prepare(app)
    with_given_role(where(app), count)
    with counted_calls() as calls:
        app.synth()
    return calls


def growth(few: int, many: int) -> float:
    return (many - few) / (MANY - FEW)


@pytest.mark.parametrize("props", [{}, {"tags": {"team": "search"}}, {"rerun_nonce": "2"}])
def test_declaring_a_job_is_ten_calls(props: dict[str, Any]) -> None:
    assert with_given_role(new_stack(), 3, **props) == Calls(MOST_AT_CONSTRUCTION, 0)


def test_declaring_a_job_with_a_default_role_costs_the_same_however_many_there_are() -> None:
    stack = new_stack()
    payloads(stack), images(stack)
    default_job(stack, "First")
    counts = []
    for number in range(4):
        with counted_calls() as calls:
            default_job(stack, f"Job{number}")
        counts.append(calls.made)
    assert len(set(counts)) == 1
    assert counts[0] <= MOST_AT_CONSTRUCTION_WITH_DEFAULT_ROLE


def test_the_first_job_of_a_stack_creates_what_all_of_them_share() -> None:
    stack = new_stack()
    role = given_role(stack)
    with counted_calls() as calls:
        default_job(stack, role=role)
    assert calls.made <= MOST_OF_A_STACKS_FIRST_JOB
    with counted_calls() as calls:
        stack.node.root.synth()  # type: ignore[attr-defined] # the app's
    assert calls.made <= MOST_AT_SYNTHESIS_OF_A_STACK


def nested(app: App) -> Stack:
    return NestedStack(in_environment(app), "Nested")


@pytest.mark.parametrize("where", [in_environment, new_stack, nested], ids=["env", "agnostic", "nested"])
def test_synthesis_asks_nothing_for_a_job_without_an_error(where: Any) -> None:
    few, many = synthesis(FEW, where=where), synthesis(MANY, where=where)
    assert growth(few.made, many.made) <= MOST_AT_SYNTHESIS
    assert growth(few.answered, many.answered) == 0


def test_tags_of_ancestors_are_four_calls_a_job_besides_the_answers_that_each_tag_asks_for() -> None:
    def tag(app: App) -> None:
        Tags.of(app).add("team", "search")
        Tags.of(app).add("stage", "test")

    few, many = synthesis(FEW, tag), synthesis(MANY, tag)
    assert growth(few.made, many.made) <= MOST_AT_SYNTHESIS_WITH_TAGS
    assert growth(few.answered, many.answered) <= 2 * MOST_ANSWERS_FOR_A_TAG


def test_references_that_jobs_have_in_common_are_looked_up_once() -> None:
    def calls(count: int) -> int:
        app = new_app()
        stack = in_environment(app)
        role = given_role(stack)
        for number in range(count):
            package = stack.format_arn(service="sagemaker", resource="model-package", resource_name=f"bert/{number}")
            default_job(stack, f"Job{number}", role=role, model=ModelSource.from_model_package(package))
        with counted_calls() as counted:
            app.synth()
        return counted.made

    assert growth(calls(FEW), calls(MANY)) <= MOST_AT_SYNTHESIS


@pytest.mark.parametrize("with_default_roles", [False, True])
def test_resources_grow_by_three_a_job_and_one_for_a_default_role(*, with_default_roles: bool) -> None:
    def count(jobs: int) -> int:
        app = new_app({"@aws-cdk/core:stackResourceLimit": 0})
        stack = in_environment(app)
        role = {} if with_default_roles else {"role": given_role(stack)}
        for number in range(jobs):
            default_job(stack, f"Job{number}", **role)
        return len(resources(app.synth().get_stack_artifact(stack.artifact_id).template))

    few, many = count(FEW), count(MANY)
    assert growth(few, many) == MOST_RESOURCES + with_default_roles
    assert with_default_roles or few + (MOST_JOBS - FEW) * MOST_RESOURCES <= MOST_RESOURCES_OF_A_STACK


def test_importing_the_library_imports_no_rules() -> None:
    code = (
        "import sys, cdk_inference_recommender as library\n"
        "for name in library.__all__: getattr(library, name)\n"
        "print(*(name for name in sys.modules if name.startswith('cdk_inference_recommender.')))"
    )
    command = [sys.executable, "-c", code]
    modules = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    # Their constants and classes are part of what constructs and reports say.
    needed = {"cross_stack.rules", "job.metric_rules", "cross_stack.published_rules", "request.shape_rules"}
    rules = {name for name in modules if name.endswith(("_rules", ".rules")) or ".rules." in name}
    assert {name.removeprefix("cdk_inference_recommender.") for name in rules} <= needed | {
        "request.rules",
        "request.rules.rule",
    }
    assert len(modules) <= MOST_MODULES
