"""The response of the sandbox when it fails itself: an error that an SDK can read, and retries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.ec2.models import EC2Backend
from moto.iam.models import IAMBackend
from moto.s3.models import S3Backend
from moto.sagemaker.models import SageMakerModelBackend
from moto.ssm.models import SimpleSystemManagerBackend

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox.conftest import Account

CALLS: dict[str, tuple[type, str, str, Callable[[Any], Any]]] = {
    "iam": (IAMBackend, "list_roles", "InternalFailure", lambda client: client.list_roles()),
    "ec2": (EC2Backend, "describe_vpcs", "InternalError", lambda client: client.describe_vpcs()),
    "s3": (S3Backend, "list_buckets", "InternalError", lambda client: client.list_buckets()),
    "ssm": (
        SimpleSystemManagerBackend,
        "put_parameter",
        "InternalFailure",
        lambda client: client.put_parameter(Name="/failing", Value="v", Type="String", Overwrite=True),
    ),
    "sagemaker": (SageMakerModelBackend, "list_models", "InternalFailure", lambda client: client.list_models()),
}


def client_of(account: Account, service: str, attempts: int) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=account.sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}),
    )


@pytest.mark.parametrize("service", CALLS)
def test_a_failure_is_an_error_of_the_service(
    account: Account, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, service: str
) -> None:
    owner, method, code, call = CALLS[service]
    original, failures = getattr(owner, method), [RuntimeError("dictionary changed size during iteration")]

    def fail_once(*arguments: Any, **named: Any) -> Any:
        if failures:
            raise failures.pop()
        return original(*arguments, **named)

    monkeypatch.setattr(owner, method, fail_once)
    with pytest.raises(ClientError) as failed:
        call(client_of(account, service, 1))
    assert failed.value.response["Error"]["Code"] == code
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert "dictionary changed size" not in failed.value.response["Error"]["Message"]
    assert "dictionary changed size" in caplog.text

    failures.append(RuntimeError("again"))
    assert call(client_of(account, service, 3))["ResponseMetadata"]["RetryAttempts"] == 1


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("iam", lambda client: client.get_service_last_accessed_details(JobId="x" * 36)),
        ("ssm", lambda client: client.describe_activations()),
        ("ec2", lambda client: client.describe_bundle_tasks()),
        ("pricing", lambda client: client.get_products(ServiceCode="AmazonSageMaker")),
    ],
)
def test_what_moto_lacks_isnt_retried(
    account: Account, capfd: pytest.CaptureFixture[str], service: str, call: Callable[[Any], Any]
) -> None:
    with pytest.raises(ClientError, match=r"The sandbox doesn't have this operation") as missing:
        call(client_of(account, service, 3))
    metadata = missing.value.response["ResponseMetadata"]
    assert metadata["HTTPStatusCode"] == 501
    assert metadata["RetryAttempts"] == 0
    assert capfd.readouterr() == ("", "")
