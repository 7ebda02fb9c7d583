"""Fixtures: a world of fakes for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.log_page import recorded_lines

from . import promises
from .cloudformation import Stack
from .surroundings import live_in
from .wiring import unconnected_clients
from .world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inference_recommendations_handler.aws.clients import Clients


@pytest.fixture(scope="module", autouse=True)
def _log_lines(request: pytest.FixtureRequest) -> Iterator[None]:
    with recorded_lines(request.module.__name__):
        yield


@pytest.fixture(scope="session")
def clients() -> Clients:
    return unconnected_clients()


@pytest.fixture
def world(clients: Clients, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[World]:
    """A new account for the handler."""
    world = World(clients, light=request.node.get_closest_marker("boto3") is None)
    live_in(world, monkeypatch)
    yield world
    world.close()
    promises.nothing_surprising_is_raised(world)
    promises.nothing_secret_is_logged(world)


@pytest.fixture
def stack(world: World) -> Iterator[Stack]:
    """A stack, whose requests must all have got valid responses at the end of the test."""
    stack = Stack(world)
    yield stack
    promises.responses_are_well_formed(stack)
    promises.every_request_gets_one_response(stack)
