"""Names on the wire between the template and the handler.

The constructs write them into the template, and the handler reads them. A released name doesn't change: after an
upgrade, a newer handler receives an older template's properties, and a rollback does the reverse.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

ENDED_JOB_STATUSES: Final = frozenset({"COMPLETED", "FAILED", "STOPPED", "DELETED"})
"""Final values of the API's `RecommendationJobStatus`. A job in any other status can incur charges."""


class ResourceType(StrEnum):
    """Types of the custom resources that the handler implements."""

    JOB = "Custom::InferenceRecommendationsJob"
    WAIT = "Custom::InferenceRecommendationsJobWait"
    RECOMMENDATION = "Custom::InferenceRecommendation"
    SCALING_RECOMMENDATION = "Custom::InferenceScalingRecommendation"
    RECOMMENDED_MODEL = "Custom::RecommendedModel"
    ENDPOINT_PREPARATION = "Custom::EndpointPreparation"
    ENDPOINT_INSTANCE_COUNT = "Custom::EndpointInstanceCount"


class JobProperty(StrEnum):
    """Properties of `Custom::InferenceRecommendationsJob`."""

    REQUEST = "Request"
    """Structure of `CreateInferenceRecommendationsJob` without `JobName` and `Tags`; scalars arrive as strings."""
    NAME_PREFIX = "NamePrefix"
    """At most 24 characters; the job's name is `<prefix>-<hash>`. Either this or `JOB_NAME`."""
    JOB_NAME = "JobName"
    """Physical name of the job, set by the user."""
    TAGS = "Tags"
    """List of `{"Key": ..., "Value": ...}`, without owner tags."""
    RERUN_NONCE = "RerunNonce"
    """Any string. A change starts a new job. Optional."""
    ACCEPT_STOPPED = "AcceptStopped"
    TIMEOUT = "TimeoutSeconds"
    """Maximum seconds for creating and running the job."""
    STATE_MACHINE_ARN = "StateMachineArn"
    BOTOCORE_VERSION = "BotocoreVersion"
    """Version of botocore that validated the request at synth, for error messages."""


class WaitProperty(StrEnum):
    """Properties of `Custom::InferenceRecommendationsJobWait`."""

    JOB_NAME = "JobName"
    STAGE = "Stage"
    """1 to `STAGES`."""
    STAGES = "Stages"
    """Number of wait stages. The last one fails at its end; the others succeed."""
    HAND_OVER_AFTER = "HandOverAfterSeconds"
    """Seconds, at most 2700."""
    POLL_INTERVAL = "PollIntervalSeconds"
    """Seconds, at least 10."""
    ACCEPT_STOPPED = "AcceptStopped"
    TIMEOUT = "TimeoutSeconds"
    """Timeout of the job in seconds, for the failure reason. Optional."""
    EXISTING_JOB = "ExistingJob"
    """Whether the stack only references the job, and so never stops it. Optional."""
    STATE_MACHINE_ARN = "StateMachineArn"


class RecommendationProperty(StrEnum):
    """Properties of `Custom::InferenceRecommendation`."""

    JOB_NAME = "JobName"
    ENDPOINT_TYPE = "EndpointType"
    OBJECTIVE = "Objective"
    CONSTRAINTS = "Constraints"
    """Structure of `ConstraintProperty`. Optional."""


class ConstraintProperty(StrEnum):
    """Members of a recommendation's `Constraints`, which a result must meet."""

    MAX_COST_PER_HOUR = "MaxCostPerHour"
    MAX_COST_PER_INFERENCE = "MaxCostPerInference"
    MAX_MODEL_LATENCY = "MaxModelLatency"
    """Milliseconds."""
    MIN_INVOCATIONS = "MinInvocations"
    MAX_CPU_UTILIZATION = "MaxCpuUtilization"
    MAX_MEMORY_UTILIZATION = "MaxMemoryUtilization"
    MIN_INVOCATIONS_GAIN = "MinInvocationsGain"
    """Minimum ratio of the result's MaxInvocations to the existing endpoint's."""
    MIN_MODEL_LATENCY_GAIN = "MinModelLatencyGain"
    """Minimum ratio of the existing endpoint's ModelLatency to the result's."""
    ALLOWED_INSTANCE_FAMILIES = "AllowedInstanceFamilies"
    """List such as `["c5", "m5"]`."""
    EXCLUDED_INSTANCE_FAMILIES = "ExcludedInstanceFamilies"


class EndpointType(StrEnum):
    """Values of the API's `RecommendationJobSupportedEndpointType`."""

    REAL_TIME = "RealTime"
    SERVERLESS = "Serverless"


class ObjectiveName(StrEnum):
    """Metric by which a recommendation is chosen."""

    COST_PER_INFERENCE = "CostPerInference"
    COST_PER_HOUR = "CostPerHour"
    MODEL_LATENCY = "ModelLatency"
    MAX_INVOCATIONS = "MaxInvocations"


class RecommendationAttribute(StrEnum):
    """Attributes (`Fn::GetAtt`) of `Custom::InferenceRecommendation`."""

    RECOMMENDATION_ID = "RecommendationId"
    INFERENCE_SPECIFICATION_NAME = "InferenceSpecificationName"
    COMPILATION_JOB_NAME = "CompilationJobName"
    ENVIRONMENT_JSON = "EnvironmentJson"
    COST_PER_HOUR = "CostPerHour"
    COST_PER_INFERENCE = "CostPerInference"
    MAX_INVOCATIONS = "MaxInvocations"
    MODEL_LATENCY = "ModelLatency"
    MODEL_LATENCY_MS = "ModelLatencyMs"
    CPU_UTILIZATION = "CpuUtilization"
    MEMORY_UTILIZATION = "MemoryUtilization"
    # Real-time only
    INSTANCE_TYPE = "InstanceType"
    INITIAL_INSTANCE_COUNT = "InitialInstanceCount"
    # Serverless only
    MEMORY_SIZE_IN_MB = "MemorySizeInMB"
    MAX_CONCURRENCY = "MaxConcurrency"
    MODEL_SETUP_TIME = "ModelSetupTime"


class ScalingRecommendationProperty(StrEnum):
    """Properties of `Custom::InferenceScalingRecommendation`."""

    JOB_NAME = "JobName"
    RECOMMENDATION_ID = "RecommendationId"
    """Id of the chosen recommendation."""
    TARGET_CPU_UTILIZATION_PER_CORE = "TargetCpuUtilizationPerCore"
    """Percent; default: the service's."""
    MIN_INVOCATIONS_PER_MINUTE = "MinInvocationsPerMinute"
    """Expected traffic, like the next. Optional."""
    MAX_INVOCATIONS_PER_MINUTE = "MaxInvocationsPerMinute"


class ScalingRecommendationAttribute(StrEnum):
    """Attributes (`Fn::GetAtt`) of `Custom::InferenceScalingRecommendation`."""

    MIN_CAPACITY = "MinCapacity"
    MAX_CAPACITY = "MaxCapacity"
    SCALE_IN_COOLDOWN = "ScaleInCooldown"
    SCALE_OUT_COOLDOWN = "ScaleOutCooldown"
    TARGET_VALUE = "TargetValue"
    """Of the first policy, like the next four. Those that don't apply to its metric are `UNAVAILABLE`."""
    PREDEFINED_METRIC_TYPE = "PredefinedMetricType"
    METRIC_NAME = "MetricName"
    METRIC_NAMESPACE = "MetricNamespace"
    METRIC_STATISTIC = "MetricStatistic"
    SCALING_POLICIES_JSON = "ScalingPoliciesJson"
    """The service's `ScalingPolicies`, as a JSON array."""
    INVOCATIONS_PER_INSTANCE = "InvocationsPerInstance"
    MODEL_LATENCY = "ModelLatency"
    MODEL_LATENCY_MS = "ModelLatencyMs"


class InstanceCountProperty(StrEnum):
    """Properties of `Custom::EndpointInstanceCount` and `Custom::EndpointPreparation`."""

    ENDPOINT_NAME = "EndpointName"
    """Instance count only."""
    INSTANCE_COUNT_LOGICAL_ID = "InstanceCountLogicalId"
    """Preparation only: logical id of the instance count, whose physical id contains endpoint and variant."""
    ENDPOINT_CONFIG_NAME = "EndpointConfigName"
    """Changes with every update of the endpoint, so that CloudFormation sends an Update."""
    STATE_MACHINE_ARN = "StateMachineArn"
    VARIANT_NAME = "VariantName"
    INSTANCE_TYPE = "InstanceType"
    """Instance type of the variant after the update."""
    INITIAL_INSTANCE_COUNT = "InitialInstanceCount"
    """Recommended number of instances."""
    # Only with autoscaling
    MIN_CAPACITY = "MinCapacity"
    """Present if and only if the endpoint has autoscaling."""
    MAX_CAPACITY = "MaxCapacity"
    SCALE_IN_COOLDOWN = "ScaleInCooldown"
    """Seconds; default: Application Auto Scaling's, like the next."""
    SCALE_OUT_COOLDOWN = "ScaleOutCooldown"
    DISABLE_SCALE_IN = "DisableScaleIn"
    SCALING_POLICIES_JSON = "ScalingPoliciesJson"
    """Attribute of a scaling recommendation. Either this or one of the next two."""
    TARGET_VALUE = "TargetValue"
    """Invocations per minute and instance."""
    SAFETY_FACTOR = "SafetyFactor"
    """Share of the maximum per instance: the next one, or `MAX_INVOCATIONS / INITIAL_INSTANCE_COUNT` per minute."""
    MAX_REQUESTS_PER_SECOND = "MaxRequestsPerSecond"
    MAX_INVOCATIONS = "MaxInvocations"


class RecommendedModelProperty(StrEnum):
    """Properties of `Custom::RecommendedModel`, whose physical id is the model's name."""

    NAME_PREFIX = "NamePrefix"
    """At most 40 characters; the model's name is `<prefix>-<hash>`."""
    MODEL_PACKAGE_ARN = "ModelPackageArn"
    """Versioned model package. Either this or `SOURCE_MODEL_NAME`."""
    SOURCE_MODEL_NAME = "SourceModelName"
    """Measured model, whose containers are copied."""
    EXECUTION_ROLE_ARN = "ExecutionRoleArn"
    VPC_CONFIG = "VpcConfig"
    """As in `CreateModel`; default: the source model's."""
    ENABLE_NETWORK_ISOLATION = "EnableNetworkIsolation"
    """Default: the source model's."""
    TAGS = "Tags"
    """List of `{"Key": ..., "Value": ...}`, without owner tags."""
    # `RecommendationAttribute`s of the chosen recommendation
    RECOMMENDATION_ID = "RecommendationId"
    INFERENCE_SPECIFICATION_NAME = "InferenceSpecificationName"
    COMPILATION_JOB_NAME = "CompilationJobName"
    ENVIRONMENT_JSON = "EnvironmentJson"


UNAVAILABLE: Final = "unavailable"
"""Value of an attribute that the service didn't return. Exports and parameters don't accept an empty string."""


class OwnerTag(StrEnum):
    """Tags that identify a job's owner. The handler adopts and stops only jobs that have them."""

    STACK_ID = "cdk-inference-recommender:stack-id"
    LOGICAL_ID = "cdk-inference-recommender:logical-id"
    REQUEST_ID = "cdk-inference-recommender:request-id"
    REQUESTED_AT = "cdk-inference-recommender:requested-at"
    """Epoch seconds. A Delete doesn't stop a job that was requested after it."""
    FINGERPRINT = "cdk-inference-recommender:fingerprint"


class RecommendedModelTag(StrEnum):
    """Tags of a recommended model, in addition to the user's."""

    STACK_ID = "cdk-inference-recommender:stack-id"
    LOGICAL_ID = "cdk-inference-recommender:logical-id"
    RECOMMENDATION_ID = "cdk-inference-recommender:recommendation-id"
    """Recommendation by which the model was chosen."""


MAX_MODEL_NAME_PREFIX_LENGTH: Final = 40
"""Model names have at most 63 characters (API reference, `CreateModel`)."""
MAX_JOB_NAME_LENGTH: Final = 40
"""The service truncates names that it derives from the job's name at 40 characters (CLI reference, `--job-name`)."""
MAX_NAME_PREFIX_LENGTH: Final = 24

JOB_SERVICE_TIMEOUT_SECONDS: Final = 40 * 60
WAIT_SERVICE_TIMEOUT_SECONDS: Final = 59 * 60
CHOICE_SERVICE_TIMEOUT_SECONDS: Final = 5 * 60
FUNCTION_TIMEOUT_SECONDS: Final = 60
CALL_SECONDS: Final = FUNCTION_TIMEOUT_SECONDS + 5
"""State machine's timeout for one call of the function: the function's timeout and a cold start."""
IN_FLIGHT_SECONDS: Final = FUNCTION_TIMEOUT_SECONDS + 10
"""Bound after which an API call in flight has taken effect. It can do so shortly after Lambda ends the function."""
WAIT_STAGE_SECONDS: Final = 45 * 60
"""Length of a wait stage. Enough time remains until its ServiceTimeout to respond to CloudFormation, whatever fails:

- 60 s after the end of the last stage, in which failed calls are retried (`wait.GRACE_SECONDS`)
- 65 s for a call that starts in this time
- 70 s to wait for a create that may be in flight (`IN_FLIGHT_SECONDS`)
- 360 s to poll: 25 calls that Lambda rejects, each of a second and retried after 5 s (150 s); three calls that hang for
  65 s, retried after 5 s and 10 s (210 s)
- 282 s to respond in place of the poll: 12 rejected calls (72 s) and three that hang (210 s)

In total 837 s of 840 s. Each retrier counts its own attempts, so one poll can need all of them.
"""
MIN_POLL_INTERVAL_SECONDS: Final = 10
MAX_EVENT_AGE_SECONDS: Final = 5 * 60


class StateKey(StrEnum):
    """Members of an execution's state that the state machine itself reads or writes (`execution_state.py`)."""

    TASK = "task"
    """Distinguishes the state machine's calls from events."""
    WAIT_SECONDS = "waitSeconds"
    """Pause before the next call of the handler."""
    DONE = "done"
    """Whether the execution ends."""
    ERROR = "error"
    """Error of the last call, set by the state machine's Catch. The next call is the final one."""
