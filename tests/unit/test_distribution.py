"""Where several processes run the tests, those of a file share one, and with it what takes long to set up."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from tests.distribution import SPREAD, TOGETHER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).parents[2]
COMMAND = [
    sys.executable,
    "-m",
    "pytest",
    "-p",
    "tests.distribution",
    "--numprocesses",
    "2",
    "--dist",
    "loadfile",
    "-v",
]
TESTS = """
import pytest

@pytest.mark.parametrize("number", range(8))
def test(number):
    pass
"""


def processes_of_files(folder: Path, files: list[str]) -> dict[str, set[str]]:
    """Run eight tests in each file, in two processes; return which processes ran those of each."""
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TESTS)
    done = subprocess.run(
        [*COMMAND, "--rootdir", str(folder), "--import-mode=importlib", *files],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, set[str]] = defaultdict(set)
    for process, file in re.findall(r"^\[(gw\d)\] .* PASSED (\S+?)::", done.stdout, re.MULTILINE):
        found[file].add(process)
    return found


def test_the_tests_of_a_file_run_in_one_process_unless_they_are_spread(tmp_path: Path) -> None:
    whole = [f"tests/test_{name}.py" for name in "abcd"]
    # A process that is slow to start keeps what it gets first.
    found = processes_of_files(tmp_path, [*SPREAD, *whole, *chain(*TOGETHER)])
    assert {len(found[file]) for file in whole} == {1}
    assert len(processes_of(SPREAD, found)) == 2
    assert [len(processes_of(files, found)) for files in TOGETHER] == [1] * len(TOGETHER)


def processes_of(files: Iterable[str], found: Mapping[str, set[str]]) -> set[str]:
    return set(chain.from_iterable(found[file] for file in files))


def test_the_files_that_are_named_exist() -> None:
    assert [file for file in SPREAD.union(*TOGETHER) if not (ROOT / file).exists()] == []
