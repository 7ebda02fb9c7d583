from __future__ import annotations

from botocore.session import Session

from inference_recommender_sandbox.service_data import share_service_data


def test_sessions_share_a_service_model() -> None:
    share_service_data()
    first, second = (Session().get_component("data_loader").load_service_model("sagemaker", "service-2") for _ in "12")
    assert first["operations"] is second["operations"]
