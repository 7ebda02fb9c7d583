"""What CloudWatch records of a recommended endpoint."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_inference_recommender.validation.validation_error import ValidationError

from .endpoint_resource import EndpointResource

if TYPE_CHECKING:
    from typing import Unpack

    from cdk_inference_recommender.job.metrics import MetricOptions

_INVOCATIONS: Final = "AWS/SageMaker"
_INSTANCES: Final = "/aws/sagemaker/Endpoints"
"""Namespaces of the metrics (developer guide, monitor with CloudWatch)."""
_INSTANCES_ONLY: Final = frozenset(
    {"InvocationsPerInstance", "CPUUtilization", "DiskUtilization", "GPUUtilization", "GPUMemoryUtilization"}
)
_SERVERLESS_ONLY: Final = frozenset({"ModelSetupTime"})


class InvocationHttpResponseCode(Enum):
    """Responses that are counted as errors; the name is `@aws-cdk/aws-sagemaker-alpha`'s."""

    INVOCATION_4XX_ERRORS = "Invocation4XXErrors"
    """The model's container returned a 4xx status."""
    INVOCATION_5XX_ERRORS = "Invocation5XXErrors"
    """The model's container returned a 5xx status."""


class MonitoredEndpoint(EndpointResource):
    """Base of `RecommendedEndpoint` with its metrics. The subclass sets the annotated attributes.

    Names and statistics are those of `@aws-cdk/aws-sagemaker-alpha`. Each is a metric of the production variant, over 5
    minutes unless `period` is given, and can be alarmed on. None filters by unit, so that no datapoint is missed.
    """

    _given_name: str | None
    """The endpoint's name, where it is given: alarms on it don't wait for the endpoint."""
    _variant_name: str
    _is_serverless: bool

    def metric(
        self, metric_name: str, *, namespace: str = _INVOCATIONS, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """Return a metric of the production variant.

        Args:
            metric_name: Name in CloudWatch.
            namespace: `AWS/SageMaker` for metrics of invocations, `/aws/sagemaker/Endpoints` for those of instances.
                Default: `AWS/SageMaker`.
            **options: Options of the metric. `dimensions_map` is added to the endpoint's and the variant's names.
                Default of the statistic: `Average`.

        Raises:
            ValidationError: SageMaker publishes the metric for the other kind of endpoint only.
        """
        return self._metric(metric_name, namespace, options)

    def metric_invocations(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return how many requests the endpoint got, as a sum; arguments as for `metric`."""
        return self._metric("Invocations", _INVOCATIONS, {"statistic": "Sum", **options})

    def metric_invocations_per_instance(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return how many requests an instance got, averaged over the instances, as a sum; arguments as for `metric`.

        No other statistic is meaningful.

        Raises:
            ValidationError: The endpoint is serverless.
        """
        return self._metric("InvocationsPerInstance", _INVOCATIONS, {"statistic": "Sum", **options})

    def metric_invocation_response_code(
        self, response_code: InvocationHttpResponseCode, **options: Unpack[MetricOptions]
    ) -> cloudwatch.Metric:
        """Return how many requests failed; a count.

        The statistic `Average` is the share of all requests, since SageMaker publishes 0 or 1 for each.

        Args:
            response_code: Which failures.
            **options: Options of the metric. Default of the statistic: `Sum`.
        """
        return self._metric(response_code.value, _INVOCATIONS, {"statistic": "Sum", **options})

    def metric_model_latency(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return how long the container took for a response, in microseconds; arguments as for `metric`."""
        return self._metric("ModelLatency", _INVOCATIONS, {"statistic": "Average", **options})

    def metric_overhead_latency(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return how long SageMaker itself took for a response, in microseconds; arguments as for `metric`."""
        return self._metric("OverheadLatency", _INVOCATIONS, {"statistic": "Average", **options})

    def metric_model_setup_time(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return how long a serverless container took to start, in microseconds; arguments as for `metric`.

        Raises:
            ValidationError: The endpoint is on instances.
        """
        return self._metric("ModelSetupTime", _INVOCATIONS, {"statistic": "Average", **options})

    def metric_cpu_utilization(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return the containers' use of CPU, in percent of one core (400 is all of four); arguments as for `metric`.

        Raises:
            ValidationError: The endpoint is serverless.
        """
        return self._utilization("CPUUtilization", options)

    def metric_memory_utilization(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return the containers' use of memory, in percent; arguments as for `metric`."""
        return self._utilization("MemoryUtilization", options)

    def metric_gpu_utilization(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return the containers' use of GPUs, in percent of one (400 is all of four); arguments as for `metric`.

        Instances without a GPU publish none.

        Raises:
            ValidationError: The endpoint is serverless.
        """
        return self._utilization("GPUUtilization", options)

    def metric_gpu_memory_utilization(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return the containers' use of the GPUs' memory, in percent of one GPU's; arguments as for `metric`.

        Instances without a GPU publish none.

        Raises:
            ValidationError: The endpoint is serverless.
        """
        return self._utilization("GPUMemoryUtilization", options)

    def metric_disk_utilization(self, **options: Unpack[MetricOptions]) -> cloudwatch.Metric:
        """Return the use of the instances' disks, in percent; arguments as for `metric`.

        Raises:
            ValidationError: The endpoint is serverless.
        """
        return self._utilization("DiskUtilization", options)

    def _utilization(self, metric_name: str, options: MetricOptions) -> cloudwatch.Metric:
        return self._metric(metric_name, _INSTANCES, {"statistic": "Average", **options})

    def _metric(self, metric_name: str, namespace: str, options: MetricOptions) -> cloudwatch.Metric:
        others = _INSTANCES_ONLY if self._is_serverless else _SERVERLESS_ONLY
        if metric_name in others:
            kind = "a serverless endpoint" if self._is_serverless else "an endpoint on instances"
            raise ValidationError(
                f"{self.node.path}: SageMaker publishes no {metric_name} for {kind}, and an alarm on it would never "
                "fire (developer guide, monitor serverless endpoints). Choose another metric."
            )
        given: dict[str, Any] = dict(options)
        given["dimensions_map"] = {
            "EndpointName": self._given_name or self.endpoint_name,
            "VariantName": self._variant_name,
            **options.get("dimensions_map", {}),
        }
        return cloudwatch.Metric(namespace=namespace, metric_name=metric_name, **given)
