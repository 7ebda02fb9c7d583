"""The page of all rules: `python -m cdk_inference_recommender.command_line.rule_catalogue > docs/rules.md`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.cost.cost_rules import COST_RULES
from cdk_inference_recommender.cross_stack.published_rules import PUBLISHED_RULES
from cdk_inference_recommender.cross_stack.rules import CROSS_STACK_RULES
from cdk_inference_recommender.endpoint.props.endpoint_props import endpoint_property_path
from cdk_inference_recommender.endpoint.rules import ENDPOINT_RULES
from cdk_inference_recommender.job.metric_rules import METRIC_RULES
from cdk_inference_recommender.job.props.job_props import job_property_path
from cdk_inference_recommender.job.rules import JOB_RULES
from cdk_inference_recommender.model.network_rules import NETWORK_RULES
from cdk_inference_recommender.permissions.policy_size_rules import POLICY_SIZE_RULES
from cdk_inference_recommender.recommendation.constraint_rules import CONSTRAINT_RULES
from cdk_inference_recommender.recommendation.objective_rules import OBJECTIVE_RULES
from cdk_inference_recommender.recommendation.scaling_rules import SCALING_RULES
from cdk_inference_recommender.request import Rule, Shape, api_path, request_shape
from cdk_inference_recommender.request.api_path import spell_fields
from cdk_inference_recommender.request.rules.all_rules import RULES_BY_TOPIC
from cdk_inference_recommender.request.shape_rules import MODEL_RULES, OPEN_ENUMS, counted
from cdk_inference_recommender.validation.region_rules import REGION_RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cdk_inference_recommender.request import Path

_ENDPOINTS: Final = "Recommended endpoints"
_INTRODUCTION: Final = """\
# Rules

<!-- Made by: python -m cdk_inference_recommender.command_line.rule_catalogue > docs/rules.md -->

What `cdk synth`, `app.synth()` and `inference-recommender validate` check before a job costs anything. An error fails
the synthesis, after the problems of every construct of the app have been gathered (the CDK synthesises each `Stage` by
itself, and so gathers its problems by themselves); a warning is shown and can be acknowledged:

```python
from aws_cdk import Acknowledgment, Validations

Validations.of(job).acknowledge(
    Acknowledgment(id="cdk-inference-recommender:SpawnRateMaximum", reason="as in the guide's example")
)
```

A value that is known only at deploy time isn't checked, and a rule that compares it with others is skipped. Only the
most useful problem of a value is reported.

Fields are named as the API names them, and as props where these are spelled otherwise.
"""
_MODEL: Final = """\
## Single members

These rules are botocore's service model, member by member. botocore itself enforces types, required members and
minimums only. All are errors; the remedy names the bound, the type, or the name that was probably meant.

| Rule | What it says |
|---|---|
"""
_MEMBERS: Final = """
Where a rule below refines one of these, only the finer one is reported.

| Member | Type | Limits |
|---|---|---|
"""
_UNCHECKED: Final = """\
## What can't be known before the deployment

- Whether a model package names its own container, which `ContainerConfig` would override.
- Of an existing endpoint: that it has one variant, no autoscaling, is real-time and not multi-model.
- That the subnets have two free addresses for each instance, and that payload, artifacts and image aren't restricted
  to a VPC.
- Quotas of the account: they show as `ResourceLimitExceeded`, and the deployment waits for room.
"""
_SKELETON: Final = """\
## Skeletons

### Placeholder

- Severity: error
- Rule: a placeholder that `inference-recommender skeleton` has printed is filled in
- Remedy: put in its place what it says
- Source: this library
"""
TOPICS: Final[Mapping[str, tuple[Rule, ...]]] = {
    **RULES_BY_TOPIC,
    "Props that aren't part of the request": JOB_RULES,
    "Network": NETWORK_RULES,
    "Region": REGION_RULES,
    "Other stacks, accounts and Regions": (*CROSS_STACK_RULES, *PUBLISHED_RULES),
    _ENDPOINTS: ENDPOINT_RULES,
    "Objective of a recommendation": OBJECTIVE_RULES,
    "Constraints of a recommendation": CONSTRAINT_RULES,
    "Scaling of an endpoint": SCALING_RULES,
    "Cost of a job": COST_RULES,
    "Metrics": METRIC_RULES,
    "Size of IAM policies": POLICY_SIZE_RULES,
}
"""Every rule that isn't the service model's, by the page's headings."""


def catalogue() -> str:
    """The page, in Markdown."""
    spellings = {_ENDPOINTS: endpoint_property_path}
    rules = (
        f"## {topic}\n\n" + "\n".join(_entry(rule, spellings.get(topic, job_property_path)) for rule in of_topic)
        for topic, of_topic in TOPICS.items()
    )
    model = _MODEL + "".join(f"| {rule} | {text} |\n" for rule, text in MODEL_RULES.items())
    members = _MEMBERS + "".join(_members(request_shape(), ()))
    return "\n".join([_INTRODUCTION, model + members, *rules, _SKELETON, _UNCHECKED])


def _entry(rule: Rule, spell: Callable[[Path], str]) -> str:
    return (
        f"### {rule.id}\n\n"
        f"- Severity: {rule.severity.lower()}\n"
        f"- Fields: {', '.join(_field(field, spell) for field in rule.fields)}\n"
        f"- Rule: {_in_code(rule.text)}\n"
        f"- Remedy: {_in_code(rule.remedy[0].lower() + rule.remedy[1:])}\n"
        f"- Source: {rule.source}\n" + (f"- Refines: {', '.join(sorted(rule.refines))}\n" if rule.refines else "")
    )


def _field(field: str, spell: Callable[[Path], str]) -> str:
    prop = spell(tuple(field.replace("[]", "").split(".")))
    return f"`{field}`" if prop in {"", field} else f"`{field}` (`{prop}`)"


def _in_code(text: str) -> str:
    return spell_fields(text.replace("<", "&lt;"), lambda path: f"`{api_path(path)}`")


def _members(shape: Shape, path: Path) -> Iterator[str]:
    for name, member in shape.members.items():
        required = name in shape.metadata.get("required", ())
        yield f"| `{api_path((*path, name))}` | {member.type_name} | {_limits(member, required=required)} |\n"
        yield from _below(member, (*path, name))


def _below(shape: Shape, path: Path) -> Iterator[str]:
    if shape.member is None:
        yield from _members(shape, path)
        return
    items: Path = (*path[:-1], f"{path[-1]}[]")
    if shape.member.type_name != "structure":
        yield f"| `{api_path(items)}` | {shape.member.type_name} | {_limits(shape.member, required=False)} |\n"
    yield from _below(shape.member, items)


def _limits(shape: Shape, *, required: bool) -> str:
    limits = shape.metadata
    unit = {"string": "character", "list": "item"}.get(shape.type_name)
    low, high = limits.get("min"), limits.get("max")
    said = ["required"] if required else []
    if high is None:
        said += [] if low is None else [f"at least {counted(low, unit)}"]
    elif low == high:
        said.append(f"exactly {counted(high, unit)}")
    else:
        said.append(f"{low} to {counted(high, unit)}" if low else f"at most {counted(high, unit)}")
    if shape.name in OPEN_ENUMS:
        said.append(f"{len(limits['enum'])} values are known; others are warnings")
    elif "enum" in limits:
        said.append(", ".join(f"`{value}`" for value in limits["enum"]))
    if "pattern" in limits:
        pattern = limits["pattern"].replace("|", "\\|")
        said.append(f"`{pattern}`")
    return "; ".join(said) or "none"


if __name__ == "__main__":
    sys.stdout.write(catalogue())
