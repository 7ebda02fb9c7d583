"""How an endpoint is updated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from aws_cdk import Duration

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.cdk_interfaces import ALARMS
from cdk_inference_recommender.validation.factory_made import FactoryMade
from cdk_inference_recommender.validation.prop_types import PropType
from cdk_inference_recommender.validation.tokens import seconds_of

from .capacity_size import CapacitySize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk.interfaces.aws_cloudwatch import IAlarmRef

    AnyAlarm: TypeAlias = IAlarmRef | str

_DURATION: Final = PropType(of=Duration, example="Duration.minutes(10)")
_SIZE: Final = PropType(of=CapacitySize, example="CapacitySize.percent(25)")
_ROUTING: Final = "TrafficRoutingConfiguration"
_FACTORIES: Final = (
    "DeploymentConfig.all_at_once(...), DeploymentConfig.canary(...), DeploymentConfig.linear(...) or "
    "DeploymentConfig.rolling(...)"
)


def alarm_name(alarm: AnyAlarm) -> str:
    """Return the name of an alarm.

    Args:
        alarm: The name itself, or a construct.
    """
    return alarm if isinstance(alarm, str) else alarm.alarm_ref.alarm_name


def rendered_alarms(alarms: Sequence[AnyAlarm]) -> list[dict[str, str]]:
    """Return alarms as the API takes them.

    Args:
        alarms: Names or constructs.
    """
    return [{"AlarmName": alarm_name(alarm)} for alarm in alarms]


@dataclass(frozen=True, kw_only=True)
class _BlueGreenUpdatePolicy:
    routing_type: str = field(metadata=member(_ROUTING, "Type"))
    # The API requires it also where traffic shifts at once.
    wait_interval: Duration = field(
        metadata=member(_ROUTING, "WaitIntervalInSeconds", kind=_DURATION, render=seconds_of)
    )
    canary_size: CapacitySize | None = field(default=None, metadata=member(_ROUTING, "CanarySize", kind=_SIZE))
    linear_step_size: CapacitySize | None = field(default=None, metadata=member(_ROUTING, "LinearStepSize", kind=_SIZE))
    termination_wait: Duration | None = field(
        metadata=member("TerminationWaitInSeconds", kind=_DURATION, render=seconds_of)
    )
    maximum_execution_timeout: Duration | None = field(
        metadata=member("MaximumExecutionTimeoutInSeconds", kind=_DURATION, render=seconds_of)
    )


@dataclass(frozen=True, kw_only=True)
class _RollingUpdatePolicy:
    maximum_batch_size: CapacitySize = field(metadata=member("MaximumBatchSize", kind=_SIZE))
    wait_interval: Duration = field(metadata=member("WaitIntervalInSeconds", kind=_DURATION, render=seconds_of))
    rollback_maximum_batch_size: CapacitySize | None = field(metadata=member("RollbackMaximumBatchSize", kind=_SIZE))
    maximum_execution_timeout: Duration | None = field(
        metadata=member("MaximumExecutionTimeoutInSeconds", kind=_DURATION, render=seconds_of)
    )


@dataclass(frozen=True, init=False)
class DeploymentConfig(FactoryMade):
    """How SageMaker replaces an endpoint's instances by those of a new configuration; build one with a factory.

    It takes part in updates only (developer guide, deployment guardrails). If one of the alarms goes into ALARM while
    the new instances are monitored, SageMaker returns all traffic to the old ones, the update fails, and the stack
    rolls back.

    Endpoints on `ml.inf1` instances or with containers from AWS Marketplace ignore it, and shift all traffic at once
    (developer guide, deployment guardrails, exclusions).

    Attributes:
        blue_green: What `all_at_once`, `canary` and `linear` set.
        rolling_update: What `rolling` sets.
        alarms: The alarms that roll an update back.
    """

    _factories: ClassVar[str] = _FACTORIES

    blue_green: _BlueGreenUpdatePolicy | None = field(
        default=None,
        metadata=member(
            "BlueGreenUpdatePolicy", kind=PropType(of=_BlueGreenUpdatePolicy, example=_FACTORIES), spelled=""
        ),
    )
    rolling_update: _RollingUpdatePolicy | None = field(
        default=None,
        metadata=member("RollingUpdatePolicy", kind=PropType(of=_RollingUpdatePolicy, example=_FACTORIES), spelled=""),
    )
    alarms: Sequence[AnyAlarm] = field(
        default=(),
        metadata=member(
            "AutoRollbackConfiguration", "Alarms", kind=ALARMS, render=lambda alarms, _: rendered_alarms(alarms)
        ),
    )

    @classmethod
    def all_at_once(
        cls,
        *,
        wait_interval: Duration | None = None,
        termination_wait: Duration | None = None,
        maximum_execution_timeout: Duration | None = None,
        alarms: Sequence[AnyAlarm] = (),
    ) -> DeploymentConfig:
        """Shift all traffic to the new instances in one step.

        Args:
            wait_interval: How long the alarms are watched after the step, at most an hour. Default: not at all.
            termination_wait: How long the old instances stay afterwards, at most an hour. Default: not at all.
            maximum_execution_timeout: Of the whole update, 10 minutes to 8 hours, and more than the waits together.
                Default: the service's.
            alarms: As for `canary`.
        """
        policy = _BlueGreenUpdatePolicy(
            routing_type="ALL_AT_ONCE",
            # Required by the API.
            wait_interval=wait_interval or Duration.seconds(0),
            termination_wait=termination_wait,
            maximum_execution_timeout=maximum_execution_timeout,
        )
        return cls._make(blue_green=policy, alarms=alarms)

    @classmethod
    def canary(
        cls,
        *,
        size: CapacitySize,
        wait_interval: Duration,
        termination_wait: Duration | None = None,
        maximum_execution_timeout: Duration | None = None,
        alarms: Sequence[AnyAlarm] = (),
    ) -> DeploymentConfig:
        """Shift a part of the traffic to the new instances, watch the alarms, then shift the rest.

        Args:
            size: The part, at most half of the variant's instances. It needs two instances or more.
            wait_interval: How long the alarms are watched after each step, at most an hour.
            termination_wait: How long the old instances stay afterwards, at most an hour. Default: not at all.
            maximum_execution_timeout: Of the whole update, 10 minutes to 8 hours, and more than the waits together.
                Default: the service's.
            alarms: 1 to 10 alarms, or their names, that roll the update back. Alarms on the endpoint's own metrics are
                given to `RecommendedEndpoint.add_rollback_alarms`. Default: none, and nothing is watched.
        """
        policy = _BlueGreenUpdatePolicy(
            routing_type="CANARY",
            canary_size=size,
            wait_interval=wait_interval,
            termination_wait=termination_wait,
            maximum_execution_timeout=maximum_execution_timeout,
        )
        return cls._make(blue_green=policy, alarms=alarms)

    @classmethod
    def linear(
        cls,
        *,
        step_size: CapacitySize,
        wait_interval: Duration,
        termination_wait: Duration | None = None,
        maximum_execution_timeout: Duration | None = None,
        alarms: Sequence[AnyAlarm] = (),
    ) -> DeploymentConfig:
        """Shift the traffic to the new instances in equal steps, and watch the alarms after each.

        Args:
            step_size: The part of each step, 10 to 50 percent of the variant's instances. It needs two or more.
            wait_interval: How long the alarms are watched after each step, at most an hour.
            termination_wait: How long the old instances stay afterwards, at most an hour. Default: not at all.
            maximum_execution_timeout: Of the whole update, 10 minutes to 8 hours, and more than the waits together.
                Default: the service's.
            alarms: As for `canary`.
        """
        policy = _BlueGreenUpdatePolicy(
            routing_type="LINEAR",
            linear_step_size=step_size,
            wait_interval=wait_interval,
            termination_wait=termination_wait,
            maximum_execution_timeout=maximum_execution_timeout,
        )
        return cls._make(blue_green=policy, alarms=alarms)

    @classmethod
    def rolling(
        cls,
        *,
        maximum_batch_size: CapacitySize,
        wait_interval: Duration,
        rollback_maximum_batch_size: CapacitySize | None = None,
        maximum_execution_timeout: Duration | None = None,
        alarms: Sequence[AnyAlarm] = (),
    ) -> DeploymentConfig:
        """Replace the instances in batches, with fewer instances at a time than a blue/green update has.

        Args:
            maximum_batch_size: A batch, 5 to 50 percent of the variant's instances. It needs two instances or more.
            wait_interval: How long the alarms are watched after each batch, at most an hour.
            rollback_maximum_batch_size: A batch of a rollback. Default: all instances at once.
            maximum_execution_timeout: Of the whole update, 10 minutes to 8 hours. Default: the service's.
            alarms: As for `canary`.
        """
        policy = _RollingUpdatePolicy(
            maximum_batch_size=maximum_batch_size,
            wait_interval=wait_interval,
            rollback_maximum_batch_size=rollback_maximum_batch_size,
            maximum_execution_timeout=maximum_execution_timeout,
        )
        return cls._make(rolling_update=policy, alarms=alarms)
