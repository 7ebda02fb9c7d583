from __future__ import annotations

import os
import subprocess
import sys

import pytest

from inference_recommender_sandbox.moto_symbols import USED_ON_DEMAND, check_moto

PYTHONPATH = os.pathsep.join(path for path in sys.path if path)


def test_the_installed_moto_has_what_is_overridden() -> None:
    check_moto()
    check_moto(USED_ON_DEMAND)


def test_a_start_imports_nothing_of_what_few_stacks_need() -> None:
    program = (
        "import sys; from inference_recommender_sandbox.moto_symbols import USED_ON_DEMAND, check_moto; check_moto(); "
        "assert 'moto.applicationautoscaling.models' in sys.modules; "
        "assert not sys.modules.keys() & {*USED_ON_DEMAND, 'openapi_spec_validator', 'pydantic'}"
    )
    subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": PYTHONPATH}, check=True)


def test_another_moto_is_refused_by_name_and_version() -> None:
    with pytest.raises(RuntimeError, match=r"moto \S+ lacks moto\.core\.responses\.Nonsense, nowhere\.x, which"):
        check_moto({"moto.core.responses": ("Nonsense", "BaseResponse"), "nowhere": ("x",)})
