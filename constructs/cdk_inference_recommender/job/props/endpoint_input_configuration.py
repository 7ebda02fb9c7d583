"""One endpoint that a load test compares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cdk_inference_recommender.validation.prop_types import PropType, expect_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import jsii
    from aws_cdk import Size

# What holds the values of each is looked at where the job tells of it.
_RANGES: Final = PropType(of=object, example='{"OMP_NUM_THREADS": ["2", "4"]}', is_mapping=True)


@dataclass(frozen=True, kw_only=True)
class EndpointInputConfiguration:
    """Real-time or serverless, never both; build one with `real_time` or `serverless`.

    See the API reference, `EndpointInputConfiguration`. A field that wasn't given holds None.

    Attributes:
        instance_type: `ml.<family>.<size>`, of a real-time endpoint.
        memory_size: 1 to 6 GiB, of a serverless endpoint.
        max_concurrency: Invocations at the same time, 1 to 200, of a serverless endpoint.
        provisioned_concurrency: A member of the API that these jobs don't support.
        inference_specification_name: Which inference specification of the model package.
        environment_parameter_ranges: Values to try for each environment variable of the container. Default: none.
    """

    instance_type: str | None = None
    memory_size: Size | None = None
    max_concurrency: jsii.Number | None = None
    provisioned_concurrency: jsii.Number | None = None
    inference_specification_name: str | None = None
    environment_parameter_ranges: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_serverless(self) -> bool:
        """Whether this is a serverless endpoint."""
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
        return cls(
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
        provisioned_concurrency: jsii.Number | None = None,
        inference_specification_name: str | None = None,
        environment_parameter_ranges: Mapping[str, Sequence[str]] | None = None,
    ) -> EndpointInputConfiguration:
        """A serverless endpoint.

        Args:
            memory_size: 1 to 6 GiB in steps of 1 GiB.
            max_concurrency: Invocations at the same time, 1 to 200.
            provisioned_concurrency: A member of the API that these jobs don't support; a value is reported at synth.
            inference_specification_name: Which inference specification of the model package. Default: the package's.
            environment_parameter_ranges: As for `real_time`.

        Raises:
            ValidationError: As for `real_time`.
        """
        return cls(
            memory_size=memory_size,
            max_concurrency=max_concurrency,
            provisioned_concurrency=provisioned_concurrency,
            inference_specification_name=inference_specification_name,
            environment_parameter_ranges=_ranges(environment_parameter_ranges),
        )


def _ranges(given: Mapping[str, Sequence[str]] | None) -> Mapping[str, Sequence[str]]:
    expect_type(_RANGES, "environment_parameter_ranges", given)
    return dict(given or {})
