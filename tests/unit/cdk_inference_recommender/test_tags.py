"""Tags of a job: its own, and those of everything around it."""

from __future__ import annotations

import pytest
from aws_cdk import Stack, Tags

from .synthesis import JOB, Json, default_job, new_app, new_stack, only, template_of


def tags_of(stack: Stack) -> list[Json] | None:
    tags: list[Json] | None = only(template_of(stack), JOB)["Properties"].get("Tags")
    return tags


def test_a_job_without_tags_has_none() -> None:
    stack = new_stack()
    default_job(stack)
    assert tags_of(stack) is None


def test_tags_of_the_job_its_stack_and_its_app_are_reported_as_the_api_spells_them() -> None:
    app = new_app()
    stack = new_stack(app)
    job = default_job(stack, tags={"team": "search"})
    Tags.of(job).add("model", "bert")
    Tags.of(stack).add("stage", "test")
    Tags.of(app).add("owner", "anna")
    assert tags_of(stack) == [
        {"Key": "model", "Value": "bert"},
        {"Key": "owner", "Value": "anna"},
        {"Key": "stage", "Value": "test"},
        {"Key": "team", "Value": "search"},
    ]


def test_the_nearest_tag_wins() -> None:
    stack = new_stack()
    job = default_job(stack)
    Tags.of(stack).add("team", "all")
    Tags.of(job).add("team", "search")
    assert tags_of(stack) == [{"Key": "team", "Value": "search"}]


def test_a_job_can_be_left_out_of_tagging() -> None:
    stack = new_stack()
    default_job(stack)
    Tags.of(stack).add("team", "search", exclude_resource_types=[JOB])
    assert tags_of(stack) is None


def test_tags_are_no_part_of_what_is_measured() -> None:
    stack = new_stack()
    default_job(stack, tags={"team": "search"})
    assert "Tags" not in only(template_of(stack), JOB)["Properties"]["Request"]


def test_forty_five_tags_leave_room_for_those_that_say_whose_the_job_is() -> None:
    stack = new_stack()
    job = default_job(stack, tags={f"key-{number}": "value" for number in range(44)})
    Tags.of(job).add("one", "more")
    assert len(tags_of(stack) or []) == 45


def test_more_tags_are_reported_also_where_an_ancestor_adds_them() -> None:
    stack = new_stack()
    default_job(stack, tags={f"key-{number}": "value" for number in range(45)})
    Tags.of(stack).add("one", "more")
    message = r"\[Stack/Job\] tags = 46: at most 45 tags: the service allows 50, and 5 say whose the job is\."
    with pytest.raises(RuntimeError, match=message):
        template_of(stack)


def test_more_tags_than_the_service_takes_are_one_problem() -> None:
    stack = new_stack()
    default_job(stack, tags={f"key-{number}": "value" for number in range(60)})
    with pytest.raises(RuntimeError) as failure:
        template_of(stack)
    assert str(failure.value).count("[Stack/Job]") == 1
    assert "tags = 60: at most 45 tags" in str(failure.value)


def test_a_tag_that_the_api_refuses_is_reported_by_its_key() -> None:
    stack = new_stack()
    default_job(stack, tags={"team": "search; ranking"})
    with pytest.raises(RuntimeError, match=r"\[Stack/Job\] tags\['team'\] = 'search; ranking': must match"):
        template_of(stack)
