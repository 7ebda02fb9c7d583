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


def test_the_services_are_listed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _two_models("sagemaker")
    listed: list[object] = []
    list_folder = os.listdir

    def count(path: str) -> list[str]:
        listed.append(path)
        return list_folder(path)

    monkeypatch.setattr(os, "listdir", count)
    _two_models("sagemaker")
    assert len(listed) <= 2, "more than a look for each session's latest version"


def test_other_folders_of_models_are_listed_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _two_models("sagemaker")
    (tmp_path / "mine" / "2030-01-01").mkdir(parents=True)
    (tmp_path / "mine" / "2030-01-01" / "service-2.json").write_text('{"operations": {}}')
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    first, _ = _two_models("mine")
    assert first == {"operations": {}}
    assert "mine" in Session().get_available_services()
