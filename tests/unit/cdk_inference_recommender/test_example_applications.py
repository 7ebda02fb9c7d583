"""The example applications: valid templates, without circles, and the recorded ones with the names of the release."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from tests.compliance.applications import checked
from tests.example_applications import APPLICATIONS, RECORDED_APPLICATIONS, ROOT, feature_flags
from tests.upgrade.frozen_names import frozen_names
from tests.upgrade.recorded_assembly import RECORDED, templates_of

from .dependency_order import dependencies

if TYPE_CHECKING:
    from pathlib import Path


REMEDY = """
Stacks that the recorded version deployed have these names. Another logical id or type replaces the resource, and a
job's replacement runs, and costs, again; another property or attribute is one that a deployed stack doesn't have.
Keep the recorded names. If the change is wanted: see that tests/e2e/test_library_upgrade.py passes, say in
CHANGELOG.md what an update of a deployed stack does, and record anew: python -m tests.upgrade.record
"""


@pytest.mark.parametrize("application", APPLICATIONS)
def test_the_cdk_s_validation_finds_nothing(application: str) -> None:
    assert checked(application).violations == []


@pytest.mark.parametrize("application", APPLICATIONS)
def test_no_resource_waits_for_itself(application: str) -> None:
    for template in checked(application).templates.values():
        tuple(TopologicalSorter(dependencies(template)).static_order())


@pytest.mark.parametrize("application", RECORDED_APPLICATIONS)
def test_the_names_are_those_of_the_recorded_version(application: str) -> None:
    recorded, current = templates_of(RECORDED / application), templates_of(checked(application).assembly)
    assert sorted(recorded) == sorted(current)
    for template in recorded:
        before, now = frozen_names(recorded[template]), frozen_names(current[template])
        changes = [f"- {name}" for name in sorted(before - now)] + [f"+ {name}" for name in sorted(now - before)]
        assert not changes, "\n".join([f"{template} of {application}:", *changes, REMEDY])


def test_the_command_of_the_cdk_cli_makes_the_same_templates(tmp_path: Path) -> None:
    application = RECORDED_APPLICATIONS[0]
    environment = os.environ | {
        "CDK_OUTDIR": str(tmp_path / "cdk.out"),
        "CDK_CONTEXT_JSON": json.dumps(feature_flags()),
    }
    subprocess.run([sys.executable, "-m", application], cwd=ROOT, env=environment, check=True)
    assert templates_of(tmp_path / "cdk.out") == templates_of(checked(application).assembly)
