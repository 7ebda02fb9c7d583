"""The CDK CLI bootstraps an account, and the other tests' account is the same."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import LocalAws

pytestmark = pytest.mark.e2e

BOOTSTRAPPED_REGION = "us-east-1"
ANOTHER_REGION = "eu-west-1"


def bootstrap_stack(aws: LocalAws, region: str) -> dict[str, Any]:
    """Return what a Region's bootstrap stack is, without the Region's name."""
    client = aws.client("cloudformation", region)
    [stack] = client.describe_stacks(StackName="CDKToolkit")["Stacks"]
    resources = client.describe_stack_resources(StackName="CDKToolkit")["StackResources"]
    return {
        "status": stack["StackStatus"],
        "parameters": {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]},
        "outputs": {each["OutputKey"]: each["OutputValue"].replace(region, "REGION") for each in stack["Outputs"]},
        "resources": {each["LogicalResourceId"]: each["ResourceType"] for each in resources},
    }


def test_the_cli_bootstraps_an_account_as_the_other_tests_do(bootstrapped: LocalAws, tmp_path: Path) -> None:
    done = subprocess.run(
        ["cdk", "--no-notices", "--ci", "bootstrap", f"aws://123456789012/{ANOTHER_REGION}"],
        cwd=tmp_path,
        env={**os.environ, **bootstrapped.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = bootstrap_stack(bootstrapped, ANOTHER_REGION)
    assert made["status"] == "CREATE_COMPLETE"
    assert made["resources"]
    assert made == bootstrap_stack(bootstrapped, BOOTSTRAPPED_REGION)
