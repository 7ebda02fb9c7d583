"""Every example synthesises, and the CDK's validation of that version finds nothing. `make matrix` runs it.

`make test` looks at the examples with cdk-nag, too, which needs one version of the CDK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_cdk import App, Validations

from tests.example_applications import APPLICATIONS, synthesised, template_files
from tests.unit.cdk_inference_recommender.template_validation import cdk_validation, violations_in

if TYPE_CHECKING:
    from pathlib import Path


def _validate(app: App) -> None:
    Validations.of(app).add_plugins(cdk_validation())


@pytest.mark.parametrize("application", APPLICATIONS)
def test_an_example_has_valid_templates(application: str, tmp_path: Path) -> None:
    assembly = synthesised(application, tmp_path, prepare=_validate)
    assert template_files(assembly)
    assert violations_in(assembly) == []
