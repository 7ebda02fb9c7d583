from __future__ import annotations

import json
import traceback
from typing import TYPE_CHECKING, Any

import botocore
import botocore.session
import pytest

from inference_recommendations_handler.protocol.typed_request import RequestError, typed

if TYPE_CHECKING:
    from botocore.model import Shape

REQUEST: dict[str, Any] = {
    "JobType": "Advanced",
    "InputConfig": {
        "JobDurationInSeconds": 3600,
        "TrafficPattern": {"Phases": [{"InitialNumberOfUsers": 1, "SpawnRate": 1, "DurationInSeconds": 120}]},
        "ContainerConfig": {"FrameworkVersion": "1.10", "PayloadConfig": {"SupportedContentTypes": ["text/csv"]}},
    },
    "StoppingConditions": {"MaxInvocations": 500, "FlatInvocations": "Stop"},
}


@pytest.fixture(scope="module")
def shape() -> Shape:
    model = botocore.session.get_session().get_service_model("sagemaker")
    found = model.operation_model("CreateInferenceRecommendationsJob").input_shape
    assert found is not None
    return found


def stringified(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: stringified(item) for key, item in value.items()}
    if isinstance(value, list):
        return [stringified(item) for item in value]
    return str(value)


def test_what_cloudformation_turned_into_texts_gets_its_type_back(shape: Shape) -> None:
    found = typed(stringified(REQUEST), shape, synthesized_with="1")
    assert json.dumps(found) == json.dumps(REQUEST)


def test_what_has_its_type_keeps_it(shape: Shape) -> None:
    assert typed(REQUEST, shape, synthesized_with="1") == REQUEST


def test_a_member_that_is_too_new_names_both_versions(shape: Shape) -> None:
    with pytest.raises(RequestError, match=r"InputConfig.Quantum: unknown .* 9\.9\.9") as raised:
        typed({"InputConfig": {"Quantum": "1"}}, shape, synthesized_with="9.9.9")
    assert botocore.__version__ in str(raised.value)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"InputConfig": "x"}, "InputConfig"),
        ({"InputConfig": {"JobDurationInSeconds": "an hour"}}, "InputConfig.JobDurationInSeconds"),
        ({"InputConfig": {"TrafficPattern": {"Phases": [{"SpawnRate": "1.5"}]}}}, r"Phases\[0\].SpawnRate"),
        ({"InputConfig": {"Endpoints": "x"}}, "InputConfig.Endpoints"),
        ({"JobType": ["x"]}, "JobType"),
    ],
)
def test_a_value_of_another_type_is_named(shape: Shape, document: dict[str, Any], place: str) -> None:
    with pytest.raises(RequestError, match=place):
        typed(document, shape, synthesized_with="1")


@pytest.mark.parametrize(
    ("value", "kind"),
    [("secret", "text"), (["secret"], "list"), ({"a": "secret"}, "structure"), (True, "boolean"), (None, "null")],
)
def test_a_value_of_another_type_is_not_shown(shape: Shape, value: object, kind: str) -> None:
    with pytest.raises(RequestError, match=f"JobDurationInSeconds: this {kind} isn't of type integer") as raised:
        typed({"InputConfig": {"JobDurationInSeconds": value}}, shape, synthesized_with="1")
    assert "secret'" not in "".join(traceback.format_exception(raised.value))
