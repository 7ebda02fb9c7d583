from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session

from inference_recommender_sandbox.service_data import share_service_data


def _two_models(service: str) -> tuple[dict[str, Any], dict[str, Any]]:
    share_service_data()
    first, second = (Session().get_component("data_loader").load_service_model(service, "service-2") for _ in "12")
    return first, second


def test_sessions_share_a_service_model() -> None:
    first, second = _two_models("sagemaker")
    assert first["operations"] is second["operations"]


@pytest.mark.parametrize("service", ["s3", "s3control"])
def test_a_model_that_clients_change_is_not_shared(service: str) -> None:
    first, second = _two_models(service)
    assert first["operations"] is not second["operations"]
