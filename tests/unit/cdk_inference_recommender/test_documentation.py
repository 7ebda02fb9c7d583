"""What an editor shows of the public names is what there is."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import pytest

import cdk_inference_recommender
from cdk_inference_recommender.validation.factory_made import FactoryMade

if TYPE_CHECKING:
    from collections.abc import Iterator

CLASSES: dict[str, type] = {
    name: member
    for name in cdk_inference_recommender.__all__
    if isinstance(member := getattr(cdk_inference_recommender, name), type)
}


def is_ours(owner: type) -> bool:
    return owner.__module__.partition(".")[0] == "cdk_inference_recommender"


def documented(docstring: str | None, section: str) -> list[str]:
    """Names that a section of a docstring describes, with the stars of variable arguments."""
    text = inspect.cleandoc(docstring or "")
    _, _, below = f"\n{text}".partition(f"\n{section}:\n")
    body = re.split(r"^\S", below, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^    (\*{0,2}\w+): \S", body, flags=re.MULTILINE)


def parameters(function: Any) -> list[str]:
    stars: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    found = inspect.signature(function).parameters.values()
    return [f"{stars.get(each.kind, '')}{each.name}" for each in found if each.name not in {"self", "cls"}]


def owner_of(name: str, member: str) -> type:
    return next(owner for owner in CLASSES[name].__mro__ if member in vars(owner))


OWN_INIT = [
    name
    for name, public in CLASSES.items()
    if is_ours(owner := owner_of(name, "__init__")) and not is_dataclass(owner) and not issubclass(public, FactoryMade)
]


def public_methods() -> Iterator[tuple[str, str]]:
    for name, public in CLASSES.items():
        for owner in filter(is_ours, public.__mro__):
            for member, value in vars(owner).items():
                is_function = inspect.isfunction(value) or isinstance(value, classmethod | staticmethod)
                if is_function and not member.startswith("_"):
                    yield name, member


def test_every_kind_of_name_is_looked_at() -> None:
    assert set(OWN_INIT) == {
        "InferenceRecommendationsJob",
        "InferenceRecommenderProvider",
        "InferenceRecommendationsJobGrants",
        "RealTimeRecommendation",
        "Recommendation",
        "RecommendedEndpoint",
        "RecommendedEndpointGrants",
        "ScalableInstanceCount",
        "ScalingRecommendation",
        "ServerlessRecommendation",
    }
    assert ("InferenceRecommendationsJob", "from_cli_input") in public_methods()


@pytest.mark.parametrize("name", OWN_INIT)
def test_a_constructor_documents_its_parameters_and_no_others(name: str) -> None:
    init = owner_of(name, "__init__").__init__  # type: ignore[misc]
    assert init.__doc__
    assert documented(init.__doc__, "Args") == parameters(init)
    assert not documented(CLASSES[name].__doc__, "Args")


@pytest.mark.parametrize(("name", "method"), sorted(set(public_methods())))
def test_a_method_documents_its_parameters_and_no_others(name: str, method: str) -> None:
    function = getattr(CLASSES[name], method)
    described = documented(function.__doc__, "Args")
    elsewhere = re.search(r"arguments as for `\w+`", function.__doc__ or "")
    assert described == ([] if elsewhere else parameters(function))


@pytest.mark.parametrize("name", [name for name, public in CLASSES.items() if is_dataclass(public)])
def test_a_value_documents_its_fields_and_no_others(name: str) -> None:
    for owner in filter(is_dataclass, CLASSES[name].__mro__):
        own = [field.name for field in fields(owner) if field.name in inspect.get_annotations(owner)]
        assert documented(owner.__doc__, "Attributes") == own
