"""The page of all rules is made of the rules."""

from __future__ import annotations

from pathlib import Path

from cdk_inference_recommender.command_line.rule_catalogue import catalogue
from cdk_inference_recommender.cost.cost_rules import COST_RULES
from cdk_inference_recommender.cross_stack.published_rules import PUBLISHED_RULES
from cdk_inference_recommender.cross_stack.rules import CROSS_STACK_RULES
from cdk_inference_recommender.endpoint.rules import ENDPOINT_RULES
from cdk_inference_recommender.job.metric_rules import METRIC_RULES
from cdk_inference_recommender.job.rules import JOB_RULES
from cdk_inference_recommender.model.network_rules import NETWORK_RULES
from cdk_inference_recommender.permissions.policy_size_rules import POLICY_SIZE_RULES
from cdk_inference_recommender.recommendation.constraint_rules import CONSTRAINT_RULES
from cdk_inference_recommender.recommendation.objective_rules import OBJECTIVE_RULES
from cdk_inference_recommender.recommendation.scaling_rules import SCALING_RULES
from cdk_inference_recommender.request import RULES, request_shape
from cdk_inference_recommender.request.shape_rules import MODEL_RULES
from cdk_inference_recommender.validation.region_rules import REGION_RULES

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == catalogue(), (
        "run python -m cdk_inference_recommender.command_line.rule_catalogue > docs/rules.md"
    )


def test_has_one_entry_a_rule() -> None:
    headings = [line.removeprefix("### ") for line in catalogue().splitlines() if line.startswith("### ")]
    assert headings == [
        rule.id
        for rule in (
            *RULES,
            *JOB_RULES,
            *NETWORK_RULES,
            *REGION_RULES,
            *CROSS_STACK_RULES,
            *PUBLISHED_RULES,
            *ENDPOINT_RULES,
            *OBJECTIVE_RULES,
            *CONSTRAINT_RULES,
            *SCALING_RULES,
            *COST_RULES,
            *METRIC_RULES,
            *POLICY_SIZE_RULES,
        )
    ] + ["Placeholder"]
    assert len(set(headings) | set(MODEL_RULES)) == len(headings) + len(MODEL_RULES)


def test_an_entry_says_it_all() -> None:
    assert (
        "### TrafficWithinJobDuration\n\n"
        "- Severity: error\n"
        "- Fields: `InputConfig.JobDurationInSeconds` (`job_duration`), "
        "`InputConfig.TrafficPattern.Phases[].DurationInSeconds` (`traffic_pattern.phases.duration`), "
        "`InputConfig.TrafficPattern.Stairs.DurationInSeconds` (`traffic_pattern.stairs.duration`)\n"
        "- Rule: the traffic may not last longer than `InputConfig.JobDurationInSeconds`\n"
        "- Remedy: lengthen the job or shorten the traffic\n"
        "- Source: SageMaker developer guide, Troubleshoot Inference Recommender errors\n"
    ) in catalogue()


def test_every_member_has_its_limits() -> None:
    page = catalogue()
    for name in request_shape().members:
        assert f"| `{name}` |" in page
    assert "| `InputConfig.TrafficPattern.Stairs.UsersPerStep` | integer | 1 to 3 |" in page
    assert "| `InputConfig.VpcConfig.SecurityGroupIds` | list | required; 1 to 5 items |" in page
    assert "| `InputConfig.VpcConfig.SecurityGroupIds[]` | string | at most 32 characters; `[-0-9a-zA-Z]+` |" in page
