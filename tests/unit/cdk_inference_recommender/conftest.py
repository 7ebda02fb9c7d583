"""What these tests do without, since others show it: the CDK's type checks, and the function's whole code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from jsii import _type_checking

from cdk_inference_recommender.provider import handler_function

from .synthesis import ASSETS_STAY_IN_PLACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs import Construct

_HANDLER_FOLDER = handler_function._handler_folder


@pytest.fixture(scope="session")
def code_of_one_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder that is copied and hashed in no time."""
    folder = tmp_path_factory.mktemp("handler")
    (folder / "handler.py").touch()
    return str(folder)


@pytest.fixture(scope="module", autouse=True)
def _stand_ins(code_of_one_file: str) -> Iterator[None]:
    """Leave out what takes a fifth of a synthesis.

    mypy checks the types that the CDK's Python classes check again. The handler's 41 files are copied and hashed for
    each app; an app whose assets are staged has them.
    """

    def folder(scope: Construct) -> str:
        return code_of_one_file if scope.node.try_get_context(ASSETS_STAY_IN_PLACE) else _HANDLER_FOLDER(scope)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_type_checking, "_resolved_check", lambda **_: None)
        patch.setattr(handler_function, "_handler_folder", folder)
        yield


@pytest.fixture
def arguments_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the CDK's Python classes check the types of their arguments, as they do for a user."""
    monkeypatch.setattr(_type_checking, "_resolved_check", None)


@pytest.fixture
def whole_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the function have its code, whether assets are staged or not."""
    monkeypatch.setattr(handler_function, "_handler_folder", _HANDLER_FOLDER)
