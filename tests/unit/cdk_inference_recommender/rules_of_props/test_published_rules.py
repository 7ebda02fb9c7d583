"""What is read from Parameter Store and published there, by the function that compares the two."""

from __future__ import annotations

import pytest
from aws_cdk import App, Environment, Stack
from constructs import Construct

from cdk_inference_recommender.cross_stack.published_rules import Reading, check_reading

from .found_problems import Found, found

HERE = Environment(account="123456789012", region="eu-west-1")


class RealTime(Construct):
    """Something that is published."""


class Serverless(Construct):
    """Something else."""


class Batch(Construct):
    """A third kind."""


def reading(publishers: dict[str, tuple[type[Construct], Environment | None]], *, kind: type = RealTime) -> Reading:
    app = App()
    return Reading(
        prefix="/bert",
        reader=Construct(Stack(app, "Reader", env=HERE), "Best"),
        kind=kind,
        publishers=[published(Stack(app, name, env=env), "Best") for name, (published, env) in publishers.items()],
    )


def test_what_is_published_here_as_the_same_kind() -> None:
    assert found(check_reading(reading({"One": (RealTime, HERE)}))) == []
    assert found(check_reading(reading({"Agnostic": (RealTime, None)}))) == []


def test_what_another_app_publishes() -> None:
    assert found(check_reading(reading({}))) == []


def test_what_is_published_elsewhere() -> None:
    there, other = Environment(account="123456789012", region="us-east-1"), Environment(account="210987654321")
    read = reading({"There": (RealTime, there), "Other": (Serverless, other)})
    assert found(check_reading(read)) == [
        Found(
            "PublishedElsewhere",
            "Prefix",
            "/bert",
            "There/Best publishes in account 123456789012, us-east-1 and Other/Best publishes in account "
            "210987654321, any Region, and it is read in account 123456789012, eu-west-1",
        )
    ]
    assert found(check_reading(reading({"There": (RealTime, there), "Here": (RealTime, HERE)}))) == []


@pytest.mark.parametrize("kind", [RealTime, Serverless])
def test_what_is_published_as_another_kind(kind: type[Construct]) -> None:
    other = Serverless if kind is RealTime else RealTime
    there = Environment(account="123456789012", region="us-east-1")
    # The one that is out of reach has no part in it.
    read = reading({"There": (kind, there), "One": (other, HERE), "Two": (Batch, None)}, kind=kind)
    assert found(check_reading(read)) == [
        Found(
            "PublishedKind",
            "Prefix",
            "/bert",
            f"One/Best publishes a {other.__name__}, and it is read as a {kind.__name__}",
            f"Read it with {other.__name__}.from_parameters(...)",
        )
    ]
    assert found(check_reading(reading({"One": (other, HERE), "Two": (kind, HERE)}, kind=kind))) == []
