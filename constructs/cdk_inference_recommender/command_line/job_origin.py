"""Where a job comes from: account, Region, time, model, traffic, and the stack that started it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from inference_recommendations_handler.protocol.contract import OwnerTag

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ARN_PARTS = 6


@dataclass(frozen=True, kw_only=True)
class JobOrigin:
    """What the API says of a job beside its results; each is None where it doesn't."""

    region: str | None
    account: str | None
    created: str | None
    """In UTC, to the minute."""
    model: str | None
    """Name of the model, or name and version of the model package."""
    load: str | None
    """The traffic that the job generates."""
    stack: str | None
    """Name of the stack that started the job."""
    logical_id: str | None
    """The job's logical id in it."""

    @classmethod
    def of(cls, description: Mapping[str, Any], *, tags: Mapping[str, str]) -> JobOrigin:
        """Return the origin of a job.

        Args:
            description: Response of `DescribeInferenceRecommendationsJob`.
            tags: The job's tags, as far as they could be read.
        """
        arn = str(description.get("JobArn") or "").split(":")
        has_arn = len(arn) >= _ARN_PARTS
        created = description.get("CreationTime")
        input_config = description.get("InputConfig") or {}
        stack_id = tags.get(OwnerTag.STACK_ID)
        return cls(
            region=arn[3] if has_arn else None,
            account=arn[4] if has_arn else None,
            created=f"{created.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if isinstance(created, datetime) else None,
            model=_model(input_config),
            load=_load(input_config.get("TrafficPattern") or {}),
            stack=None if stack_id is None else stack_name(stack_id),
            logical_id=tags.get(OwnerTag.LOGICAL_ID),
        )

    @property
    def title(self) -> str | None:
        """Return the job's place in its stack; None without a stack."""
        return " / ".join(filter(None, [self.stack, self.logical_id])) or None

    def details(self) -> list[tuple[str, str]]:
        """Return names and values for a reader."""
        named = [
            ("Created", self.created),
            ("Region", self.region),
            ("Account", self.account),
            ("Model", self.model),
            ("Traffic of the job", self.load),
        ]
        return [(name, value) for name, value in named if value]


def stack_name(stack_id: str) -> str:
    """Return the name in a stack's id, `arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>`."""
    return stack_id.split("/")[1] if stack_id.count("/") > 1 else stack_id


def _model(input_config: Mapping[str, Any]) -> str | None:
    package: str = input_config.get("ModelPackageVersionArn") or ""
    name: str | None = input_config.get("ModelName")
    return package.partition("/")[2] or package or name


def _load(pattern: Mapping[str, Any]) -> str | None:
    if pattern.get("TrafficType") == "STAIRS":
        stairs = pattern.get("Stairs") or {}
        return (
            f"{stairs.get('NumberOfSteps')} stairs of {stairs.get('DurationInSeconds')} s, "
            f"{stairs.get('UsersPerStep')} users more with each"
        )
    return "; ".join(_phases(pattern)) or None


def _phases(pattern: Mapping[str, Any]) -> Iterator[str]:
    for phase in pattern.get("Phases") or []:
        users = phase.get("InitialNumberOfUsers")
        yield (
            f"from {users} user{'' if users == 1 else 's'}, {phase.get('SpawnRate')} more a minute for "
            f"{phase.get('DurationInSeconds')} s"
        )
