"""Names that cross the wire between the template and the handler.

The constructs write them into the template, CloudFormation carries them, and the handler reads them. A name that is
deployed stays: an older template's properties still arrive at a newer handler, and the other way round at a rollback.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

ENDED_JOB_STATUSES: Final = frozenset({"COMPLETED", "FAILED", "STOPPED", "DELETED"})
"""Values of the API's `RecommendationJobStatus` that no other follows; a job in another one may cost money."""


class ResourceType(StrEnum):
    """The custom resources that the handler serves."""

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
    """`CreateInferenceRecommendationsJob` without `JobName` and `Tags`, as a structure; scalars arrive as strings."""
    NAME_PREFIX = "NamePrefix"
    """At most 24 characters; the job's name is `<prefix>-<hash>`. This or `JOB_NAME`."""
    JOB_NAME = "JobName"
    """The job's physical name, where the user chose it."""
    TAGS = "Tags"
    """List of `{"Key": ..., "Value": ...}`, without the owner's tags."""
    RERUN_NONCE = "RerunNonce"
    """Any text; a new one makes a new job. Absent when not set."""
    NAME_VERSION = "NameVersion"
    """Version of the rule that makes the name of the request; see `job_name.py`."""
    ACCEPT_STOPPED = "AcceptStopped"
    TIMEOUT = "TimeoutSeconds"
    """How long queueing and running may take in all, in seconds."""
    STATE_MACHINE_ARN = "StateMachineArn"
    BOTOCORE_VERSION = "BotocoreVersion"
    """The botocore that checked the request at synth; named where the handler's own is older."""


class WaitProperty(StrEnum):
    """Properties of `Custom::InferenceRecommendationsJobWait`."""

    JOB_NAME = "JobName"
    LEG = "Leg"
    """1 to `LEGS`."""
    LEGS = "Legs"
    """How many legs the job has; the last one fails where the others hand over."""
    HAND_OVER_AFTER = "HandOverAfterSeconds"
    """Seconds, at most 2700."""
    POLL_INTERVAL = "PollIntervalSeconds"
    """Seconds, at least 10."""
    ACCEPT_STOPPED = "AcceptStopped"
    TIMEOUT = "TimeoutSeconds"
    """The job's whole timeout, for the reason that the last leg gives; optional."""
    EXISTING_JOB = "ExistingJob"
    """Whether the stack only refers to the job, which is then never stopped; optional."""
    STATE_MACHINE_ARN = "StateMachineArn"


class RecommendationProperty(StrEnum):
    """Properties of `Custom::InferenceRecommendation`."""

    JOB_NAME = "JobName"
    ENDPOINT_TYPE = "EndpointType"
    OBJECTIVE = "Objective"
    CHOICE_VERSION = "ChoiceVersion"
    """Version of the rule that chooses; see `choosing.py`."""
    CONSTRAINTS = "Constraints"
    """A structure of `ConstraintProperty`; absent where nothing is asked."""


class ConstraintProperty(StrEnum):
    """Members of a recommendation's `Constraints`: what a result must meet to be chosen."""

    MAX_COST_PER_HOUR = "MaxCostPerHour"
    MAX_COST_PER_INFERENCE = "MaxCostPerInference"
    MAX_MODEL_LATENCY = "MaxModelLatency"
    """Milliseconds."""
    MIN_INVOCATIONS = "MinInvocations"
    MAX_CPU_UTILIZATION = "MaxCpuUtilization"
    MAX_MEMORY_UTILIZATION = "MaxMemoryUtilization"
    MIN_INVOCATIONS_GAIN = "MinInvocationsGain"
    """Times the existing endpoint's MaxInvocations."""
    MIN_MODEL_LATENCY_GAIN = "MinModelLatencyGain"
    """How many times the result's ModelLatency the existing endpoint's has to be."""
    ALLOWED_INSTANCE_FAMILIES = "AllowedInstanceFamilies"
    """List such as `["c5", "m5"]`."""
    EXCLUDED_INSTANCE_FAMILIES = "ExcludedInstanceFamilies"


class EndpointType(StrEnum):
    """Which kind of endpoint is recommended: values of the API's `RecommendationJobSupportedEndpointType`."""

    REAL_TIME = "RealTime"
    SERVERLESS = "Serverless"


class ObjectiveName(StrEnum):
    """What a recommendation is best at."""

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
    """Of the chosen recommendation."""
    SCALING_VERSION = "ScalingVersion"
    """Version of the rule that reads the service's answer; see `scaling_recommendation.py`."""
    TARGET_CPU_UTILIZATION_PER_CORE = "TargetCpuUtilizationPerCore"
    """Percent; absent for the service's default."""
    MIN_INVOCATIONS_PER_MINUTE = "MinInvocationsPerMinute"
    """Absent where no traffic is expected in particular."""
    MAX_INVOCATIONS_PER_MINUTE = "MaxInvocationsPerMinute"


class ScalingRecommendationAttribute(StrEnum):
    """Attributes (`Fn::GetAtt`) of `Custom::InferenceScalingRecommendation`."""

    MIN_CAPACITY = "MinCapacity"
    MAX_CAPACITY = "MaxCapacity"
    SCALE_IN_COOLDOWN = "ScaleInCooldown"
    SCALE_OUT_COOLDOWN = "ScaleOutCooldown"
    TARGET_VALUE = "TargetValue"
    """Of the first policy, like the four that follow; one of them has the metric, the others `UNAVAILABLE`."""
    PREDEFINED_METRIC_TYPE = "PredefinedMetricType"
    METRIC_NAME = "MetricName"
    METRIC_NAMESPACE = "MetricNamespace"
    METRIC_STATISTIC = "MetricStatistic"
    SCALING_POLICIES_JSON = "ScalingPoliciesJson"
    """All of the service's `ScalingPolicies`, as a JSON array."""
    INVOCATIONS_PER_INSTANCE = "InvocationsPerInstance"
    MODEL_LATENCY = "ModelLatency"
    MODEL_LATENCY_MS = "ModelLatencyMs"


class InstanceCountProperty(StrEnum):
    """Properties of `Custom::EndpointInstanceCount` and `Custom::EndpointPreparation`, of both unless stated."""

    ENDPOINT_NAME = "EndpointName"
    """Only of the instance count: the preparation comes before the endpoint, and finds it by the next one's id."""
    INSTANCE_COUNT_LOGICAL_ID = "InstanceCountLogicalId"
    """Only of the preparation: logical id of the resource whose physical id names the endpoint and its variant."""
    ENDPOINT_CONFIG_NAME = "EndpointConfigName"
    """Every change of the endpoint is prepared for, and brings the number of instances inside the bounds after it."""
    STATE_MACHINE_ARN = "StateMachineArn"
    VARIANT_NAME = "VariantName"
    INSTANCE_TYPE = "InstanceType"
    """What the variant runs on when the update is through."""
    INITIAL_INSTANCE_COUNT = "InitialInstanceCount"
    """The recommended number of instances."""
    # Only of an endpoint that is scaled
    MIN_CAPACITY = "MinCapacity"
    """Its presence says that the endpoint is scaled."""
    MAX_CAPACITY = "MaxCapacity"
    SCALE_IN_COOLDOWN = "ScaleInCooldown"
    """Seconds; absent for Application Auto Scaling's default, like the next."""
    SCALE_OUT_COOLDOWN = "ScaleOutCooldown"
    DISABLE_SCALE_IN = "DisableScaleIn"
    SCALING_POLICIES_JSON = "ScalingPoliciesJson"
    """As the attribute of a scaling recommendation; or one of the two that follow."""
    TARGET_VALUE = "TargetValue"
    """Invocations a minute for each instance."""
    SAFETY_FACTOR = "SafetyFactor"
    """Share of what each instance can serve: the next one, or `MAX_INVOCATIONS / INITIAL_INSTANCE_COUNT` a minute."""
    MAX_REQUESTS_PER_SECOND = "MaxRequestsPerSecond"
    MAX_INVOCATIONS = "MaxInvocations"


class RecommendedModelProperty(StrEnum):
    """Properties of `Custom::RecommendedModel`, whose physical id is the model's name."""

    NAME_PREFIX = "NamePrefix"
    """At most 40 characters; the model's name is `<prefix>-<hash>`."""
    MODEL_PACKAGE_ARN = "ModelPackageArn"
    """A versioned model package; this or `SOURCE_MODEL_NAME`."""
    SOURCE_MODEL_NAME = "SourceModelName"
    """The model that was measured; its containers are copied."""
    EXECUTION_ROLE_ARN = "ExecutionRoleArn"
    VPC_CONFIG = "VpcConfig"
    """As `CreateModel` takes it; absent where the source model's is kept."""
    ENABLE_NETWORK_ISOLATION = "EnableNetworkIsolation"
    """Absent where the source model's is kept."""
    TAGS = "Tags"
    """List of `{"Key": ..., "Value": ...}`, without the owner's tags."""
    # Of the chosen recommendation, as `RecommendationAttribute` has them
    RECOMMENDATION_ID = "RecommendationId"
    INFERENCE_SPECIFICATION_NAME = "InferenceSpecificationName"
    COMPILATION_JOB_NAME = "CompilationJobName"
    ENVIRONMENT_JSON = "EnvironmentJson"


UNAVAILABLE: Final = "unavailable"
"""What a displayed attribute holds where the service gave no value; exports and parameters refuse an empty one."""


class OwnerTag(StrEnum):
    """Tags that say whose a job is; nothing without them is adopted or stopped."""

    STACK_ID = "cdk-inference-recommender:stack-id"
    LOGICAL_ID = "cdk-inference-recommender:logical-id"
    REQUEST_ID = "cdk-inference-recommender:request-id"
    REQUESTED_AT = "cdk-inference-recommender:requested-at"
    """Epoch seconds; a Delete doesn't stop a job that was asked for after it."""
    FINGERPRINT = "cdk-inference-recommender:fingerprint"


class RecommendedModelTag(StrEnum):
    """Tags of a recommended model, besides the user's."""

    STACK_ID = "cdk-inference-recommender:stack-id"
    LOGICAL_ID = "cdk-inference-recommender:logical-id"
    RECOMMENDATION_ID = "cdk-inference-recommender:recommendation-id"
    """Where the measurements are that the model was chosen by."""


NAME_VERSION: Final = "1"
MAX_MODEL_NAME_PREFIX_LENGTH: Final = 40
"""A model's name has at most 63 characters (API reference, `CreateModel`)."""
CHOICE_VERSION: Final = "1"
CONSTRAINED_CHOICE_VERSION: Final = "2"
"""As 1, among what meets the constraints; an own version, so that a handler without them refuses to choose."""
SCALING_VERSION: Final = "1"

MAX_JOB_NAME_LENGTH: Final = 40
"""Names that the service derives from the job's are cut at 40 characters (CLI reference, `--job-name`)."""
MAX_NAME_PREFIX_LENGTH: Final = 24

JOB_SERVICE_TIMEOUT_SECONDS: Final = 40 * 60
WAIT_SERVICE_TIMEOUT_SECONDS: Final = 59 * 60
CHOICE_SERVICE_TIMEOUT_SECONDS: Final = 5 * 60
FUNCTION_TIMEOUT_SECONDS: Final = 60
CALL_SECONDS: Final = FUNCTION_TIMEOUT_SECONDS + 5
"""What the state machine allows for one call of the function: its timeout, and a cold start."""
LEG_SECONDS: Final = 45 * 60
"""A leg hands over so long before its ServiceTimeout that CloudFormation is answered, whatever fails. At most:

- 60 s of grace after the last leg's end, in which failed calls are repeated (`wait.GRACE_SECONDS`)
- 65 s: a call that begins in it
- 60 s: the wait for a create that may be in flight (`FUNCTION_TIMEOUT_SECONDS`)
- 360 s to poll: 25 calls that Lambda refuses, each taking a second and retried after 5 s (150 s); three calls that hang
  for 65 s, retried after 5 s and 10 s (210 s)
- 282 s to answer in place of the poll: 12 refused calls (72 s) and three that hang (210 s)

Together 827 s of 840 s. Each retrier counts its own attempts, so that one poll may need all of them.
"""
MIN_POLL_INTERVAL_SECONDS: Final = 10
MAX_EVENT_AGE_SECONDS: Final = 5 * 60


class MachineInput(StrEnum):
    """Top-level members of the state machine's state; the state machine reads `WAIT_SECONDS` and `DONE` itself."""

    TASK = "task"
    """Which long operation this is: `wait`, `create` or `delete`; chosen by the handler."""
    WAIT_SECONDS = "waitSeconds"
    """How long to wait before the handler is called (again)."""
    DONE = "done"
    """True when the execution is over."""
    ERROR = "error"
    """Set by the state machine's Catch: the handler failed for good and has to answer with what it can."""
