"""Conversion of a request's scalars to their types.

CloudFormation converts every number and Boolean of a custom resource's properties to a string. The shapes of botocore's
service model contain the original types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import botocore

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape


_KINDS: Final = {str: "text", bool: "boolean", int: "number", float: "number", list: "list", dict: "structure"}


class RequestError(Exception):
    """The request can't be sent. The message contains the remedy."""


def typed(document: Mapping[str, Any], shape: Shape, *, synthesized_with: str) -> dict[str, Any]:
    """Convert every scalar of the document to its type in the shape.

    Args:
        document: Request whose scalars may be strings.
        shape: Input of the operation.
        synthesized_with: Version of botocore that the template was synthesized with.

    Raises:
        RequestError: A member isn't in the shape, or a value has the wrong type.
    """
    result: dict[str, Any] = _typed(document, shape, path="", synthesized_with=synthesized_with)
    return result


def _typed(value: Any, shape: Any, *, path: str, synthesized_with: str) -> Any:
    # By name, not by class: the import of botocore.model takes longer than the whole command `validate`.
    match shape.type_name:
        case "structure":
            if not isinstance(value, dict):
                raise _mismatch(path, value, "a structure")
            for name in value:
                if name not in shape.members:
                    raise RequestError(
                        f"{_join(path, name)}: unknown to the handler's botocore {botocore.__version__}, while the "
                        f"template was synthesised with botocore {synthesized_with}. Leave it out until AWS Lambda's "
                        "Python runtime has a newer boto3."
                    )
            return {
                name: _typed(member, shape.members[name], path=_join(path, name), synthesized_with=synthesized_with)
                for name, member in value.items()
            }
        case "list":
            if not isinstance(value, list):
                raise _mismatch(path, value, "a list")
            return [
                _typed(item, shape.member, path=f"{path}[{index}]", synthesized_with=synthesized_with)
                for index, item in enumerate(value)
            ]
        case "map":
            if not isinstance(value, dict):
                raise _mismatch(path, value, "a map")
            return {
                key: _typed(item, shape.value, path=_join(path, key), synthesized_with=synthesized_with)
                for key, item in value.items()
            }
        case _:
            return _scalar(value, shape.type_name, path=path)


def _scalar(value: Any, type_name: str, *, path: str) -> Any:
    if isinstance(value, (dict, list)) or value is None:
        raise _mismatch(path, value, f"of type {type_name}")
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    try:
        match type_name:
            case "integer" | "long":
                return int(text)
            case "float" | "double":
                return float(text)
            case "boolean":
                return {"true": True, "false": False}[text]
    except (ValueError, KeyError):
        # The error quotes the value.
        raise _mismatch(path, value, f"of type {type_name}") from None
    return text


def _mismatch(path: str, value: object, wanted: str) -> RequestError:
    # The value can be a secret of the model's environment.
    found = _KINDS.get(type(value), "null")
    return RequestError(f"{path or 'Request'}: this {found} isn't {wanted}. Correct it in the construct's properties.")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
