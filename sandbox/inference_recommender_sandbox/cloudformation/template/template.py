"""A stack's template, parsed and checked as far as CloudFormation checks it before anything is deployed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import yaml

from inference_recommender_sandbox.cloudformation.errors import ValidationError

from .dependencies import check_references
from .limits import check_quotas
from .structure import check_structure

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Template:
    """A parsed template.

    Attributes:
        body: The text as it was given.
        sections: The whole template.
    """

    body: str
    sections: Mapping[str, Any]

    @classmethod
    def parse(cls, body: str) -> Self:
        """Parse JSON or YAML.

        Raises:
            ValidationError: If it is neither, or not a template; the text is AWS's.
        """
        try:
            sections = json.loads(body)
        except json.JSONDecodeError:
            try:
                sections = yaml.load(body, Loader=_TemplateLoader)  # noqa: S506 - derived from SafeLoader
            except yaml.YAMLError as error:
                raise ValidationError(f"Template format error: YAML not well-formed. ({error})") from error
        if not isinstance(sections, dict):
            raise ValidationError("Template format error: unsupported structure.")
        check_structure(sections)
        check_quotas(sections)
        template = cls(body=body, sections=sections)
        check_references(template)
        return template

    @property
    def resources(self) -> Mapping[str, Any]:
        """Resources by logical id."""
        return self._section("Resources")

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Declared parameters by name."""
        return self._section("Parameters")

    @property
    def conditions(self) -> Mapping[str, Any]:
        """Conditions by name."""
        return self._section("Conditions")

    @property
    def mappings(self) -> Mapping[str, Any]:
        """Mappings by name."""
        return self._section("Mappings")

    @property
    def outputs(self) -> Mapping[str, Any]:
        """Outputs by name."""
        return self._section("Outputs")

    @property
    def description(self) -> str | None:
        """What the template says about itself."""
        return self.sections.get("Description")

    def is_same_as(self, other: Template) -> bool:
        """Return whether both mean the same, whatever their formatting."""
        return dict(self.sections) == dict(other.sections)

    def _section(self, name: str) -> Mapping[str, Any]:
        return self.sections.get(name) or {}


class _TemplateLoader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, such as `!Sub`."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Any:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type] # every other node is a mapping
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


def _timestamp_as_text(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    return loader.construct_scalar(node)  # type: ignore[arg-type] # a timestamp is a scalar


_TemplateLoader.add_multi_constructor("!", _short_form)
# `AWSTemplateFormatVersion: 2010-09-09` and policies' `Version: 2012-10-17` are text.
_TemplateLoader.add_constructor("tag:yaml.org,2002:timestamp", _timestamp_as_text)
