"""A kind of job that the library doesn't have is declared by the same parts, which name none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

import cdk_inference_recommender.jobs
from cdk_inference_recommender.cross_stack.references import THROUGH_PARAMETER, report_cross_stack_references
from cdk_inference_recommender.jobs.job_kind import JobKind
from cdk_inference_recommender.jobs.resource import job_resource
from cdk_inference_recommender.jobs.wait_stages import last_wait_stage
from cdk_inference_recommender.model.tags import JobTags

from .dependency_order import before
from .synthesis import given_role, new_app, new_stack, only, resources, template_of

if TYPE_CHECKING:
    from aws_cdk import CfnResource

INVENTED: Final = JobKind(
    resource_type="Custom::InventedJob", wait_type="Custom::InventedJobWait", service_timeout_seconds=600
)


class InventedJob(Construct):
    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.tags = JobTags({"team": "search"}, INVENTED.resource_type)
        self.resource: CfnResource = job_resource(
            self,
            INVENTED,
            request={"Workload": "chat"},
            job_name=None,
            name_prefix="invented",
            tags=self.tags,
            accept_stopped=False,
            timeout=9000,
            rerun_nonce=None,
            role=given_role(Stack.of(scope)),
            keys=(),
            established=(),
        )
        self.finished = last_wait_stage(
            self,
            INVENTED,
            job_name=self.resource.ref,
            timeout=9000,
            poll_interval=30,
            accept_stopped=False,
            after=self.resource,
        )
        report_cross_stack_references(self, self.resource, "JobName", THROUGH_PARAMETER)


def test_its_resource_and_its_stages_have_its_own_types_and_times() -> None:
    stack = new_stack()
    job = InventedJob(stack, "Job")
    template = template_of(stack)
    properties = only(template, "Custom::InventedJob")["Properties"]
    assert (properties["Request"], properties["ServiceTimeout"]) == ({"Workload": "chat"}, "600")
    stages = resources(template, "Custom::InventedJobWait")
    assert len(stages) == 4
    last = stack.resolve(job.finished.logical_id)
    assert before(template, last) >= stages.keys() - {last} | resources(template, "Custom::InventedJob").keys()
    assert "InferenceRecommendationsJob" not in json.dumps([*stages.values(), properties])


def test_its_tags_are_those_of_ancestors_too() -> None:
    stack = new_stack()
    InventedJob(stack, "Job").tags.manager.set_tag("stage", "test")
    Tags.of(stack).add("ignored", "as the invented construct isn't taggable")
    assert only(template_of(stack), "Custom::InventedJob")["Properties"]["Tags"] == [
        {"Key": "stage", "Value": "test"},
        {"Key": "team", "Value": "search"},
    ]


def test_another_stack_can_t_refer_to_it() -> None:
    app = new_app()
    job = InventedJob(new_stack(app), "Job")
    other = Stack(app, "Other")
    CfnOutput(other, "Name", value=job.resource.ref)
    with pytest.raises(RuntimeError, match="CrossStackReference"):
        template_of(other)


def test_what_any_kind_has_names_none() -> None:
    (folder,) = cdk_inference_recommender.jobs.__path__
    for file in Path(folder).glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert file.stem == "job_kind" or ("ResourceType" not in text and "RecommendationsJob" not in text), file
