from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from botocore.session import Session

from inference_recommender_sandbox.service_data import share_service_data

if TYPE_CHECKING:
    from pathlib import Path


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


def test_services_are_listed_once_for_all_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share_service_data()
    own, loader = tmp_path / "invented" / "2026-01-01", Session().get_component("data_loader")
    own.mkdir(parents=True)
    (own / "service-2.json").write_text("{}")
    known = loader.list_available_services("service-2")
    monkeypatch.setattr(os, "listdir", lambda _: pytest.fail("The folders of 400 services are listed again"))
    assert Session().get_component("data_loader").list_available_services("service-2") == known
    monkeypatch.undo()
    loader = Session().get_component("data_loader")
    loader.search_paths.append(str(tmp_path))
    assert set(loader.list_available_services("service-2")) - set(known) == {"invented"}
