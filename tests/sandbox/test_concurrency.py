"""Requests that arrive together: moto's state is used by one at a time, and nothing that waits keeps others out."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.ec2.models import EC2Backend
from moto.iam.models import IAMBackend
from moto.ssm.models import SimpleSystemManagerBackend

from inference_recommender_sandbox.iam.authorization import role_policies, trusts_service

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.sandbox.conftest import Account

THREADS = 6


class Overlaps:
    """Counts the threads that are inside of patched methods at a time."""

    def __init__(self) -> None:
        self.inside: dict[int, int] = {}
        self.most = 0
        self._lock = threading.Lock()

    def watch(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> None:
        original = getattr(owner, name)

        def watched(*arguments: Any, **named: Any) -> Any:
            thread = threading.get_ident()
            with self._lock:
                self.inside[thread] = self.inside.get(thread, 0) + 1
                self.most = max(self.most, sum(count > 0 for count in self.inside.values()))
            time.sleep(0.01)
            try:
                return original(*arguments, **named)
            finally:
                with self._lock:
                    self.inside[thread] -= 1

        monkeypatch.setattr(owner, name, watched)


def together(*calls: Callable[[], Any]) -> None:
    """Make all calls at the same time."""
    ready = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> None:
        ready.wait()
        call()

    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(run, calls))


def test_requests_use_motos_state_one_at_a_time(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    overlaps = Overlaps()
    for owner, name in (
        (IAMBackend, "list_roles"),
        (IAMBackend, "create_role"),
        (EC2Backend, "describe_vpcs"),
        (SimpleSystemManagerBackend, "put_parameter"),
    ):
        overlaps.watch(monkeypatch, owner, name)
    iam, ec2, ssm = account.client("iam"), account.client("ec2"), account.client("ssm")
    trust = '{"Statement": []}'
    names = [account.name() for _ in range(THREADS)]
    together(
        *(lambda name=name: iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust) for name in names),
        *[iam.list_roles] * THREADS,
        ec2.describe_vpcs,
        lambda: ssm.put_parameter(Name=f"/{names[0]}", Value="v", Type="String"),
    )
    assert overlaps.most == 1


def test_the_sandboxs_own_reading_of_roles_waits_for_requests(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = account.role("lambda.amazonaws.com")
    name, owner = arn.rpartition("/")[2], account.sandbox.account_id
    overlaps = Overlaps()
    for method in ("list_roles", "get_role", "get_role_by_arn"):
        overlaps.watch(monkeypatch, IAMBackend, method)
    together(
        *[lambda: account.client("iam").list_roles()] * 2,
        *[lambda: role_policies(account_id=owner, role_name=name)] * 2,
        *[lambda: trusts_service(account_id=owner, role_arn=arn, service="lambda.amazonaws.com", context={})] * 2,
    )
    assert overlaps.most == 1


def test_a_request_that_waits_blocks_no_other(account: Account) -> None:
    account.order({"fault": "slow-create", "seconds": 7200})
    client = account.client("sagemaker")
    request = {
        "JobName": account.name(),
        "JobType": "Default",
        "RoleArn": account.role("sagemaker.amazonaws.com"),
        "InputConfig": {
            "ModelPackageVersionArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/image-classifier/1"
        },
    }
    slow = threading.Thread(target=lambda: client.create_inference_recommendations_job(**request), daemon=True)
    slow.start()
    hurried = boto3.client(
        "iam",
        endpoint_url=account.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(read_timeout=10, retries={"total_max_attempts": 1}),
    )
    try:
        hurried.list_roles()
        assert slow.is_alive()
    finally:
        slow.join(30)
        account.order({"fault": "clear"})
