"""`--output text`, against the AWS CLI's own."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cdk_inference_recommender.command_line.output.output_text import output_text


def aws_cli_text() -> Any:
    """Return the AWS CLI's module, alone: the package would put a botocore of its own in the place of botocore."""
    package = importlib.util.find_spec("awscli")
    assert package is not None
    assert package.origin is not None
    spec = importlib.util.spec_from_file_location("aws_cli_text", Path(package.origin).with_name("text.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


AWS_CLI_TEXT = aws_cli_text()
NAMES = st.text("abXY", min_size=1, max_size=3)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("ab é中", max_size=4)


def lists(items: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return lists of structures or of other things: the AWS CLI fails where one has both."""
    return st.lists(items, max_size=4).filter(lambda found: len({isinstance(item, dict) for item in found}) < 2)


DOCUMENTS = st.recursive(SCALARS, lambda inner: lists(inner) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=15)


ROWS = st.lists(st.dictionaries(st.sampled_from(["a", "B", "C"]), SCALARS | st.lists(SCALARS, max_size=2)), max_size=4)


@given(DOCUMENTS | ROWS | st.dictionaries(NAMES, ROWS, max_size=2))
def test_it_is_what_the_aws_cli_prints(document: Any) -> None:
    stream = io.StringIO()
    AWS_CLI_TEXT.format_text(document, stream)
    assert output_text(document) == stream.getvalue()


def test_a_list_of_structures_and_others_is_no_failure() -> None:
    assert output_text([None, {"A": 1}, [2]]) == "None\n1\n2\n"


def test_text_of_others_makes_neither_lines_nor_columns() -> None:
    assert output_text([{"A": "a\tb", "B": "c\nd\x1b[31m"}]) == "a\\tb\tc\\nd\\x1b[31m\n"
