"""Values that are unknown at synth: the CDK's tokens, dynamic references, and pending lookups of the CDK CLI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from aws_cdk import Duration, Intrinsic, Size, Token
from constructs import Construct

from cdk_inference_recommender.request import UNRESOLVED

from .validation_error import ValidationError

if TYPE_CHECKING:
    import jsii

# How aws-cdk-lib writes a token into a string, a list and a number (core/lib/private/encoding.ts). Reading the mark
# here saves a call into the JavaScript kernel, almost a millisecond, for each literal of each request.
_STRING_MARK: Final = "${Token["
_LIST_MARK: Final = "#{Token["
_NUMBER_MARK: Final = -1e280
# CloudFormation puts the value in itself (CloudFormation user guide, dynamic references).
_DYNAMIC_REFERENCE: Final = "{{resolve:"
# What StringParameter.value_from_lookup gives until the CDK CLI has looked the value up, which it does only after a
# synthesis that went through (aws-cdk-lib/aws-ssm/README.md).
_LOOKUP_MARK: Final = "dummy-value-for-"
_TEXT_MARKS: Final = (_STRING_MARK, _LIST_MARK, _DYNAMIC_REFERENCE, _LOOKUP_MARK)


def is_unresolved(value: object) -> bool:
    """Return whether a value is unknown at synth; also for a `Duration` or a `Size`."""
    match value:
        case None | bool() | int():
            return False
        case str():
            return any(mark in value for mark in _TEXT_MARKS)
        case float():
            return value < _NUMBER_MARK
        case list() | tuple():
            return len(value) == 1 and isinstance(value[0], str) and _LIST_MARK in value[0]
        case Mapping():
            return False
        case _:
            return bool(Token.is_unresolved(value))


def is_looked_up_later(value: object) -> bool:
    """Return whether a value is the placeholder of a pending lookup; the next synthesis has a literal."""
    return isinstance(value, str) and _LOOKUP_MARK in value


def is_dynamic_reference(value: object) -> bool:
    """Return whether a value is a dynamic reference, which CloudFormation resolves after its functions."""
    return isinstance(value, str) and _DYNAMIC_REFERENCE in value


def is_untyped_token(value: object) -> bool:
    """Return whether a value is an `IResolvable`, such as the result of `Fn.condition_if`, without a type yet."""
    # Of the interface's other members some can't be read in Python. Stacks have this one, too.
    return callable(getattr(value, "resolve", None)) and not isinstance(value, Construct)


def as_token(text: str) -> str:
    """Return a token for a text that isn't known yet, since the CDK would parse it as a literal."""
    return Intrinsic(text).to_string() if is_dynamic_reference(text) or is_looked_up_later(text) else text


def mask_tokens(value: object) -> object:
    """Return a copy of a document, with `UNRESOLVED` in place of each token.

    Objects that are no part of JSON stay, so that their type can be reported.
    """
    match value:
        case None | bool() | int():
            return value
        case float() | str():
            return UNRESOLVED if is_unresolved(value) else value
        case Mapping():
            return {key: mask_tokens(member) for key, member in value.items()}
        case list() | tuple():
            return UNRESOLVED if is_unresolved(value) else [mask_tokens(item) for item in value]
        case _:
            return UNRESOLVED if is_untyped_token(value) else value


def seconds_of(duration: Duration, field: str) -> jsii.Number:
    """Return the length in seconds.

    Raises:
        ValidationError: It isn't a whole number of seconds, or it is built on a token in another unit than seconds:
            such a `Duration` can't be converted. Or it is no `Duration`.
    """
    _expect_duration(duration, field)
    if duration.is_unresolved():
        if duration.unit_label() != "seconds":
            raise ValidationError(
                f"{field}: a duration known only at deploy time can't be converted from {duration.unit_label()}. "
                "Build it with Duration.seconds(...)."
            )
        return duration.to_seconds()
    return _whole(duration.to_milliseconds() / 1000, f"{field}: {duration.to_human_string()}", "seconds")


def literal_seconds_of(duration: Duration, field: str, reason: str) -> int:
    """Return the length in seconds, which has to be known at synth.

    Args:
        duration: The length.
        field: The prop.
        reason: Why it has to be known, as the end of a sentence.

    Raises:
        ValidationError: It is known only at deploy time, or isn't a whole number of seconds, or is no `Duration`.
    """
    _expect_duration(duration, field)
    if duration.is_unresolved():
        raise ValidationError(f"{field} is known only at deploy time, but {reason}. Give a literal duration.")
    return int(seconds_of(duration, field))


def milliseconds_of(duration: Duration, field: str) -> jsii.Number:
    """Return the length in milliseconds, a whole number unless it is a token.

    Raises:
        ValidationError: It is built on a token in another unit than milliseconds, isn't a whole number of milliseconds,
            or is no `Duration`.
    """
    milliseconds = fractional_milliseconds_of(duration, field)
    return milliseconds if duration.is_unresolved() else _whole(milliseconds, field, "milliseconds")


def fractional_milliseconds_of(duration: Duration, field: str) -> jsii.Number:
    """Return the length in milliseconds, which may have a fraction.

    Raises:
        ValidationError: It is built on a token in another unit than milliseconds, or is no `Duration`.
    """
    _expect_duration(duration, field, "Duration.millis(100)")
    if duration.is_unresolved() and duration.unit_label() != "millis":
        raise ValidationError(
            f"{field}: a duration known only at deploy time can't be converted from {duration.unit_label()}. Build it "
            "with Duration.millis(...)."
        )
    return duration.to_milliseconds(integral=False)


def mebibytes_of(size: Size, field: str) -> jsii.Number:
    """Return the amount in MiB.

    Raises:
        ValidationError: It isn't a whole number of MiB, or it is built on a token, which can't be converted, or is no
            `Size`.
    """
    return _amount(size, field, "mebibytes")


def gibibytes_of(size: Size, field: str) -> jsii.Number:
    """Return the amount in GiB.

    Raises:
        ValidationError: As for `mebibytes_of`, in GiB.
    """
    return _amount(size, field, "gibibytes")


def _amount(size: Size, field: str, unit: Literal["mebibytes", "gibibytes"]) -> jsii.Number:
    if not isinstance(size, Size):
        raise ValidationError(f"{field} = {size!r} isn't a Size. Write Size.gibibytes(2) or Size.mebibytes(2048).")
    symbol, length = ("MiB", 1024**2) if unit == "mebibytes" else ("GiB", 1024**3)
    if not size.is_unresolved():
        return _whole(size.to_bytes() / length, field, symbol)
    try:
        return size.to_mebibytes() if unit == "mebibytes" else size.to_gibibytes()
    except RuntimeError as error:
        raise ValidationError(
            f"{field}: a size known only at deploy time can't be converted. Build it with Size.{unit}(...)."
        ) from error


def _expect_duration(
    duration: object, field: str, example: str = "Duration.minutes(2) or Duration.seconds(120)"
) -> None:
    if not isinstance(duration, Duration):
        raise ValidationError(f"{field} = {duration!r} isn't a Duration. Write {example}.")


def _whole(number: jsii.Number, what: str, unit: str) -> int:
    if int(number) != number:
        raise ValidationError(f"{what} is {number} {unit}. Give a whole number of {unit}.")
    return int(number)
