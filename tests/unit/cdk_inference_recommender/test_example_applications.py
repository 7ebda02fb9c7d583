"""Templates of the example applications: valid, without circles, and with the names that were released."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from tests.example_applications import APPLICATIONS, synthesised
from tests.upgrade.frozen_names import frozen_names
from tests.upgrade.recorded_assembly import RECORDED, templates_of

from .dependency_order import dependencies
from .template_validation import violations_in

if TYPE_CHECKING:
    from pathlib import Path

REMEDY = """
Stacks that the recorded version deployed have these names. Another logical id or type replaces the resource, and a
job's replacement runs, and costs, again; another property or attribute is one that a deployed stack doesn't have.
Keep the recorded names. If the change is wanted: see that tests/e2e/test_library_upgrade.py passes, say in
CHANGELOG.md what an update of a deployed stack does, and record anew: python -m tests.upgrade.record
"""


@pytest.fixture(scope="module", params=APPLICATIONS)
def application(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def assembly(application: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesised(application, tmp_path_factory.mktemp("example"), validated=True)


def test_the_cdk_s_validation_finds_nothing(assembly: Path) -> None:
    assert violations_in(assembly) == []


def test_no_resource_waits_for_itself(assembly: Path) -> None:
    for template in templates_of(assembly).values():
        tuple(TopologicalSorter(dependencies(template)).static_order())


def test_the_names_are_those_of_the_recorded_version(application: str, assembly: Path) -> None:
    recorded, current = templates_of(RECORDED / application), templates_of(assembly)
    assert sorted(recorded) == sorted(current)
    for template in recorded:
        before, now = frozen_names(recorded[template]), frozen_names(current[template])
        changes = [f"- {name}" for name in sorted(before - now)] + [f"+ {name}" for name in sorted(now - before)]
        assert not changes, "\n".join([f"{template} of {application}:", *changes, REMEDY])
