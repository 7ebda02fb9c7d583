"""Where several processes run the tests, those of a file share one, and one compiles what all of them import."""

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
    from collections.abc import Iterable, Mapping, Sequence

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

IMPORT = """
import os, pathlib, time

process = os.environ["PYTEST_XDIST_WORKER"]
together = os.environ.get("TOGETHER")
imports = pathlib.Path(__file__).with_name(f"imports{together or ''}")

def note(what):
    with imports.open("a") as file:
        file.write(f"{process} {what}\\n")

note("begins")
latest = time.monotonic() + 60
while together and imports.read_text().count("begins") < 2:
    assert time.monotonic() < latest
    time.sleep(0.05)
time.sleep(0.5)
note("ends")

def test():
    pass
"""


def processes_of_files(folder: Path, files: list[str]) -> dict[str, set[str]]:
    """Run eight tests in each file, in two processes; return which processes ran those of each."""
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TESTS)
    found: dict[str, set[str]] = defaultdict(set)
    for process, file in re.findall(r"^\[(gw\d)\] .* PASSED (\S+?)::", in_two_processes(folder, files), re.MULTILINE):
        found[file].add(process)
    return found


def in_two_processes(folder: Path, files: Sequence[str], **environment: str) -> str:
    """Run the tests in files; return the output."""
    plugins = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist.plugin"}
    done = subprocess.run(
        [*COMMAND, "--rootdir", str(folder), "--import-mode=importlib", *files],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), **plugins, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_tests_of_a_file_run_in_one_process_unless_they_are_spread(tmp_path: Path) -> None:
    whole = [f"tests/test_{name}.py" for name in "abcd"]
    # A process that is slow to start keeps what it gets first.
    found = processes_of_files(tmp_path, [*SPREAD, *whole, *chain(*TOGETHER)])
    assert {len(found[file]) for file in whole} == {1}
    assert len(processes_of(SPREAD, found)) == 2
    assert [len(processes_of(files, found)) for files in TOGETHER] == [1] * len(TOGETHER)


def test_the_first_process_compiles_what_the_others_wait_for_in_a_new_checkout_only(tmp_path: Path) -> None:
    file = tmp_path / "tests" / "unit" / "test_import.py"
    file.parent.mkdir(parents=True)
    file.write_text(IMPORT)
    in_two_processes(tmp_path, [str(file)])
    imports = (file.parent / "imports").read_text().splitlines()
    assert imports == ["gw0 begins", "gw0 ends", "gw1 begins", "gw1 ends"]
    # Each import ends when both have begun.
    in_two_processes(tmp_path, [str(file)], TOGETHER="yes")


def processes_of(files: Iterable[str], found: Mapping[str, set[str]]) -> set[str]:
    return set(chain.from_iterable(found[file] for file in files))


def test_the_files_that_are_named_exist() -> None:
    assert [file for file in SPREAD.union(*TOGETHER) if not (ROOT / file).exists()] == []
