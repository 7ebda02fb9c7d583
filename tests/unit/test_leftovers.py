"""What a run of the tests leaves behind: nothing outside of pytest's own folder."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile

import pytest

from tests.ended_process import ended


def test_temporary_files_are_in_the_folder_that_pytest_deletes(tmp_path_factory: pytest.TempPathFactory) -> None:
    program = "import tempfile; print(tempfile.gettempdir())"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {tempfile.gettempdir(), child.stdout.strip()} == {str(tmp_path_factory.getbasetemp() / "tmp")}


def test_a_process_ends_with_a_failing_test() -> None:
    program = "import time; time.sleep(600)"
    with pytest.raises(AssertionError), subprocess.Popen([sys.executable, "-c", program]) as process, ended(process):
        raise AssertionError
    assert process.returncode == -signal.SIGKILL
