"""Properties of `Custom::InferenceRecommendationsJob`."""

from __future__ import annotations

import pytest

from inference_recommendations_handler.inference_job.service import InferenceRecommendationsJobs
from inference_recommendations_handler.lifecycle.job_properties import JobProperties
from inference_recommendations_handler.stack.owner import Owner
from tests.lifecycle.template import Template, as_delivered
from tests.lifecycle.wiring import unconnected_clients

OWNER = Owner(stack_id="arn:stack", logical_id="Job")


def parsed(**members: str) -> JobProperties:
    properties = as_delivered(Template().job())
    properties["Request"] |= members
    return JobProperties.parse(properties, owner=OWNER, jobs=InferenceRecommendationsJobs.of(unconnected_clients()))


@pytest.mark.parametrize("member", ["RoleArn", "JobDescription"])
def test_what_is_not_measured_keeps_the_name(member: str) -> None:
    assert parsed(**{member: "another"}).base == parsed().base


def test_what_is_measured_changes_the_name() -> None:
    assert parsed(JobType="Advanced").base != parsed().base


def test_the_longest_generated_name_is_one_that_the_service_could_have() -> None:
    jobs = InferenceRecommendationsJobs.of(unconnected_clients())
    assert jobs.is_name("p" * 24 + "-" + "a" * 12 + "-99")
    assert jobs.is_name("a" * 64)
    assert not any(jobs.is_name(name) for name in ("a" * 65, "-a", "a-", "a_b", ""))
