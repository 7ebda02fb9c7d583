"""Properties over any sound request and any one change to it."""

from __future__ import annotations

from typing import Any

from botocore.session import get_session
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdk_inference_recommender.request import RULES, UNRESOLVED, Path, Severity, check_request, request_shape
from cdk_inference_recommender.request.pattern import matches
from cdk_inference_recommender.request.shape_rules import OPEN_ENUMS

from .request_documents import Document, places, valid_documents, with_value, without

# Documents are large; a slow draw says nothing of the code under test. How many there are is the profile's choice.
thorough = settings(suppress_health_check=[HealthCheck.too_slow])

MOST_PLACES = 10
"""Of one document; the many documents have all of them."""

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(UNRESOLVED),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


REFINED_BY = {
    model_rule: {rule.id for rule in RULES if model_rule in rule.refines}
    for model_rule in frozenset().union(*(rule.refines for rule in RULES))
}
"""Rules that are reported instead of the model's where both are broken."""

BOTOCORES_SHAPE = get_session().get_service_model("sagemaker").shape_for("CreateInferenceRecommendationsJobRequest")


def botocore_report(document: Document) -> str:
    report: str = ParamValidator().validate(document, BOTOCORES_SHAPE).generate_report()
    return report


def errors(document: Document) -> set[tuple[str, Path]]:
    return {(problem.rule, problem.path) for problem in check_request(document) if problem.severity is Severity.ERROR}


def changes(value: Any, path: Path, shape: Any, document: Document) -> list[tuple[str, Path, Document]]:
    """Every way to break one value: the rule that it breaks, where, and the broken document."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    broken: list[tuple[str, Path, object]] = [("MemberType", path, wrong) for wrong in (None, object())]
    match shape.type_name:
        case "integer":
            broken += [("MemberType", path, wrong) for wrong in (True, str(value), float(value))]
            broken += [("MinimumValue", path, low - 1)] if low is not None else []
            broken += [("MaximumValue", path, high + 1)] if high is not None else []
        case "string":
            broken += [("MemberType", path, 5)]
            broken += [("MinimumLength", path, "")] if low else []
            broken += [("MaximumLength", path, "x" * (high + 1))] if high is not None else []
            broken += (
                [("AllowedValues", path, "?")] if shape.metadata.get("enum") and shape.name not in OPEN_ENUMS else []
            )
            pattern = shape.metadata.get("pattern")
            broken += [("Pattern", path, "\n!")] if pattern and not matches("\n!", pattern) else []
        case "list":
            broken += [("MemberType", path, {})]
            broken += [("MinimumItems", path, [])] if low else []
            broken += [("MaximumItems", path, [UNRESOLVED] * (high + 1))] if high is not None else []
        case "structure":
            broken += [("MemberType", path, []), ("UnknownMember", (*path, "Zzz"), {**value, "Zzz": 1})]
    found = [(rule, where, with_value(document, path, wrong)) for rule, where, wrong in broken]
    required = [(*path, name) for name in shape.metadata.get("required", ())]
    found += [("RequiredMember", where, without(document, where)) for where in required]
    return found


@thorough
@given(valid_documents())
def test_a_sound_request_has_no_error_and_botocore_agrees(document: Document) -> None:
    assert errors(document) == set()
    assert botocore_report(document) == ""


@thorough
@given(st.data())
def test_any_broken_member_is_reported_at_its_place(data: st.DataObject) -> None:
    document = data.draw(valid_documents())
    path, value, shape = data.draw(st.sampled_from([place for place in places(document, request_shape()) if place[0]]))
    for rule, where, broken in changes(value, path, shape, document):
        assert errors(broken) & {(reported, where) for reported in (rule, *REFINED_BY.get(rule, ()))}


@thorough
@given(st.data())
def test_whatever_botocore_refuses_is_refused(data: st.DataObject) -> None:
    document = data.draw(valid_documents())
    path, _, _ = data.draw(st.sampled_from([place for place in places(document, request_shape()) if place[0]]))
    changed = with_value(document, path, data.draw(junk.filter(lambda value: UNRESOLVED not in _flat(value))))
    if botocore_report(changed):
        assert errors(changed)


@thorough
@given(st.data())
def test_no_value_whatever_makes_the_check_fail(data: st.DataObject) -> None:
    document = data.draw(valid_documents())
    path, _, _ = data.draw(st.sampled_from([place for place in places(document, request_shape()) if place[0]]))
    check_request(with_value(document, path, data.draw(junk)))


@thorough
@given(st.data())
def test_an_unresolved_value_is_never_an_error(data: st.DataObject) -> None:
    document = data.draw(valid_documents())
    paths = [path for path, _, _ in places(document, request_shape()) if path]
    for path in data.draw(st.lists(st.sampled_from(paths), min_size=1, max_size=MOST_PLACES, unique=True)):
        assert errors(with_value(document, path, UNRESOLVED)) == set()


def test_every_pattern_of_the_model_can_be_read() -> None:
    def patterns(shape: Any) -> list[str]:
        inner = [*shape.members.values(), *([shape.member] if shape.member else [])]
        own = [shape.metadata["pattern"]] if "pattern" in shape.metadata else []
        return own + [pattern for member in inner for pattern in patterns(member)]

    known = patterns(request_shape())
    assert len(known) > 10
    for pattern in known:
        matches("any value", pattern)


def _flat(value: object) -> list[object]:
    match value:
        case list():
            return [leaf for item in value for leaf in _flat(item)]
        case dict():
            return [leaf for item in value.values() for leaf in _flat(item)]
        case _:
            return [value]
