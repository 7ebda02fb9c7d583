"""Filters, order and pages of the two List operations."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from inference_recommender_sandbox.sagemaker.errors import ValidationException

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_LARGEST_PAGE: Final = 100

Item = TypeVar("Item")


def matching_summaries(summaries: Iterable[Mapping[str, Any]], request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the summaries that a `ListInferenceRecommendationsJobs` request selects, in its order.

    Args:
        summaries: Of all jobs.
        request: By default ordered by CreationTime, the latest first.
    """
    kept = [each for each in summaries if all(keeps(each) for keeps in _filters(request))]
    key = {"Name": "JobName", "Status": "Status"}.get(request.get("SortBy", ""), "CreationTime")
    descending = request.get("SortOrder", "Descending") == "Descending"
    return sorted(kept, key=lambda each: (each[key], each["JobName"]), reverse=descending)


def page(items: Sequence[Item], request: Mapping[str, Any]) -> tuple[list[Item], str | None]:
    """One page of a list and the token of the next.

    Args:
        items: The whole list.
        request: `MaxResults` (1 to 100, default 100) and `NextToken`.

    Raises:
        ValidationException: The token is none of ours.
    """
    start = _offset(request.get("NextToken"))
    end = start + request.get("MaxResults", _LARGEST_PAGE)
    token = urlsafe_b64encode(f"offset:{end}".encode()).decode() if end < len(items) else None
    return list(items[start:end]), token


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        label, _, number = urlsafe_b64decode(token.encode()).decode().partition(":")
    except (NotBase64, UnicodeError):
        label, number = "", ""
    if label != "offset" or not number.isdigit():
        raise ValidationException("Invalid NextToken: use the one that the previous call returned.")
    return int(number)


def _filters(request: Mapping[str, Any]) -> list[Callable[[Mapping[str, Any]], bool]]:
    tests: Mapping[str, Callable[[Mapping[str, Any], Any], bool]] = {
        "NameContains": lambda each, wanted: wanted.lower() in each["JobName"].lower(),
        "StatusEquals": lambda each, wanted: each["Status"] == wanted,
        "ModelNameEquals": lambda each, wanted: each.get("ModelName") == wanted,
        "ModelPackageVersionArnEquals": lambda each, wanted: each.get("ModelPackageVersionArn") == wanted,
        "CreationTimeAfter": lambda each, wanted: each["CreationTime"] > _time(wanted),
        "CreationTimeBefore": lambda each, wanted: each["CreationTime"] < _time(wanted),
        "LastModifiedTimeAfter": lambda each, wanted: each["LastModifiedTime"] > _time(wanted),
        "LastModifiedTimeBefore": lambda each, wanted: each["LastModifiedTime"] < _time(wanted),
    }
    return [
        lambda each, test=test, wanted=request[member]: test(each, wanted)  # type: ignore[misc]
        for member, test in tests.items()
        if member in request
    ]


def _time(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)
