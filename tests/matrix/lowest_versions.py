"""What the row with the lowest versions is tested with is what pyproject.toml declares as the lowest.

`make matrix` runs it. Where a dependency needs a newer version of another one, the other's declared bound isn't true,
and the installer takes a newer version without a word.
"""

from __future__ import annotations

import os
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parents[2]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS: Final = ("html", "sandbox")


def declared() -> list[Requirement]:
    extras = [text for extra in EXTRAS for text in PROJECT["optional-dependencies"][extra]]
    return [Requirement(text) for text in [*PROJECT["dependencies"], *extras]]


def lowest(requirement: Requirement) -> Version:
    (bound,) = [each.version for each in requirement.specifier if each.operator in {">=", "=="}]
    return Version(bound)


@pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
def test_the_lowest_version_that_is_declared_is_the_one_that_is_tested(requirement: Requirement) -> None:
    installed = Version(version(requirement.name))
    if os.environ["RESOLUTION"] == "lowest-direct":
        assert installed == lowest(requirement)
    else:
        assert installed in requirement.specifier
