"""YAML documents: JSON's types, strictly, and nothing that YAML 1.1 and 1.2 read differently."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yaml.scanner import Scanner

from cdk_inference_recommender.request.parse_document import (
    MAX_DEPTH,
    DocumentFormat,
    UnreadableDocumentError,
    parse_document,
)

# YAML 1.1 takes line separators for line breaks, and allows no unassigned characters.
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Zl", "Zp")))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


def read(text: str | bytes) -> Any:
    return parse_document(text, name="job.yaml", document_format=DocumentFormat.YAML)


def complaint(text: str | bytes) -> str:
    with pytest.raises(UnreadableDocumentError) as caught:
        read(text)
    return str(caught.value)


def test_a_request_in_yaml() -> None:
    text = """
    # The whole request
    JobName: bert
    JobType: Advanced
    InputConfig:
      JobDurationInSeconds: 7200
      EndpointConfigurations:
      - InstanceType: ml.c5.xlarge
      - {InstanceType: "ml.m5.xlarge"}
      VpcConfig: ~
    JobDescription: >-
      one
      line
    """
    assert read(text) == {
        "JobName": "bert",
        "JobType": "Advanced",
        "InputConfig": {
            "JobDurationInSeconds": 7200,
            "EndpointConfigurations": [{"InstanceType": "ml.c5.xlarge"}, {"InstanceType": "ml.m5.xlarge"}],
            "VpcConfig": None,
        },
        "JobDescription": "one line",
    }


@given(JSON)
def test_json_text_means_the_same_as_yaml(document: object) -> None:
    assert read(json.dumps(document, ensure_ascii=False)) == document


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("True", True),
        ("false", False),
        ("0", 0),
        ("-7", -7),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("1.0e+3", 1000.0),
        ("'010'", "010"),
        ('"2026-01-01"', "2026-01-01"),
        ("'yes'", "yes"),
        ("y", "y"),
        ("ml.c5.xlarge", "ml.c5.xlarge"),
        ("arn:aws:iam::123456789012:role/my-role", "arn:aws:iam::123456789012:role/my-role"),
        ("123456789012", 123456789012),
    ],
)
def test_scalars(text: str, value: object) -> None:
    found = read(f"A: {text}")["A"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("yes", "true or false in YAML 1.1 and text in YAML 1.2"),
        ("Off", "true or false in YAML 1.1 and text in YAML 1.2"),
        ("2026-01-01", "a date in YAML 1.1 and text in YAML 1.2"),
        ("2026-01-01T10:00:00Z", "a date in YAML 1.1 and text in YAML 1.2"),
        ("010", "a number in YAML 1.1 and another number in YAML 1.2"),
        ("012345678901", "text in YAML 1.1 and another number in YAML 1.2"),
        ("1_000", "a number in YAML 1.1 and text in YAML 1.2"),
        ("1:30", "a number in YAML 1.1 and text in YAML 1.2"),
        ("0o17", "text in YAML 1.1 and a number in YAML 1.2"),
        ("0b1", "a number in YAML 1.1 and text in YAML 1.2"),
        ("1e3", "text in YAML 1.1 and a number in YAML 1.2"),
        ("=", "a default value in YAML 1.1 and text in YAML 1.2"),
    ],
)
def test_what_the_versions_of_yaml_read_differently_is_rejected(text: str, readings: str) -> None:
    assert complaint(f"A:\n  B: {text}") == (
        f"job.yaml, line 2, column 6: {text} is {readings}. Put it in quotes if it is text, or write it in another way."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3", ", line 3, column 1: the member a stands twice in one mapping. Remove all but one."),
        ("a: [1", ", line 1, column 6: this isn't YAML: "),
        ("a: b: c", ", line 1, column 5: this isn't YAML: mapping values are not allowed here. Correct it there."),
        ("a:\n\tb: 1", ", line 2, column 1: this isn't YAML: "),
        ("a: *b", ", line 1, column 4: this isn't YAML: found undefined alias 'b'. Correct it there."),
        ("a: 1\n---\nb: 2", ", line 2, column 1: this isn't YAML: but found another document. Correct it there."),
        ("a:\n- !Ref Role", ", line 2, column 3: this isn't YAML: a request has no tags, such as !!str or !Ref."),
        ("a: !!python/object/apply:os.system [id]", ", line 1, column 4: this isn't YAML: a request has no tags"),
        ("a: !!str 1", ", line 1, column 4: this isn't YAML: a request has no tags"),
        ("[1]: 2", ", line 1, column 1: a member's name must be text. Write a name."),
        ("a: .nan", ", line 1, column 4: .nan is no JSON. Write a number."),
        ("a: -.inf", ", line 1, column 4: -.inf is no JSON. Write a number."),
        ("a: 1\nb: \x07", ", line 2: this isn't YAML: the character U+0007 isn't allowed. "),
        ("a: &a [*a]", ": it is nested too deeply for a request."),
        ("[" * 100_000, ": it is nested too deeply for a request."),
        ("- " * 100_000, ": it is nested too deeply for a request."),
        ("a: {<<: 1}", ", line 1, column 9: << takes a mapping or a list of mappings. Write an alias of one."),
        (b"a: \xff", ", byte 3: this isn't UTF-8. Save it as UTF-8."),
        ("a: 1.0e+999", ": 1.0e+999 is out of range. Write another number."),
    ],
)
def test_what_cant_be_read_says_where_and_why(text: str | bytes, expected: str) -> None:
    assert complaint(text).startswith(f"job.yaml{expected}")
    assert "\n" not in complaint(text)


def test_brackets_are_read_no_further_than_the_depth_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML's scanner reads ahead, and compares each bracket with all before it."""
    fetch, fetched = Scanner.fetch_more_tokens, 0

    def count(scanner: Scanner) -> Any:
        nonlocal fetched
        fetched += 1
        return fetch(scanner)

    monkeypatch.setattr(Scanner, "fetch_more_tokens", count)
    complaint("[" * 100_000)
    assert fetched <= MAX_DEPTH + 3


def test_json_that_is_out_of_range_is_rejected_too() -> None:
    with pytest.raises(UnreadableDocumentError, match=r"job\.json: 1e999 is out of range\. Write another number\."):
        parse_document('{"a": 1e999}', name="job.json")


def test_aliases_and_merge_keys() -> None:
    text = """
    one: &one {a: 1, b: 1}
    two: &two {b: 2, c: 2}
    merged: {<<: *one, a: 3}
    both: {c: 3, <<: [*one, *two]}
    again: *one
    """
    assert read(text) == {
        "one": {"a": 1, "b": 1},
        "two": {"b": 2, "c": 2},
        "merged": {"a": 3, "b": 1},
        "both": {"a": 1, "b": 1, "c": 3},
        "again": {"a": 1, "b": 1},
    }


def test_aliases_of_aliases_are_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    started = time.monotonic()
    assert complaint("\n".join(lines)) == (
        "job.yaml: it has more than 100000 values once its aliases are written out. Use fewer."
    )
    assert time.monotonic() - started < 30


def test_an_empty_document_is_null() -> None:
    assert read("# nothing\n") is None
