"""A Region that doesn't exist is refused in AWS's way, whatever protocol the service speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cdk_inference_recommender.command_line import main

if TYPE_CHECKING:
    from tests.sandbox.conftest import Account


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sagemaker", "list_models", "InvalidSignatureException"),
        ("lambda", "list_functions", "InvalidSignatureException"),
        ("cloudformation", "list_stacks", "SignatureDoesNotMatch"),
        ("ec2", "describe_vpcs", "AuthFailure"),
        ("s3", "list_buckets", "AuthorizationHeaderMalformed"),
    ],
)
def test_a_call_for_an_unknown_region_is_an_error_of_the_api(
    account: Account, service: Any, operation: str, code: str
) -> None:
    def call(region: str) -> None:
        client = boto3.client(
            service,
            endpoint_url=account.sandbox.endpoint_url,
            region_name=region,
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )
        getattr(client, operation)()

    with pytest.raises(ClientError, match="Credential should be scoped to a valid region, not 'mars'") as refused:
        call("mars")
    assert refused.value.response["Error"]["Code"] == code
    call("eu-west-1")


def test_report_reports_so_on_one_line(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in account.sandbox.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["report", "job", "--region", "mars"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "Check --profile and --region. (Credential should be scoped to a valid region, not 'mars'.)" in line
