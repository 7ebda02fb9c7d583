"""The example applications: valid templates, without circles, and the recorded ones with the names of the release."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import pytest

from tests.compliance.applications import checked
from tests.example_applications import APP, APPLICATIONS, RECORDED_APPLICATIONS, ROOT, feature_flags
from tests.upgrade.frozen_names import frozen_names
from tests.upgrade.recorded_assembly import RECORDED, templates_of

from .dependency_order import dependencies

if TYPE_CHECKING:
    from pathlib import Path


MOST_LINES = 100
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


@pytest.mark.parametrize("application", [each for each in APPLICATIONS if each != APP])
def test_an_example_fits_on_a_screen_and_says_how_to_deploy_it_and_what_it_leaves(application: str) -> None:
    source = source_of(application)
    description = ast.get_docstring(ast.parse(source))
    assert description is not None
    assert f'--app "python -m {application}"' in description
    assert any(each in description for each in ("cdk destroy", "Nothing is left running", "costs a few USD a month"))
    assert source.count("\n") <= MOST_LINES


def test_every_example_is_checked_and_on_the_page() -> None:
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    files = [path for path in (ROOT / "examples").glob("*.py") if "= App()" in path.read_text(encoding="utf-8")]
    modules = {f"examples.{path.stem}" for path in files if not path.stem.startswith("test_")}
    assert modules == {*APPLICATIONS} - {APP}
    assert [path.name for path in files if f"(../examples/{path.name})" not in page] == []


def source_of(application: str) -> str:
    return (ROOT / application.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")


def test_the_command_of_the_cdk_cli_makes_the_same_templates(tmp_path: Path) -> None:
    application = APP
    environment = os.environ | {
        "CDK_OUTDIR": str(tmp_path / "cdk.out"),
        "CDK_CONTEXT_JSON": json.dumps(feature_flags()),
    }
    subprocess.run([sys.executable, "-m", application], cwd=ROOT, env=environment, check=True)
    assert templates_of(tmp_path / "cdk.out") == templates_of(checked(application).assembly)
