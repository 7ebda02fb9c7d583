"""The handler in a world of fakes; each test has its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .cloudformation import Stack
from .surroundings import live_in
from .wiring import unconnected_clients
from .world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inference_recommendations_handler.aws import Clients

    NewWorld = Callable[[], World]


@pytest.fixture(scope="session")
def clients() -> Clients:
    return unconnected_clients()


@pytest.fixture(scope="session")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="session")
def new_world(clients: Clients, patch: pytest.MonkeyPatch) -> NewWorld:
    """Makes a world, and lets the handler live in it from then on."""

    def make() -> World:
        world = World(clients)
        live_in(world, patch)
        return world

    return make


@pytest.fixture
def world(new_world: NewWorld) -> World:
    return new_world()


@pytest.fixture
def stack(world: World) -> Stack:
    return Stack(world)
