"""Relates what is called while modules are imported, such as a function that makes a rule, to every test.

mutmut runs the tests that call the changed function. It knows those that call it while they run.
"""

from __future__ import annotations

from typing import Final

import pytest
from mutmut.state import state

_CALLED_AT_IMPORT: Final[set[str]] = set()


def pytest_collection_finish() -> None:
    """Note what was called until now."""
    _CALLED_AT_IMPORT.update(state()._stats)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown() -> None:
    """Add it to what the test has called, which mutmut takes after this."""
    state()._stats.update(_CALLED_AT_IMPORT)
