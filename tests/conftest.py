"""How many examples property-based tests try, and what all tests do without.

`HYPOTHESIS_PROFILE=nightly` tries 10,000 for each property; where `CI` is set, a run repeats the same ones. `few` is
for a second run of the same tests, with another boto3. `mutation` stops at the first example that fails, and looks for
no simpler one.

The CDK's own validation of templates is off. It takes 5 seconds in each process that synthesises, and a quarter of a
second for each app. `test_valid_templates.py` runs it for the templates that have everything.

The CDK's JavaScript runs in the process that jsii starts, not in a second one behind it (`tests/javascript`).
"""

from __future__ import annotations

import gc
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, find, settings, strategies

from inference_recommender_sandbox.service_data import share_service_data

if TYPE_CHECKING:
    from collections.abc import Generator

pytest_plugins = ["tests.distribution"]

# All before jsii starts the CDK, which keeps the environment that it was started with.
os.environ["CDK_VALIDATION"] = "false"
# Each process keeps the objects of thousands of apps. With more room for new ones, an eighth of the time goes.
os.environ.setdefault("NODE_OPTIONS", "--max-semi-space-size=64")
LAUNCHER = str(Path(__file__).with_name("javascript") / "node")
os.environ.setdefault("JSII_NODE", LAUNCHER)

# A client of boto3 is made in a quarter of the time; tests make thousands.
share_service_data()

settings.register_profile("default", max_examples=100, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("few", max_examples=10, deadline=None, derandomize=True)
settings.register_profile(
    "mutation",
    settings.get_profile("few"),
    database=None,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
)
settings.register_profile("nightly", max_examples=10_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Import and collect without garbage collection, which finds nothing among objects that stay."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Leave what is imported and collected, a million objects, out of garbage collection."""
    # The CDK is imported, and started. An app that a test starts has jsii's own launcher, as a user's.
    if os.environ.get("JSII_NODE") == LAUNCHER:
        del os.environ["JSII_NODE"]
    # With its first example Hypothesis makes a generator of random numbers, and looks for the object that refers to it.
    find(strategies.none(), lambda _: True)
    gc.collect()
    gc.freeze()
    # Most of what a test makes is garbage before a collection. One for 50,000 new objects, instead of 700, takes a
    # fifth of the time, which is an eighth of what tests of the sandbox take, and 20 MB at most.
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in pytest's own folder: it deletes them some runs later, also those of a killed run."""
    folder = config._tmp_path_factory.getbasetemp() / "tmp"  # type: ignore[attr-defined]
    folder.mkdir(exist_ok=True)
    # Mutation testing runs pytest in the same process again, whose own folder must not be within this one.
    earlier = os.environ.get("TMPDIR")
    config.add_cleanup(lambda: _keep_temporary_files_in(earlier))
    _keep_temporary_files_in(str(folder))


def _keep_temporary_files_in(folder: str | None) -> None:
    tempfile.tempdir = folder
    if folder is None:
        os.environ.pop("TMPDIR", None)
    else:
        os.environ["TMPDIR"] = folder
