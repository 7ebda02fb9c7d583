"""Jobs of the sandbox for the commands that look at them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.model_package import complete_package

if TYPE_CHECKING:
    from tests.sandbox.conftest import Account


def job(account: Account, group: str = "classifier", *, tags: dict[str, str] | None = None) -> str:
    """Create a job; its package group's name orders faults."""
    role = account.role("sagemaker.amazonaws.com", {"Effect": "Allow", "Action": "*", "Resource": "*"})
    name, sagemaker = account.name(), account.client("sagemaker")
    group_name = f"{group}-{name}"
    sagemaker.create_model_package_group(ModelPackageGroupName=group_name)
    package = sagemaker.create_model_package(ModelPackageGroupName=group_name, **complete_package())["ModelPackageArn"]
    sagemaker.create_inference_recommendations_job(
        JobName=name,
        JobType="Default",
        RoleArn=role,
        InputConfig={"ModelPackageVersionArn": package},
        Tags=[{"Key": key, "Value": value} for key, value in (tags or {}).items()],
    )
    return name


def endless_job(account: Account, *, tags: dict[str, str] | None = None) -> str:
    """Create a job that doesn't end by itself, however busy the machine is that runs the tests."""
    faults = account.sandbox.sagemaker.faults
    faults.order({"fault": "slow-job", "job": "*", "seconds": 365 * 86_400})
    name = job(account, tags=tags)
    faults.order({"fault": "clear"})
    return name
