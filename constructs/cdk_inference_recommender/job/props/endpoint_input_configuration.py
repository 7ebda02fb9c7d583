"""One endpoint that a load test compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from cdk_inference_recommender.validation.api_member import member
from cdk_inference_recommender.validation.factory_made import FactoryMade
from cdk_inference_recommender.validation.prop_types import PropType, expect_type, shown
from cdk_inference_recommender.validation.tokens import mebibytes_of
from cdk_inference_recommender.validation.validation_error import ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jsii
    from aws_cdk import Size

# The values of each are looked at where the job's path is known.
_RANGES: Final = PropType(of=object, example='{"OMP_NUM_THREADS": ["2", "4"]}', is_mapping=True)


def _rendered_ranges(ranges: Mapping[str, Sequence[str]], where: str) -> list[dict[str, object]]:
    for name, values in ranges.items():
        # A text is a sequence of texts: it would be taken apart letter by letter.
        if isinstance(values, str) or not isinstance(values, Sequence):
            raise ValidationError(f"{where}[{name!r}] = {shown(values)} isn't a list. Put it into square brackets.")
    return [{"Name": name, "Value": list(values)} for name, values in ranges.items()]


@dataclass(frozen=True, init=False)
class EndpointInputConfiguration(FactoryMade):
    """Real-time or serverless, never both; build one with `real_time` or `serverless`.

    See the API reference, `EndpointInputConfiguration`. A field that wasn't given holds None.

    Attributes:
        instance_type: `ml.<family>.<size>`, of a real-time endpoint.
        memory_size: 1 to 6 GiB, of a serverless endpoint.
        max_concurrency: Invocations at the same time, 1 to 200, of a serverless endpoint.
        inference_specification_name: Which inference specification of the model package.
        environment_parameter_ranges: Values to try for each environment variable of the container. Default: none.
    """

    _factories: ClassVar[str] = (
        "EndpointInputConfiguration.real_time(...) or EndpointInputConfiguration.serverless(...)"
    )

    instance_type: str | None = field(
        default=None, metadata=member("InstanceType", kind=PropType(of=str, example='"ml.c5.xlarge"'))
    )
    memory_size: Size | None = field(
        default=None, metadata=member("ServerlessConfig", "MemorySizeInMB", render=mebibytes_of)
    )
    max_concurrency: jsii.Number | None = field(default=None, metadata=member("ServerlessConfig", "MaxConcurrency"))
    inference_specification_name: str | None = None
    environment_parameter_ranges: Mapping[str, Sequence[str]] = field(
        default_factory=dict,
        metadata=member(
            "EnvironmentParameterRanges", "CategoricalParameterRanges", render=_rendered_ranges, items="by name"
        ),
    )

    @property
    def is_serverless(self) -> bool:
        """Return whether this is a serverless endpoint."""
        return self.instance_type is None

    @classmethod
    def real_time(
        cls,
        instance_type: str,
        *,
        inference_specification_name: str | None = None,
        environment_parameter_ranges: Mapping[str, Sequence[str]] | None = None,
    ) -> EndpointInputConfiguration:
        """An endpoint on instances.

        Args:
            instance_type: `ml.<family>.<size>`, for example `ml.c5.xlarge`; burstable `ml.t2.*` are refused.
            inference_specification_name: Which inference specification of the model package. Default: the package's.
            environment_parameter_ranges: Environment variables of the container and 1 to 3 values to try for each; 1
                to 5 variables, names up to 64 and values up to 128 characters. Default: none.

        Raises:
            ValidationError: The ranges are no mapping.
        """
        return cls._make(
            instance_type=instance_type,
            inference_specification_name=inference_specification_name,
            environment_parameter_ranges=_ranges(environment_parameter_ranges),
        )

    @classmethod
    def serverless(
        cls,
        *,
        memory_size: Size,
        max_concurrency: jsii.Number,
        inference_specification_name: str | None = None,
        environment_parameter_ranges: Mapping[str, Sequence[str]] | None = None,
    ) -> EndpointInputConfiguration:
        """A serverless endpoint.

        Args:
            memory_size: 1 to 6 GiB in steps of 1 GiB.
            max_concurrency: Invocations at the same time, 1 to 200.
            inference_specification_name: Which inference specification of the model package. Default: the package's.
            environment_parameter_ranges: As for `real_time`.

        Raises:
            ValidationError: As for `real_time`.
        """
        return cls._make(
            memory_size=memory_size,
            max_concurrency=max_concurrency,
            inference_specification_name=inference_specification_name,
            environment_parameter_ranges=_ranges(environment_parameter_ranges),
        )


def _ranges(given: Mapping[str, Sequence[str]] | None) -> Mapping[str, Sequence[str]]:
    expect_type(_RANGES, "environment_parameter_ranges", given)
    return dict(given or {})
