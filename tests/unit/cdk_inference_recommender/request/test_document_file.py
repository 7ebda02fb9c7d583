"""The paths that the AWS CLI's users write, against the AWS CLI itself."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest

from cdk_inference_recommender.request.document_file import file_path, format_of_file, is_file_uri
from cdk_inference_recommender.request.parse_document import DocumentFormat

AWS_CLI: Final = """
import json, sys
import awscli.clidriver
from awscli.paramfile import LOCAL_PREFIX_MAP, get_paramfile
read = [get_paramfile(text, LOCAL_PREFIX_MAP) for text in sys.argv[1:]]
print(json.dumps([text.decode() if isinstance(text, bytes) else text for text in read]))
"""
"""In a process of its own, since awscli puts a botocore of its own in the place of botocore."""


@pytest.mark.skipif(find_spec("awscli") is None, reason="awscli isn't installed")
def test_a_file_uri_names_the_file_that_the_aws_cli_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jobs").mkdir()
    for name in ("job.json", "jobs/job.json", "a%20b.json"):
        (tmp_path / name).write_text(f"content of {name}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JOBS", str(tmp_path / "jobs"))
    texts = [
        "file://job.json",
        "file://./jobs/job.json",
        f"file://{tmp_path}/job.json",
        "file://~/job.json",
        "file://$JOBS/job.json",
        "file://${JOBS}/job.json",
        "fileb://job.json",
        "file://a%20b.json",
    ]
    done = subprocess.run([sys.executable, "-c", AWS_CLI, *texts], capture_output=True, text=True, check=True)
    assert [file_path(text).read_text() for text in texts] == json.loads(done.stdout)
    assert all(is_file_uri(text) for text in texts)


@pytest.mark.parametrize("text", ["job.json", "$HOME/~job.json", "/file://job.json"])
def test_a_plain_path_stays(text: str) -> None:
    assert file_path(text) == Path(text)
    assert not is_file_uri(text)


@pytest.mark.parametrize("text", ["file://~nobody-at-all/job.json", "file://$NO_SUCH_VARIABLE_HERE/job.json"])
def test_what_cant_be_expanded_stays(text: str) -> None:
    assert str(file_path(text)) == text.removeprefix("file://")


def test_the_name_says_the_format() -> None:
    assert {format_of_file(Path(name)) for name in ("a.yaml", "a.yml", "a.YAML")} == {DocumentFormat.YAML}
    assert {format_of_file(Path(name)) for name in ("a.json", "a", "yaml", "a.yaml.txt")} == {DocumentFormat.JSON}
