"""The data of moto's dashboard, which moto reads from every property of everything that exists."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from moto.utilities.docker_utilities import DockerModel

from inference_recommender_sandbox.moto_lock import MOTO_LOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA_PATH: Final = "/moto-api/data.json"


@contextmanager
def without_docker() -> Iterator[None]:
    """Keep moto from connecting to Docker over a function, of whose client it would show nothing.

    moto leaves out a property that raises AttributeError. Without the Python package `docker`, this one raises an error
    that moto doesn't expect.
    """
    with MOTO_LOCK:
        client = DockerModel.docker_client
        DockerModel.docker_client = property(_absent)
        try:
            yield
        finally:
            DockerModel.docker_client = client


def _absent(_: Any) -> None:
    raise AttributeError("docker_client")
