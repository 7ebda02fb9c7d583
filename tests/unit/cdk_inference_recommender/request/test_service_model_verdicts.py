"""Every single constraint, against an independent reading of botocore's model, on documents made from that model."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from botocore.session import get_session
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_inference_recommender.request import Path, request_shape
from cdk_inference_recommender.request.shape_rules import MODEL_RULES, shape_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = get_session().get_component("data_loader").load_service_model("sagemaker", "service-2")
SHAPES: dict[str, Any] = MODEL["shapes"]
REQUEST: str = MODEL["operations"]["CreateInferenceRecommendationsJob"]["input"]["shape"]
INSTANCE_TYPE = "ProductionVariantInstanceType"

anything: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.just([]), st.just({})
)


def values(name: str) -> st.SearchStrategy[Any]:
    """Mostly of the right type, around the bounds, inside and outside of enums and patterns."""
    shape = SHAPES[name]
    low, high = shape.get("min", 0), shape.get("max", 5)
    right: st.SearchStrategy[Any]
    match shape["type"]:
        case "structure":
            members = {member: values(reference["shape"]) for member, reference in shape["members"].items()}
            right = st.fixed_dictionaries({}, optional=members | {"Unknown": anything})
        case "list":
            right = st.lists(values(shape["member"]["shape"]), max_size=min(high, 5) + 1)
        case "integer":
            right = st.integers(low - 1, high + 1)
        case _:
            texts: list[st.SearchStrategy[Any]] = [
                st.text(max_size=5),
                st.integers(max(0, high - 1), high + 1).map(lambda n: "x" * n),
            ]
            texts += [st.sampled_from(shape["enum"])] if "enum" in shape else []
            texts += [st.from_regex(python_pattern(shape["pattern"]))] if "pattern" in shape else []
            right = st.one_of(texts)
    return st.integers(0, 19).flatmap(lambda n: right if n else anything)


def python_pattern(pattern: str) -> str:
    return re.sub(r"\\p\{\w\}", r"\\w ", pattern)


def fits(value: str, pattern: str) -> bool:
    # Tags alone have Unicode categories, and as one class: letters, separators and numbers beside some signs.
    if r"\p{L}" in pattern:
        return all(unicodedata.category(c)[0] in "LZN" or c in "_.:/=+-@" for c in value)
    return re.fullmatch(pattern, value, re.ASCII) is not None


KINDS: dict[str, Any] = {"structure": dict, "list": list, "integer": int, "string": str}
MEASURES = {"integer": "Value", "string": "Length", "list": "Items"}


def verdicts(value: Any, name: str, path: Path = ()) -> Iterator[tuple[str, Path]]:
    shape = SHAPES[name]
    if not isinstance(value, KINDS[shape["type"]]) or isinstance(value, bool):
        yield "MemberType", path
    elif shape["type"] == "structure":
        yield from members(value, shape, path)
    else:
        yield from ((rule, path) for rule in broken_limits(value, name))
    if shape["type"] == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from verdicts(item, shape["member"]["shape"], (*path, index))


def members(value: dict[str, Any], shape: dict[str, Any], path: Path) -> Iterator[tuple[str, Path]]:
    for missing in set(shape.get("required", ())) - set(value):
        yield "RequiredMember", (*path, missing)
    for member in set(value) - set(shape["members"]):
        yield "UnknownMember", (*path, member)
    for member in set(value) & set(shape["members"]):
        yield from verdicts(value[member], shape["members"][member]["shape"], (*path, member))


def broken_limits(value: Any, name: str) -> Iterator[str]:
    shape = SHAPES[name]
    size = value if shape["type"] == "integer" else len(value)
    if size < shape.get("min", size):
        yield f"Minimum{MEASURES[shape['type']]}"
    if size > shape.get("max", size):
        yield f"Maximum{MEASURES[shape['type']]}"
    if name != INSTANCE_TYPE and value not in shape.get("enum", [value]):
        yield "AllowedValues"
    if "pattern" in shape and not fits(value, shape["pattern"]):
        yield "Pattern"


def one_cause(verdicts: set[tuple[str, Path]]) -> set[tuple[str, Path]]:
    """Lengths and patterns of the same texts: one of the two may say it all."""
    lengths = {(rule, path) for rule, path in verdicts if rule in {"MinimumLength", "MaximumLength"}}
    patterns = {(rule, path) for rule, path in verdicts if rule == "Pattern"}
    both = {path for _, path in lengths} & {path for _, path in patterns}
    return {(rule, path) for rule, path in lengths | patterns if path in both}


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(values(REQUEST))
def test_our_verdict_on_every_constraint_is_the_models(document: object) -> None:
    found = {(problem.rule, problem.path) for problem in shape_problems(document, request_shape())}
    expected = set(verdicts(document, REQUEST))
    assert found <= expected
    assert {path for _, path in found} == {path for _, path in expected}
    assert expected - found <= one_cause(expected)
    assert {rule for rule, _ in found} <= set(MODEL_RULES)
