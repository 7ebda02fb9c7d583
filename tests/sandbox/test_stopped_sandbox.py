"""A sandbox that has stopped leaves nothing in its process, in which tests start others."""

from __future__ import annotations

import boto3
from moto.iam.models import User

from inference_recommender_sandbox.server import start


def test_it_leaves_nothing_on_motos_dashboard() -> None:
    sandbox = start(speed=1)
    iam = boto3.client(
        "iam",
        endpoint_url=sandbox.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    iam.create_user(UserName="left")
    assert User.instances_tracked
    sandbox.stop()
    assert not User.instances_tracked
