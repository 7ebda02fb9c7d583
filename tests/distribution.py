"""Which tests run beside each other, with `--dist loadfile`, and which process compiles them.

The tests of a file run in one process, since they share what takes long to set up. pytest-xdist's own groups
(`--dist loadgroup`) can't say so: with pytest 9.2 it ignores them without a word.
"""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from collections.abc import Generator

    from xdist.remote import Producer
    from xdist.workermanage import WorkerController

COMPILED: Final = pytest.StashKey[TemporaryDirectory[str]]()
"""Folder where the first process says that it has imported, and so compiled, all tests. Absent if they were before."""
WORKER_INPUT: Final = "compiled"
LONGEST_COMPILATION_SECONDS: Final = 600

SPREAD: Final = frozenset({"tests/lifecycle/test_histories.py", "tests/lifecycle/test_mutants.py"})
"""Files whose tests share nothing and take long themselves: each runs wherever there is room."""

TOGETHER: Final = (
    # The example applications are synthesised once for all of them. The CDK's validation of templates, which takes 5
    # seconds to create, looks at their templates and at the maximal app's.
    frozenset(
        {
            "tests/compliance/test_compliance.py",
            "tests/e2e/test_examples.py",
            "tests/unit/cdk_inference_recommender/test_example_applications.py",
            "tests/unit/cdk_inference_recommender/test_partitions.py",
            "tests/unit/cdk_inference_recommender/test_published_recommendations.py",
            "tests/unit/cdk_inference_recommender/test_valid_templates.py",
        }
    ),
)
"""Files that one process runs, since they share more than a file's tests do."""


class FileScheduling(LoadFileScheduling):  # type: ignore[misc] # pytest-xdist has no types
    """Gives each process whole files, single tests of the files that are spread, and the files that run together."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        for files in TOGETHER:
            if file in files:
                return min(files)
        return nodeid if file in SPREAD else file


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileScheduling | None:
    """Distribute by files, in the order in which they are collected: the long end-to-end tests come first."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return FileScheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """In a new checkout, let one process compile the tests and what they import; it takes twice as long as the rest."""
    if not any(config.rootpath.glob("tests/*/__pycache__/test_*.pyc")):
        config.stash[COMPILED] = TemporaryDirectory()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """Pass it on to each process."""
    folder = node.config.stash.get(COMPILED, None)
    node.workerinput[WORKER_INPUT] = str(Path(folder.name) / "compiled") if folder else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Wait for the first process to have compiled the tests, or say that it has."""
    given: dict[str, str | None] = getattr(session.config, "workerinput", {})
    compiled = given.get(WORKER_INPUT)
    if compiled is None:
        return (yield)
    if given["workerid"] != "gw0":
        latest = time.monotonic() + LONGEST_COMPILATION_SECONDS
        while not Path(compiled).exists() and time.monotonic() < latest:
            time.sleep(0.1)
    try:
        return (yield)
    finally:
        Path(compiled).touch()
