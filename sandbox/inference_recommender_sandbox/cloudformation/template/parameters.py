"""Values of a template's parameters: given, kept from before, or the default; SSM parameters looked up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from inference_recommender_sandbox.cloudformation.errors import ValidationError

from .limits import MAX_PARAMETER_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .template import Template

_TYPE: Final = re.compile(r"String|Number|List<Number>|CommaDelimitedList|List<AWS::[\w:]+>|AWS::[\w:<>]+")


def parameter_values(
    template: Template, given: Iterable[Mapping[str, Any]], *, previous: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return each declared parameter's value, as text.

    Args:
        template: Declares the parameters.
        given: `Parameters` of the API's request.
        previous: What the stack has now, for `UsePreviousValue`.

    Raises:
        ValidationError: If one is missing, undeclared or breaks a constraint; the text is AWS's.
    """
    values: dict[str, str] = {}
    requested = list(given)
    unknown = [item["ParameterKey"] for item in requested if item["ParameterKey"] not in template.parameters]
    if unknown:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    for item in requested:
        name = item["ParameterKey"]
        if item.get("UsePreviousValue"):
            if previous is None or name not in previous:
                raise ValidationError(
                    f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter "
                    "key not in the previous template"
                )
            values[name] = previous[name]
        else:
            values[name] = str(item.get("ParameterValue", ""))
    missing = []
    for name, declaration in template.parameters.items():
        if name not in values:
            if "Default" not in declaration:
                missing.append(name)
                continue
            values[name] = _default(declaration["Default"])
        _check(name, declaration, values[name])
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    return values


def resolve_parameters(
    template: Template, values: Mapping[str, str], ssm_parameter: Callable[[str], str | None]
) -> dict[str, Any]:
    """Return what `Ref` of each parameter gives.

    Args:
        template: Declares the parameters.
        values: As text; the name of the SSM parameter for an SSM type.
        ssm_parameter: Looks up an SSM parameter.

    Raises:
        ValidationError: If an SSM parameter doesn't exist.
    """
    resolved: dict[str, Any] = {}
    for name, value in values.items():
        kind = template.parameters[name].get("Type", "String")
        if kind.startswith("AWS::SSM::Parameter::Value<"):
            found = ssm_parameter(value)
            if found is None:
                raise ValidationError(f"Unable to fetch parameters [{value}] from parameter store for this account.")
            resolved[name] = found.split(",") if "List<" in kind or "CommaDelimitedList" in kind else found
        elif kind == "CommaDelimitedList" or kind.startswith("List<"):
            resolved[name] = [item.strip() for item in value.split(",")] if value else []
        else:
            resolved[name] = value
    return resolved


def is_ssm_parameter(declaration: Mapping[str, Any]) -> bool:
    """Return whether a parameter's value is the name of an SSM parameter."""
    return str(declaration.get("Type", "")).startswith("AWS::SSM::Parameter::")


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _check(name: str, declaration: Mapping[str, Any], value: str) -> None:
    kind = str(declaration["Type"])
    if not _TYPE.fullmatch(kind):
        raise ValidationError(f"Template format error: Unrecognized parameter type: {kind}")
    if len(value.encode()) > MAX_PARAMETER_VALUE.maximum:
        raise ValidationError(f"Parameter '{name}' must have at most {MAX_PARAMETER_VALUE.maximum} bytes")
    explained = declaration.get("ConstraintDescription")

    def refuse(rule: str) -> ValidationError:
        return ValidationError(f"Parameter '{name}' must {rule}" if not explained else f"Parameter {name} {explained}")

    if "AllowedValues" in declaration and value not in [_default(item) for item in declaration["AllowedValues"]]:
        raise ValidationError(f"Parameter '{name}' must be one of AllowedValues")
    if is_ssm_parameter(declaration):
        return
    if "AllowedPattern" in declaration and not re.fullmatch(declaration["AllowedPattern"], value):
        raise refuse(f"match pattern {declaration['AllowedPattern']}")
    if "MinLength" in declaration and len(value) < int(declaration["MinLength"]):
        raise refuse(f"contain at least {declaration['MinLength']} characters")
    if "MaxLength" in declaration and len(value) > int(declaration["MaxLength"]):
        raise refuse(f"contain at most {declaration['MaxLength']} characters")
    if declaration.get("Type") == "Number":
        _check_number(name, declaration, value)


def _check_number(name: str, declaration: Mapping[str, Any], value: str) -> None:
    try:
        number = float(value)
    except ValueError as error:
        raise ValidationError(f"Parameter '{name}' must be a number.") from error
    if "MinValue" in declaration and number < float(declaration["MinValue"]):
        raise ValidationError(f"Parameter '{name}' must be a number not less than {declaration['MinValue']}")
    if "MaxValue" in declaration and number > float(declaration["MaxValue"]):
        raise ValidationError(f"Parameter '{name}' must be a number not greater than {declaration['MaxValue']}")
