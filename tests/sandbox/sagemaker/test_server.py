"""The same over HTTP, as tools and functions see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.sagemaker.conftest import Aws


@pytest.fixture
def endpoint_url() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    yield f"http://localhost:{port}"
    server.stop()


def test_a_job_is_created_described_and_refused_over_http(aws: Aws, endpoint_url: str) -> None:
    client = aws.boto.client(
        "sagemaker",
        endpoint_url=endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="AKIAIOSFODNN7DEVELOP",
        aws_secret_access_key="none",
        config=Config(retries={"total_max_attempts": 1}),
    )
    client.create_inference_recommendations_job(**aws.request())
    assert client.describe_inference_recommendations_job(JobName="job")["Status"] == "PENDING"
    with pytest.raises(client.exceptions.ResourceInUse):
        client.create_inference_recommendations_job(**aws.request())
    aws.installation.faults.order({"fault": "internal-error", "operation": "*"})
    with pytest.raises(ClientError) as failed:
        client.describe_inference_recommendations_job(JobName="job")
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
