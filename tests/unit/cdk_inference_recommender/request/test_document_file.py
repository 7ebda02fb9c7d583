"""The paths that the AWS CLI's users write, against the AWS CLI itself."""

from __future__ import annotations

from pathlib import Path

import awscli.argprocess  # noqa: F401 -- paramfile and it import each other: it has to be first
import pytest
from awscli.paramfile import LOCAL_PREFIX_MAP, get_paramfile

from cdk_inference_recommender.request.document_file import file_path, format_of_file, is_file_uri
from cdk_inference_recommender.request.parse_document import DocumentFormat


@pytest.mark.parametrize(
    "text",
    [
        "file://job.json",
        "file://./jobs/job.json",
        "file://{folder}/job.json",
        "file://~/job.json",
        "file://$JOBS/job.json",
        "file://${{JOBS}}/job.json",
        "fileb://job.json",
        "file://a%20b.json",
    ],
)
def test_a_file_uri_names_the_file_that_the_aws_cli_reads(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jobs").mkdir()
    for name in ("job.json", "jobs/job.json", "a%20b.json"):
        (tmp_path / name).write_text(f"content of {name}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("JOBS", str(tmp_path / "jobs"))
    text = text.format(folder=tmp_path)
    read = get_paramfile(text, LOCAL_PREFIX_MAP)
    assert file_path(text).read_bytes() == (read if isinstance(read, bytes) else read.encode())
    assert is_file_uri(text)


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
