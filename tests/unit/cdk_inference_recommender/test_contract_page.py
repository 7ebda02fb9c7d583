"""The ids that templates and acknowledgments are made of, so that they change by decision only.

To accept a change: `python -m tests.unit.cdk_inference_recommender.test_contract_page`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aws_cdk import CfnResource, Stack

from cdk_inference_recommender import InferenceRecommendationsJob, RecommendedEndpoint

from .every_prop import every_prop
from .synthesis import new_app, new_stack, template_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import IConstruct

DOCS: Final = Path(__file__).parents[3] / "docs"
PAGE: Final = DOCS / "contract.md"
INTRODUCTION: Final = """\
# What stays

<!-- Made by: python -m tests.unit.cdk_inference_recommender.test_contract_page -->

These ids are part of the public API, as names and signatures are: an app may find a construct by its id, a template's
logical ids are made of them, and a warning is acknowledged by its id. From 1.0 on they change in a major version only.
Before that a minor version may change them, and the changelog says so.

## Child ids

Ids that you give yourself are left out: those of jobs, recommendations, scaling recommendations, endpoints and scaling
policies. The library adds `InferenceRecommenderProvider` to each stack that it is used in, and
`PublishedRecommendations` to each stage.

| Construct | Child id | What it is |
|---|---|---|
"""
WARNINGS: Final = """
## Warning ids

[rules.md](rules.md) says what they warn of.

"""
GIVEN: Final = {"Best", "ForPeaks", "Load"}
CHOSEN: Final = re.compile(r"^(Wait)\d+$|^(Published)-.*|^(Key|PassRole|ModelPackage)[0-9A-F]{8}$")
"""Ids that hold what they are for."""


def app_with_everything() -> Stack:
    app = new_app()
    stack = new_stack(app)
    on_instances, on_serverless = every_prop(stack)
    best = InferenceRecommendationsJob(stack, "Job", **on_instances).recommend_real_time("Best")
    best.publish("/bert/best")
    endpoint = RecommendedEndpoint(stack, "Endpoint", recommendation=best, vpc=on_instances["vpc"])
    scaling = best.recommend_scaling("ForPeaks")
    endpoint.auto_scale_instance_count(max_capacity=3).scale_as_recommended("Load", scaling)
    serverless = InferenceRecommendationsJob(stack, "Serverless", **on_serverless).recommend_serverless("Best")
    RecommendedEndpoint(stack, "ServerlessEndpoint", recommendation=serverless)
    InferenceRecommendationsJob.from_job_name(stack, "Existing", "bert").recommend_real_time("Best")
    template_of(stack)
    return stack


def is_ours(construct: IConstruct) -> bool:
    return type(construct).__module__.startswith("cdk_inference_recommender.")


def kind_of(construct: IConstruct) -> str:
    resource = construct if isinstance(construct, CfnResource) else construct.node.default_child
    while resource is not None and not isinstance(resource, CfnResource):
        resource = resource.node.default_child
    return f"`{resource.cfn_resource_type}`" if resource is not None else "no resource"


def child_ids() -> list[str]:
    """Rows of the table: every child that the library itself gives an id."""
    rows = set()
    for parent in app_with_everything().node.find_all():
        for child in parent.node.children if is_ours(parent) else ():
            if child.node.id in GIVEN:
                continue
            known = CHOSEN.match(child.node.id)
            shown = f"{next(filter(None, known.groups()))}..." if known else child.node.id
            rows.add(f"| `{type(parent).__name__}` | `{shown}` | {kind_of(child)} |")
    return sorted(rows)


def warning_ids() -> Iterator[str]:
    rules = (DOCS / "rules.md").read_text(encoding="utf-8")
    for rule in re.findall(r"^### (\w+)\n\n- Severity: warning$", rules, flags=re.MULTILINE):
        yield f"- `cdk-inference-recommender:{rule}`"


def page() -> str:
    return INTRODUCTION + "\n".join(child_ids()) + "\n" + WARNINGS + "\n".join(sorted(warning_ids())) + "\n"


def test_the_page_lists_every_id() -> None:
    assert page() == PAGE.read_text(encoding="utf-8"), __doc__


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
