"""What uv is given of pip's configuration, and what happens where uv can't install."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import install

if TYPE_CHECKING:
    from pathlib import Path

PRINTED = """\
:env:.default-timeout='60'
:env:.index-url='https://mirror.example/simple'
global.cert='/etc/company.pem'
global.disable-pip-version-check='1'
global.extra-index-url='https://one.example/simple\\nhttps://two.example/simple'
global.find-links='/one\\n/two'
global.index-url='https://another.example/simple'
install.proxy='http://proxy.example:3128'
list.format='columns'
"""


def test_uv_uses_the_indexes_and_certificates_of_pip() -> None:
    assert install.uv_variables(PRINTED) == install.AS_PIP | {
        "ALL_PROXY": "http://proxy.example:3128",
        "SSL_CERT_FILE": "/etc/company.pem",
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_FIND_LINKS": "/one,/two",
        "UV_HTTP_TIMEOUT": "60",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
    }


def test_without_configuration_it_uses_its_own_index() -> None:
    assert install.uv_variables("") == install.AS_PIP


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a program named uv stands where an environment has it."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    (tmp_path / "python").write_text('#!/bin/sh\n[ "$3" = config ] && exit 0\necho "pip: $*"\n', encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def uv(programs: Path, script: str) -> None:
    (programs / "uv").write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (programs / "uv").chmod(0o755)


def test_what_is_set_for_uv_wins(
    programs: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UV_INDEX_STRATEGY", "first-index")
    uv(programs, 'echo "uv: $*, $UV_INDEX_STRATEGY, $UV_SYSTEM_CERTS"')
    assert install.main("environment", "--requirement", "file") == 0
    expected = "uv: pip install --quiet --python environment --requirement file, first-index, true\n"
    assert capfd.readouterr().out == expected


@pytest.mark.parametrize("script", ["exit 2", None])
def test_pip_installs_where_uv_cannot(programs: Path, capfd: pytest.CaptureFixture[str], script: str | None) -> None:
    if script:
        uv(programs, script)
    assert install.main("environment", "--requirement", "file") == 0
    printed = capfd.readouterr()
    assert printed.out == "pip: -m pip --python environment install --quiet --requirement file\n"
    assert printed.err.startswith("uv can't install here.")


def test_a_failure_of_both_is_a_failure(tmp_path: Path) -> None:
    command = [sys.executable, install.__file__, sys.prefix, "--no-index", "a-package-that-is-nowhere"]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env={**os.environ, "PIP_NO_INDEX": "1"}
    )
    assert done.returncode == 1
    assert "a-package-that-is-nowhere" in done.stderr
    assert "Traceback" not in done.stderr
