"""`--output` and `--query`, as the AWS CLI has them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from cdk_inference_recommender.command_line.command_error import CommandError
from cdk_inference_recommender.command_line.output.output_options import is_for_person, output_options, print_document

if TYPE_CHECKING:
    import argparse

DOCUMENT: dict[str, Any] = {
    "JobName": "bert",
    "Results": [
        {"Rank": 1, "InstanceType": "ml.c5.large", "CostPerHour": 0.1, "Environment": {"A": "1"}},
        {"Rank": None, "InstanceType": "ml.m5.xlarge", "CostPerHour": 0.25, "Environment": {}},
    ],
}


def parsed(*options: str) -> argparse.Namespace:
    return output_options().parse_args(options)


def printed(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    print_document(DOCUMENT, parsed(*options))
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "expected"),
    [([], True), (["--output", "table"], True), (["--output", "json"], False), (["--output", "text"], False)],
)
def test_a_person_reads_tables(options: list[str], *, expected: bool) -> None:
    assert is_for_person(parsed(*options)) is expected
    assert not is_for_person(parsed(*options, "--query", "JobName"))


@pytest.mark.parametrize(
    ("query", "selected"),
    [
        ("JobName", "bert"),
        ("Results[0].Environment", {"A": "1"}),
        ("Results[].[Rank, InstanceType]", [[1, "ml.c5.large"], [None, "ml.m5.xlarge"]]),
        ("Nothing", None),
        ("length(Results)", 2),
        ("min_by(Results, &CostPerHour).InstanceType", "ml.c5.large"),
    ],
)
@pytest.mark.parametrize("output", [[], ["--output", "json"]])
def test_a_query_selects(query: str, selected: object, output: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(capsys, "--query", query, *output)) == selected


def test_one_value_as_text_is_the_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "--query", "Results[0].InstanceType", "--output", "text") == "ml.c5.large\n"
    assert printed(capsys, "--query", "Results[].InstanceType", "--output", "text") == "ml.c5.large\tml.m5.xlarge\n"
    assert printed(capsys, "--query", "Nothing", "--output", "text") == "None\n"


def test_a_query_as_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert printed(capsys, "--output", "table", "--query", "Results").splitlines() == [
        "Rank InstanceType CostPerHour Environment",
        '   1 ml.c5.large          0.1 {"A": "1"}',
        "   - ml.m5.xlarge        0.25 {}",
    ]
    assert printed(capsys, "--output", "table", "--query", "Results[].[InstanceType, CostPerHour]").splitlines() == [
        "1               2",
        "ml.c5.large   0.1",
        "ml.m5.xlarge 0.25",
    ]
    assert printed(capsys, "--output", "table", "--query", "{Name: JobName, Count: length(Results)}").splitlines() == [
        "Name  Value",
        "Name  bert",
        "Count 2",
    ]
    assert printed(capsys, "--output", "table", "--query", "JobName").splitlines() == ["Value", "bert"]
    monkeypatch.setenv("COLUMNS", "20")
    assert printed(capsys, "--output", "table", "--query", "Results").splitlines() == [
        "Rank InstanceType",
        "   1 ml.c5.large",
        "   - ml.m5.xlarge",
        "Not shown in 20 columns: CostPerHour, Environment.",
    ]


def test_what_is_no_query_is_rejected_before_anything_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed("--query", "Results[")
    assert ended.value.code == 2
    assert "argument --query: 'Results[' is no JMESPath: " in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("query", ["unknown(@)", "sum(JobName)", "sort_by(Results, &Environment)"])
def test_a_query_that_fails_is_one_line(query: str) -> None:
    with pytest.raises(CommandError) as caught:
        print_document(DOCUMENT, parsed("--query", query))
    assert str(caught.value).startswith("--query ")
    assert "\n" not in str(caught.value)
