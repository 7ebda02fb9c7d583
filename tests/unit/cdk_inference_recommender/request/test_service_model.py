"""The checked-in extract of botocore's service model."""

from __future__ import annotations

import json
from importlib import resources

import botocore
import pytest
from packaging.version import Version

from cdk_inference_recommender.request import request_shape
from cdk_inference_recommender.request.extract_model import extract

EXTRACT = json.loads(
    resources.files("cdk_inference_recommender.request").joinpath("service_model.json").read_text("utf-8")
)


def test_says_what_the_installed_botocore_says() -> None:
    if Version(botocore.__version__) < Version(EXTRACT["botocore"]):
        pytest.skip(f"botocore {botocore.__version__} is older than the extract, which is of {EXTRACT['botocore']}")
    renewed = extract()
    for part in ("input", "members", "shapes"):
        assert EXTRACT[part] == renewed[part], (
            "the service model has changed: run python -m cdk_inference_recommender.request.extract_model, "
            "then look at the difference for what the rules, the props and the documentation should follow"
        )


def test_is_read_once() -> None:
    assert request_shape() is request_shape()
