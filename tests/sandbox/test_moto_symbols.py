from __future__ import annotations

import pytest

from inference_recommender_sandbox.moto_symbols import USED_ON_DEMAND, check_moto


def test_the_installed_moto_has_what_is_overridden() -> None:
    check_moto()
    check_moto(USED_ON_DEMAND)


def test_another_moto_is_refused_by_name_and_version() -> None:
    with pytest.raises(RuntimeError, match=r"moto \S+ lacks moto\.core\.responses\.Nonsense, nowhere\.x, which"):
        check_moto({"moto.core.responses": ("Nonsense", "BaseResponse"), "nowhere": ("x",)})
