"""What tests of pages share."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def equal_drawings_are_made_once() -> Iterator[None]:
    """Remember drawings by their specification: ten are on each page, and they take most of its time."""
    import vl_convert  # noqa: PLC0415 -- 80 MB, which other tests don't need

    draw = vl_convert.vegalite_to_svg
    drawings: dict[str, str] = {}

    def remembered(specification: dict[str, Any], **options: Any) -> str:
        key = json.dumps([specification, options])
        if key not in drawings:
            drawings[key] = draw(specification, **options)
        return drawings[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vl_convert, "vegalite_to_svg", remembered)
        yield
