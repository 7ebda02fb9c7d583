"""Values that are known only at deploy time are distinguished from those that are known."""

from __future__ import annotations

from typing import Any

import jsii
import pytest
from aws_cdk import CfnParameter, Fn, IStableStringProducer, Lazy, Token

from cdk_inference_recommender.request import UNRESOLVED
from cdk_inference_recommender.validation.tokens import is_unresolved, mask_tokens

from .synthesis import new_stack

pytestmark = pytest.mark.usefixtures("arguments_are_checked")


@jsii.implements(IStableStringProducer)
class _Later:
    def produce(self) -> str:
        return "later"


def tokens() -> dict[str, Any]:
    stack = new_stack()
    number = CfnParameter(stack, "Number", type="Number").value_as_number
    return {
        "text": CfnParameter(stack, "Text").value_as_string,
        "text with a token": f"arn:aws:s3:::{stack.account}-payloads",
        "number": number,
        "list": CfnParameter(stack, "List", type="CommaDelimitedList").value_as_list,
        "split": Fn.split(",", Fn.import_value("Names")),
        "lazy": Lazy.string(_Later()),
        "any": Token.as_any({"Ref": "Text"}),
    }


@pytest.mark.parametrize("kind", ["text", "text with a token", "number", "list", "split", "lazy", "any"])
def test_a_token_of_any_kind_is_known_for_one(kind: str) -> None:
    assert is_unresolved(tokens()[kind])


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -1,
        1.5,
        -1e9,
        "",
        "${Token}",
        "$",
        [],
        ["a"],
        ["a", "b"],
        (),
        {"a": "b"},
    ],
    ids=str,
)
def test_a_literal_is_none(value: Any) -> None:
    assert not is_unresolved(value)


def test_only_the_tokens_of_a_document_are_marked() -> None:
    known = tokens()
    document = {
        "text": known["text"],
        "list": known["list"],
        "items": [known["number"], 2],
        "inner": {"a": known["lazy"]},
    }
    assert mask_tokens(document) == {
        "text": UNRESOLVED,
        "list": UNRESOLVED,
        "items": [UNRESOLVED, 2],
        "inner": {"a": UNRESOLVED},
    }
