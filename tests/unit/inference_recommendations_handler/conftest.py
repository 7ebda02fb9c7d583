"""The lines that the function logs in these tests are on the page of its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.log_page import recorded_lines

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", autouse=True)
def _log_lines(request: pytest.FixtureRequest) -> Iterator[None]:
    with recorded_lines(request.module.__name__):
        yield
